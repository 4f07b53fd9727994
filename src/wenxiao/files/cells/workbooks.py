"""Workbooks and csv files as a :class:`Book`: what a person sees, where,
with merges and what is hidden.
"""

from __future__ import annotations

from pathlib import Path

from openpyxl.utils import get_column_letter
from python_calamine import CalamineSheet, CalamineWorkbook

from wenxiao.files.cells.cells import Book, Cell, Merge, Sheet
from wenxiao.files.cells.numberformats import is_number, shown_value
from wenxiao.files.cells.oldbooks import Look, look_of
from wenxiao.files.cells.openxml import DocumentTypeError, read_parts
from wenxiao.files.cells.openxml_sheet import BrokenError
from wenxiao.files.cells.panics import breaks_reading
from wenxiao.files.cells.plaintext import PlainTextError, decoded, rows_of
from wenxiao.files.cells.streaming import cells_of
from wenxiao.files.cells.strict import is_strict, transitional
from wenxiao.rulebook.codes import DAMAGED, EXTERNAL_ENTITY

MOST_CELLS = 400_000
"""A form never has this many cells; a ledger goes through :mod:`wenxiao.files.forms.ledger`."""


class UnreadableError(Exception):
    """The file cannot be read; the text is a Chinese sentence for the user,
    ``line`` where it broke in a csv.
    """

    sheet: str | None = None
    cell: str | None = None

    def __init__(self, text: str, code: str = DAMAGED, line: int | None = None) -> None:
        super().__init__(text)
        self.code, self.line = code, line


def read_xlsx(path: Path) -> Book:
    """A .xlsx as a person sees it; formulas with their cached value, without it ``has_cached`` is
    False.

    Raises UnreadableError with a sentence for the user. Call it behind the gate, in the limited
    child.
    """
    try:
        _refuse_crowded(path)
        return _book_of(path)
    except UnreadableError:
        raise
    except Exception as error:
        raise _unreadable(error) from error


def _unreadable(error: Exception) -> UnreadableError:
    """What is broken and where, as far as it can be found."""
    where = f"{error}" if isinstance(error, BrokenError) else "表格内部的结构有错误"
    code = EXTERNAL_ENTITY if isinstance(error, DocumentTypeError) else DAMAGED
    text = f"{where}，无法读取。请用 WPS 或 Excel 打开后另存为 .xlsx 再导入。"
    refusal = UnreadableError(text, code)
    if isinstance(error, BrokenError):
        refusal.sheet, refusal.cell = error.sheet, error.cell
    return refusal


def _book_of(path: Path) -> Book:
    """Straight from the parts; what is odd in them goes through openpyxl,
    whose word on a broken file is the last.
    """
    try:
        return read_parts(path)
    except (MemoryError, DocumentTypeError):
        raise
    except Exception as broken:  # noqa: BLE001  whatever it was, openpyxl may know it
        from wenxiao.files.cells.openpyxl_books import read_by_openpyxl

        # the open file, not its path: openpyxl refuses a sound workbook for its suffix
        with path.open("rb") as stream:
            strict = is_strict(stream, "xl/workbook.xml")
            try:
                return read_by_openpyxl(transitional(stream) if strict else stream)
            except MemoryError:
                raise
            except Exception as error:
                raise (broken if isinstance(broken, BrokenError) else error) from error


def _refuse_crowded(path: Path) -> None:
    """Refuse a sheet with too many cells by its bytes, before anything is built of them."""
    if (count := cells_of(path, above=MOST_CELLS)) > MOST_CELLS:
        raise UnreadableError(
            f"有一张工作表写了 {count} 格，超过 {MOST_CELLS} 格，不是一张绩效表。"
            "支付明细和预算清单请在“台账”处导入；其他的请只保留要导入的表。"
        )


def read_xls(path: Path) -> Book:
    """An old .xls through calamine, its formats, merges and hidden rows through
    :mod:`wenxiao.files.cells.oldbooks`.
    """
    place = "旧版 .xls 文件"
    try:
        look = look_of(path)
        with path.open("rb") as stream, CalamineWorkbook.from_filelike(stream) as stored:
            book = Book("xls")
            for name in stored.sheet_names:
                place = f"工作表“{name}”"
                book.sheets.append(_old_sheet(stored.get_sheet_by_name(name), look.get(name)))
    except UnreadableError:
        raise
    except BaseException as error:
        if not breaks_reading(error):
            raise
        raise UnreadableError(f"{place}内部有错误，无法读取。请另存为 .xlsx 再导入。") from error
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
                shown_format = None if number_format in {None, "General"} else number_format
                out.cells[row, col] = Cell(
                    row, col, address(row, col), text, raw, shown_format, numeric=is_number(value)
                )
    return out


def read_csv(path: Path) -> Book:
    """A csv as one sheet named after the file; raises UnreadableError with
    the line where it breaks.
    """
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
