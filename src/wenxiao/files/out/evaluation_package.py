"""底稿包: an evaluation's working papers as a workbook that is filled away from the system and
brought back; what is given is locked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from wenxiao.files.cells.package_sheets import (
    CRITERIA,
    CRITERION_GIVEN,
    CRITERION_HEADINGS,
    GIVEN,
    GIVEN_LABELS,
    MATERIAL_HEADINGS,
    MATERIALS,
    PAPER_GIVEN,
    PAPER_HEADINGS,
    PAPER_SHEETS,
)
from wenxiao.files.out.spreadsheets import safe_text, text_book

SPARE = 30
WIDE = frozenset({"facts", "standard", "note", "name", "title"})
HOW = (
    "白格可以改，灰格是给定的，不要改。“评分底稿”一行一个评分项；扣了分的写扣分原因。",
    "新的取证单、访谈、勘查写在各页后面的空行里，行号留空；也可以填包里的 Word 底稿。",
    "填好后在系统的“工作底稿”页带回，逐格选用。",
)
Cells = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PackageContents:
    """What the workbook is filled with; ``papers`` by kind, ``reasons`` are code and title."""

    given: Cells
    criteria: Sequence[Cells]
    papers: Mapping[str, Sequence[Cells]] = field(default_factory=dict)
    materials: Sequence[Cells] = ()
    reasons: Sequence[str] = ()


def package_workbook(data: PackageContents) -> bytes:
    """The workbook as .xlsx bytes; every text is typed as text."""
    stream = BytesIO()
    with text_book(stream) as book:
        _PackageWriter(book, data).write()
    return stream.getvalue()


class _PackageWriter:
    def __init__(self, book: xlsxwriter.Workbook, data: PackageContents) -> None:
        self.book, self.data = book, data
        look = {"font_name": "宋体", "font_size": 11, "text_wrap": True, "num_format": "@"}
        look |= {"valign": "top"}
        self.locked: Format = book.add_format({**look, "border": 1, "bg_color": "#EFEFEF"})
        self.open: Format = book.add_format({**look, "border": 1, "locked": False})
        self.head: Format = book.add_format(
            {**look, "border": 1, "bold": True, "bg_color": "#E5EDF4"}
        )
        self.plain: Format = book.add_format(look)

    def write(self) -> None:
        self._given()
        locked = {key for key, _ in CRITERION_GIVEN}
        self._table(CRITERIA, CRITERION_HEADINGS, self.data.criteria, locked, spare=0)
        locked = {key for key, _ in PAPER_GIVEN}
        for kind, name in PAPER_SHEETS.items():
            self._table(name, PAPER_HEADINGS, self.data.papers.get(kind, ()), locked)
        every = {key for key, _ in MATERIAL_HEADINGS}
        self._table(MATERIALS, MATERIAL_HEADINGS, self.data.materials, every, spare=0)

    def _given(self) -> None:
        sheet = self.book.add_worksheet(GIVEN)
        sheet.set_column(0, 0, 16)
        sheet.set_column(1, 1, 70)
        for row, (key, label) in enumerate(GIVEN_LABELS):
            sheet.write_string(row, 0, label, self.head)
            sheet.write_string(row, 1, safe_text(self.data.given.get(key, "")), self.locked)
        reasons = [f"扣分原因码：{'；'.join(self.data.reasons)}"] if self.data.reasons else []
        for row, text in enumerate([*HOW, *reasons], start=len(GIVEN_LABELS) + 1):
            sheet.merge_range(row, 0, row, 1, "", self.plain)
            sheet.write_string(row, 0, safe_text(text), self.plain)
            sheet.set_row(row, 50)

    def _table(
        self,
        name: str,
        headings: Sequence[tuple[str, str]],
        rows: Sequence[Cells],
        locked: set[str],
        spare: int = SPARE,
    ) -> Worksheet:
        sheet = self.book.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.freeze_panes(1, 0)
        for col, (key, words) in enumerate(headings):
            sheet.set_column(col, col, 34 if key in WIDE else 15)
            sheet.write_string(0, col, words, self.head)
        empty: Cells = {}
        for at, row in enumerate([*rows, *(empty for _ in range(spare))], start=1):
            for col, (key, _) in enumerate(headings):
                style = self.locked if key in locked else self.open
                sheet.write_string(at, col, safe_text(row.get(key, "")), style)
        return sheet
