"""A list whose columns a bureau has named itself: recognised by its own
headings, codes read as the words they stand for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from wenxiao.files.cells.cells import Book, Sheet
from wenxiao.files.cells.grids import TableGrid
from wenxiao.files.cells.labels import line_of, squeezed
from wenxiao.files.forms.targets.columns import TargetColumn, TargetColumns, heading_key
from wenxiao.files.forms.targets.form import TargetForm
from wenxiao.files.forms.targets.lists import read_list

KEYS = {
    "project_code": "项目代码",
    "project_name": "项目名称",
    "unit_code": "单位代码",
    "unit_name": "单位名称",
    "dept": "主管部门",
    "year": "预算年度",
    "money": "预算数",
    "goal": "年度目标",
    "level1": "一级指标",
    "level2": "二级指标",
    "level3": "三级指标",
    "nature": "指标性质",
    "target": "指标值",
    "unit": "计量单位",
    "weight": "分值",
    "note": "指标说明",
    "source": "数据来源",
    "proof": "佐证",
    "last_actual": "上年实际",
}
"""What a column may hold, and its word."""
DEEPEST = 15
"""Headings stand in one of the first rows."""


class ListLayout(msgspec.Struct, frozen=True):
    """One bureau's list: which heading holds what; ``codes`` by key, code →
    word; amounts in ``money_unit``.
    """

    headings: dict[str, str]
    codes: dict[str, dict[str, str]] = {}
    money_unit: str = "元"


def headings_of(book: Book) -> tuple[Sheet, int, list[tuple[int, str]]] | None:
    """The sheet, row and (column, words) of the row with the most headings;
    None for a book without a table.
    """
    best: tuple[Sheet, int, list[tuple[int, str]]] | None = None
    for sheet in book.sheets:
        rows: dict[int, list[tuple[int, str]]] = {}
        for (row, col), cell in sorted(sheet.cells.items()):
            if row <= DEEPEST and cell.text.strip():
                rows.setdefault(row, []).append((col, line_of(cell.text)))
        for row, cells in rows.items():
            if best is None or len(cells) > len(best[2]):
                best = (sheet, row, cells)
    return best if best is not None and len(best[2]) > 2 else None


def guessed_key(words: str) -> str:
    """What a heading most likely holds; "" where nobody can say."""
    key = heading_key(words, listed=True) or ""
    return key if key in KEYS else ""


def read_by_layout(sheet: Sheet, layouts: Sequence[ListLayout]) -> list[TargetForm]:
    """The targets of a sheet that has all headings of one of the layouts;
    empty where it has none's.
    """
    for layout in layouts:
        columns = _columns(sheet, layout)
        if columns is not None:
            grid = TableGrid(_worded(sheet, columns, layout))
            return read_list(grid, columns, unit=layout.money_unit)
    return []


def _columns(sheet: Sheet, layout: ListLayout) -> TargetColumns | None:
    wanted = {squeezed(words): key for key, words in layout.headings.items()}
    by_level: dict[int, dict[str, TargetColumn]] = {}
    for (row, col), cell in sheet.cells.items():
        key = wanted.get(squeezed(cell.text)) if row <= DEEPEST else None
        if key is not None:
            by_level.setdefault(row, {}).setdefault(key, TargetColumn(col, col, line_of(cell.text)))
    whole = [row for row, known in sorted(by_level.items()) if len(known) == len(wanted)]
    return TargetColumns(whole[0], whole[0], by_level[whole[0]]) if whole else None


def _worded(sheet: Sheet, columns: TargetColumns, layout: ListLayout) -> Sheet:
    """The sheet with each code replaced by its word; a code nobody listed stays as it is."""
    words = {columns.known[key].left: codes for key, codes in layout.codes.items() if codes}
    cells = {
        place: replace(cell, text=words[place[1]][cell.text.strip()])
        if place[0] > columns.bottom and cell.text.strip() in words.get(place[1], {})
        else cell
        for place, cell in sheet.cells.items()
    }
    return replace(sheet, cells=cells)
