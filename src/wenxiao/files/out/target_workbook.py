"""离线填报表: a target as a workbook that is filled away from the system and
brought back; what is given is locked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from io import BytesIO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from wenxiao.files.cells.own_sheets import (
    GIVEN,
    GIVEN_LABELS,
    GOALS,
    LONG,
    LONG_HEADINGS,
    MONEY,
    MONEY_HEADINGS,
    PLAN,
    PLAN_HEADINGS,
    ROW_HEADINGS,
    ROWS,
)
from wenxiao.files.out.form_grid import shown
from wenxiao.files.out.spreadsheets import safe_text, text_book

SPARE = 30
_HOW = (
    "在“目标”“年度指标”“资金和测算依据”“实施进度计划”“中长期指标”各页填写，白格可以改，灰格是给定的，不要改。",
    "新增的行写在后面的空行里，行号留空；删去的行把整行清空。填好后在系统的填报页“带回离线表”，逐格选用。",
)


@dataclass(frozen=True, slots=True)
class Filled:
    """What the workbook is filled with; ``goals`` are (key, label, text)."""

    given: Mapping[str, str]
    goals: Sequence[tuple[str, str, str]]
    rows: Sequence[Mapping[str, str]]
    money: Sequence[Mapping[str, str]] = ()
    plan: Sequence[Mapping[str, str]] = ()
    kinds: Sequence[str] = field(default_factory=tuple)
    long_rows: Sequence[Mapping[str, str]] = ()


def target_workbook(data: Filled) -> bytes:
    """The workbook as .xlsx bytes; every text is typed as text."""
    stream = BytesIO()
    with text_book(stream) as book:
        _TargetWriter(book, data).write()
    return stream.getvalue()


class _TargetWriter:
    def __init__(self, book: xlsxwriter.Workbook, data: Filled) -> None:
        self.book, self.data = book, data
        look = {"font_name": "宋体", "font_size": 11, "text_wrap": True, "num_format": "@"}
        self.locked: Format = book.add_format({**look, "border": 1, "bg_color": "#EFEFEF"})
        self.open: Format = book.add_format({**look, "border": 1, "locked": False})
        self.head: Format = book.add_format(
            {**look, "border": 1, "bold": True, "bg_color": "#E5EDF4"}
        )
        self.plain: Format = book.add_format(look)

    def write(self) -> None:
        self._given()
        self._goals()
        self._table(ROWS, ROW_HEADINGS, self.data.rows, locked={"pk"})
        money = self._table(MONEY, MONEY_HEADINGS, self.data.money)
        if self.data.kinds:
            last = len(self.data.money) + SPARE
            money.data_validation(
                1, 0, last, 0, {"validate": "list", "source": list(self.data.kinds)}
            )
        self._table(PLAN, PLAN_HEADINGS, self.data.plan)
        self._table(LONG, LONG_HEADINGS, self.data.long_rows)

    def _sheet(self, name: str, widths: Sequence[float]) -> Worksheet:
        sheet = self.book.add_worksheet(name)
        for col, width in enumerate(widths):
            sheet.set_column(col, col, width)
        sheet.protect("", {"format_columns": True, "format_rows": True})
        return sheet

    def _given(self) -> None:
        sheet = self._sheet(GIVEN, (14, 60))
        for row, (key, label) in enumerate(GIVEN_LABELS):
            sheet.write_string(row, 0, label, self.head)
            sheet.write_string(row, 1, safe_text(self.data.given.get(key, "")), self.locked)
        for row, text in enumerate(_HOW, start=len(GIVEN_LABELS) + 1):
            sheet.merge_range(row, 0, row, 1, "", self.plain)
            sheet.write_string(row, 0, text, self.plain)
            sheet.set_row(row, 34)

    def _goals(self) -> None:
        sheet = self._sheet(GOALS, (14, 90))
        for row, (key, label, text) in enumerate(self.data.goals):
            sheet.write_string(row, 0, label, self.head)
            sheet.write_string(row, 1, safe_text(text), self.open)
            if key in {"text", "long_text", "content"}:
                sheet.set_row(row, 60)

    def _table(
        self,
        name: str,
        headings: Sequence[tuple[str, str]],
        rows: Sequence[Mapping[str, str]],
        locked: frozenset[str] | set[str] = frozenset(),
    ) -> Worksheet:
        widths = [16 if key not in {"name", "content"} else 32 for key, _ in headings]
        sheet = self._sheet(name, widths)
        sheet.freeze_panes(1, 0)
        for col, (_, words) in enumerate(headings):
            sheet.write_string(0, col, words, self.head)
        empty: Mapping[str, str] = {}
        for at, row in enumerate([*rows, *(empty for _ in range(SPARE))], start=1):
            for col, (key, _) in enumerate(headings):
                style = self.locked if key in locked else self.open
                sheet.write_string(at, col, safe_text(row.get(key, "")), style)
        return sheet


def text_of(value: Decimal | None) -> str:
    """A number as a cell holds it; empty where there is none."""
    return shown(value)
