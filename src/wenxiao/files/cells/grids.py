"""A sheet looked at row by row: the cells written in a row, and numbers as
score sheets and lists promise them.
"""

from __future__ import annotations

from openpyxl.utils import get_column_letter

from wenxiao.files.cells import labels
from wenxiao.files.cells.cells import Cell, Merge, Sheet
from wenxiao.files.cells.seen import Seen
from wenxiao.files.cells.textforms import half_width, number_of

column_name = get_column_letter


class TableGrid(labels.Grid):
    """The labels' grid, with what a table of many rows asks for besides."""

    def __init__(self, sheet: Sheet) -> None:
        super().__init__(sheet)
        self.top = self.left = sheet.origin
        self._by_row: dict[int, list[Cell]] = {}
        for cell in sheet.cells.values():
            self._by_row.setdefault(cell.row, []).append(cell)
        for cells in self._by_row.values():
            cells.sort(key=lambda cell: cell.col)

    def merge_at(self, row: int, col: int) -> Merge | None:
        """The merged range covering a place, if any."""
        return self._merged.get((row, col))

    def own_cells(self, row: int) -> list[Cell]:
        """Cells written in this row itself (a merge from above is not), left to right."""
        return self._by_row.get(row, [])

    def figure(self, row: int, col: int) -> Seen:
        """A number with its cell; a formula without cached value has
        ``value`` None and ``computed``.
        """
        cell, address = self.cell(row, col), self.address(row, col)
        if cell is None:
            return Seen(cell=address, value=None)
        if cell.formula is not None and not cell.has_cached:
            exact = self.computed_number(cell)
            computed = None if exact is None else trimmed(format(round(exact, 6), "f"))
            return Seen(cell=address, value=None, stored=cell.formula, computed=computed)
        shown = plain_number(cell)
        value = shown if shown is not None else (cell.text.strip() or None)
        return Seen(cell=address, value=value, stored=cell.formula)


def plain_number(cell: Cell) -> str | None:
    """Decimal text of the number in a cell, without thousands commas, unit
    and trailing zeros; None if it is none.
    """
    number = number_of(cell.raw) if cell.raw is not None else None
    percent = half_width(cell.text).strip().endswith("%")
    if number is None:
        number = number_of(half_width(cell.text).strip().rstrip("%"))
    elif percent and cell.number_format is not None and "%" in cell.number_format:
        number *= 100
    return None if number is None else trimmed(format(number, "f"))


def trimmed(text: str) -> str:
    """Decimal text without zeros behind the point."""
    return text.rstrip("0").rstrip(".") if "." in text else text
