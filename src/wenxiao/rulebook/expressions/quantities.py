"""Finds the quantities of a cell: comparator, number, unit and what stands around them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from wenxiao.rulebook.expressions.normal import NUMERAL, chinese_number, is_about
from wenxiao.rulebook.expressions.shape import Comparator
from wenxiao.rulebook.expressions.units import loose_unit, unit_at

_BEFORE: tuple[tuple[str, Comparator], ...] = (
    (
        r"≥|不少于|不低于|不小于|不得少于|不得低于|不应低于|不应少于|不能低于|不能少于|不可低于|大于或?等于|高于或?等于|多于或?等于|至少|最少|最低|不短于|不差于|不弱于|下限为?",
        ">=",
    ),
    (
        r"≤|不超过?|不高于|不大于|不多于|不得超过|不得高于|不得大于|不应超过|不应高于|不能超过|不突破|未超过|小于或?等于|低于或?等于|少于或?等于|至多|最多|最高|不长于|不迟于|不晚于|上限为?|控制在|限于",
        "<=",
    ),
    (r">|大于|高于|超过|多于|超出|突破|优于", ">"),
    (r"<|小于|低于|少于|不足|不到|未满|未达到", "<"),
    (r"=|等于", "="),
    (r"大约|大概|约为?|将近|接近|近|±", "~"),
    (r"逾(?!期)", ">="),
)
_SIGN_OF: list[tuple[re.Pattern[str], Comparator]] = [
    (re.compile(words), sign) for words, sign in _BEFORE
]
_ANY_SIGN = re.compile("|".join(f"(?:{words})" for words, _ in _BEFORE))
_SAVES = re.compile(r"节约$|合约$|附$|邻$|最$|亲$")
_AFTER: tuple[tuple[re.Pattern[str], Comparator], ...] = (
    (re.compile(r"\s?(?:\(不含\)\s?(?:以上|之上)|(?:以上|之上)\(不含\))"), ">"),
    (re.compile(r"\s?(?:\(不含\)\s?(?:以下|之下|以内|之内)|(?:以下|之下|以内|之内)\(不含\))"), "<"),
    (
        re.compile(
            r"\s?(?:\(含\)|\(包含\)|\(含本数\))?\s?(?:及|或|含)?\s?(?:以上|之上|或更多|及更多)(?:\(含\))?"
        ),
        ">=",
    ),
    (re.compile(r"\s?(?:封顶|为上限|为限)"), "<="),
    (re.compile(r"\s?为下限"), ">="),
    (
        re.compile(
            r"\s?(?:\(含\)|\(包含\)|\(含本数\))?\s?(?:及|或|含)?\s?(?:以下|之下|以内|之内|内(?![容部外设需在]))(?:\(含\))?"
        ),
        "<=",
    ),
    (re.compile(r"\s?\+$"), ">="),
    (re.compile(r"\s?(?:左右|上下)"), "~"),
)
_NUMBER = re.compile(r"(?<![\d.])[-+±负]?\d+(?:\.\d+)?(?!\.?\d)")
_RANGE = re.compile(r"\s?(?:-{1,3}|~{1,2}|至|到|,)\s?(?=[-+]?\d)")
_MORE = re.compile(r"\s?(?:多|余|来)\s?(?=万|亿|千|百|[一-鿿]|$)")
_HIDDEN = re.compile(r"(?<![pP])[A-Za-zΦφØ第前]$|五百$|十四$|十三$|世界$|中国$|全国$|PM\s?$|G$")
_NAMES = re.compile(
    r"\s?(?:强(?!度)|站式|号|版|G(?=基站|网|信号|技术|通信)|A级|A景|热线|工程款|年级|位一体|大行动|大类|级(?!以)|条措施)"
)
_CHINESE = re.compile(
    rf"(?:(?<![一-鿿\d.])|(?<=每年)|(?<=每月)|(?<=每周)|(?<=季度)|(?<=少于)|(?<=至少)|(?<=低于)){NUMERAL}+(?=\s?[一-鿿%])"
)
_PLANS = frozenset({"十三五", "十四五", "十五五"})
_YEARLY = re.compile(rf"^一年(?={NUMERAL})")
_SCALED_MORE = re.compile(r"(?<=\d)([万亿千百])([多余])")
_HALF_YEAR = re.compile(r"^半年")
_ASCENT = re.compile(r"(?:提升|提高|(?<!负)增长|增加|上升|增收|扩大|新增)")
_DESCENT = re.compile(r"(?:下降|负增长|降低|减少|缩短|压减|降幅|下浮|减幅)")


_OFTEN = re.compile(
    r"(?:每|/)\s?个?(?P<per>月|季度?|旬|周|星期|天|日|半年|学期)|(?P<mean>月|季|旬|周|日)均"
)


def turn(text: str) -> str | None:
    """Whether a cell's words speak of a rise ("up") or a fall ("down");
    None where of neither or of both.
    """
    up, down = _ASCENT.search(text) is not None, _DESCENT.search(text) is not None
    return None if up == down else "up" if up else "down"


def frequency(text: str) -> str | None:
    """The stretch of time a cell's figure is for (月, 季, 周, 日), None where
    it is for the whole year.
    """
    hit = _OFTEN.search(text)
    if hit is None:
        return None
    word = hit["per"] or hit["mean"]
    return {"季度": "季", "星期": "周", "天": "日"}.get(word, word)


@dataclass(frozen=True, slots=True)
class Quantity:
    """One quantity of a text and the words before and after it, up to its neighbours."""

    comparator: Comparator | None
    low: Decimal
    high: Decimal
    unit: str | None
    start: int
    end: int
    lead: str
    hint: str | None = None
    soft: bool = False
    """The comparator is a way of speaking (逾, 控制在, 达到, 多): another reading is possible."""


def quantities(text: str) -> list[Quantity]:
    """All quantities of a normalised text, in order; names such as 世界500强 and PM2.5 are none."""
    amounts: list[Quantity] = []
    position = 0
    for hit in _NUMBER.finditer(text):
        if hit.start() < position:
            continue
        one = _at(text, hit, position)
        if one is not None:
            amounts.append(one)
            position = one.end
    return amounts


_IDIOM = frozenset("性体流致般定等化验通成交建安式龙一水")
_RANKED = frozenset("一二三四五")
"""一类, 三类 say which class, not how many; 两类 counts."""
_HALVES = (
    (re.compile(r"(\d+|[一两二三四五六七八九十])个半(?=小时|月|学期|季度|工作日)"), r"\1.5个"),
    (re.compile(r"(\d+|[一两二三四五六七八九十])(小时|天|年|月|周|日)半(?![年天日])"), r"\1.5\2"),
)


def spelled_out(text: str) -> str:
    """Chinese numerals that stand where a number stands (at the start or
    after a sign) written in digits.
    """

    def digits(found: re.Match[str]) -> str:
        word, rest = found.group(), text[found.end() :].lstrip()
        value = None if word in _PLANS or is_about(word) else chinese_number(word)
        unit, end = unit_at(rest, 0)
        if (
            value is None
            or unit is None
            or rest[end : end + 1] in _IDIOM
            or (unit == "类" and word in _RANKED)
        ):
            return word
        return str(value)

    text = _SCALED_MORE.sub(r"\2\1", _YEARLY.sub("每年", text))
    if re.search(r"\d|分之", text):
        return text
    return _CHINESE.sub(digits, _HALF_YEAR.sub("0.5年", text) if text == "半年" else text)


def halves(text: str) -> str:
    """一个半小时 and 1天半 as 1.5个小时 and 1.5天; applied before any number is looked for."""
    for pattern, spelling in _HALVES:
        while (hit := pattern.search(text)) is not None:
            whole = str(chinese_number(hit[1]) or hit[1])
            text = (
                text[: hit.start()]
                + whole
                + hit.expand(spelling)[len(hit[1]) :]
                + text[hit.end() :]
            )
    return text


_YI_WAN = re.compile(r"(\d+(?:\.\d+)?)亿零?(\d+(?:\.\d+)?)万")
_WAN_REST = re.compile(r"(\d+)万零?(\d{1,4})(?=[元人户亩个株])")
_WAN_THOUSANDS = re.compile(r"(\d+)万(\d)千")


def joined(text: str) -> str:
    """1亿2000万元, 1万2000元 and 3万5千元 as one number each (1.2亿元, 12000元, 3.5万元)."""
    text = _YI_WAN.sub(lambda hit: f"{Decimal(hit[1]) + Decimal(hit[2]).scaleb(-4):f}亿", text)
    text = _WAN_THOUSANDS.sub(r"\1.\2万", text)
    return _WAN_REST.sub(lambda hit: str(int(hit[1]) * 10_000 + int(hit[2])), text)


def _at(text: str, hit: re.Match[str], since: int) -> Quantity | None:
    """The quantity around one number, or None if the number is part of a name."""
    lead = text[since : hit.start()]
    digits, start = _signed(text, hit)
    if _HIDDEN.search(text[: hit.start()].rstrip()) or _NAMES.match(text, hit.end()):
        return None
    low = abs(digits) if hit.group()[0] == "±" else digits
    ranged = _range(text, hit)
    if ranged is not None:
        high, unit, end = ranged
        return _finished(text, (low, high), unit, start, end, lead)
    more = _MORE.match(text, hit.end())
    unit, end = _unit(text, more.end() if more else hit.end())
    if hit.group()[0] == "±":
        return Quantity("between", -low, low, unit, start, end, lead)
    one = _finished(text, (low, low), unit, start, end, lead)
    if more and one.comparator in {None, ">="}:
        return Quantity(
            ">=", low, low, unit, start, one.end, lead, "约数，“多/余”表示超过", soft=True
        )
    return one


def _signed(text: str, hit: re.Match[str]) -> tuple[Decimal, int]:
    """The number with its sign: a dash after a word or a unit is a dash, not a minus."""
    word = hit.group()
    if word[0] == "负":
        return -Decimal(word[1:]), hit.start()
    if word[0] in "-+±":
        before = text[: hit.start()].rstrip()
        if (
            word[0] == "±"
            or not before
            or _ANY_SIGN.search(before[-4:])
            or before[-1] in "为增长降率在比速幅"
        ):
            return Decimal(word.lstrip("±")), hit.start()
        return Decimal(word[1:]), hit.start() + 1
    return Decimal(word), hit.start()


def _unit(text: str, end: int) -> tuple[str | None, int]:
    """The unit after a number, in brackets too; an unknown short word at the very end is one."""
    rest = text[end:]
    bracket = re.match(r"\s?\(\s?([^()\d]{1,8}?)\s?\)", rest)
    if bracket:
        inner, stop = unit_at(bracket.group(1), 0)
        if inner is not None and stop == len(bracket.group(1)):
            return inner, end + bracket.end()
    unit, stop = unit_at(text, end)
    if unit is not None:
        again = re.match(r"\s?\(([^()]{1,30})\)", text[stop:])
        closing = again is not None and not re.search(r"含", again.group(1))
        return unit, stop + (again.end() if again is not None and closing else 0)
    bare = re.sub(r"(?:\(含\))?(?:及)?(?:以上|以下|以内|左右)?[。.;,，\s]*$", "", rest)
    unknown = loose_unit(bare.strip())
    return (unknown, end + len(bare)) if unknown else (None, end)


def _range(text: str, hit: re.Match[str]) -> tuple[Decimal, str | None, int] | None:
    """The upper end of a range that begins with this number."""
    unit, end = unit_at(text, hit.end())
    joint = _RANGE.match(text, end if unit else hit.end())
    if joint is None or "," in joint.group():
        return None
    other = _NUMBER.match(text, joint.end())
    if other is None or other.group()[0] in "+±负":
        return None
    upper = Decimal(other.group().lstrip("-")) if "-" in joint.group() else Decimal(other.group())
    unit_too, stop = _unit(text, other.end())
    return upper, unit_too or unit, stop


def _finished(
    text: str, bounds: tuple[Decimal, Decimal], unit: str | None, start: int, end: int, lead: str
) -> Quantity:
    """The quantity with the comparator before or after it."""
    low, high = bounds
    tail = re.match(r"\s?(?:之间|区间)", text[end:])
    if low != high:
        return Quantity("between", low, high, unit, start, end + (tail.end() if tail else 0), lead)
    before, soft = _sign_before(lead)
    after, stop = _sign_after(text, end)
    hint = (
        "“下降”写在数前"
        if _DESCENT.search(lead)
        else "“增长”写在数前"
        if _ASCENT.search(lead)
        else None
    )
    comparator = after if before is None or (before == "<=" and soft) or before == "~" else before
    comparator = comparator or before
    return Quantity(comparator, low, high, unit, start, stop, lead, hint, soft and after is None)


def _sign_before(lead: str) -> tuple[Comparator | None, bool]:
    """The last comparator in the words before a number, and whether it is a soft one."""
    last: tuple[int, int, Comparator, str] | None = None
    for pattern, sign in _SIGN_OF:
        for hit in pattern.finditer(lead):
            if last is not None and (
                hit.end() < last[1] or (hit.end() == last[1] and hit.start() >= last[0])
            ):
                continue
            if sign == "~" and (
                _SAVES.search(lead[: hit.start() + 1]) or hit.end() != len(lead.rstrip())
            ):
                continue
            last = (hit.start(), hit.end(), sign, hit.group())
    if last is None or re.search(r"[;。:\n]", lead[last[1] :]):
        return None, False
    return last[2], last[3] in {"逾", "控制在", "限于", "最低", "最高"}


def _sign_after(text: str, end: int) -> tuple[Comparator | None, int]:
    """The comparator after a unit and where it ends."""
    for pattern, sign in _AFTER:
        hit = pattern.match(text, end)
        if hit:
            return sign, hit.end()
    return None, end
