"""Reads one cell: normalise, find its quantities and dates, decide what the
whole says; never guesses.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from wenxiao.rulebook.expressions.dates import in_digits, read_date
from wenxiao.rulebook.expressions.guards import withheld
from wenxiao.rulebook.expressions.normal import normalise, spell_hundredths
from wenxiao.rulebook.expressions.quantities import (
    Quantity,
    halves,
    joined,
    quantities,
    spelled_out,
)
from wenxiao.rulebook.expressions.shape import Comparator, Expression
from wenxiao.rulebook.expressions.units import lone_unit

Role = Literal["target", "actual"]

_PLACEHOLDER = re.compile(
    r"[-/\\_.·、—]{0,8}|无|空|暂无|N/?A|n/?a|null|None|未填|不适用|不涉及|此项无"
)
_MASKED = re.compile(
    r"\*{2,}|[xX×]{2,}|_{2,}|[■□▇█�]{1,}|○{2,}|●{2,}|(?<=[≥≤>=<])\s?[xX×?*](?=\s?[^\d\s])|\?{2,}|#(?:REF|VALUE|DIV|N/A|NAME)|#{2,}"
)
_GARBLED = re.compile(
    r"^\s?%\s?[≥≤<>=]|^(?:二|三三|2=|Z|z|之|乏)\s?(?=\d)|[≥≤<>=]\s?[≥≤<>=]|\d\D{0,3}[≥≤<>=]\s?$|\d\.\d+\.\d|\d\s+\d{1,3}\s?(?:%|$)|\.\d+\.\d|%\s?%\s?\d"
)
_ONLY_SIGN = re.compile(r"^[≥≤<>=~±]?\s?(?P<unit>.*)$")
_MISREAD = re.compile(r"^2(?P<real>[6-9]\d(?:\.\d+)?|100)\s?%$")
_LIST = re.compile(
    r"(?:^|[;。\n，、 ])\s?(?:\(?[1-9一二三四五六七八九]\)|[1-9①②③④⑤一二三四五六七八九][、.．:)](?!\d)|[①②③④⑤⑥])"
)
_ITEM = re.compile(r"^\s?(?:\(?[1一]\)|[1一][、.](?!\d|[二三四]季)|[①])\s?")
_SCALE = re.compile(r"(?:优秀?|良好?|中|合格|差|较好|一般|好|较差)[:：为]?\s?[≥≤<>=]?\s?\d")
_RATIO = re.compile(
    r"(?:^|[一-鿿≥≤<>=])\s?\d+(?:\.\d+)?\s?:\s?\d+(?:\.\d+)?$|^[≥≤]?\d+/\d+(?![\d])|\d\s?[×xX]\s?\d"
)
_SUM = re.compile(r"\d[^\d+]{0,6}\+\s?\d")
_NARRATIVE = re.compile(r"^(?:存在|由于|因为?(?!地)|未能|没有|尚未|部分|个别|仍有|疫情)")
_RATE_OF_DONE = re.compile(
    r"^(?:已|均已|已经|全部)?(?:全部|按时|按期|按计划)?(?:完成|实现|达成|落实|到位|执行|发放|支付)(?:进度|比例|情况|率)?(?:为|达到?)?$"
    r"|^(?:实际|已|均已)?(?:完成|实现|达成|执行)?了?(?:年初|年度|全年|预期|绩效)*(?:目标|计划|任务)(?:值|数|量)?的$"
)
_CONTEXT = re.compile(
    r"^(?:(?:力争|确保)?(?:截至|截止到?|至|到)\s?)?(?:(?:19|20)\d\d\s?年(?:度|全年|内)?(?!\s?-)\s?(?:\d{1,2}月(?:\d{1,2}日)?)?底?|\d{1,2}月(?:\d{1,2}日|底)?|(?:全|本|当|每)年度?)\s?[,，:、]?\s?(?=\S)"
)
_NAMED_BETWEEN = re.compile(r"(?<=[<≤>≥])\s?[A-Za-z]\s?(?=[<≤>≥])")
_DOLLARS = re.compile(r"\$\s?(\d+(?:\.\d+)?)\s?(万亿|[万亿])?(?:美元)?")
_YUAN_SIGN = re.compile(r"[¥￥]\s?(-?\d+(?:\.\d+)?)\s?(万亿|[万亿千百])?\s?元?")
_COPIED = "实际值带比较符，像是照抄目标"
_LEAD_LIMIT, _TAIL_LIMIT = 18, 10
_DIGITS_LIMIT = 18
_INCLUDED = re.compile(r"\((?:包?含|不含(?!\)))[^()]{0,8}\)")
_RECURRING = re.compile(
    r"(?:每|次|当)(?:月|季度?|周|旬)(?:第?\d+[日号]|底|末)|[一二三四1-4](?:季度?)?\s?[、,，和及]\s?第?[一二三四1-4]季度"
)
_BASE_YEAR = re.compile(
    r"^在?(?:比|较|同|与|在)?\s?(?:19|20)\d\d\s?年度?(?:同期|末|底)?(?:的?基础上|水平|相比|相较)?[,，]?\s?(?=提|增|上升|下降|降|减|压)"
)
_PART_OF_YEAR = re.compile(
    r"^(?:(?:19|20)\d\d年)?(?:上半年|前[二三]个?季度|第?[一二三]季度)(?:末|底)?前?(?:完成|达到?|实现)"
)
_NEXT_YEAR = re.compile(r"^(?:截至|到|于|在)?(?:次年|翌年|下一?年度?|明年|第二年)\d{1,2}月")
_OF_LAST_YEAR = re.compile(
    r"(?:上年度?|去年|往年|前年|同期|基期)(?:同期)?(?:水平|数量?|实际数?|值)?的?\s?$"
)
RATE_OF_DONE = "是完成率，与目标的量纲无关"
RELATIVE = "是对上年的比例，不是绝对值"
_OBJECT_RANGE = re.compile(r"^(?:期|号|标段|标|楼|年级|岁|周岁|月龄|类|级|周|组|层|批)$")
_AGES = frozenset({"岁", "周岁"})


@lru_cache(maxsize=2_000)
def parse(text: str, role: Role = "target") -> Expression:
    """One cell read as far as it is certain; never raises. Kept, for each check of a form reads the
    same cells.

    ``role`` decides how a bare date is taken: a target's is a deadline, an actual's a moment. The
    conventions (units as written, comparators, deadlines) are those of the command line's
    ``parse``.
    """
    plain = normalise(_signed(text))
    if _PLACEHOLDER.fullmatch(plain):
        return _empty(text)
    plain = _NAMED_BETWEEN.sub("值", plain)
    for reader in (withheld, _damaged, _listed, _dated, _one_or_many):
        reading = reader(text, role, plain)
        if reading is not None:
            return reading
    return Expression(text, "text")


_GROUPED = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_BOOKED = re.compile(rf"\(({_GROUPED})\)|({_GROUPED})-")
"""A negative number as accountants write it: in round brackets, or with its sign behind."""


def _signed(text: str) -> str:
    """The sign of a booked negative number before it: 「(20)」, 「1,200.50-」;
    anything else as it is.
    """
    hit = _BOOKED.fullmatch(unicodedata.normalize("NFKC", text).strip())
    return text if hit is None else f"-{hit[1] or hit[2]}"


def _empty(text: str) -> Expression:
    """A placeholder says that nothing was filled in; 无 is not 0."""
    return Expression(
        text,
        "text",
        ambiguous=True,
        alt=(Expression(text, "unreadable"),),
        note="占位或空白，不能当 0",
    )


def _damaged(text: str, _role: str, plain: str) -> Expression | None:
    """Masked digits, glued numbers, a unit or sign without its number, a sign read as a digit."""
    if _MASKED.search(plain):
        return Expression(text, "unreadable", note="数字被屏蔽或公式出错")
    if any(len(run) > _DIGITS_LIMIT for run in re.findall(r"\d+", plain)):
        return Expression(text, "unreadable", note="数字过长，像是粘连")
    if _GARBLED.search(plain) and read_date(text, _role, plain) is None:
        return Expression(
            text,
            "unreadable",
            ambiguous=True,
            alt=_behind(text, plain),
            note="像是识别错误或数字粘连",
        )
    misread = _MISREAD.match(plain)
    if misread and _role == "target":
        whole, real = Decimal(plain.rstrip(" %")), Decimal(misread.group("real"))
        alt = (
            Expression(text, "number", low=whole, high=whole, unit="%"),
            Expression(text, "number", ">=", low=real, unit="%"),
        )
        return Expression(text, "unreadable", ambiguous=True, alt=alt, note="可能是“≥”被识别成“2”")
    lone = _ONLY_SIGN.match(plain)
    left = lone.group("unit").rstrip("。. ") if lone else ""
    if not re.search(r"\d", plain) and (not left or lone_unit(left)):
        wordy = () if plain[0] in "≥≤<>=" else (Expression(text, "text"),)
        return Expression(
            text, "unreadable", ambiguous=bool(wordy), alt=wordy, note="只有单位或比较符，没有数"
        )
    return None


def _behind(text: str, plain: str) -> tuple[Expression, ...]:
    """What a garbled cell most likely said, offered to a person, never taken."""
    amounts = quantities(re.sub(r"^\D+", "", plain))
    if len(amounts) != 1 or amounts[0].comparator is not None:
        return ()
    low, unit = amounts[0].low, amounts[0].unit
    return (
        Expression(text, "number", ">=", low=low, unit=unit),
        Expression(text, "number", "=", low=low, high=low, unit=unit),
    )


def _listed(text: str, _role: str, plain: str) -> Expression | None:
    """Several targets in one cell: numbered items, clauses between semicolons, a grading scale."""
    if len(_SCALE.findall(plain)) >= 2:
        first = re.split(r"[;\n]", plain)[0]
        return _compound(text, _alternatives(text, first), "附有分级标准，不是单一目标")
    clauses = [clause for clause in re.split(r"[;\n]", plain) if clause.strip(" 。,，")]
    if len(clauses) > 1 and not _one_wrapped_cell(plain, clauses):
        return _compound(text, (), "一格多项")
    if len(_LIST.findall(plain)) >= 2:
        return _compound(text, (), "一格多项")
    return None


def _one_wrapped_cell(plain: str, clauses: list[str]) -> bool:
    """A line break inside one value (a sign on one line, its number on the
    next) separates nothing.
    """
    return ";" not in plain and len(quantities("".join(clauses))) <= 1 and not _LIST.search(plain)


def _alternatives(text: str, clause: str) -> tuple[Expression, ...]:
    """The target standing before a grading scale."""
    amounts = quantities(clause)
    if len(amounts) == 1 and not _SCALE.search(clause):
        return (_number(text, amounts[0]),)
    return () if amounts else (Expression(text, "text"),)


def _compound(text: str, alt: tuple[Expression, ...], note: str) -> Expression:
    return Expression(text, "compound", ambiguous=bool(alt), alt=alt, note=note)


def _dated(text: str, role: str, plain: str) -> Expression | None:
    """Dates, deadlines, periods."""
    body = _ITEM.sub("", re.sub(r"\((?!含)[^()]*\)$", "", plain))
    reading = read_date(text, role, body)
    if reading is not None and re.fullmatch(r"(?:19|20)\d\d\s?年", plain):
        year = Decimal(plain[:4])
        also = Expression(text, "number", low=year, high=year, unit="年")
        return Expression(
            text,
            "date",
            "between",
            date=reading.date,
            date_end=reading.date_end,
            low_text=reading.low_text,
            high_text=reading.high_text,
            ambiguous=True,
            alt=(*reading.alt, also),
            note="只写年份",
        )
    return reading


def _one_or_many(text: str, role: str, plain: str) -> Expression | None:
    """Cells with numbers: one quantity, a range of two clauses, several quantities."""
    if _RATIO.search(plain):
        return Expression(text, "text", note="比例或尺寸，不是单一数值")
    if _RECURRING.search(plain):
        return Expression(text, "text", note="分期或循环的期限")
    if _PART_OF_YEAR.match(plain) and re.search(r"\d", plain):
        return _compound(text, (), "期限和数值两项")
    if _NEXT_YEAR.match(in_digits(plain)):
        return Expression(text, "text", note="次年的日期，要看预算年度")
    body = _ITEM.sub("", plain).lstrip("★*☆▲△ ").rstrip("。.;!,， ")
    body = _BASE_YEAR.sub("较基年", body)
    body = _DOLLARS.sub(lambda hit: f"{hit[1]}{hit[2] or ''}美元", body)
    body = _YUAN_SIGN.sub(lambda hit: f"{hit[1]}{hit[2] or ''}元", body)
    body = joined(spelled_out(halves(spell_hundredths(_INCLUDED.sub("", body)))))
    if body.startswith("(") and body.endswith(")") and body.count("(") == 1:
        body = body[1:-1]
    if re.fullmatch(
        r"零(?:事故|投诉|发生|差错|死亡|伤亡|违规|违纪|案件|上访|失误|风险|增长|容忍|缺陷)+", body
    ):
        return _zero(text)
    shortened = _CONTEXT.sub("", body)
    amounts = quantities(body)
    if len(amounts) > 1 and len(quantities(shortened)) == 1 and not _deadline_kept(body, shortened):
        body, amounts = shortened, quantities(shortened)
    if not amounts:
        return None
    if len(amounts) == 1:
        return _single(text, role, body, amounts[0])
    return _several(text, body, amounts)


def _deadline_kept(body: str, shortened: str) -> bool:
    """A deadline before a quantity is a second target, not context."""
    context = body[: len(body) - len(shortened)]
    return "月" in context and shortened.startswith(("前", "底前", "之前", "以前", "末前"))


def _zero(text: str) -> Expression:
    nought = Decimal(0)
    alt = (Expression(text, "text"),)
    return Expression(
        text, "number", low=nought, high=nought, ambiguous=True, alt=alt, note="“零…”按 0 读"
    )


def _single(text: str, role: str, body: str, one: Quantity) -> Expression | None:
    """One quantity with words around it: a number while the words only frame it, else prose."""
    rest = body[one.end :].strip(" 。.;,，!")
    words = len(re.findall(r"[一-鿿]", body[: one.start])), len(re.findall(r"[一-鿿]", rest))
    prose = words[0] > _LEAD_LIMIT or words[1] > _TAIL_LIMIT
    object_range = (
        one.comparator == "between" and bool(_OBJECT_RANGE.match(one.unit or "")) and bool(words[1])
    )
    nameless = (
        one.unit is None
        and bool(words[1])
        and not re.match(r"分|\(", rest)
        and one.comparator is None
    )
    if one.unit in {"年", "年度"} and 1900 <= one.low < 2100:
        return Expression(text, "text", note="年份在叙述里，不是数值")
    if role == "actual" and _NARRATIVE.match(body) and (words[1] or one.unit in _AGES):
        return Expression(text, "text", note="文字说明")
    if object_range or nameless or (prose and not one.comparator) or max(words) > 2 * _LEAD_LIMIT:
        alt = () if nameless or object_range else (_number(text, one),)
        return Expression(
            text, "text", ambiguous=bool(alt), alt=alt, note="数字在叙述里，不是单一目标值"
        )
    number = _number(text, one)
    if role == "actual":
        return _as_actual(number, body, one)
    return number


def _as_actual(number: Expression, body: str, one: Quantity) -> Expression:
    """What an actual adds: a completion rate that measures nothing, a
    period of years, a copied target.
    """
    lead = body[: one.start].strip()
    wordy = Expression(number.text, "text")
    if one.unit == "%" and one.comparator is None and _RATE_OF_DONE.match(lead):
        return _with(number, (wordy,), RATE_OF_DONE)
    if one.unit == "年" and not lead and one.end == len(body):
        return _with(number, (wordy,), "年限")
    if one.comparator in {">=", "<=", ">", "<"} and not one.soft:
        return _with(number, number.alt, _COPIED)
    return number


def _with(number: Expression, alt: tuple[Expression, ...], note: str) -> Expression:
    return Expression(
        number.text,
        number.kind,
        number.comparator,
        number.low,
        number.high,
        number.unit,
        ambiguous=bool(alt),
        alt=alt,
        note=note,
    )


def _number(text: str, one: Quantity) -> Expression:
    """The expression of one quantity; soft comparators carry their other readings."""
    if one.comparator == "between" and one.low > one.high:
        return Expression(text, "unreadable", note="区间前大后小，请核对")
    alt: tuple[Expression, ...] = ()
    if one.soft:
        others: dict[Comparator | None, tuple[Comparator | None, ...]] = {
            ">=": (">", "~"),
            "<=": (None,),
        }
        alt = tuple(_bounded(text, sign, one) for sign in others.get(one.comparator, ()))
    elif one.comparator is None and re.search(r"达到?\s?$", one.lead):
        alt = (_bounded(text, ">=", one),)
    reading = _bounded(text, one.comparator, one)
    if _OF_LAST_YEAR.search(re.sub(r"[≥≤<>=]\s?$", "", one.lead)):
        return _with(reading, (*alt, Expression(text, "text")), RELATIVE)
    if not alt and one.hint is None:
        return reading
    return Expression(
        text,
        "number",
        reading.comparator,
        reading.low,
        reading.high,
        reading.unit,
        ambiguous=bool(alt),
        alt=alt,
        note=one.hint,
    )


def _bounded(text: str, sign: Comparator | None, one: Quantity) -> Expression:
    """Only the bound the sign sets: >= and > a low, <= and < a high, everything else both."""
    low = None if sign in {"<=", "<"} else one.low
    high = None if sign in {">=", ">"} else one.high
    return Expression(text, "number", sign, low, high, one.unit)


def _several(text: str, body: str, found: list[Quantity]) -> Expression:
    """Two bounds of one range, a sum, a value beside its rate, or simply several targets."""
    first, second = found[0], found[1]
    if len(found) == 2 and _two_bounds(first, second):
        return Expression(
            text, "number", "between", first.low, second.high, second.unit or first.unit
        )
    if (
        len(found) == 2
        and re.fullmatch(r"\s?[≥>]值[≥>]\s?", second.lead)
        and first.low >= second.low
    ):
        return Expression(
            text, "number", "between", second.low, first.low, second.unit or first.unit
        )
    if (
        len(found) == 2
        and re.fullmatch(r"\s?[≤<]\D{0,16}[≤<]\s?", second.lead)
        and first.low <= second.low
    ):
        return Expression(
            text, "number", "between", first.low, second.low, second.unit or first.unit
        )
    if all(one.unit in _AGES for one in found):
        return Expression(
            text,
            "text",
            ambiguous=True,
            alt=(Expression(text, "compound"),),
            note="对象范围的文字说明",
        )
    if (
        _SUM.search(body)
        and len({one.unit for one in found}) == 1
        and all(one.comparator is None for one in found)
    ):
        total = sum((one.low for one in found), Decimal(0))
        alt = Expression(text, "number", low=total, high=total, unit=first.unit)
        return _compound(text, (alt,), "分项相加")
    if (
        len(found) == 2
        and first.unit != "%"
        and second.unit == "%"
        and re.match(r"[,，、(]", second.lead)
    ):
        return _compound(text, (_number(text, second),), "数量与比例两个值")
    if len(found) == 2 and first.comparator in {">=", "<="} and "力争" in second.lead:
        return _compound(text, (_number(text, first),), "保底与争取两个界限")
    return _compound(text, (), "一格多个数值")


def _two_bounds(first: Quantity, second: Quantity) -> bool:
    """≥60%且≤80%: a lower and an upper bound with nothing but the sign between them."""
    lower, upper = first.comparator in {">=", ">"}, second.comparator in {"<=", "<"}
    return (
        lower
        and upper
        and second.lead.strip(" ,，且并而、和与") in _BARE_SIGNS
        and first.low <= second.high
    )


_BARE_SIGNS = frozenset(
    {
        "≤",
        "<",
        "不高于",
        "不超过",
        "不多于",
        "不大于",
        "至多",
        "最多",
        "小于",
        "低于",
        "少于",
        "小于等于",
        "",
    }
)
