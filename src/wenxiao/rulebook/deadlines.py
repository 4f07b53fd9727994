"""Dates as people promise them, set against dates as people report them."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

from wenxiao.rulebook.expressions.shape import Expression

_FULL = re.compile(r"^(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?$")
_PARTIAL = re.compile(r"^--(\d{1,2})(?:-(\d{1,2}))?$")
_MONTH = re.compile(r"^(?:\d{4}-|--)\d{1,2}$")


def days(text: str | None, year: int | None) -> tuple[date, date] | None:
    """First and last day a date text can mean: an ISO day, month or year, or ``--MM-DD``/``--MM``
    of ``year``.

    A period without a year (``--01/--12``) runs from its first to its last day in ``year``; it
    never crosses a year's end. None when the text is no such date, or has no year and none is
    given.
    """
    text = text or ""
    if "/" in text:
        return _period(text, year)
    full, partial = _FULL.match(text), _PARTIAL.match(text)
    if full:
        which, month, day = int(full[1]), full[2], full[3]
    elif partial and year is not None:
        which, month, day = year, partial[1], partial[2]
    else:
        return None
    return _span(which, month, day)


def meets_deadline(target: Expression, actual: Expression | date, year: int | None) -> int | None:
    """Days late (0 or less: in time); None when either date is incomplete
    or the actual could lie on both sides.
    """
    due = days(target.date_end or target.date, year)
    actual_days = (
        (actual, actual) if isinstance(actual, date) else days(actual.date_end or actual.date, year)
    )
    if due is None or actual_days is None:
        return None
    early, late = (actual_days[0] - due[1]).days, (actual_days[1] - due[1]).days
    return late if late <= 0 or early > 0 else None


def months_late(target: Expression, actual: Expression, year: int | None) -> int | None:
    """Months late where the actual names only a month; None where it names
    a day or either is incomplete.
    """
    due, actual_days = days(target.date_end or target.date, year), days(actual.date, year)
    if due is None or actual_days is None or actual.date_end or not _MONTH.match(actual.date or ""):
        return None
    return (actual_days[1].year - due[1].year) * 12 + actual_days[1].month - due[1].month


def _period(text: str, year: int | None) -> tuple[date, date] | None:
    ends = [days(end, year) for end in text.split("/", 1)]
    first, last = ends[0], ends[1]
    if first is None or last is None or last[1] < first[0]:
        return None
    return first[0], last[1]


def _span(year: int, month: str | None, day: str | None) -> tuple[date, date] | None:
    try:
        if month is None:
            return date(year, 1, 1), date(year, 12, 31)
        if day is None:
            return date(year, int(month), 1), date(
                year, int(month), monthrange(year, int(month))[1]
            )
        exact = date(year, int(month), int(day))
    except ValueError:
        return None
    return exact, exact
