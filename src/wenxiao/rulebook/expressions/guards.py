"""What no one may guess: impossible dates, figures in powers of ten, not-equal signs, days without their month."""

from __future__ import annotations

import re
from calendar import monthrange

from wenxiao.rulebook.expressions.dates import in_digits
from wenxiao.rulebook.expressions.shape import Expression

_POWERS = re.compile(r"(?<![A-Za-z\d])\d+(?:\.\d+)?[eE][-+]?\d+(?![A-Za-z])")
_DATES = (
    re.compile(r"(?<!\d)(?P<y>(?:19|20)\d\d)\s?年度?\s?(?P<m>\d{1,2})\s?月份?(?:\s?(?P<d>\d{1,2})\s?[日号])?"),
    re.compile(r"(?<![\d.])(?P<y>)(?P<m>\d{1,2})\s?月份?\s?(?P<d>\d{1,2})\s?[日号]"),
    re.compile(r"(?<![\d.])(?P<y>)(?P<m>\d{1,2})\s?月(?:份|底|末|初|上旬|中旬|下旬)(?P<d>)"),
    re.compile(r"(?<![\d.])(?P<y>(?:19|20)\d\d)(?P<sep>[-./])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})(?!\d)"),
)
_UNEQUAL = re.compile(r"≠|<>|(?<!大于)(?<!小于)(?<!高于)(?<!低于)不等于")
_PLUS_LETTER = re.compile(r"\d\s?\+\s?[A-Za-z](?![A-Za-z])")
_DAY_ALONE = re.compile(r"(?:每次|当|次|本)?(?:[12]?\d|3[01])\s?[日号]\s?之?以?前[一-鿿]{0,4}")
_INTO_NEXT = re.compile(r"\d{1,2}\s?月\S{0,6}(?:次年|翌年|明年|下一?年度?)\s?\d{1,2}\s?月")
_NOT_BEFORE = re.compile(r"(?:不得?早于|(?<!不)(?<!不得)晚于|(?<!不)(?<!不得)迟于)\s?(?:(?:19|20)\d\d|\d{1,2}\s?月)")


def withheld(text: str, _role: str, plain: str) -> Expression | None:
    """The reading of a cell whose figure or date must not be taken as it stands; None where nothing speaks against."""
    if _POWERS.search(plain):
        return Expression(text, "unreadable", note="科学计数法的写法，请写成普通数字")
    wrong = impossible_date(in_digits(plain))
    if wrong is not None:
        return Expression(text, "unreadable", note=f"没有“{wrong}”这个日期")
    if _UNEQUAL.search(plain):
        return Expression(text, "text", note="“不等于”不是可以比较的目标")
    if _PLUS_LETTER.search(plain):
        return Expression(text, "text", note="数字是名称的一部分，不是数值")
    if _DAY_ALONE.fullmatch(plain):
        return Expression(text, "text", note="只有日没有月份的期限")
    if _INTO_NEXT.search(plain):
        return Expression(text, "text", note="跨到次年的期间，要看预算年度")
    if _NOT_BEFORE.search(plain):
        return Expression(text, "text", note="是起始时间，不是完成期限")
    return None


def impossible_date(plain: str) -> str | None:
    """The first date of a text that no calendar has (2月30日, 13月底), as written; None where all exist."""
    for pattern in _DATES:
        for hit in pattern.finditer(plain):
            month, day = int(hit["m"]), int(hit["d"] or 1)
            year = int(hit["y"] or 2020)
            if not 1 <= month <= 12 or not 1 <= day <= monthrange(year, month)[1]:
                return hit.group()
    return None
