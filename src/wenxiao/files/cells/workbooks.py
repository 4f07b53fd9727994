"""Workbooks and csv files as a :class:`Book`: what a person sees, where, with merges and what is hidden."""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Iterator
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import openpyxl
import openpyxl.reader.excel
from openpyxl.cell.cell import Cell as OpenCell
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import to_excel
from openpyxl.worksheet._reader import WorksheetReader
from openpyxl.worksheet.cell_range import CellRange, MultiCellRange
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineSheet, CalamineWorkbook

from wenxiao.files.cells.cells import Book, Cell, Merge, Sheet
from wenxiao.files.cells.numberformats import (
    as_date,
    decimal_of,
    format_date,
    format_number,
    is_date_format,
    plain,
)
from wenxiao.files.cells.oldbooks import Look, look_of
from wenxiao.files.cells.panics import breaks_reading
from wenxiao.files.cells.plaintext import PlainTextError, decoded, rows_of
from wenxiao.files.cells.streaming import cells_of
from wenxiao.files.cells.strict import is_strict, transitional
from wenxiao.rulebook.codes import DAMAGED

MOST_CELLS = 400_000
"""A form never has this many cells; a ledger goes through :mod:`wenxiao.files.forms.ledger`."""


class UnreadableError(Exception):
    """The file cannot be read; the text is a Chinese sentence for the user, ``line`` where it broke in a csv."""

    def __init__(self, text: str, code: str = DAMAGED, line: int | None = None) -> None:
        super().__init__(text)
        self.code, self.line = code, line


def read_xlsx(path: Path) -> Book:
    """A .xlsx as a person sees it; formulas with their cached value, without it ``has_cached`` is False.

    Raises UnreadableError with a sentence for the user. Call it behind the gate, in the limited child.
    """
    try:
        _refuse_crowded(path)
        stored = _loaded(path, data_only=False)
        sheets = [sheet for sheet in stored.worksheets if isinstance(sheet, Worksheet)]
        shown = (
            _loaded(path, data_only=True) if any(_has_formula(sheet) for sheet in sheets) else None
        )
        book = Book("xlsx")
        for sheet in sheets:
            values = (
                shown[sheet.title]
                if shown is not None and sheet.title in shown.sheetnames
                else None
            )
            book.sheets.append(_sheet(sheet, values))
            book.margins += _margin_texts(sheet)
    except UnreadableError:
        raise
    except Exception as error:
        raise UnreadableError(
            f"表格内部有错误，无法读取（{type(error).__name__}）。请用 WPS 或 Excel 打开后另存为 .xlsx 再导入。"
        ) from error
    return book


def _refuse_crowded(path: Path) -> None:
    """Refuse a sheet with too many cells by its bytes, before anything is built of them."""
    if (count := cells_of(path)) > MOST_CELLS:
        raise UnreadableError(
            f"有一张工作表写了 {count} 格，超过 {MOST_CELLS} 格，不是一张绩效表。"
            "支付明细和预算清单请在“台账”处导入；其他的请只保留要导入的表。"
        )


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


def _loaded(path: Path, *, data_only: bool) -> openpyxl.Workbook:
    with warnings.catch_warnings():
        # what openpyxl can't keep when saving (validations, sparklines) is nothing a reader misses
        warnings.simplefilter("ignore")
        # the open file, not its path: openpyxl refuses a sound workbook for its suffix
        with path.open("rb") as stream:
            source = transitional(stream) if is_strict(stream, "xl/workbook.xml") else stream
            return openpyxl.load_workbook(source, data_only=data_only, keep_links=False)


class _PlainReader(WorksheetReader):  # type: ignore[misc]  # openpyxl comes without types
    """openpyxl's reader without the borders of merged cells, which take 84 % of opening a form and nobody reads."""

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


# openpyxl has no door for another reader of sheets; this is the one place of the product that opens workbooks.
openpyxl.reader.excel.WorksheetReader = _PlainReader


def _cells_of(sheet: Worksheet) -> Iterator[OpenCell]:
    """Cells really written in the file; ``iter_rows`` would make the empty ones up."""
    stored: dict[tuple[int, int], Any] = sheet._cells  # no public door to written cells only
    if len(stored) > MOST_CELLS:
        raise UnreadableError(
            f"工作表“{sheet.title}”超过 {MOST_CELLS} 格，不是一张绩效表。请只保留要导入的表。"
        )
    for _, cell in sorted(stored.items(), key=lambda item: item[0]):
        if isinstance(cell, OpenCell) and cell.value is not None:
            yield cell


def _has_formula(sheet: Worksheet) -> bool:
    return any(cell.data_type == "f" for cell in _cells_of(sheet))


def _sheet(sheet: Worksheet, values: Any) -> Sheet:
    out = Sheet(sheet.title, hidden=sheet.sheet_state != "visible")
    for cell in _cells_of(sheet):
        made = _cell(cell, values)
        if made is not None:
            out.cells[made.row, made.col] = made
    out.merges = sorted(
        (
            Merge(area.min_row, area.min_col, area.max_row, area.max_col)
            for area in sheet.merged_cells.ranges
        ),
        key=lambda merge: (merge.top, merge.left),
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
        numeric=_is_number(value),
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _formula_text(value: object) -> str:
    if isinstance(value, ArrayFormula):
        return str(value.text or "")
    if isinstance(value, DataTableFormula):
        return ""
    return str(value)


def shown_value(value: object, number_format: str | None) -> tuple[str, str | None]:
    """(what a person sees, what is stored) of one value under its number format; decimal text for numbers."""
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


def read_xls(path: Path) -> Book:
    """An old .xls through calamine, its formats, merges and hidden rows through :mod:`wenxiao.files.cells.oldbooks`."""
    try:
        look = look_of(path)
        with path.open("rb") as stream, CalamineWorkbook.from_filelike(stream) as stored:
            book = Book("xls")
            for name in stored.sheet_names:
                book.sheets.append(_old_sheet(stored.get_sheet_by_name(name), look.get(name)))
    except UnreadableError:
        raise
    except BaseException as error:
        if not breaks_reading(error):
            raise
        raise UnreadableError(
            f"旧版 .xls 文件内部有错误，无法读取（{type(error).__name__}）。请另存为 .xlsx 再导入。"
        ) from error
    return book


def _old_sheet(stored: CalamineSheet, look: Look | None) -> Sheet:
    look = look or Look(
        merges=[
            Merge(a[0] + 1, a[1] + 1, b[0] + 1, b[1] + 1)
            for a, b in stored.merged_cell_ranges or []
        ]
    )
    out = Sheet(stored.name, hidden=look.hidden, merges=look.merges)
    out.hidden_rows, out.hidden_cols = frozenset(look.hidden_rows), frozenset(look.hidden_cols)
    if stored.total_height * stored.total_width > 50 * MOST_CELLS:
        raise UnreadableError(f"工作表“{stored.name}”范围过大。请删除多余的行列后再导入。")
    for row, values in enumerate(stored.to_python(skip_empty_area=False), 1):
        for col, value in enumerate(values, 1):
            number_format = look.formats.get((row, col))
            text, raw = shown_value(value if value != "" else None, number_format)
            if text:
                kept = None if number_format in {None, "General"} else number_format
                out.cells[row, col] = Cell(
                    row, col, address(row, col), text, raw, kept, numeric=_is_number(value)
                )
    return out


def read_csv(path: Path) -> Book:
    """A csv as one sheet named after the file; raises UnreadableError with the line where it breaks."""
    sheet = Sheet(path.stem)
    try:
        for line, fields in rows_of(decoded(path)):
            for col, value in enumerate(fields, 1):
                if value.strip():
                    sheet.cells[line, col] = Cell(
                        line, col, address(line, col), value.strip(), value.strip()
                    )
            if len(sheet.cells) > MOST_CELLS:
                raise UnreadableError(f"csv 超过 {MOST_CELLS} 格。请按台账导入，或拆成几份。")
    except PlainTextError as error:
        raise UnreadableError(error.text + error.mend, error.code, error.line) from error
    return Book("csv", [sheet])


def address(row: int, col: int) -> str:
    """The address of a cell: B7 for row 7, column 2."""
    return f"{get_column_letter(col)}{row}"
