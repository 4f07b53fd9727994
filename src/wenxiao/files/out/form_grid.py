"""An official form as a grid of texts and merged stretches: drawn once,
printed as xlsx, docx or PDF.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from io import BytesIO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from wenxiao.files.cells.numberformats import plain
from wenxiao.files.out.documents import HEADING_FONT, NO_3, CellSpan, OfficialDocument
from wenxiao.files.out.spreadsheets import safe_text, text_book

Value = str | int | Decimal | None


@dataclass(slots=True)
class FormGrid:
    """One form: title lines above, the table by place from 0, lines below.

    ``widths`` are characters; ``left`` and ``strong`` name places; ``tall`` gives rows a least
    height in points.
    """

    name: str
    title: str
    widths: Sequence[float]
    subtitle: str | None = None
    attachment: str | None = None
    cells: dict[tuple[int, int], Value] = field(default_factory=dict)
    spans: list[CellSpan] = field(default_factory=list)
    left: set[tuple[int, int]] = field(default_factory=set)
    strong: set[tuple[int, int]] = field(default_factory=set)
    tall: dict[int, float] = field(default_factory=dict)
    below: list[str] = field(default_factory=list)
    landscape: bool = False
    watermark: str | None = None

    @property
    def rows(self) -> int:
        """How many rows the table has so far."""
        ends = [span.top + span.rows for span in self.spans] + [row + 1 for row, _ in self.cells]
        return max(ends, default=0)

    def put(
        self,
        row: int,
        col: int,
        value: Value,
        *,
        cols: int = 1,
        rows: int = 1,
        left: bool = False,
        strong: bool = False,
    ) -> None:
        """One value at a place, merged over ``rows`` × ``cols``."""
        self.cells[row, col] = value
        if cols > 1 or rows > 1:
            self.spans.append(CellSpan(row, col, rows, cols))
        if left:
            self.left.add((row, col))
        if strong:
            self.strong.add((row, col))

    def merge_repeats(self, col: int, first: int, last: int, within: int | None = None) -> None:
        """Merge equal neighbours of a level column, never across a border
        of the column ``within``.
        """
        start = first
        for row in range(first + 1, last + 2):
            same = (
                row <= last
                and self.cells.get((row, col)) == self.cells.get((start, col))
                and self.cells.get((row, col))
            )
            if within is not None and row <= last and (row, within) in self.cells:
                same = False
            if same:
                continue
            if row - start > 1:
                self.spans.append(CellSpan(start, col, row - start, 1))
                for inner in range(start + 1, row):
                    self.cells.pop((inner, col), None)
            start = row


def shown(value: Value) -> str:
    """A value as documents print it: the digits that exist, no thousands
    commas; empty stays empty.
    """
    if value is None:
        return ""
    return plain(value) if isinstance(value, Decimal) else str(value)


def form_workbook(forms: Sequence[FormGrid]) -> bytes:
    """The forms as one .xlsx, a sheet each, ready to print; texts are typed as texts."""
    stream = BytesIO()
    taken: set[str] = set()
    with text_book(stream) as book:
        for form in forms:
            _Drawing(book, form, _sheet_name(form.name, taken)).draw()
    return stream.getvalue()


def _sheet_name(name: str, taken: set[str]) -> str:
    """A name Excel takes that no sheet before it has."""
    clean = "".join("_" if sign in "[]:*?/\\" else sign for sign in name).strip("' ")
    title, number = clean[:31], 1
    while title.casefold() in taken:
        number += 1
        title = f"{clean[: 30 - len(str(number))]} {number}"
    taken.add(title.casefold())
    return title


class _Drawing:
    def __init__(self, book: xlsxwriter.Workbook, form: FormGrid, name: str) -> None:
        self.book, self.form = book, form
        self.sheet: Worksheet = book.add_worksheet(name)
        self.made: dict[tuple[object, ...], Format] = {}

    def draw(self) -> None:
        self._setup()
        row = self._above()
        self._table(row)
        below = row + self.form.rows
        for at, text in enumerate(self.form.below):
            self._across(
                below + at,
                text,
                self._style("宋体", 10, "left", border=False),
                14 * self._deep(text, sum(self.form.widths)) + 4,
            )

    def _setup(self) -> None:
        sheet, form = self.sheet, self.form
        if form.landscape:
            sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.6, right=0.6, top=0.8, bottom=0.8)
        sheet.center_horizontally()
        sheet.set_footer('&C&"宋体"&10— &P —')
        if form.watermark:
            mark = form.watermark.replace("&", "&&")
            sheet.set_header(f'&R&"宋体"&10{mark}')
        for col, width in enumerate(form.widths):
            sheet.set_column(col, col, width)

    def _style(
        self, font: str, size: float, align: str, *, border: bool = True, number: bool = False
    ) -> Format:
        key = (font, size, align, border, number)
        if key not in self.made:
            style = self.book.add_format(
                {
                    "font_name": font,
                    "font_size": size,
                    "text_wrap": True,
                    "num_format": "General" if number else "@",
                }
            )
            style.set_align("vcenter")
            style.set_align(align)
            if border:
                style.set_border(1)
            self.made[key] = style
        return self.made[key]

    def _across(self, row: int, text: str, style: Format, height: float) -> None:
        self.sheet.merge_range(row, 0, row, len(self.form.widths) - 1, "", style)
        self.sheet.write_string(row, 0, safe_text(text), style)
        self.sheet.set_row(row, height)

    def _above(self) -> int:
        row, form = 0, self.form
        for text, font, size, align, height in (
            (form.attachment, "黑体", 14, "left", 22),
            (form.title, "方正小标宋简体", 18, "center", 34),
            (form.subtitle, "宋体", 12, "center", 20),
        ):
            if text:
                self._across(row, text, self._style(font, size, align, border=False), height)
                row += 1
        return row

    def _table(self, offset: int) -> None:
        form = self.form
        spans = {(span.top, span.left): span for span in form.spans}
        covered = {
            (row, col)
            for span in form.spans
            for row in range(span.top, span.top + span.rows)
            for col in range(span.left, span.left + span.cols)
        } - set(spans)
        for row in range(form.rows):
            for col in range(len(form.widths)):
                if (row, col) not in covered:
                    self._place(offset, row, col, spans.get((row, col)))
            self.sheet.set_row(offset + row, self._height(row, spans, covered))

    def _place(self, offset: int, row: int, col: int, span: CellSpan | None) -> None:
        value = self.form.cells.get((row, col))
        number = isinstance(value, int | Decimal)
        font = "黑体" if (row, col) in self.form.strong else "宋体"
        style = self._style(
            font, 10.5, "left" if (row, col) in self.form.left else "center", number=number
        )
        if span is not None:
            self.sheet.merge_range(
                offset + row, col, offset + row + span.rows - 1, col + span.cols - 1, "", style
            )
        if isinstance(value, str):
            self.sheet.write_string(offset + row, col, safe_text(value), style)
        elif value is None:
            self.sheet.write_blank(offset + row, col, None, style)
        else:
            self.sheet.write_number(offset + row, col, float(value), style)

    def _height(
        self, row: int, spans: dict[tuple[int, int], CellSpan], covered: set[tuple[int, int]]
    ) -> float:
        deepest = 1
        for col in range(len(self.form.widths)):
            span = spans.get((row, col))
            if (row, col) in covered or (span is not None and span.rows > 1):
                continue
            width = sum(self.form.widths[col : col + (span.cols if span else 1)])
            deepest = max(deepest, self._deep(shown(self.form.cells.get((row, col))), width))
        return max(self.form.tall.get(row, 22), 14 * deepest + 6)

    @staticmethod
    def _deep(text: str, width: float) -> int:
        usable = max(int(width - 1.5), 2)
        return sum(
            max(1, -(-sum(2 if ord(sign) > 255 else 1 for sign in line) // usable))
            for line in text.split("\n")
        )


def form_document(forms: Sequence[FormGrid]) -> bytes:
    """The forms as one .docx in the official style, a page each."""
    document = OfficialDocument(
        watermark=next((form.watermark for form in forms if form.watermark), None)
    )
    for at, form in enumerate(forms):
        document.start_form_page(landscape=form.landscape, new=at > 0)
        add_form(document, form)
    return document.save()


def add_form(document: OfficialDocument, form: FormGrid) -> None:
    """One form into a document: title, year, table, notes."""
    if form.attachment:
        document.add_line(form.attachment, font=HEADING_FONT, size=NO_3, align="left")
    document.add_line(form.title, font="方正小标宋简体", size=18, align="center", exact=32)
    if form.subtitle:
        document.add_line(form.subtitle, size=12, align="center", exact=20)
    grid = [
        [shown(form.cells.get((row, col))) for col in range(len(form.widths))]
        for row in range(form.rows)
    ]
    document.add_form(
        grid,
        form.spans,
        form.widths,
        size=9.5,
        left=frozenset(form.left),
        strong=frozenset(form.strong),
    )
    for text in form.below:
        document.add_line(text, size=10.5, align="left", exact=16)
