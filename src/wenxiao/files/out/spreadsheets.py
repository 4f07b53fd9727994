"""Styled workbooks out.
The only door for xlsx: every text is typed as text, so no cell becomes a formula or a link.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from io import BytesIO
from typing import Any, Literal

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

Kind = Literal["text", "number", "money", "points", "percent", "centre"]
Value = str | int | Decimal | None
NUMBER_FORMATS: dict[Kind, str] = {
    "number": "0",
    "money": "0.00####",
    "points": "0.00",
    "percent": "0.00",
}
FORBIDDEN_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
XLSX_LONGEST = 32_767
"""Characters a cell of the format holds."""


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """One column: heading, width in characters, what it holds.
    ``above`` joins neighbours under a shared heading.
    """

    heading: str
    width: float = 12
    kind: Kind = "text"
    above: str | None = None


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A row that opens a group: 「一、部门整体支出」 with its subtotals by column number from 0."""

    name: str
    amounts: dict[int, Decimal | None] = field(default_factory=dict)


@dataclass(slots=True)
class SheetSpec:
    """A table to print: title, corner (unit), head, rows and groups in order, notes below.

    ``rows`` holds tuples as wide as ``columns`` or :class:`GroupRow`; None is an empty cell, never
    0.
    """

    name: str
    title: str
    columns: Sequence[ColumnSpec]
    rows: Sequence[Sequence[Value] | GroupRow]
    corner: str | None = None
    subtitle: str | None = None
    notes: Sequence[str] = ()
    attachment: str | None = None
    landscape: bool = True
    paper: int = 9
    watermark: str | None = None
    hidden: bool = False
    plain_head: bool = False
    """True writes the head in the first row and nothing else: for files other systems read."""


def text_book(stream: BytesIO) -> Workbook:
    """A new workbook in which a text stays a text: never a formula, a link or a number."""
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    return Workbook(stream, options)


def workbook_bytes(sheets: Sequence[SheetSpec]) -> bytes:
    """The sheets as one .xlsx, ready to print."""
    stream = BytesIO()
    with text_book(stream) as book:
        taken: set[str] = set()
        for spec in sheets:
            _SheetWriter(book, spec, _free_name(spec.name, taken)).write()
    return stream.getvalue()


def _free_name(name: str, taken: set[str]) -> str:
    """A sheet name the format allows: no forbidden sign, at most 31 characters, not used before."""
    stem = (name.translate(FORBIDDEN_IN_NAMES).strip().strip("'") or "表")[:31]
    free, number = stem, 2
    while free.lower() in taken:
        tail = f"({number})"
        free, number = stem[: 31 - len(tail)] + tail, number + 1
    taken.add(free.lower())
    return free


def safe_text(value: str) -> str:
    """The text as a cell can hold it: no control characters, not longer than the format allows."""
    return "".join(sign for sign in value if sign in "\n\t" or ord(sign) >= 32)[:XLSX_LONGEST]


class _SheetWriter:
    def __init__(self, book: Workbook, spec: SheetSpec, name: str) -> None:
        self.book, self.spec = book, spec
        self.sheet: Worksheet = book.add_worksheet(name)
        self.formats: dict[tuple[Any, ...], Format] = {}
        self.row = 0

    def write(self) -> None:
        """Head, rows, notes and the print setup."""
        self._setup()
        if not self.spec.plain_head:
            self._above()
        first = self.row
        self._head()
        self.sheet.repeat_rows(first, self.row - 1)
        self.sheet.freeze_panes(self.row, 0)
        for row in self.spec.rows:
            self._group(row) if isinstance(row, GroupRow) else self._line(row)
        for note in self.spec.notes:
            self._across(
                note,
                self._format(size=10, align="left", wrap=True),
                height=15 * _lines(note, self._width()),
            )
        self.sheet.print_area(0, 0, max(self.row - 1, 0), len(self.spec.columns) - 1)

    def _setup(self) -> None:
        sheet, spec = self.sheet, self.spec
        if spec.landscape:
            sheet.set_landscape()
        sheet.set_paper(spec.paper)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.6, right=0.6, top=0.8, bottom=0.8)
        sheet.center_horizontally()
        sheet.set_footer('&C&"宋体"&10第 &P 页　共 &N 页')
        if spec.watermark:
            mark = spec.watermark.replace("&", "&&")
            sheet.set_header(f'&R&"宋体"&10{mark}')
        if spec.hidden:
            sheet.hide()
        for at, column in enumerate(spec.columns):
            sheet.set_column(at, at, column.width)

    def _width(self) -> float:
        return sum(column.width for column in self.spec.columns)

    def _format(self, **wanted: Any) -> Format:
        key = tuple(sorted(wanted.items()))
        if key not in self.formats:
            style = self.book.add_format(
                {"font_name": wanted.get("font", "宋体"), "font_size": wanted.get("size", 11)}
            )
            style.set_align("vcenter")
            style.set_align(wanted.get("align", "left"))
            if wanted.get("wrap"):
                style.set_text_wrap()
            if wanted.get("bold"):
                style.set_bold()
            if wanted.get("border"):
                style.set_border(1)
            if wanted.get("fill"):
                style.set_bg_color(wanted["fill"])
            # 「@」 keeps a text a text even after somebody edits the cell
            style.set_num_format(wanted.get("number", "@"))
            self.formats[key] = style
        return self.formats[key]

    def _across(self, text: str, style: Format, height: float | None = None) -> None:
        last = len(self.spec.columns) - 1
        if last > 0:
            self.sheet.merge_range(self.row, 0, self.row, last, "", style)
        self.sheet.write_string(self.row, 0, safe_text(text), style)
        if height:
            self.sheet.set_row(self.row, height)
        self.row += 1

    def _above(self) -> None:
        spec = self.spec
        if spec.attachment:
            self._across(spec.attachment, self._format(font="黑体", size=14, align="left"), 24)
        self._across(spec.title, self._format(font="方正小标宋简体", size=20, align="center"), 40)
        if spec.subtitle:
            self._across(spec.subtitle, self._format(size=12, align="center"), 20)
        if spec.corner:
            self._across(spec.corner, self._format(size=11, align="right"), 18)

    def _head(self) -> None:
        columns = self.spec.columns
        style = self._format(
            font="黑体", size=11, align="center", wrap=True, border=True, fill="#F2F2F2"
        )
        two_rows = any(column.above for column in columns)
        at = 0
        while at < len(columns):
            above = columns[at].above
            end = at
            while above and end + 1 < len(columns) and columns[end + 1].above == above:
                end += 1
            if above:
                self._merge(self.row, at, self.row, end, above, style)
            for col in range(at, end + 1):
                top = self.row + 1 if above else self.row
                self._merge(
                    top, col, self.row + (1 if two_rows else 0), col, columns[col].heading, style
                )
            at = end + 1
        for row in range(self.row, self.row + (2 if two_rows else 1)):
            self.sheet.set_row(row, 22 if two_rows else 36)
        self.row += 2 if two_rows else 1

    def _merge(
        self, top: int, left: int, bottom: int, right: int, text: str, style: Format
    ) -> None:
        if (top, left) != (bottom, right):
            self.sheet.merge_range(top, left, bottom, right, "", style)
        self.sheet.write_string(top, left, safe_text(text), style)

    def _group(self, group: GroupRow) -> None:
        style = self._format(font="黑体", size=11, align="left", border=True)
        first = min(group.amounts, default=len(self.spec.columns))
        self._merge(self.row, 0, self.row, max(first - 1, 0), group.name, style)
        for col in range(max(first, 1), len(self.spec.columns)):
            self._value(col, group.amounts.get(col), bold=True)
        self.sheet.set_row(self.row, 22)
        self.row += 1

    def _line(self, values: Sequence[Value]) -> None:
        if len(values) != len(self.spec.columns):
            raise ValueError(
                f"“{self.spec.name}”第 {self.row + 1} 行有 {len(values)} 格，应为 {len(self.spec.columns)} 格。"
            )
        deepest = 1
        for col, value in enumerate(values):
            self._value(col, value)
            deepest = max(deepest, _lines(str(value or ""), self.spec.columns[col].width))
        self.sheet.set_row(self.row, max(20, min(15 * deepest + 4, 400)))
        self.row += 1

    def _value(self, col: int, value: Value, *, bold: bool = False) -> None:
        kind = self.spec.columns[col].kind
        if value is None:
            self.sheet.write_blank(self.row, col, None, self._format(border=True))
        elif isinstance(value, str):
            align = "center" if kind != "text" else "left"
            self.sheet.write_string(
                self.row,
                col,
                safe_text(value),
                self._format(align=align, wrap=True, border=True, bold=bold),
            )
        else:
            pattern = NUMBER_FORMATS.get(kind, "General")
            align = "center" if kind in {"number", "centre", "points"} else "right"
            # a file's number is binary whatever is written; 15 digits hold 分 up to 万亿元
            self.sheet.write_number(
                self.row,
                col,
                float(value),
                self._format(align=align, border=True, number=pattern, bold=bold),
            )


def _lines(text: str, width: float) -> int:
    """How many lines a text takes in a column so wide; a Chinese character is two wide."""
    usable = max(width - 1.5, 2)
    return sum(
        max(1, -(-sum(2 if ord(sign) > 255 else 1 for sign in line) // int(usable)))
        for line in text.split("\n")
    )


def csv_text(rows: Sequence[Sequence[Value]]) -> str:
    """Rows as CSV for machines: a text a spreadsheet would take for a formula gets a leading
    apostrophe.

    Numbers we produced stay numbers (−5.2 is written as -5.2).
    """
    return "".join(",".join(_csv_cell(value) for value in row) + "\r\n" for row in rows)


def _csv_cell(value: Value) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        return format(value, "f") if isinstance(value, Decimal) else str(value)
    text = value.replace("\0", "")
    if text.lstrip(" \u3000")[:1] in {
        "=",
        "+",
        "-",
        "@",
        "\t",
        "\r",
        "\n",
        "＝",
        "＋",
        "－",
        "＠",
    } or text[:1] in {"\t", "\r"}:
        text = f"'{text}"
    return '"' + text.replace('"', '""') + '"' if any(sign in text for sign in '",\r\n') else text
