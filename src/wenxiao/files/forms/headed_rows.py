"""Rows of a plain list by what its headings say, whatever their order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wenxiao.files.cells.labels import squeezed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from wenxiao.files.cells.cells import Book, Sheet

DEEPEST = 15
"""In so many rows the headings are looked for."""


def headed_rows(
    book: Book, words: Mapping[str, str], needed: AbstractSet[str]
) -> list[tuple[int, dict[str, str]]] | None:
    """(line, cells by key) of every row that holds something, in the first sheet with all columns
    ``needed``; ``words`` says which key a heading means. None without the headings.
    """
    for sheet in book.sheets:
        heading = _headings(sheet, words, needed)
        if heading is not None:
            return _rows(sheet, *heading)
    return None


def _headings(
    sheet: Sheet, words: Mapping[str, str], needed: AbstractSet[str]
) -> tuple[int, dict[int, str]] | None:
    rows: dict[int, dict[int, str]] = {}
    for (row, col), cell in sorted(sheet.cells.items()):
        key = words.get(squeezed(cell.text)) if row <= DEEPEST else None
        if key is not None and key not in rows.setdefault(row, {}).values():
            rows[row][col] = key
    for row, columns in sorted(rows.items()):
        if set(columns.values()) >= needed:
            return row, columns
    return None


def _rows(sheet: Sheet, top: int, columns: Mapping[int, str]) -> list[tuple[int, dict[str, str]]]:
    by_row: dict[int, dict[str, str]] = {}
    for (row, col), cell in sheet.cells.items():
        if row > top and col in columns and cell.text.strip():
            by_row.setdefault(row, {})[columns[col]] = cell.text.strip()
    return sorted(by_row.items())
