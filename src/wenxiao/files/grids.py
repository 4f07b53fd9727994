"""A sheet looked at with its merges: what stands at a place, where it is anchored, how wide it lies."""

from __future__ import annotations

from wenxiao.files.cells import Cell, Merge, Sheet
from wenxiao.files.formulas import computed_value, decimal_text
from wenxiao.files.textforms import half_width, number_of


class Grid:
    """A sheet whose merged ranges answer with their top left cell."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.top, self.left = sheet.origin, sheet.origin
        self.bottom, self.right = sheet.bottom, sheet.right
        self._merged: dict[tuple[int, int], Merge] = {}
        for merge in sheet.merges:
            bottom, right = min(merge.bottom, self.bottom + 1), min(merge.right, self.right + 1)
            for row in range(merge.top, bottom + 1):
                for col in range(merge.left, right + 1):
                    self._merged[row, col] = merge

    def merge_at(self, row: int, col: int) -> Merge | None:
        """The merged range covering a place, if any."""
        return self._merged.get((row, col))

    def anchor(self, row: int, col: int) -> tuple[int, int]:
        """The place whose cell is shown at (row, col)."""
        merge = self._merged.get((row, col))
        return (merge.top, merge.left) if merge else (row, col)

    def cell(self, row: int, col: int) -> Cell | None:
        """What is shown at a place, merges considered."""
        return self.sheet.cells.get(self.anchor(row, col))

    def text(self, row: int, col: int) -> str:
        """What a person reads at a place; "" when it is empty."""
        cell = self.cell(row, col)
        return cell.text.strip() if cell else ""

    def address(self, row: int, col: int) -> str:
        """How a person names the place's anchor: "B7" in workbooks, "row,col" in Word."""
        anchor = self.anchor(row, col)
        cell = self.sheet.cells.get(anchor)
        if cell is not None:
            return cell.address
        if self.sheet.origin == 0:
            return f"{anchor[0]},{anchor[1]}"
        return f"{column_name(anchor[1])}{anchor[0]}"

    def own_cells(self, row: int) -> list[Cell]:
        """Cells written in this row itself (a merge from above is not), left to right."""
        return [
            self.sheet.cells[row, col] for col in range(self.left, self.right + 1) if (row, col) in self.sheet.cells
        ]

    def number(self, row: int, col: int) -> dict[str, str | None]:
        """{"cell", "value"} of a number; a formula without cached value has ``value`` None and ``computed``."""
        cell = self.cell(row, col)
        place: dict[str, str | None] = {"cell": self.address(row, col)}
        if cell is None:
            return place | {"value": None}
        if cell.formula is not None and not cell.has_cached:
            computed = computed_value(self.sheet, cell.row, cell.col)
            text = decimal_text(computed, 6) if computed is not None else None
            return place | {"value": None, "stored": cell.formula, "cached": None, "computed": text}
        shown = plain_number(cell)
        out = place | {"value": shown if shown is not None else (cell.text.strip() or None)}
        return out | {"stored": cell.formula} if cell.formula is not None else out


def plain_number(cell: Cell) -> str | None:
    """Decimal text of the number in a cell, without thousands commas, unit and trailing zeros; None if it is none."""
    number = number_of(cell.raw) if cell.raw is not None else None
    percent = half_width(cell.text).strip().endswith("%")
    if number is None:
        number = number_of(half_width(cell.text).strip().rstrip("%"))
    elif percent and cell.number_format is not None and "%" in cell.number_format:
        number *= 100
    if number is None:
        return None
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def column_name(col: int) -> str:
    """ "A" for 1, "AB" for 28."""
    letters = ""
    while col > 0:
        col, rest = divmod(col - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
