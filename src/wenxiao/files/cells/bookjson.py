"""A :class:`Book` as JSON and back: what comes out of the limited child is data, never a pickle."""

from __future__ import annotations

from typing import Any

from wenxiao.files.cells.cells import Book, Cell, Merge, Sheet


def book_as_json(book: Book) -> dict[str, Any]:
    """The grid in plain lists; the inverse of :func:`book_from_json`."""
    return {
        "container": book.container,
        "paragraphs": [list(item) for item in book.paragraphs],
        "margins": book.margins,
        "sheets": [_sheet_as_json(sheet) for sheet in book.sheets],
    }


def _sheet_as_json(sheet: Sheet) -> dict[str, Any]:
    return {
        "name": sheet.name,
        "origin": sheet.origin,
        "hidden": sheet.hidden,
        "inside": sheet.inside,
        "hidden_rows": sorted(sheet.hidden_rows),
        "hidden_cols": sorted(sheet.hidden_cols),
        "merges": [[merge.top, merge.left, merge.bottom, merge.right] for merge in sheet.merges],
        "cells": [
            [
                cell.row,
                cell.col,
                cell.address,
                cell.text,
                cell.raw,
                cell.number_format,
                cell.formula,
                cell.has_cached,
                cell.numeric,
            ]
            for cell in sheet.cells.values()
        ],
    }


def book_from_json(data: dict[str, Any]) -> Book:
    """The grid again. Raises KeyError, TypeError or ValueError for anything
    :func:`book_as_json` didn't make.
    """
    book = Book(data["container"], margins=list(data["margins"]))
    book.paragraphs = [(int(number), str(text)) for number, text in data["paragraphs"]]
    for item in data["sheets"]:
        sheet = Sheet(
            item["name"], origin=item["origin"], hidden=item["hidden"], inside=item["inside"]
        )
        sheet.hidden_rows, sheet.hidden_cols = (
            frozenset(item["hidden_rows"]),
            frozenset(item["hidden_cols"]),
        )
        sheet.merges = [Merge(*bounds) for bounds in item["merges"]]
        sheet.cells = {(fields[0], fields[1]): Cell(*fields) for fields in item["cells"]}
        book.sheets.append(sheet)
    return book
