"""What a person sees of one stored value: a number, a date or a text under its number format."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from openpyxl.utils.datetime import to_excel

from wenxiao.files.cells.numberformats import (
    as_date,
    decimal_of,
    format_date,
    format_number,
    is_date_format,
    plain,
)


def shown_value(value: object, number_format: str | None) -> tuple[str, str | None]:
    """(what a person sees, what is stored) of one value under its number
    format; decimal text for numbers.
    """
    if value is None:
        return "", None
    if isinstance(value, bool):
        return ("TRUE" if value else "FALSE"), None
    if isinstance(value, int | float | Decimal):
        return _shown_number(value, number_format)
    if isinstance(value, dt.datetime | dt.date | dt.time | dt.timedelta):
        return _shown_moment(value, number_format)
    text = str(value)
    return (text, text) if text.strip() else ("", None)


def is_number(value: object) -> bool:
    """Whether a workbook stores the value as a number, of which it keeps fifteen digits."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _shown_number(value: float | Decimal, number_format: str | None) -> tuple[str, str | None]:
    number = decimal_of(value)
    if number is None:
        return "#NUM!", None
    if number_format and is_date_format(number_format):
        moment = as_date(number)
        return (plain(number) if moment is None else format_date(moment, number_format)), plain(
            number
        )
    return format_number(number, number_format), plain(number)


def _shown_moment(
    value: dt.datetime | dt.date | dt.time | dt.timedelta, number_format: str | None
) -> tuple[str, str | None]:
    if isinstance(value, dt.timedelta):
        minutes, seconds = divmod(int(value.total_seconds()), 60)
        text = f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"
        return text, text
    if isinstance(value, dt.time):
        return value.strftime("%H:%M"), value.isoformat()
    moment = value if isinstance(value, dt.datetime) else dt.datetime.combine(value, dt.time())
    serial = decimal_of(to_excel(moment))
    return format_date(moment, number_format or "yyyy-mm-dd"), plain(
        serial
    ) if serial is not None else None
