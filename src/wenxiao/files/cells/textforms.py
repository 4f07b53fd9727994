"""What a person means by the text in a cell: half-width forms, numbers,
money, years, numbered lists.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from wenxiao.files.cells.labels import remembered
from wenxiao.files.cells.labels import year_in as year_of
from wenxiao.files.cells.numberformats import LONG, plain, unsingled

__all__ = [
    "LEADING_NUMBER",
    "half_width",
    "number_of",
    "numbered_items",
    "squeezed",
    "unit_in",
    "year_of",
    "yuan",
]

WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xA0: 0x20}
UNITS = {
    "亿元": Decimal(100_000_000),
    "万元": Decimal(10_000),
    "千元": Decimal(1000),
    "元": Decimal(1),
}
UNIT = re.compile(r"亿元|万元|千元|(?<![美欧日港])元")
NUMBER = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|-?\d+(?:\.\d+)?")
LEADING_NUMBER = re.compile(
    r"^\s*(?:[（(]\s*(?:[一二三四五六七八九十]+|\d{1,2})\s*[)）]|[一二三四五六七八九十]+\s*[、.．]"
    r"|\d{1,2}\s*(?:[、.．](?!\d)|[)）])|[①-⑳]|第[一二三四五六七八九十]+[，、])\s*"
)
INNER_NUMBER = re.compile(
    r"(?<=[。；;])\s*(?=[（(](?:[一二三四五六七八九十]+|\d{1,2})[)）]|\d{1,2}[、.．](?!\d)|[①-⑳]|[一二三四五六七八九十]+、)"
)


@remembered
def half_width(text: str) -> str:
    """Full-width letters, digits, signs and blanks as half-width; Chinese brackets become ()."""
    return text.translate(WIDE)


@remembered
def squeezed(text: str) -> str:
    """A label without blanks, line breaks and closing colons, half-width: 「分  值」 → 「分值」."""
    return re.sub(r"\s+", "", half_width(text)).strip(":")


def number_of(text: str | None) -> Decimal | None:
    """The number a cell holds, with or without 分, 元 or thousands commas; None for anything else.

    Stricter than ``labels.number_in``: a percent is no amount and no points here.
    """
    return None if text is None else _number_of(text)


@remembered
def _number_of(text: str) -> Decimal | None:
    bare = re.sub(r"\s+", "", half_width(text)).replace(",", "")
    bare = re.sub(r"(分|亿元|万元|千元|元)$", "", bare)
    try:
        number = Decimal(bare) if re.fullmatch(r"[-+]?\d+(\.\d+)?([eE][-+]?\d+)?", bare) else None
    except InvalidOperation:
        return None
    return unsingled(number) if number is not None and len(bare) > LONG else number


def unit_in(text: str) -> str | None:
    """The money unit a label or value names: 「金额单位：万元」 → 「万元」; None when it names none."""
    unit = UNIT.search(half_width(text))
    return unit[0] if unit else None


def yuan(text: str | None, unit: str | None) -> str | None:
    """Decimal text in 元 of an amount; a unit written beside the number wins
    over ``unit``; None if either lacks.
    """
    number = number_of(text)
    stated = unit_in(text or "") or unit
    if number is None or stated is None:
        return None
    return plain((number * UNITS[stated]).normalize())


def numbered_items(text: str) -> list[str]:
    """The items of a numbered text, numbers taken off; a line without
    number continues the one before.
    """
    lines = [
        part.strip()
        for line in text.splitlines()
        for part in INNER_NUMBER.split(line)
        if part.strip()
    ]
    numbered = any(LEADING_NUMBER.match(line) for line in lines)
    items: list[str] = []
    for line in lines:
        bare = LEADING_NUMBER.sub("", line, count=1)
        if numbered and items and bare == line:
            items[-1] += bare
        elif bare:
            items.append(bare)
    return items
