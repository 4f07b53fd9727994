"""A .xlsx through openpyxl: what :mod:`wenxiao.files.cells.openxml`
declines, and what the two are compared by.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from dataclasses import astuple
from itertools import product
from typing import IO, Any

import openpyxl
import openpyxl.reader.excel
from openpyxl.cell.cell import Cell as OpenCell
from openpyxl.worksheet._reader import WorksheetReader
from openpyxl.worksheet.cell_range import CellRange, MultiCellRange
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula
from openpyxl.worksheet.worksheet import Worksheet

from wenxiao.files.cells.cells import Book, Cell, Merge, Sheet
from wenxiao.files.cells.numberformats import is_number, shown_value


def read_by_openpyxl(stream: IO[bytes]) -> Book:
    """The workbook; raises whatever openpyxl raises for a broken one."""
    stored = _loaded(stream, data_only=False)
    sheets = [sheet for sheet in stored.worksheets if isinstance(sheet, Worksheet)]
    shown = _loaded(stream, data_only=True) if any(map(_has_formula, sheets)) else None
    book = Book("xlsx")
    for sheet in sheets:
        values = (
            None if shown is None or sheet.title not in shown.sheetnames else shown[sheet.title]
        )
        book.sheets.append(_sheet(sheet, values))
        book.margins += _margin_texts(sheet)
    return book


def _margin_texts(sheet: Worksheet) -> list[str]:
    """Texts of page headers and footers."""
    parts = (
        sheet.oddHeader,
        sheet.oddFooter,
        sheet.firstHeader,
        sheet.firstFooter,
        sheet.evenHeader,
        sheet.evenFooter,
    )
    items = [
        item for part in parts if part is not None for item in (part.left, part.center, part.right)
    ]
    return [str(item.text) for item in items if item is not None and item.text]


def _loaded(stream: IO[bytes], *, data_only: bool) -> openpyxl.Workbook:
    stream.seek(0)
    with warnings.catch_warnings(), _plain_reader():
        # what openpyxl can't keep when saving (validations, sparklines) is nothing a reader misses
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(stream, data_only=data_only, keep_links=False)


@contextlib.contextmanager
def _plain_reader() -> Iterator[None]:
    """The library has no door for another reader of sheets; everybody else keeps its own."""
    own = openpyxl.reader.excel.WorksheetReader
    openpyxl.reader.excel.WorksheetReader = _PlainReader
    try:
        yield
    finally:
        openpyxl.reader.excel.WorksheetReader = own


class _PlainReader(WorksheetReader):  # type: ignore[misc]  # openpyxl comes without types
    """openpyxl's reader without the borders of merged cells, which take 84
    % of opening a form and nobody reads.
    """

    def bind_merged_cells(self) -> None:
        """Keep each merge's first cell and forget what lies under it."""
        if not self.parser.merged_cells:
            return
        areas = [CellRange(one.ref) for one in self.parser.merged_cells.mergeCell]
        for area in areas:
            top = (area.min_row, area.min_col)
            for place in _under(area, self.ws._cells):
                if place != top:
                    del self.ws._cells[place]
        self.ws.merged_cells = MultiCellRange(areas)


def _under(area: CellRange, stored: dict[tuple[int, int], Any]) -> list[tuple[int, int]]:
    """The written cells of an area, found by way of whichever is smaller."""
    rows, cols = range(area.min_row, area.max_row + 1), range(area.min_col, area.max_col + 1)
    if len(rows) * len(cols) < len(stored):
        return [place for place in product(rows, cols) if place in stored]
    return [(row, col) for row, col in stored if row in rows and col in cols]


def _cells_of(sheet: Worksheet) -> Iterator[OpenCell]:
    """Cells really written in the file; ``iter_rows`` would make the empty ones up."""
    stored: dict[tuple[int, int], Any] = sheet._cells  # no public door to written cells only
    for _, cell in sorted(stored.items(), key=lambda item: item[0]):
        if isinstance(cell, OpenCell) and cell.value is not None:
            yield cell


def _has_formula(sheet: Worksheet) -> bool:
    return any(cell.data_type == "f" for cell in _cells_of(sheet))


def _sheet(sheet: Worksheet, values: Any) -> Sheet:
    out = Sheet(sheet.title, hidden=sheet.sheet_state != "visible")
    for cell in _cells_of(sheet):
        cell_read = _cell(cell, values)
        if cell_read is not None:
            out.cells[cell_read.row, cell_read.col] = cell_read
    out.merges = sorted(
        (
            Merge(area.min_row, area.min_col, area.max_row, area.max_col)
            for area in sheet.merged_cells.ranges
        ),
        key=astuple,
    )
    out.hidden_rows = frozenset(row for row, size in sheet.row_dimensions.items() if size.hidden)
    hidden: set[int] = set()
    for size in sheet.column_dimensions.values():
        if size.hidden and size.min is not None and size.max is not None:
            hidden.update(range(size.min, min(size.max, 16_384) + 1))
    out.hidden_cols = frozenset(hidden)
    return out


def _cell(cell: OpenCell, values: Any) -> Cell | None:
    formula, value = None, cell.value
    if cell.data_type == "f":
        formula = _formula_text(value)
        value = values[cell.coordinate].value if values is not None else None
    text, raw = shown_value(value, cell.number_format)
    if not text and formula is None:
        return None
    number_format = None if cell.number_format in {None, "General"} else cell.number_format
    return Cell(
        cell.row,
        cell.column,
        cell.coordinate,
        text,
        raw,
        number_format,
        formula,
        has_cached=formula is None or value is not None,
        numeric=is_number(value),
    )


def _formula_text(value: object) -> str:
    if isinstance(value, ArrayFormula):
        return str(value.text or "")
    if isinstance(value, DataTableFormula):
        return ""
    return str(value)
