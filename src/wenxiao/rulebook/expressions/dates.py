"""Dates and periods in all their spellings: 2021年底, 9月前, 2021.1.1-12.31, 一季度, 每年12月底前."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass

from wenxiao.rulebook.expressions.normal import chinese_number
from wenxiao.rulebook.expressions.shape import Expression

_Y = r"(?P<y>(?:19|20)\d\d)"
_MONTH = r"(?P<m>1[0-2]|0?[1-9])"
_DAY = r"(?P<d>3[01]|[12]\d|0?[1-9])"
_PART = r"(?P<part>底|末|下旬|中旬|上旬|初|中)?"
_QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_HALVES = {"上": (1, 6), "下": (7, 12)}
_PART_DAY = {"中旬": 20, "上旬": 10, "初": 10, "中": 20}

_POINT = re.compile(
    rf"(?:{_Y}\s?年?度?\s?[-./年]\s?)?{_MONTH}\s?(?:[-./]|月份?)\s?{_DAY}\s?[日号]?(?:\s?00:00(?::00)?|\s?(?:[1-9]|1\d|2[0-4])[时点](?:整|\d{{1,2}}分)?|\s?(?:0?[1-9]|1\d|2[0-4]):\d\d(?=\s?之?以?前))?"
)
_ISO_MONTH = re.compile(rf"{_Y}\s?[-./]\s?{_MONTH}(?!\d)\s?月?份?{_PART}")
_MONTH_POINT = re.compile(rf"(?:{_Y}\s?年\s?度?)?{_MONTH}\s?月份?{_PART}")
_QUARTER = re.compile(rf"(?:{_Y}\s?年\s?度?)?第?(?P<q>[一二三四1-4])季度(?P<part>末|底)?")
_QUARTERS_TO = re.compile(
    rf"(?:{_Y}\s?年\s?度?)?(?:前(?P<head>[二三2-3两])个?季度|第?(?P<q>[一二三1-3])季?度?\s?(?:[-~、]|至|到)\s?第?(?P<last>[二三四2-4])季度)(?P<part>末|底)?"
)
"""第一季度至第三季度, 一至三季度, 前三季度, 一、二季度."""
_HALF = re.compile(rf"(?:{_Y}\s?年\s?度?)?(?P<h>[上下])半年(?P<part>末|底)?")
_YEAR_END = re.compile(rf"(?:{_Y}\s?年?度?|(?:当|本|每|该|次|项目)年度?)?年?(?P<part>底|末|终|内)")
_YEAR = re.compile(rf"{_Y}\s?(?:年度?(?:全年|整年)?|全年)|(?P<all>全年|整年)")
_DENSE = re.compile(r"(?P<y>20\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])")

_LEAD = re.compile(
    r"^(?:(?:预计|计划|实际|力争|确保|争取|务必|原则上|已|均|全部|项目|任务|工程)*(?:截至|截止到|截止|到|至|于|在|完成时间为?|完成时限为?|早于|先于|不得?(?:晚于|迟于)|不超过|时间为?|期限为?)?"
    r"[::]?|≤|<=|<|=|≥)(?P<each>每年|当年|本年|该年)?(?:的)?(?=\d|[上下一二三四第全整年])"
)
_TAIL = re.compile(
    r"^(?:\(含\))?(?:(?P<before>之?以?前)|(?P<within>以?内))?(?:\(含\))?(?:全部|已|均|全面|按时|按期|如期|顺利|基本|正式)*"
    r"(?P<done>完成|完工|竣工|开工|完毕|结束|到位|发放|投入使用|实施|支付|拨付|验收|交付|执行|落实|建成|启动|达标|提交|上报|使用)*"
    r"(?P<words>[一-鿿]{0,6})$"
)
_SAID = ("before", "within", "done")
_TO = re.compile(r"\s?(?:-+|~+|至|到)\s?")


@dataclass(frozen=True, slots=True)
class _Span:
    """From the first to the last day, month numbers alone where the year is missing."""

    year: int | None
    first: tuple[int, int]
    last: tuple[int, int]
    is_point: bool
    exact: bool
    """Whether a day was written."""


def read_date(text: str, role: str, plain: str) -> Expression | None:
    """The reading of a normalised cell that says a date, a deadline or a
    period and nothing else; None if it doesn't.
    """
    plain = in_digits(plain)
    lead = _LEAD.match(plain)
    body = plain[lead.end() :] if lead else plain
    sign = plain[: lead.end()] if lead else ""
    body = body.rstrip(" 。.;!,，")
    period = _period(text, body)
    if period is not None:
        return period
    for span, rest in _points(body):
        tail = _TAIL.match(rest)
        if tail is not None and (
            tail.group("words") == "" or any(tail.group(name) for name in _SAID)
        ):
            return _spoken(text, role, span, sign, tail)
    return None


_YEAR_WORDS = re.compile(r"[二一][〇零○九][〇零○一二三四五六七八九]{2}(?=\s?年)")
_MONTH_WORDS = re.compile(
    r"(?<![一二三四五六七八九十个])(?:十[一二]?|[一二三四五六七八九])(?=\s?月)"
)
_DAY_WORDS = re.compile(r"(?<=月)(?:[二三]?十[一二三四五六七八九]?|[一二三四五六七八九])(?=[日号])")
_SHORT_YEAR = re.compile(r"(?<![\d.])(?=[123]\d年(?:底|末|\d{1,2}月))")
"""21年底 can't be 21 years: the century is left out."""
_GAPS = re.compile(
    r"(?<=\d)\s+(?=[年月日号])|(?<=[年月])\s+(?=[\d底末初上中下])|(?<=[底末])\s+(?=前)"
)


def in_digits(plain: str) -> str:
    """A date spelt in Chinese numerals or with blanks inside, in digits: 二〇二一年十二月底 → 2021年12月底."""
    plain = _SHORT_YEAR.sub("20", _GAPS.sub("", plain))
    plain = (
        re.sub(r"(?<=年)\s?[Qq](?=[1-4](?!\d))", "第", plain)
        if re.search(r"[Qq][1-4]$", plain)
        else plain
    )
    plain = re.sub(r"(?<=年第)([1-4])$", r"\1季度", plain)
    for words in (_YEAR_WORDS, _MONTH_WORDS, _DAY_WORDS):
        plain = words.sub(lambda hit: str(chinese_number(hit.group())), plain)
    return plain


def _points(body: str) -> list[tuple[_Span, str]]:
    """Every way the start of the text is a date, longest spelling first, with what follows it."""
    spans: list[tuple[_Span, str]] = []
    for pattern, build in (
        (_DENSE, _day_span),
        (_POINT, _day_span),
        (_QUARTERS_TO, _quarters_span),
        (_QUARTER, _quarter_span),
        (_HALF, _half_span),
        (_YEAR_END, _end_span),
        (_ISO_MONTH, _month_span),
        (_MONTH_POINT, _month_span),
        (_YEAR, _year_span),
    ):
        hit = pattern.match(body)
        if (
            hit is None
            or (pattern is _POINT and not _day_written(hit))
            or _broken_off(body, hit.end())
        ):
            continue
        span = build(hit)
        if span is not None:
            spans.append((span, body[hit.end() :].strip()))
    return spans


def _broken_off(body: str, end: int) -> bool:
    """Whether digits or a number's parts follow directly, so that it was no date."""
    return end < len(body) and (body[end].isdigit() or body[end] in "%万亿‰")


def _day_written(hit: re.Match[str]) -> bool:
    """3.5 and 1/3 alone are numbers: without a year a day needs 月."""
    return hit.group("y") is not None or "月" in hit.group()


def _day_span(hit: re.Match[str]) -> _Span | None:
    year = int(hit.group("y")) if hit.group("y") else None
    month, day = int(hit.group("m")), int(hit.group("d"))
    if day > monthrange(year or 2020, month)[1]:
        return None
    return _Span(year, (month, day), (month, day), is_point=True, exact=True)


def _month_span(hit: re.Match[str]) -> _Span:
    year = int(hit.group("y")) if hit.group("y") else None
    month = int(hit.group("m"))
    end = monthrange(year or 2021, month)[1]
    part = hit.group("part")
    return _Span(
        year,
        (month, 1),
        (month, _PART_DAY.get(part or "", end)),
        is_point=True,
        exact=part is not None,
    )


def _quarter_span(hit: re.Match[str]) -> _Span:
    last = _QUARTERS[hit.group("q")] * 3
    return _stretch(hit, last - 2, last)


def _quarters_span(hit: re.Match[str]) -> _Span | None:
    """Several quarters in a row; None where the last stands before the
    first, or 一、三 leaves one out.
    """
    if hit.group("head"):
        return _stretch(hit, 1, _QUARTERS[hit.group("head").replace("两", "二")] * 3)
    first, last = _QUARTERS[hit.group("q")], _QUARTERS[hit.group("last")]
    listed = "、" in hit.group()
    return (
        _stretch(hit, first * 3 - 2, last * 3)
        if first < last and (not listed or last == first + 1)
        else None
    )


def _half_span(hit: re.Match[str]) -> _Span:
    return _stretch(hit, *_HALVES[hit.group("h")])


def _stretch(hit: re.Match[str], first: int, last: int) -> _Span:
    year = int(hit.group("y")) if hit.group("y") else None
    ended = hit.group("part") is not None
    return _Span(year, (first, 1), (last, monthrange(2021, last)[1]), is_point=ended, exact=ended)


def _end_span(hit: re.Match[str]) -> _Span | None:
    if hit.group("y") is None and "年" not in hit.group():
        return None
    year = int(hit.group("y")) if hit.group("y") else None
    return _Span(year, (12, 31), (12, 31), is_point=True, exact=True)


def _year_span(hit: re.Match[str]) -> _Span:
    year = int(hit.group("y")) if hit.group("y") else None
    return _Span(
        year, (1, 1), (12, 31), is_point=False, exact="全" in hit.group() or "整" in hit.group()
    )


def _spoken(text: str, role: str, span: _Span, sign: str, tail: re.Match[str]) -> Expression:
    """The expression of one date with the words around it."""
    before, within = tail.group("before") is not None, tail.group("within") is not None
    early = "早于" in sign or "先于" in sign
    before = before or early
    deadline = before or within or sign[:1] in {"≤", "<"} or "不" in sign
    if early and span.is_point and span.first == span.last:
        return Expression(
            text, "date", "<", date=_iso(span.year, span.last), partial=span.year is None
        )
    if not span.is_point and not deadline and not (tail.group("done") and role == "target"):
        return _whole_period(text, span)
    if not span.is_point:
        return _end_of_period(text, span, before=before)
    if deadline:
        return _deadline(text, span, strict=before)
    if role == "actual":
        return _moment(text, span)
    date, partial = _iso(span.year, span.last), span.year is None
    alt = Expression(text, "date", date=date, partial=partial)
    return Expression(
        text,
        "date",
        "<=",
        date=date,
        partial=partial,
        ambiguous=True,
        alt=(alt,),
        note="没有“前”字，按截止日理解",
    )


def _moment(text: str, span: _Span) -> Expression:
    """An actual date is a point in time, a month stays a month."""
    last = _iso(span.year, span.last)
    date = last if span.exact else last[:-3]
    alt = Expression(text, "date", "<=", date=last, partial=span.year is None)
    return Expression(
        text,
        "date",
        date=date,
        partial=span.year is None,
        ambiguous=True,
        alt=(alt,),
        note="实际完成时点",
    )


def _deadline(text: str, span: _Span, *, strict: bool) -> Expression:
    """By a date; 9月前 is before September strictly, and by its end as often."""
    partial = span.year is None
    if not strict or span.exact:
        return Expression(text, "date", "<=", date=_iso(span.year, span.last), partial=partial)
    year, month = span.year, span.first[0] - 1
    if month == 0:
        year, month = (None if year is None else year - 1), 12
    date = _iso(year, (month, monthrange(year or 2021, month)[1]))
    alt = Expression(text, "date", "<=", date=_iso(span.year, span.last), partial=partial)
    return Expression(
        text,
        "date",
        "<=",
        date=date,
        partial=partial,
        ambiguous=True,
        alt=(alt,),
        note="严格为该月之前，也常指该月底以前",
    )


def _end_of_period(text: str, span: _Span, *, before: bool) -> Expression:
    """A period used as a deadline: its last day; 2022年前 may also mean before the year begins."""
    date, partial = _iso(span.year, span.last), span.year is None
    whole = span.first == (1, 1) and span.last == (12, 31)
    earlier = Expression(text, "date", "<=", date=f"{(span.year or 1) - 1}-12-31")
    if before and whole and span.year is not None:
        alt = Expression(text, "date", "<=", date=date)
        return Expression(
            text,
            "date",
            "<=",
            date=earlier.date,
            ambiguous=True,
            alt=(alt,),
            note="“年前”可指年初前或年底前",
        )
    return Expression(
        text,
        "date",
        "<=",
        date=date,
        partial=partial,
        ambiguous=True,
        alt=(_whole_period(text, span),),
    )


def _whole_period(text: str, span: _Span) -> Expression:
    """A year, half or quarter as a period; a bare year may also mean by its end."""
    if span.year is None:
        date = f"--{span.first[0]:02d}/--{span.last[0]:02d}"
        return Expression(text, "date", "between", date=date, partial=True, note="没有年份")
    low, high = f"{span.year}-{span.first[0]:02d}", f"{span.year}-{span.last[0]:02d}"
    end = _iso(span.year, span.last)
    alt: tuple[Expression, ...] = ()
    if span.last == (12, 31) and span.first == (1, 1) and not span.exact:
        alt = (Expression(text, "date", "<=", date=end),)
    return Expression(
        text,
        "date",
        "between",
        date=_iso(span.year, span.first),
        date_end=end,
        low_text=low,
        high_text=high,
        ambiguous=bool(alt),
        alt=alt,
    )


_EDGE = re.compile(
    rf"(?:{_Y}\s?(?:年度?|[-./]|$)\s?)?(?:{_MONTH}\s?(?:月份?|[-./]|$)\s?{_PART}\s?(?:{_DAY}\s?[日号]?)?)?"
)


def _edge(word: str) -> tuple[int | None, int | None, int | None] | None:
    """Year, month, day of one end of a period."""
    lone = re.fullmatch(rf"{_DAY}\s?[日号]", word.strip())
    if lone is not None:
        return None, None, int(lone.group("d"))
    hit = _EDGE.fullmatch(word.strip())
    if hit is None or not word.strip():
        return None
    day = hit.group("d")
    return (
        int(hit.group("y")) if hit.group("y") else None,
        int(hit.group("m")) if hit.group("m") else None,
        int(day) if day else None,
    )


def _period(text: str, body: str) -> Expression | None:
    """From … to …: both ends dates, the second may leave out what the first has said."""
    body = re.sub(r"(?:全年|期间|之间|内|完成|实施|止)+$", "", body).strip()
    iso = re.fullmatch(r"(\d{4}-\d{1,2}-\d{1,2})\s?(?:-+|~|至|到)\s?(\d{4}-\d{1,2}-\d{1,2})", body)
    pieces = list(iso.groups()) if iso else _TO.split(body)
    if len(pieces) != 2 or not _says_time(body, pieces):
        return None
    first, last = _edge(pieces[0]), _edge(pieces[1])
    if first is None or last is None:
        return None
    return _between(text, first, last)


def _says_time(body: str, pieces: list[str]) -> bool:
    """Whether a range is one of time: 月 or 日 or a year is written, not merely 1-12."""
    if re.fullmatch(r"1\.1\s?(?:-+|~|至|到)\s?12\.31", body):
        return True
    if re.fullmatch(r"(?:19|20)\d\d", pieces[0]) and re.fullmatch(
        r"(?:19|20)\d\d年?度?", pieces[1]
    ):
        return True
    if "月" in body or (
        re.search(r"(?:19|20)\d\d\s?年", body) and not re.search(r"[^\d年度月日号\s~至到-]", body)
    ):
        return True
    return any(
        re.fullmatch(r"\s?(?:19|20)\d\d[-./]\d{1,2}(?:[-./]\d{1,2})?\s?", piece) for piece in pieces
    )


def _between(
    text: str,
    first: tuple[int | None, int | None, int | None],
    last: tuple[int | None, int | None, int | None],
) -> Expression | None:
    """The period between two ends; years are handed on, whole months stay months."""
    start_year = first[0] if first[0] is not None else last[0]
    end_year = last[0] if last[0] is not None else start_year
    start_month = first[1] or 1
    end_month = last[1] or (start_month if last[2] is not None else 12)
    if start_year is None or end_year is None:
        return _yearless(text, (start_month, first[2] or 1), (end_month, last[2]))
    if (end_year, end_month) < (start_year, start_month):
        return None
    month_end = monthrange(end_year, end_month)[1]
    low, high = f"{start_year}-{start_month:02d}", f"{end_year}-{end_month:02d}"
    day_end = min(last[2] or month_end, month_end)
    if (first[2] or 1) != 1 or day_end != month_end:
        low, high = f"{low}-{first[2] or 1:02d}", f"{high}-{day_end:02d}"
    start = _iso(start_year, (start_month, first[2] or 1))
    end = _iso(end_year, (end_month, day_end))
    return Expression(
        text, "date", "between", date=start, date_end=end, low_text=low, high_text=high
    )


def _yearless(text: str, first: tuple[int, int], last: tuple[int, int | None]) -> Expression:
    """A period without a year: whole months as --MM/--MM, days where it
    doesn't run over whole months.
    """
    month_end = monthrange(2021, last[0])[1]
    day_end = last[1] or month_end
    low, high = f"--{first[0]:02d}", f"--{last[0]:02d}"
    if first[1] != 1 or day_end < month_end:
        low, high = f"{low}-{first[1]:02d}", f"{high}-{day_end:02d}"
    return Expression(
        text, "date", "between", date=f"{low}/{high}", partial=True, note="没有年份，取项目年度"
    )


def _iso(year: int | None, day: tuple[int, int]) -> str:
    """ISO date; ``--MM-DD`` without a year."""
    return f"{'-' if year is None else f'{year:04d}'}-{day[0]:02d}-{day[1]:02d}"
