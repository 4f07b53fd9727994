"""Lists a division writes line by line, the columns of a line apart by ｜: split, and refused with
the line's number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

NAME_AT_LEAST = 2
SHOWN = 40
"""So many characters of a refused line are printed."""


def columns_of(line: str, shape: str, example: str, *, longest: int) -> list[str]:
    """The columns of a line of this shape, the first a name; ValueError says what to write."""
    parts = [part.strip() for part in line.replace("|", "｜").split("｜")]
    if len(parts) != shape.count("｜") + 1 or not NAME_AT_LEAST <= len(parts[0]) <= longest:
        raise ValueError(f"应写“{shape}”，如“{example}”。")
    return parts


def refused_lines(
    listed: object, read: Callable[[str], object], *, shape: str, word: str = ""
) -> str:
    """Why this list may not stand, by the first line that cannot be read; empty where it may."""
    if not isinstance(listed, list):
        return f"{word}应逐行写“{shape}”。"
    for at, line in enumerate(listed, 1):
        try:
            read(str(line))
        except ValueError as fault:
            return f"{word}第 {at} 行“{str(line)[:SHOWN]}”：{fault}"
    return ""
