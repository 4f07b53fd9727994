"""Targets written back into a bureau's own list: its file, its headings,
its columns, nothing else moved.
"""

from __future__ import annotations

import copy
import io
from collections.abc import Mapping, Sequence

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

Line = Mapping[str, object]
"""One row by key; numbers as Decimal."""

SAMPLE_CODES = {
    "level1": {"01": "产出指标", "02": "效益指标", "03": "满意度指标"},
    "nature": {"1": "≥", "2": "≤", "3": "=", "4": "定性"},
}
SAMPLE_COLUMNS = (
    ("BGT_PROJ_CODE", "project_code"),
    ("BGT_PROJ_NAME", "project_name"),
    ("AGENCY_NAME", "unit_name"),
    ("FISCAL_YEAR", "year"),
    ("BUDGET_AMT", "money"),
    ("LV1_IND_CODE", "level1"),
    ("LV2_IND_NAME", "level2"),
    ("LV3_IND_NAME", "level3"),
    ("CALC_SIGN", "nature"),
    ("IND_VALUE", "target"),
    ("MEASURE_UNIT", "unit"),
    ("WEIGHT", "weight"),
    ("REMARK", ""),
)


def sample_list() -> bytes:
    """An empty list with headings made up for trying (合成); no system's real layout."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "绩效目标（合成）"
    sheet.append([heading for heading, _ in SAMPLE_COLUMNS])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def fill_list(
    content: bytes,
    *,
    sheet: str,
    heading_row: int,
    columns: Mapping[str, int],
    lines: Sequence[Line],
) -> bytes:
    """The file with ``lines`` below its headings; rows that were there are
    cleared, the first one's look goes on.
    """
    book = openpyxl.load_workbook(io.BytesIO(content))
    page = book[sheet]
    first, look = heading_row + 1, _look(page, heading_row + 1)
    for row in page.iter_rows(min_row=first):
        for cell in row:
            if not isinstance(cell, openpyxl.cell.cell.MergedCell):
                cell.value = None
    for at, line in enumerate(lines):
        for key, column in columns.items():
            cell = page.cell(first + at, column)
            value = line.get(key)
            cell.value = None if value == "" else value
            if isinstance(value, str):
                cell.data_type = "s"  # what begins with = is text, never a formula
            if column in look:
                cell.style, cell.number_format = look[column]
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _look(page: Worksheet, row: int) -> dict[int, tuple[str, str]]:
    """Style and number format of each column in the first row below the headings."""
    cells = (page.cell(row, column) for column in range(1, page.max_column + 1))
    return {cell.column: (copy.copy(cell.style), cell.number_format) for cell in cells}
