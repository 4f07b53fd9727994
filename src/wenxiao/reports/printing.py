"""A report and its attachment as files: Word in official-document style,
the summary table as workbook and Word.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from wenxiao.files.out import pdf
from wenxiao.files.out.documents import OfficialDocument
from wenxiao.files.out.spreadsheets import GroupRow, SheetSpec, Value, workbook_bytes
from wenxiao.reports.structure import Paragraph, Report, ReportTable
from wenxiao.rulebook.numbers import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

WATERMARK = "演示"
NO_DATE = "　　　　年　　月　　日"
_TABLE_SIZE = 10
_LANDSCAPE_SIZE = 8
_NARROWEST = 8.5
"""Characters a column of the landscape table has at least: a year must not break."""


def report_docx(report: Report, *, compact: bool = False) -> bytes:
    """A report as .docx bytes; a demonstration carries its watermark on every page.
    Without masthead there is no red head; ``compact`` sets a paper that is to stay short in 四号.
    """
    paper = OfficialDocument(watermark=WATERMARK if report.demo else None, compact=compact)
    paper.document.core_properties.title = report.title
    if report.masthead:
        paper.add_masthead(
            report.headline, report.issue.text, report.editor, report.issue.date or NO_DATE
        )
        paper.add_line("", size=_TABLE_SIZE, exact=12)
        paper.add_instruction_room(millimetres=40)
    paper.add_title(report.title)
    for paragraph in report.opening:
        paper.add_paragraph(paragraph.text)
    for section in report.sections:
        paper.add_heading1(section.title)
        for block in section.blocks:
            _add(paper, block)
    if report.attachments:
        paper.add_attachment_line(report.attachments)
    paper.add_signature(report.editor, report.issue.date or NO_DATE)
    return paper.save()


def report_pdf(report: Report, *, compact: bool = False) -> bytes:
    """A report as PDF, for phones and printing; NoChineseFontError where
    the machine has no Chinese font.
    """
    date = report.issue.date or NO_DATE
    head = [
        pdf.PdfBlock("masthead", report.headline, head=(report.issue.text, report.editor, date)),
        pdf.PdfBlock("room", "领导批示："),
    ]
    blocks = [
        *(head if report.masthead else ()),
        pdf.PdfBlock("title", report.title),
        *(pdf.PdfBlock("paragraph", paragraph.text) for paragraph in report.opening),
    ]
    for section in report.sections:
        blocks.append(pdf.PdfBlock("heading1", section.title))
        blocks += [_pdf_block(block) for block in section.blocks]
    blocks += [pdf.PdfBlock("paragraph", f"附件：{name}") for name in report.attachments]
    blocks += [pdf.PdfBlock("right", report.editor), pdf.PdfBlock("right", date)]
    return pdf.report_pdf(blocks, watermark=WATERMARK if report.demo else None, compact=compact)


def _pdf_block(block: Paragraph | ReportTable) -> pdf.PdfBlock:
    if isinstance(block, Paragraph):
        return pdf.PdfBlock("paragraph", block.text)
    return pdf.PdfBlock(
        "table",
        head=[column.heading for column in block.columns],
        rows=block.texts,
        widths=[column.width for column in block.columns],
        align=[column.align for column in block.columns],
    )


def _add(paper: OfficialDocument, block: Paragraph | ReportTable) -> None:
    if isinstance(block, Paragraph):
        paper.add_paragraph(block.text)
        return
    columns = block.columns
    paper.add_line("", size=_TABLE_SIZE, exact=6)
    paper.add_table(
        [column.heading for column in columns],
        block.texts,
        [column.width for column in columns],
        size=_TABLE_SIZE,
        align=[column.align for column in columns],
    )
    paper.add_line("", size=_TABLE_SIZE, exact=8)


def workbook(sheets: Sequence[SheetSpec]) -> bytes:
    """The summary table and its companion as .xlsx bytes."""
    return workbook_bytes(sheets)


def sheets_docx(sheets: Sequence[SheetSpec], *, demo: bool) -> bytes:
    """The same sheets as a landscape Word document, one after the other;
    numbers print the digits that exist.
    """
    paper = OfficialDocument(watermark=WATERMARK if demo else None, landscape=True)
    for at, sheet in enumerate(sheets):
        if at:
            paper.start_landscape()
        _add_sheet(paper, sheet)
    return paper.save()


def _add_sheet(paper: OfficialDocument, sheet: SheetSpec) -> None:
    if sheet.attachment:
        paper.add_line(sheet.attachment, font="黑体", align="left")
    paper.add_title(sheet.title)
    if sheet.corner:
        paper.add_line(sheet.corner, size=_TABLE_SIZE, align="right", exact=16)
    width = len(sheet.columns)
    rows = [
        _group(row, width) if isinstance(row, GroupRow) else _texts(sheet, row)
        for row in sheet.rows
    ]
    table = paper.add_table(
        [column.heading for column in sheet.columns],
        rows,
        [max(column.width, _NARROWEST) for column in sheet.columns],
        size=_LANDSCAPE_SIZE,
        align=["left" if column.kind == "text" else "center" for column in sheet.columns],
    )
    for row, line in zip(sheet.rows, list(table.rows)[1:], strict=True):
        if isinstance(row, GroupRow):
            _open_group(line.cells, min(row.amounts, default=width) - 1)
    for note in sheet.notes:
        paper.add_line(note, size=_TABLE_SIZE, align="left", exact=18)


def _open_group(cells: Sequence[Any], last: int) -> None:
    """Merge a group's name over the columns before its money; the merged cells' empty lines go."""
    merged = cells[0].merge(cells[last])
    for paragraph in merged.paragraphs[1:]:
        paragraph._p.getparent().remove(paragraph._p)
    merged.paragraphs[0].alignment = 0


def _texts(sheet: SheetSpec, row: Sequence[Value]) -> list[str]:
    return [_text(value, column.kind) for value, column in zip(row, sheet.columns, strict=True)]


def _text(value: Value, kind: str) -> str:
    if value is None:
        return ""
    if isinstance(value, str | int):
        return str(value)
    return f"{value:.2f}" if kind in {"points", "percent"} else plain(value)


def _group(row: GroupRow, width: int) -> list[str]:
    texts = [""] * width
    texts[0] = row.name
    for col, amount in row.amounts.items():
        texts[col] = "" if amount is None else plain(amount)
    return texts


def figures_json(report: Report) -> bytes:
    """All figures as figures.json: a list, numbers as decimal strings, rows by key."""
    # One figure a line, each by json's own C encoder: ``indent`` would switch to the one in Python,
    # eight times slower.
    lines = [json.dumps(one.as_data(), ensure_ascii=False) for one in report.figures.values()]
    return ("[\n" + ",\n".join(lines) + "\n]\n").encode()
