"""Workbooks and Word tables drawn from plain rows, for the layouts people make themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import docx
import openpyxl

from wenxiao.files.forms.reading import read_file

Rows = Sequence[Sequence[Any]]


def put(sheet: Any, rows: Rows, merges: Iterable[str] = ()) -> None:
    """Write the rows from A1 on; None leaves a cell empty."""
    for row, values in enumerate(rows, 1):
        for col, value in enumerate(values, 1):
            if value is not None:
                sheet.cell(row, col, value)
    for area in merges:
        sheet.merge_cells(area)


def read_rows(folder: Path, rows: Rows, merges: Iterable[str] = (), **look: Any) -> dict[str, Any]:
    """A workbook of one sheet as ``wenxiao read`` reads it; ``look``:
    formats, hidden_rows, hidden_cols.
    """
    book = openpyxl.Workbook()
    put(book.active, rows, merges)
    for address, number_format in look.get("formats", {}).items():
        book.active[address].number_format = number_format
    for row in look.get("hidden_rows", ()):
        book.active.row_dimensions[row].hidden = True
    for col in look.get("hidden_cols", ()):
        book.active.column_dimensions[col].hidden = True
    path = folder / "表.xlsx"
    book.save(path)
    return read_file(path)


def read_form(
    folder: Path, rows: Rows, merges: Iterable[str] = ()
) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """The one form of such a workbook, and what was found of each code."""
    found = read_rows(folder, rows, merges)
    (form,) = found["forms"]
    codes: dict[str, list[str]] = {}
    for problem in found["problems"]:
        codes.setdefault(problem["code"], []).append(problem["got"])
    return form, codes


def money(form: dict[str, Any], key: str) -> list[str | None]:
    """An amount of each fund of a form, in 元."""
    return [line[key] and line[key]["yuan"] for line in form["funds"]]


def value(form: dict[str, Any], key: str) -> Any:
    """What stands in a field of a form."""
    return form[key] and form[key]["value"]


def with_changes(rows: Rows, changes: dict[tuple[int, int], Any]) -> list[list[Any]]:
    """A copy with some cells (row and column from 1) written over."""
    out = [list(row) for row in rows]
    for (row, col), value in changes.items():
        out[row - 1] += [None] * (col - len(out[row - 1]))
        out[row - 1][col - 1] = value
    return out


def fill(table: Any, rows: Rows) -> None:
    """Write rows into a Word table."""
    for row, values in enumerate(rows):
        for col, value in enumerate(values):
            if value is not None:
                table.cell(row, col).text = str(value)


def word_table(place: Any, rows: Rows) -> Any:
    """A Word table of the rows, in a document or in a cell of another table."""
    table = place.add_table(len(rows), max(map(len, rows)))
    fill(table, rows)
    return table


def read_document(folder: Path, document: docx.document.Document) -> dict[str, Any]:
    """A Word file as ``wenxiao read`` reads it."""
    path = folder / "表.docx"
    document.save(str(path))
    return read_file(path)


def told(found: dict[str, Any], *, hints: bool = False) -> list[tuple[str, str | None]]:
    """(code, cell) of what was said against a file, mere hints left aside."""
    return [
        (one["code"], one["cell"]) for one in found["problems"] if hints or one["level"] != "提示"
    ]
