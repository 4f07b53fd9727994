"""Score sheets with one column of indicators whose levels show in numbering
or indents: 一 → 1 → 1.1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from wenxiao.files.cells.cells import Cell
from wenxiao.files.cells.grids import TableGrid
from wenxiao.files.cells.textforms import half_width
from wenxiao.files.forms.evaluation_columns import ScoreTableHead

_SPELT = "[一二三四五六七八九十]+"
_STYLES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("spelt", re.compile(rf"第?{_SPELT}(?:[、.]|$|\s)")),
    ("spelt in brackets", re.compile(rf"\({_SPELT}\)")),
    ("dotted", re.compile(r"\d{1,2}(?:[.\-]\d{1,2})+(?!\d)")),
    ("number in brackets", re.compile(r"\(\d{1,2}\)")),
    ("number", re.compile(r"\d{1,2}(?:[、.)]|$|\s)")),
    ("circled", re.compile(r"[①-⑳]")),
    ("lettered", re.compile(r"[A-Z]\d*(?:[.\-]\d+)*")),
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands in the outline: the rows above it that name its levels, outermost first,
    and whether any row stands under it.
    """

    above: tuple[int, ...]
    is_leaf: bool


def outline_of(grid: TableGrid, head: ScoreTableHead, last: int) -> dict[int, Place]:
    """The place of every numbered or indented row; empty where the sheet
    has level columns or no outline.
    """
    column = head.roles.get("level3")
    if column is None or "level1" in head.roles or "level2" in head.roles:
        return {}
    styles: list[tuple[int, str]] = []
    for row in range(head.last_row + 1, last + 1):
        cell = grid.cell(row, column)
        if cell is None or cell.row != row or cell.col != column:
            continue
        number = next((one.text for one in grid.own_cells(row) if one.col < column), "")
        style = _style(half_width(number).strip(), cell)
        if style is None:
            break
        styles.append((row, style))
    ranks = list(dict.fromkeys(style for _, style in styles))
    if len(ranks) < 2:
        return {}
    return _places([(row, ranks.index(style)) for row, style in styles])


def _style(number: str, cell: Cell) -> str | None:
    """How a row is numbered, else how far it is indented; None for a total
    or a note that ends the outline.
    """
    words = half_width(cell.text).strip()
    if re.match(r"(?:合\s*计|总\s*[计分]|总得分|备?注|说明|评价等级|存在|意见)", words) or (
        not number and re.match(r"[备]?注[:]", words)
    ):
        return None
    for text in (number, words):
        for name, pattern in _STYLES:
            if hit := pattern.match(text):
                return (
                    f"{name} {_depth_in(hit.group())}" if name in {"dotted", "lettered"} else name
                )
    indent = len(cell.text.replace("\u3000", "  ")) - len(
        cell.text.replace("\u3000", "  ").lstrip(" \xa0\t")
    )
    return f"indent {indent}"


def _depth_in(number: str) -> int:
    """Parts of a dotted number, digits of a lettered one (A1, A11, A111)."""
    return (
        len(re.findall(r"\d+", number))
        if re.search(r"[.\-]", number)
        else len(re.findall(r"\d", number))
    )


def _places(ranked: list[tuple[int, int]]) -> dict[int, Place]:
    places: dict[int, Place] = {}
    path: list[tuple[int, int]] = []
    for at, (row, rank) in enumerate(ranked):
        path = [step for step in path if step[1] < rank]
        following = ranked[at + 1][1] if at + 1 < len(ranked) else -1
        places[row] = Place(tuple(step[0] for step in path), is_leaf=following <= rank)
        path.append((row, rank))
    return places
