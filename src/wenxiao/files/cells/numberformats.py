"""What a person sees in a cell: a stored number under its number format, as
Excel and WPS would print it.
"""

from __future__ import annotations

import datetime as dt
import re
import struct
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

from openpyxl.utils.datetime import to_excel

_QUOTED = re.compile(r'"([^"]*)"|[\\!](.)|_.|\*.|\[[^\]]*\]')
_MOVED_POINT = re.compile(r"(?P<head>[#0][#0,]*)[!\\]\.(?P<tail>0+)(?P<commas>,*)")
"""0!.0,"万元": the point is a letter between places, the number cut down by thousands before."""
_DATE_LETTERS = re.compile(r"[ymdhs年月日时分秒]", re.IGNORECASE)
_PATTERN = re.compile(r"[0#?](?:[0#?,]*[0#?])?(?:\.[0#?]*)?(,*)(%*)|%")
_EPOCH_1900 = dt.datetime(1899, 12, 30)  # noqa: DTZ001  a spreadsheet's date has no time zone
_EPOCH_1904 = dt.datetime(1904, 1, 1)  # noqa: DTZ001  a spreadsheet's date has no time zone
_LAST_SERIAL = 2_958_465
_GENERAL = {"", "general", "@", "g/通用格式", "通用格式"}


def decimal_of(value: float | Decimal) -> Decimal | None:
    """The number a spreadsheet means: 15 significant digits, the precision
    Excel itself keeps; None if not finite.
    """
    try:
        number = Decimal(value) if isinstance(value, int | Decimal) else Decimal(repr(value))
        if not number.is_finite():
            return None
        if len(number.as_tuple().digits) > 15:
            number = Decimal(f"{number:.14e}")
        if len(number.as_tuple().digits) > _SINGLE_DIGITS:
            number = unsingled(number)
    except (InvalidOperation, ValueError):
        return None
    return number


LONG = 12
"""A longer number may be what a program of single precision left behind."""
_SINGLE_DIGITS = 9


def unsingled(number: Decimal) -> Decimal:
    """A number a program kept in single precision, as it was meant: 19.2000007629395 → 19.2."""
    try:
        single = struct.unpack("f", struct.pack("f", float(number)))[0]
    except OverflowError:
        return number
    meant = Decimal(f"{single:.6e}")
    short = len(meant.normalize().as_tuple().digits) < _SINGLE_DIGITS - 2
    return meant if short and Decimal(f"{single:.14e}") == Decimal(f"{number:.14e}") else number


def plain(number: Decimal) -> str:
    """Decimal text without exponent and without zeros at the end: 8.0 →
    "8", 1E+3 → "1000", -0 → "0".
    """
    text = f"{number:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


@lru_cache(maxsize=512)
def is_date_format(number_format: str) -> bool:
    """Whether the format prints dates; quoted text and colours do not count."""
    bare = _QUOTED.sub("", number_format.split(";", maxsplit=1)[0])
    if bare.strip().lower() in _GENERAL:
        return False
    return bool(_DATE_LETTERS.search(bare)) and not re.search(r"[0#?]", bare.replace("ss.0", "ss"))


@lru_cache(maxsize=512)
def _sections(number_format: str) -> tuple[str, ...]:
    """The parts of a format between semicolons, quotes respected."""
    return tuple(part for part in re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', number_format))


def _literals(section: str) -> str:
    """The format with quoted text shielded into private letters so that its
    digits are not taken for places.
    """

    def shield(found: re.Match[str]) -> str:
        words = found[1] if found[1] is not None else found[2]
        if words:
            return "".join(
                chr(0xE000 + ord(letter)) if letter in "0#?,.%" else letter for letter in words
            )
        currency = re.match(r"\[\$([^\-\]]*)", found[0])
        return currency[1] if currency else ""

    return _QUOTED.sub(shield, section)


def _unshield(text: str) -> str:
    return "".join(
        chr(ord(letter) - 0xE000) if 0xE000 <= ord(letter) <= 0xE07F else letter for letter in text
    )


def _grouped(number: Decimal, places: int, *, commas: bool, width: int, fixed: int) -> str:
    """Digits with the decimals asked for; ``fixed`` of them stay even when zero."""
    rounded = number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    text = f"{rounded:,f}" if commas else f"{rounded:f}"
    if "." in text and fixed < places:
        head, tail = text.split(".")
        tail = tail[:fixed] + tail[fixed:].rstrip("0")
        text = f"{head}.{tail}" if tail else head
    head, dot, tail = text.partition(".")
    return head.rjust(width, "0") + dot + tail if len(head) < width else text


def format_number(number: Decimal, number_format: str | None) -> str:
    """A number under a format: 0.9 with "0%" → "90%", 387664.62 with "#,##0.00" → "387,664.62".

    Unknown formats (fractions, scientific) give the plain number rather than a guess.
    """
    if number_format is None or number_format.strip().lower() in _GENERAL:
        return plain(number)
    sections = _sections(number_format)
    section, magnitude, sign = sections[0], abs(number), "-" if number < 0 else ""
    if number < 0 and len(sections) > 1 and sections[1]:
        section, sign = sections[1], ""
    elif number == 0 and len(sections) > 2 and sections[2]:
        section, sign = sections[2], ""
    moved = _MOVED_POINT.search(section)
    if moved is not None:
        before, after = (
            _unshield(_literals(part))
            for part in (section[: moved.start()], section[moved.end() :])
        )
        return (before + sign + _with_moved_point(magnitude, moved) + after).strip()
    shielded = _literals(section)
    if re.search(r"[eE][+-]|/", shielded) or shielded.strip().lower() in _GENERAL:
        return plain(number)
    digits = _PATTERN.search(shielded)
    if digits is None:
        shown = _unshield(shielded).strip()
        return shown or plain(number)
    printed = _printed(magnitude, digits, shielded)
    if not any(letter in "123456789" for letter in printed):
        sign = ""
    text = (shielded[: digits.start()] + sign + printed + shielded[digits.end() :]).strip()
    return _unshield(text).replace("?", "")


def _with_moved_point(magnitude: Decimal, moved: re.Match[str]) -> str:
    """The digits of a format such as 0!.0, with the point where the format writes it."""
    places = len(moved["tail"])
    whole = magnitude.scaleb(-3 * len(moved["commas"])).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    digits = f"{whole:f}".rjust(places + 1, "0")
    head = f"{int(digits[:-places]):,}" if "," in moved["head"] else digits[:-places]
    return f"{head}.{digits[-places:]}"


def _printed(magnitude: Decimal, found: re.Match[str], section: str) -> str:
    pattern = found[0]
    percent = section.count("%")
    scale = len(found[1] or "")
    body = pattern.rstrip("%").rstrip(",")
    head, _, tail = body.partition(".")
    shown = magnitude.scaleb(2 * percent - 3 * scale)
    text = _grouped(
        shown, len(tail), commas="," in head, width=head.count("0"), fixed=tail.count("0")
    )
    if not head.count("0") and text.startswith("0"):
        text = text[1:]
    return text + "%" * pattern.count("%")


def as_date(serial: Decimal, *, date1904: bool = False) -> dt.datetime | None:
    """The date of a serial number, None outside what a spreadsheet can show (1900–9999)."""
    if not 0 <= serial <= _LAST_SERIAL:
        return None
    epoch = _EPOCH_1904 if date1904 else _EPOCH_1900
    return epoch + dt.timedelta(seconds=round(float(serial) * 86_400))


def format_date(moment: dt.datetime, number_format: str | None) -> str:
    """A date as written in China: the format's own order and words where it
    is simple, else 2022-12-31.
    """
    bare = _QUOTED.sub(
        lambda found: found[1] or found[2] or "", (number_format or "").split(";")[0]
    ).lower()
    has_day, has_month, has_year = "d" in bare, "m" in bare, "y" in bare
    if not has_year and not has_day and "h" in bare:
        return moment.strftime("%H:%M:%S" if "s" in bare else "%H:%M")
    words = "年" in bare or "月" in bare
    parts = []
    if has_year:
        parts.append((f"{moment.year}", "年"))
    if has_month:
        parts.append((f"{moment.month}" if words else f"{moment.month:02d}", "月"))
    if has_day:
        parts.append((f"{moment.day}" if words else f"{moment.day:02d}", "日"))
    text = (
        "".join(value + word for value, word in parts)
        if words
        else "-".join(value for value, _ in parts)
    )
    return f"{text} {moment:%H:%M}" if "h" in bare else text


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
