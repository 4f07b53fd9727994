"""Word files as a :class:`Book`: every table a sheet addressed from 0, the
paragraphs between them beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
from docx.oxml.ns import qn

from wenxiao.files.cells.cells import Book, Cell, Merge, Sheet
from wenxiao.files.cells.workbooks import MOST_CELLS, UnreadableError

_WIDEST = 1_000
_DEEPEST = 6


def read_docx(path: Path) -> Book:
    """The tables of a .docx in reading order, nested ones behind the table they stand in, with the
    texts between.

    A merged cell keeps its value in its first cell; cells are addressed "row,col" by the table's
    own columns. Raises UnreadableError with a sentence for the user.
    """
    try:
        document = docx.Document(str(path))
        book = Book("docx")
        for child in document.element.body.iterchildren():
            _take(child, book)
        book.margins = [text for section in document.sections for text in _margin_texts(section)]
    except UnreadableError:
        raise
    except Exception as error:
        raise UnreadableError(
            "Word 文件内部有错误，无法读取。请用 WPS 或 Word 打开后另存为 .docx 再导入。"
        ) from error
    return book


def _take(element: Any, book: Book) -> None:
    """One child of the body: a paragraph, a table, or a wrapper around them."""
    if element.tag == qn("w:tbl"):
        _add_table(element, book)
    elif element.tag == qn("w:p"):
        text = _paragraph_text(element).strip()
        if text:
            book.paragraphs.append((len(book.sheets), text))
    elif element.tag in {qn("w:sdt"), qn("w:sdtContent"), qn("w:customXml"), qn("w:ins")}:
        for child in element.iterchildren():
            _take(child, book)


def _paragraph_text(paragraph: Any) -> str:
    """The text a reader sees: deleted text and field codes are left out, breaks and tabs kept."""
    parts: list[str] = []
    for node in paragraph.iter(
        qn("w:t"), qn("w:tab"), qn("w:br"), qn("w:cr"), qn("w:noBreakHyphen")
    ):
        if node.tag == qn("w:t"):
            parts.append(node.text or "")
        elif node.tag == qn("w:noBreakHyphen"):
            parts.append("-")
        elif node.getparent().tag == qn("w:r"):
            parts.append("\t" if node.tag == qn("w:tab") else "\n")
    return "".join(parts)


def _rows(table: Any) -> Iterator[Any]:
    for child in table.iterchildren():
        if child.tag == qn("w:tr"):
            yield child
        elif child.tag in {qn("w:sdt"), qn("w:customXml"), qn("w:ins")}:
            yield from child.iter(qn("w:tr"))


def _cells(row: Any) -> Iterator[Any]:
    for child in row.iterchildren():
        if child.tag == qn("w:tc"):
            yield child
        elif child.tag in {qn("w:sdt"), qn("w:customXml"), qn("w:ins")}:
            yield from (cell for cell in child.iter(qn("w:tc")))


def _number(element: Any, path: str, default: int) -> int:
    property_element = element.find(path) if element is not None else None
    value = property_element.get(qn("w:val")) if property_element is not None else None
    return min(int(value), _WIDEST) if value is not None and value.isdigit() else default


def _add_table(table: Any, book: Book, depth: int = 0, inside: int | None = None) -> None:
    """One table as a sheet; tables inside its cells follow as sheets of their own."""
    own = len(book.sheets)
    sheet = Sheet(f"第 {own} 张表", origin=0, inside=inside)
    book.sheets.append(sheet)
    nested: list[Any] = []
    open_merges: dict[int, Merge] = {}
    for number, row in enumerate(_rows(table)):
        col = _number(row.find(qn("w:trPr")), qn("w:gridBefore"), 0)
        for cell in _cells(row):
            col = _add_cell(cell, sheet, number, col, open_merges)
            nested += cell.findall(qn("w:tbl"))
        if len(sheet.cells) > MOST_CELLS:
            raise UnreadableError(
                f"Word 表格超过 {MOST_CELLS} 格，不是一张绩效表。请只保留要导入的表。"
            )
    sheet.merges += [merge for merge in open_merges.values() if _is_wide(merge)]
    sheet.merges.sort(key=lambda merge: (merge.top, merge.left))
    if depth < _DEEPEST:
        for inner in nested:
            _add_table(inner, book, depth + 1, own)


def _is_wide(merge: Merge) -> bool:
    return merge.bottom > merge.top or merge.right > merge.left


def _add_cell(cell: Any, sheet: Sheet, row: int, col: int, open_merges: dict[int, Merge]) -> int:
    """Put one cell on the sheet; returns the column after it."""
    properties = cell.find(qn("w:tcPr"))
    right = col + _number(properties, qn("w:gridSpan"), 1) - 1
    vertical = properties.find(qn("w:vMerge")) if properties is not None else None
    above = open_merges.get(col)
    goes_on = vertical is not None and vertical.get(qn("w:val"), "continue") == "continue"
    if goes_on and above is not None:
        open_merges[col] = Merge(above.top, above.left, row, max(above.right, right))
        return right + 1
    if above is not None and _is_wide(above):
        sheet.merges.append(above)
    open_merges[col] = Merge(row, col, row, right)
    own = (part for part in cell.iter(qn("w:p")) if next(part.iterancestors(qn("w:tc"))) is cell)
    text = "\n".join(_paragraph_text(paragraph) for paragraph in own).strip()
    if text:
        sheet.cells[row, col] = Cell(row, col, f"{row},{col}", text, text)
    return right + 1


def _margin_texts(section: Any) -> list[str]:
    """Texts of headers and footers, where a secrecy marking may stand."""
    parts = (section.header, section.footer, section.first_page_header, section.first_page_footer)
    return [
        text for part in parts for paragraph in part.paragraphs if (text := paragraph.text.strip())
    ]
