"""What no one may guess: impossible dates, figures in powers of ten,
not-equal signs, days without their month.
"""

from __future__ import annotations

import re
from calendar import monthrange

from wenxiao.rulebook.expressions.dates import in_digits
from wenxiao.rulebook.expressions.shape import Expression

_POWERS = re.compile(r"(?<![A-Za-z\d])\d+(?:\.\d+)?[eE][-+]?\d+(?![A-Za-z])")
_DATES = (
    re.compile(
        r"(?<!\d)(?P<y>(?:19|20)\d\d)\s?年度?\s?(?P<m>\d{1,2})\s?月份?(?:\s?(?P<d>\d{1,2})\s?[日号])?"
    ),
    re.compile(r"(?<![\d.])(?P<y>)(?P<m>\d{1,2})\s?月份?\s?(?P<d>\d{1,2})\s?[日号]"),
    re.compile(r"(?<![\d.])(?P<y>)(?P<m>\d{1,2})\s?月(?:份|底|末|初|上旬|中旬|下旬)(?P<d>)"),
    re.compile(
        r"(?<![\d.])(?P<y>(?:19|20)\d\d)(?P<sep>[-./])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})(?!\d)"
    ),
)
_UNEQUAL = re.compile(r"≠|<>|(?<!大于)(?<!小于)(?<!高于)(?<!低于)不等于")
_PLUS_LETTER = re.compile(r"\d\s?\+\s?[A-Za-z](?![A-Za-z])")
_DAY_ALONE = re.compile(r"(?:每次|当|次|本)?(?:[12]?\d|3[01])\s?[日号]\s?之?以?前[一-鿿]{0,4}")
_INTO_NEXT = re.compile(r"\d{1,2}\s?月\S{0,6}(?:次年|翌年|明年|来年|下一?年度?)\s?\d{1,2}\s?月")
_LETTER_DIGITS = re.compile(r"\d[OoＯ](?=[OoＯ\d%])|(?<![A-Za-z])[lI|]\d+\s?%|^/\s?\d|\d\s?/$")
_SEVERAL_MONTHS = re.compile(r"\d{1,2}月?\s?(?:份\s?)?[、,，和及与]\s?\d{1,2}\s?月(?:份)?")
_SHIFTED = re.compile(
    r"(?:推迟|延迟|延期|延后|逾期|滞后|拖延|提前)(?:了|约|近)?\s?\d+(?:\.\d+)?\s?(?:个?[天日月年周]|个?工作日|小时|个季度)"
)
_SCHOOL_YEAR = re.compile(
    r"(?:19|20)\d\d\s?(?:[-~至]\s?(?:19|20)?\d\d)?\s?(?:学年|年度?[春秋]季|[春秋]季)"
)
_ABOVE_PLAN = re.compile(
    r"超(?:出|过|额)?(?:完成)?(?:了)?(?:目标|计划|任务|年初目标|预期)?(?:的|值|数|量)?\s?\d+(?:\.\d+)?\s?%"
)
_PLAN_NAMED = re.compile(r"目标|计划|任务|预期|超额")
_EVERY_YEARS = re.compile(r"每[两二三四五\d]\s?个?(?:年|月|季度?|周)")
_STARS = re.compile(r"^\d\s?A{1,5}$")
_LONE_W = re.compile(r"\d\s?[wW]\s?\+?$")
_TIMES = re.compile(r"[\u4e00-\u9fff)]\s?[xX×*]\s?\d|^[xX×*]\s?\d")
_EVERY_DAYS = re.compile(r"每(?:月|季度?|周|旬)第?\d{1,2}\s?[日号]?\s?[-~至到]\s?\d{1,2}\s?[日号]")
_MINUS_WITHIN = re.compile(r"-\d+(?:\.\d+)?\s?%?\s?(?:以内|之内|以下|以上)")
_NOT_BEFORE = re.compile(
    r"(?:不得?早于|(?<!不)(?<!不得)晚于|(?<!不)(?<!不得)迟于)\s?(?:(?:19|20)\d\d|\d{1,2}\s?月)"
)
_TEXTS: tuple[tuple[re.Pattern[str], str], ...] = (
    (_UNEQUAL, "“不等于”不是可以比较的目标"),
    (_PLUS_LETTER, "数字是名称的一部分，不是数值"),
    (_INTO_NEXT, "跨到次年的期间，要看预算年度"),
    (_NOT_BEFORE, "是起始时间，不是完成期限"),
    (_SCHOOL_YEAR, "学年、学期不是数值"),
    (_EVERY_DAYS, "每月或每季循环的期限"),
    (_EVERY_YEARS, "几年或几个月一次，不是本年的数值"),
    (_LONE_W, "“w”可指万或瓦，请写明单位"),
    (_STARS, "是等级的名称，不是数值"),
    (_TIMES, "几数相乘，不是单一数值"),
)
"""What a cell speaks of when it isn't one value, and how that is said."""
_WHOLE_TEXTS: tuple[tuple[re.Pattern[str], str], ...] = (
    (_DAY_ALONE, "只有日没有月份的期限"),
    (_SEVERAL_MONTHS, "几个月份，不是一个期限"),
    (_SHIFTED, "是与期限相比的早晚，不是数值"),
    (_MINUS_WITHIN, "负数的“以内、以上”有两种理解"),
)
"""The same, where it is all the cell says."""


def withheld(text: str, _role: str, plain: str) -> Expression | None:
    """The reading of a cell whose figure or date must not be taken as it
    stands; None where nothing speaks against.
    """
    if _POWERS.search(plain):
        return Expression(text, "unreadable", note="科学计数法的写法，请写成普通数字")
    wrong = impossible_date(in_digits(plain))
    if wrong is not None:
        return Expression(text, "unreadable", note=f"没有“{wrong}”这个日期")
    if _LETTER_DIGITS.search(plain):
        return Expression(text, "unreadable", note="数字里混有字母或斜线，请核对")
    note = next((note for pattern, note in _TEXTS if pattern.search(plain)), None)
    note = note or next((note for pattern, note in _WHOLE_TEXTS if pattern.fullmatch(plain)), None)
    if note is None and _ABOVE_PLAN.fullmatch(plain) and _PLAN_NAMED.search(plain):
        note = "是超过目标的部分，不是完成值"
    return None if note is None else Expression(text, "text", note=note)


def impossible_date(plain: str) -> str | None:
    """The first date of a text that no calendar has (2月30日, 13月底), as
    written; None where all exist.
    """
    for pattern in _DATES:
        for hit in pattern.finditer(plain):
            month, day = int(hit["m"]), int(hit["d"] or 1)
            year = int(hit["y"] or 2020)
            if not 1 <= month <= 12 or not 1 <= day <= monthrange(year, month)[1]:
                return hit.group()
    return None
