"""What older systems export under the name of .xls: a web page with a table, or XML 2003.
Read as a :class:`Book`.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path

from lxml import etree

from wenxiao.files.cells.cells import Book, Cell, Merge, Sheet
from wenxiao.files.cells.numberformats import shown_value
from wenxiao.files.cells.workbooks import MOST_CELLS, UnreadableError, address
from wenxiao.rulebook.codes import EXTERNAL_ENTITY

WIDEST = 512
_BLOCKS = {"p", "div", "li", "h1", "h2", "h3", "h4", "tr"}
_SILENT = {"script", "style", "head", "title", "noscript"}
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_SHEET_NAME = re.compile(r"<x:Name>([^<]{1,60})</x:Name>")
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_SS = "{urn:schemas-microsoft-com:office:spreadsheet}"
_X = "{urn:schemas-microsoft-com:office:excel}"
_NAMED_FORMATS = {
    "Percent": "0.00%",
    "Fixed": "0.00",
    "Standard": "#,##0.00",
    "Currency": "#,##0.00",
    "Short Date": "yyyy-m-d",
    "Medium Date": "yyyy-m-d",
    "Long Date": 'yyyy"年"m"月"d"日"',
    "General Date": "yyyy-m-d h:mm",
    "General Number": "General",
}


def read_html(path: Path) -> Book:
    """Every table of a web page as a sheet; what stands outside the tables goes to the margins,
    where markings are looked for.
    """
    text = text_of_page(path.read_bytes())
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True)
    root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    book = Book("html")
    if root is None:
        return book
    names = _SHEET_NAME.findall(text)
    tables = [table for table in root.iter("table") if not _is_nested(table)]
    for number, table in enumerate(tables):
        name = names[number] if number < len(names) else f"Sheet{number + 1}"
        sheet = _Laying(Sheet(name)).html(table)
        if sheet.cells:
            book.sheets.append(sheet)
    book.margins = [words for words in _outside(root) if words]
    return book


def text_of_page(content: bytes) -> str:
    """The page in the encoding its BOM or its head names, else UTF-8, else GBK."""
    for mark, codec in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            return content.decode(codec, "replace").lstrip("\ufeff")
    charset = _CHARSET.search(content[:4_000])
    named = charset[1].decode("ascii").lower() if charset else ""
    chosen = "gb18030" if named.startswith("gb") else named
    for codec in filter(None, (chosen, "utf-8", "gb18030")):
        try:
            return content.decode(codec)
        except (UnicodeDecodeError, LookupError):
            continue
    return content.decode("gb18030", "replace")


def _is_nested(table: etree._Element) -> bool:
    return any(parent.tag == "table" for parent in table.iterancestors())


def _outside(root: etree._Element) -> Iterator[str]:
    """Texts of the page that stand in no table."""
    for element in root.iter():
        if not isinstance(element.tag, str) or element.tag in _SILENT or element.tag == "table":
            continue
        if any(parent.tag in {"table", *_SILENT} for parent in element.iterancestors()):
            continue
        yield (element.text or "").strip()
        yield from ((child.tail or "").strip() for child in element)


def _words(element: etree._Element) -> str:
    """What a person sees in a cell: line breaks where the page breaks
    lines, blanks as the page shows them.
    """
    parts: list[str] = []
    for step, one in etree.iterwalk(element, events=("start", "end")):
        if not isinstance(one.tag, str) or one.tag in _SILENT:
            continue
        if step == "start":
            parts += ["\n"] if one.tag == "br" or (one.tag in _BLOCKS and parts) else []
            parts.append(_flowing(one.text))
        elif one is not element:
            parts.append(_flowing(one.tail))
    lines = "".join(parts).replace("\xa0", " ").split("\n")
    return "\n".join(line.strip() for line in lines).strip()


def _flowing(text: str | None) -> str:
    """Text of the source as a page sets it: its own line ends are blanks,
    between Chinese words nothing.
    """
    words = re.sub(
        r"(?<=[\u3000-\u9fff\uff00-\uffef])[ \t]*[\r\n]+[ \t]*(?=[\u3000-\u9fff\uff00-\uffef])",
        "",
        text or "",
    )
    return re.sub(r"[ \t\r\n]+", " ", words)


@dataclass(slots=True)
class _Laying:
    """A sheet while its rows are laid down, cells that span rows keeping their place."""

    sheet: Sheet
    taken: set[tuple[int, int]] = field(default_factory=set)

    def html(self, table: etree._Element) -> Sheet:
        """The rows of one table; those of a table inside a cell belong to the cell's text."""
        hidden: set[int] = set()
        row = 0
        for line in table.iter("tr"):
            if next(line.iterancestors("table")) is not table:
                continue
            row += 1
            if _HIDDEN.search(line.get("style") or ""):
                hidden.add(row)
            col = 0
            for cell in line:
                if cell.tag not in {"td", "th"}:
                    continue
                col = self.next_free(row, col + 1)
                spans = (_count(cell.get("rowspan")), _count(cell.get("colspan")))
                stored = cell.get("{urn:schemas-microsoft-com:office:excel}num") or cell.get(
                    "x:num"
                )
                text = _words(cell)
                self.put(row, col, text, stored or text, spans=spans)
                col += spans[1] - 1
        self.sheet.hidden_rows = frozenset(hidden)
        return self.sheet

    def next_free(self, row: int, col: int) -> int:
        """The first column from ``col`` on that no cell from above reaches into."""
        while (row, col) in self.taken:
            col += 1
        if col > WIDEST:
            raise UnreadableError(f"第 {row} 行超过 {WIDEST} 列，不是一张绩效表。")
        return col

    def put(
        self,
        row: int,
        col: int,
        text: str,
        raw: str | None,
        number_format: str | None = None,
        *,
        spans: tuple[int, int] = (1, 1),
    ) -> None:
        """One cell with the rows and columns it spans."""
        down, across = spans
        if down * across > 1:
            self.sheet.merges.append(Merge(row, col, row + down - 1, col + across - 1))
            self.taken |= {
                (row + below, col + beside) for below in range(down) for beside in range(across)
            }
        if text:
            self.sheet.cells[row, col] = Cell(
                row, col, address(row, col), text, raw or None, number_format
            )
        if len(self.sheet.cells) > MOST_CELLS or len(self.taken) > 4 * MOST_CELLS:
            raise UnreadableError(
                f"工作表“{self.sheet.name}”超过 {MOST_CELLS} 格，不是一张绩效表。"
            )


def _count(text: str | None) -> int:
    number = int(text) if text and text.isdecimal() and len(text) < 5 else 1
    return max(1, min(number, 1_000))


def read_xml2003(path: Path) -> Book:
    """A spreadsheet in XML of 2003: values under their formats, merges, hidden rows and sheets."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(path.read_bytes(), parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableError(
            "XML 表格内部有错误，无法读取。请用 WPS 或 Excel 打开后另存为 .xlsx 再导入。"
        ) from error
    if root.getroottree().docinfo.doctype:
        raise UnreadableError("文件里有外部实体定义（DTD），可能是恶意文件。", EXTERNAL_ENTITY)
    formats = _formats(root)
    book = Book("xml2003")
    for number, table in enumerate(root.iter(f"{_SS}Worksheet")):
        book.sheets.append(_sheet2003(table, number, formats))
    return book


def _formats(root: etree._Element) -> dict[str, str]:
    out: dict[str, str] = {}
    for style in root.iter(f"{_SS}Style"):
        number_format = style.find(f"{_SS}NumberFormat")
        words = None if number_format is None else number_format.get(f"{_SS}Format")
        if words:
            out[style.get(f"{_SS}ID") or ""] = _NAMED_FORMATS.get(words, words)
    return out


def _sheet2003(worksheet: etree._Element, number: int, formats: dict[str, str]) -> Sheet:
    sheet = Sheet(worksheet.get(f"{_SS}Name") or f"Sheet{number + 1}")
    visible = worksheet.find(f"{_X}WorksheetOptions/{_X}Visible")
    sheet.hidden = visible is not None and (visible.text or "") != "SheetVisible"
    laying, hidden, row = _Laying(sheet), set(), 0
    for line in worksheet.iterfind(f"{_SS}Table/{_SS}Row"):
        row = _index(line, row + 1)
        if line.get(f"{_SS}Hidden") == "1":
            hidden.add(row)
        col = 0
        for cell in line.iterfind(f"{_SS}Cell"):
            col = _index(cell, laying.next_free(row, col + 1))
            style = formats.get(cell.get(f"{_SS}StyleID") or line.get(f"{_SS}StyleID") or "")
            text, raw, shown_as = _value2003(cell, style)
            spans = tuple(
                _more(cell.get(f"{_SS}{key}")) + 1 for key in ("MergeDown", "MergeAcross")
            )
            laying.put(row, col, text, raw, shown_as, spans=(spans[0], spans[1]))
            col += spans[1] - 1
    sheet.hidden_rows = frozenset(hidden)
    return sheet


def _more(text: str | None) -> int:
    """How many further rows or columns a cell spans."""
    return 0 if text in {None, "0"} else _count(text)


def _index(element: etree._Element, otherwise: int) -> int:
    place = element.get(f"{_SS}Index")
    at = int(place) if place and place.isdecimal() and len(place) < 8 else otherwise
    if at > 1_048_576:
        raise UnreadableError("XML 表格的行列号超出范围，无法读取。")
    return at


def _value2003(cell: etree._Element, style: str | None) -> tuple[str, str | None, str | None]:
    """(what a person sees, what is stored, its format) of one cell."""
    data = cell.find(f"{_SS}Data")
    if data is None:
        return "", None, None
    words, kind = "".join(data.itertext()), data.get(f"{_SS}Type")
    if kind == "Number":
        try:
            return (
                *shown_value(Decimal(words), style),
                None if style in {None, "General"} else style,
            )
        except InvalidOperation:
            return words, words, None
    if kind == "DateTime":
        return (
            words[:10] if words.endswith("T00:00:00.000") else words.replace("T", " ")[:16],
            words[:10],
            None,
        )
    return words.strip(), words.strip() or None, None
