"""A drawn table, printed as a workbook or as a Word file: the same cells,
merges and paragraphs in both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import docx
import openpyxl
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn


@dataclass
class Paper:
    """Cells by (row, col) from 0, with merges as (row, col, rows, cols) and number formats."""

    cells: dict[tuple[int, int], Any] = field(default_factory=dict)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    formats: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)
    quoted: set[tuple[int, int]] = field(default_factory=set)

    def put(self, row, col, value, *, rows=1, cols=1, number_format=None):
        """One value at a place, merged over rows × cols."""
        if value is not None:
            self.cells[row, col] = value
        if rows > 1 or cols > 1:
            self.merges.append((row, col, rows, cols))
        if number_format:
            self.formats[row, col] = number_format

    @property
    def bottom(self) -> int:
        """Rows used so far."""
        ends = [row + 1 for row, _ in self.cells] + [row + rows for row, _, rows, _ in self.merges]
        return max(ends, default=0)

    @property
    def right(self) -> int:
        """Columns used so far."""
        ends = [col + 1 for _, col in self.cells] + [col + cols for _, col, _, cols in self.merges]
        return max(ends, default=1)

    def unmerged(self) -> Paper:
        """The same cells, no merge kept: what a web copy or an old export gives."""
        return Paper(dict(self.cells), [], dict(self.formats), set(self.hidden), set(self.quoted))

    def followed_by(self, other: Paper, *, gap: int) -> Paper:
        """The other paper below this one on the same sheet."""
        shift = self.bottom + gap
        return Paper(
            self.cells | {(row + shift, col): value for (row, col), value in other.cells.items()},
            self.merges + [(row + shift, col, rows, cols) for row, col, rows, cols in other.merges],
            self.formats
            | {(row + shift, col): value for (row, col), value in other.formats.items()},
            self.hidden | {row + shift for row in other.hidden},
            self.quoted | {(row + shift, col) for row, col in other.quoted},
        )

    def part(self, first: int, last: int) -> Paper:
        """The rows from ``first`` to before ``last`` as a table of their
        own; a merge that is cut stays in its part.
        """
        out = Paper()
        out.cells = {
            (row - first, col): value
            for (row, col), value in self.cells.items()
            if first <= row < last
        }
        out.formats = {
            (row - first, col): value
            for (row, col), value in self.formats.items()
            if first <= row < last
        }
        for row, col, rows, cols in self.merges:
            top, bottom = max(row, first), min(row + rows, last)
            if bottom - top > 1 or (bottom - top == 1 and cols > 1):
                out.merges.append((top - first, col, bottom - top, cols))
        return out


def workbook(path: Path, sheets: dict[str, Paper], *, offset: int = 0) -> Path:
    """The papers as sheets of one .xlsx; ``offset`` empty rows above each."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, paper in sheets.items():
        sheet = book.create_sheet(name)
        for (row, col), value in paper.cells.items():
            cell = sheet.cell(row + 1 + offset, col + 1)
            if isinstance(value, str) and value.startswith("=") and (row, col) in paper.quoted:
                cell.value, cell.data_type, cell.quotePrefix = value, "s", True
            else:
                cell.value = value
            if (row, col) in paper.formats:
                cell.number_format = paper.formats[row, col]
        for row, col, rows, cols in paper.merges:
            sheet.merge_cells(
                start_row=row + 1 + offset,
                start_column=col + 1,
                end_row=row + rows + offset,
                end_column=col + cols,
            )
        for row in paper.hidden:
            sheet.row_dimensions[row + 1 + offset].hidden = True
    book.save(path)
    return path


def word(path: Path, parts: list[str | Paper]) -> Path:
    """Paragraphs and tables in order as one .docx; numbers are written as a person types them."""
    document = docx.Document(BytesIO(plain_template()))
    for part in parts:
        if isinstance(part, str):
            document.add_paragraph(part)
        else:
            _table(document, part)
            document.add_paragraph("")
    document.save(str(path))
    return path


@lru_cache(maxsize=1)
def plain_template() -> bytes:
    """An empty document with the styles that a paragraph and a table have by themselves: the two
    hundred others of the library's own would be looked through with every file.
    """
    document = docx.Document()
    for style in list(document.styles):
        if not style.element.get(qn("w:default")):
            style.element.getparent().remove(style.element)
    for latent in document.styles.element.findall(qn("w:latentStyles")):
        document.styles.element.remove(latent)
    held = BytesIO()
    document.save(held)
    return held.getvalue()


def _table(document, paper: Paper) -> None:
    """The table written as Word keeps it: a cell over columns has their number, one over rows
    begins in the first and goes on below.
    """
    spans = {(row, col): (rows, cols) for row, col, rows, cols in paper.merges}
    covered = {
        (row + down, col + right): (row, col)
        for (row, col), (rows, cols) in spans.items()
        for down in range(rows)
        for right in range(cols)
    }
    rows = "".join(
        f"<w:tr>{''.join(_cells(paper, row, spans, covered))}</w:tr>" for row in range(paper.bottom)
    )
    grid = '<w:gridCol w:w="900"/>' * paper.right
    text = f"<w:tbl {nsdecls('w')}><w:tblPr/><w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>"
    document.element.body.insert(len(document.element.body) - 1, parse_xml(text))


def _cells(paper: Paper, row: int, spans: dict, covered: dict) -> Iterator[str]:
    """The cells of one row, one for each that is not covered by its left neighbour."""
    for col in range(paper.right):
        top, left = covered.get((row, col), (row, col))
        if col != left:
            continue
        rows, cols = spans.get((top, left), (1, 1))
        goes = "" if rows == 1 else f'<w:vMerge w:val="{"restart" if row == top else "continue"}"/>'
        wide = "" if cols == 1 else f'<w:gridSpan w:val="{cols}"/>'
        value = paper.cells.get((row, col)) if row == top else None
        said = "" if value is None else typed(value, paper.formats.get((row, col)))
        lines = "<w:br/>".join(
            f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in said.split("\n")
        )
        run = f"<w:r>{lines}</w:r>" if said else ""
        yield f"<w:tc><w:tcPr>{wide}{goes}</w:tcPr><w:p>{run}</w:p></w:tc>"


def typed(value: Any, number_format: str | None) -> str:
    """A value as a person types it into Word."""
    if isinstance(value, float | int) and number_format == "0.00%":
        return f"{value:.2%}"
    return str(int(value)) if isinstance(value, float) and value == int(value) else str(value)
