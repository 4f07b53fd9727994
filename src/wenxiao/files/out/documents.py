"""Official documents out as Word: A4, margins, fonts and lines of GB/T 9704, composed from small
pieces.

Fonts are named as the offices' computers have them (方正小标宋简体, 黑体, 楷体_GB2312, 仿宋_GB2312); nothing is
embedded.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import docx
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml
from docx.section import Section
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from wenxiao.files.out.document_parts import add_watermark, clean, name_stand_ins

TITLE_FONT, HEADING_FONT, SUBHEADING_FONT, BODY_FONT = (
    "方正小标宋简体",
    "黑体",
    "楷体_GB2312",
    "仿宋_GB2312",
)
LATIN_FONT = "Times New Roman"
STAND_INS = {TITLE_FONT: "华文中宋", SUBHEADING_FONT: "楷体", BODY_FONT: "仿宋"}
"""What Word and WPS take where the official font is not installed."""
NO_2, NO_3, NO_4, NO_5 = 22, 16, 14, 10.5
"""二号, 三号, 四号, 五号 in points."""
SMALL = 8.5
"""Up to this size a table is a wide attachment, whose rows stand closer so that few pages do."""
LINE = 28.0
"""Exact line distance, the closest that official papers use (28–30 磅): an annual report then keeps
within four pages.
"""
COMPACT_LINE = 20.0
"""Of a short paper in 四号 that is to stay on one page."""
RED = RGBColor(0xE0, 0x1F, 0x1F)
ALIGNMENTS = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
    "justify": WD_ALIGN_PARAGRAPH.JUSTIFY,
}


@dataclass(frozen=True, slots=True)
class CellSpan:
    """A merged stretch of a form: from (top, left) over ``rows`` × ``cols``."""

    top: int
    left: int
    rows: int = 1
    cols: int = 1


class OfficialDocument:
    """One document in the official style; pieces are added in reading order, ``save`` gives the
    bytes.
    """

    def __init__(
        self, *, watermark: str | None = None, landscape: bool = False, compact: bool = False
    ) -> None:
        self.document = docx.Document()
        self.watermark, self.title = watermark, ""
        self.body, self.distance = (NO_4, COMPACT_LINE) if compact else (NO_3, LINE)
        self._cell_lines: dict[tuple[float, str, str, bool], Any] = {}
        self._style()
        name_stand_ins(self.document, STAND_INS)
        self._page(self.document.sections[0], landscape=landscape)

    # --- pieces -----------------------------------------------------------------------------------

    def add_masthead(self, name: str, issue: str, editor: str, date: str) -> None:
        """工作动态's head: name in red, 第×期, editor and date over a red line."""
        self.add_line(name, font=TITLE_FONT, size=36, align="center", colour=RED, exact=48)
        self.add_line(issue, font=BODY_FONT, size=NO_3, align="center")
        line = self.add_line(f"{editor}\t{date}", font=BODY_FONT, size=NO_3, align="left")
        stop = self.document.sections[-1]
        line.paragraph_format.tab_stops.add_tab_stop(
            _text_width(stop), alignment=WD_TAB_ALIGNMENT.RIGHT
        )
        _underline(line, "E01F1F", 12)

    def add_instruction_room(self, label: str = "领导批示：", millimetres: int = 45) -> None:
        """An empty frame for the leaders' pen, at least 4 cm high."""
        table = self.document.add_table(rows=1, cols=1)
        table.style, table.alignment = "Table Grid", WD_TABLE_ALIGNMENT.CENTER
        row = table.rows[0]
        row.height, row.height_rule = Mm(max(millimetres, 40)), WD_ROW_HEIGHT_RULE.AT_LEAST
        self._fill(row.cells[0], label, size=NO_4, font=HEADING_FONT, align="left", top=True)
        self.add_line("", exact=LINE / 2)

    def add_title(self, text: str) -> None:
        """The document's title, 2号小标宋, centred."""
        self.title = self.title or text.replace("\n", "")
        for part in text.split("\n"):
            self.add_line(part, font=TITLE_FONT, size=NO_2, align="center", exact=36)
        self.add_line("")

    def add_heading1(self, text: str) -> None:
        """「一、…」 in 黑体."""
        self._indented(text, HEADING_FONT, level=1)

    def add_heading2(self, text: str) -> None:
        """「（一）…」 in 楷体."""
        self._indented(text, SUBHEADING_FONT, level=2)

    def add_paragraph(self, text: str, *, bold: bool = False, indent: bool = True) -> None:
        """Body text, 3号仿宋, two characters in; each line of the text is a paragraph."""
        for part in text.split("\n"):
            if indent:
                self._indented(part, BODY_FONT, bold=bold)
            else:
                self.add_line(part, bold=bold)

    def add_addressee(self, text: str) -> None:
        """「××局：」 at the left edge."""
        self.add_line(text, align="left")

    def add_attachment_line(self, names: Sequence[str]) -> None:
        """「附件：1.…」 half a line below the text, numbered when there are several."""
        self.add_line("", exact=LINE / 2)
        for at, name in enumerate(names, start=1):
            number = f"{at}." if len(names) > 1 else ""
            paragraph = self.add_line(
                f"{'附件：' if at == 1 else '　　　'}{number}{name}", align="left"
            )
            paragraph.paragraph_format.first_line_indent = Pt(2 * NO_3)

    def add_signature(self, office: str, date: str) -> None:
        """Office and date at the right, half a line below."""
        self.add_line("", exact=LINE / 2)
        for text, room in ((office, 2), (date, 3)):
            paragraph = self.add_line(text, align="right")
            paragraph.paragraph_format.right_indent = Pt(room * self.body)
            paragraph.paragraph_format.keep_with_next = text is office

    def add_table(
        self,
        head: Sequence[str],
        rows: Sequence[Sequence[str]],
        widths: Sequence[float],
        *,
        size: float = NO_5,
        align: Sequence[str] = (),
        groups: Sequence[int] = (),
    ) -> Table:
        """A table with its head repeated and no row split over pages.

        ``widths`` are shares of the text's width; ``align`` one word a column; ``groups`` the rows
        merged across.
        """
        table = self._grid(3 if groups else 2, widths, size=size)
        lines = list(table.rows)
        for cell, text in zip(lines[0].cells, head, strict=True):
            self._fill(cell, text, size=size, font=HEADING_FONT, align="center")
        aligned = [align[col] if align else "center" for col in range(len(widths))]
        plain, across = self._patterns(lines[1:])
        for at, row in enumerate(rows):
            line = deepcopy(across if at in groups else plain)
            shown, forms = (
                (row[:1], [(HEADING_FONT, "left")])
                if at in groups
                else (row, [(BODY_FONT, a) for a in aligned])
            )
            for cell, text, (font, where) in zip(line.tc_lst, shown, forms, strict=True):
                self._put(cell, text, (size, font, where))
            table._tbl.append(line)
        _repeat_head(table, 1)
        return table

    def add_form(
        self,
        grid: Sequence[Sequence[str]],
        spans: Sequence[CellSpan],
        widths: Sequence[float],
        *,
        size: float = NO_5,
        left: frozenset[tuple[int, int]] = frozenset(),
        strong: frozenset[tuple[int, int]] = frozenset(),
        repeat: int = 0,
    ) -> Table:
        """An official form as a table: texts by place, merged stretches; ``left`` and ``strong``
        name places from 0.
        """
        table = self._grid(len(grid), widths)
        covered = {
            (row, col)
            for span in spans
            for row in range(span.top, span.top + span.rows)
            for col in range(span.left, span.left + span.cols)
        } - {(span.top, span.left) for span in spans}
        rows = [row.cells for row in table.rows]
        for span in spans:
            rows[span.top][span.left].merge(
                rows[span.top + span.rows - 1][span.left + span.cols - 1]
            )
        rows = [row.cells for row in table.rows]
        for row, texts in enumerate(grid):
            for col, text in enumerate(texts):
                if (row, col) not in covered:
                    self._fill(
                        rows[row][col],
                        text,
                        size=size,
                        align="left" if (row, col) in left else "center",
                        font=HEADING_FONT if (row, col) in strong else BODY_FONT,
                    )
        _repeat_head(table, repeat)
        return table

    def start_landscape(self, *, new: bool = True) -> None:
        """A section on its side for wide attachments; ``new`` False turns the first page itself."""
        section = (
            self.document.add_section(WD_SECTION.NEW_PAGE) if new else self.document.sections[-1]
        )
        self._page(section, landscape=True)

    def start_portrait(self) -> None:
        """A new upright section."""
        self._page(self.document.add_section(WD_SECTION.NEW_PAGE))

    def start_form_page(self, *, landscape: bool, new: bool) -> None:
        """A page for an official form: as :meth:`start_landscape`, with narrow margins so that the
        table fits.
        """
        section = (
            self.document.add_section(WD_SECTION.NEW_PAGE) if new else self.document.sections[-1]
        )
        self._page(section, landscape=landscape)
        section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = (
            Mm(20)
        )
        section.footer_distance = Mm(10)

    def add_line(
        self,
        text: str,
        *,
        font: str = BODY_FONT,
        size: float | None = None,
        align: str = "justify",
        bold: bool = False,
        colour: RGBColor | None = None,
        exact: float | None = None,
    ) -> Paragraph:
        """One paragraph without indent, at an exact line distance in points."""
        paragraph = self.document.add_paragraph()
        paragraph.alignment = ALIGNMENTS[align]
        _spacing(paragraph, self.distance if exact is None else exact)
        _run(paragraph, text, font, size or self.body, bold=bold, colour=colour)
        return paragraph

    def save(self) -> bytes:
        """The document as .docx bytes; its properties say when it was written, not when the
        library's empty template was.
        """
        properties, now = self.document.core_properties, datetime.now(UTC)
        properties.created = properties.modified = now
        properties.last_modified_by, properties.revision = "问效", 1
        properties.title = properties.title or self.title
        stream = BytesIO()
        self.document.save(stream)
        return stream.getvalue()

    # --- inside -----------------------------------------------------------------------------------

    def _style(self) -> None:
        style: Any = self.document.styles["Normal"]
        style.font.name, style.font.size = LATIN_FONT, Pt(self.body)
        properties = style.element.get_or_add_rPr()
        properties.get_or_add_rFonts().set(qn("w:eastAsia"), BODY_FONT)
        language = OxmlElement("w:lang")
        language.set(qn("w:val"), "en-US")
        # without it some computers print Japanese forms of the characters
        language.set(qn("w:eastAsia"), "zh-CN")
        properties.append(language)
        self._heading_styles()
        self.document.core_properties.author = "问效"
        self.document.core_properties.comments = ""

    def _page(self, section: Section, *, landscape: bool = False) -> None:
        short, long = Mm(210), Mm(297)
        section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = (long, short) if landscape else (short, long)
        upright = (30, 30, 28, 26) if self.body == NO_4 else (37, 35, 28, 26)
        margins = (26, 22, 25, 25) if landscape else upright
        section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = (
            Mm(size) for size in margins
        )
        section.footer_distance = Mm(15 if landscape else margins[1] - 10)
        section.footer.is_linked_to_previous = section.header.is_linked_to_previous = False
        footer = section.footer.paragraphs[0]
        footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
        for element in list(footer._p):
            if element.tag != qn("w:pPr"):
                footer._p.remove(element)
        _run(footer, "— ", "宋体", NO_4)
        _field(footer, "PAGE")
        _run(footer, " —", "宋体", NO_4)
        if self.watermark:
            add_watermark(section, self.watermark)

    def _indented(self, text: str, font: str, *, bold: bool = False, level: int = 0) -> None:
        paragraph = self.add_line(text, font=font, bold=bold, align="left" if level else "justify")
        if level:
            paragraph.style = f"Heading {level}"
            return
        paragraph.paragraph_format.first_line_indent = Pt(2 * self.body)
        # a comma hung into the margin is lost by LibreOffice
        hung = OxmlElement("w:overflowPunct")
        hung.set(qn("w:val"), "0")
        paragraph._p.get_or_add_pPr().insert_element_before(
            hung, "w:topLinePunct", "w:autoSpaceDE", "w:autoSpaceDN", "w:spacing", "w:ind", "w:jc"
        )

    def _heading_styles(self) -> None:
        """标题 1 and 标题 2 as official papers set them: 黑体 and 楷体 in the body's size, black."""
        for level, font in ((1, HEADING_FONT), (2, SUBHEADING_FONT)):
            style: Any = self.document.styles[f"Heading {level}"]
            style.font.name, style.font.size = LATIN_FONT, Pt(self.body)
            style.font.bold = style.font.italic = False
            style.font.color.rgb = RGBColor(0, 0, 0)
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for name in list(fonts.attrib):
                if name.endswith("Theme"):
                    del fonts.attrib[name]
            fonts.set(qn("w:eastAsia"), font)
            form = style.paragraph_format
            form.space_before = form.space_after = Pt(0)
            form.line_spacing_rule = WD_LINE_SPACING.EXACTLY
            form.line_spacing = Pt(self.distance)
            form.first_line_indent = Pt(2 * self.body)
            form.keep_with_next, form.keep_together = True, True

    def _grid(self, rows: int, widths: Sequence[float], *, size: float = NO_5) -> Table:
        table: Table = self.document.add_table(rows=rows, cols=len(widths))
        table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
        table._tbl.tblPr.find(qn("w:tblLook")).addprevious(parse_xml(_ROOM))
        usable, whole = _text_width(self.document.sections[-1]), sum(widths)
        for col, width in enumerate(widths):
            table.columns[col].width = int(usable * width / whole)
        for row in table.rows:
            for cell, width in zip(row.cells, widths, strict=True):
                cell.width = int(usable * width / whole)
            _row_property(row, "w:cantSplit")
            least = 20 if size > SMALL else size * 1.85
            row.height, row.height_rule = Pt(least), WD_ROW_HEIGHT_RULE.AT_LEAST
        return table

    def _patterns(self, lines: Sequence[Any]) -> list[Any]:
        """The body's empty row and, where wanted, the row merged across, taken out of the table to
        be copied.

        Made cell by cell, five thousand rows take half a minute; copied, a second or two.
        """
        for line in lines:
            for cell in line.cells:
                cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
        if len(lines) > 1:
            cells = lines[1].cells
            cells[0].merge(cells[-1])
        for line in lines:
            line._tr.getparent().remove(line._tr)
        return [line._tr for line in lines] + [None] * (2 - len(lines))

    def _fill(
        self,
        cell: _Cell,
        text: str,
        *,
        size: float,
        font: str = BODY_FONT,
        align: str = "center",
        top: bool = False,
    ) -> None:
        cell.vertical_alignment = (
            WD_CELL_VERTICAL_ALIGNMENT.TOP if top else WD_CELL_VERTICAL_ALIGNMENT.CENTER
        )
        self._put(cell._tc, text, (size, font, align))

    def _put(self, cell: Any, text: str, form: tuple[float, str, str]) -> None:
        """A cell's text, a paragraph for each of its lines, in place of the empty paragraph."""
        for at, part in enumerate(text.split("\n")):
            line = self._cell_line(part, form)
            if at == 0:
                cell.replace(cell.p_lst[0], line)
            else:
                cell.append(line)

    def _cell_line(self, text: str, form: tuple[float, str, str]) -> Any:
        """A cell's paragraph, copied from the first of its form: made piece by piece, a long table
        takes minutes.
        """
        size, font, align = form
        plain = text == text.strip() and "\t" not in text
        pattern = self._cell_lines.get((*form, not text)) if plain else None
        if pattern is None:
            paragraph = Paragraph(OxmlElement("w:p"), self.document)
            paragraph.alignment = ALIGNMENTS[align]
            _spacing(paragraph, size * 1.35)
            _run(paragraph, text, font, size)
            if plain:
                self._cell_lines[*form, not text] = deepcopy(paragraph._p)
            return paragraph._p
        line = deepcopy(pattern)
        if text:
            line.r_lst[0].text = clean(text)
        return line


def _text_width(section: Section) -> int:
    return int((section.page_width or 0) - (section.left_margin or 0) - (section.right_margin or 0))


def _spacing(paragraph: Paragraph, exact: float) -> None:
    form = paragraph.paragraph_format
    form.space_before = form.space_after = Pt(0)
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(exact)


def _run(
    paragraph: Paragraph,
    text: str,
    font: str,
    size: float,
    *,
    bold: bool = False,
    colour: RGBColor | None = None,
) -> None:
    run = paragraph.add_run(clean(text))
    run.font.name, run.font.size, run.bold = LATIN_FONT, Pt(size), bold or None
    fonts = run._element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), font)
    # quotation marks and dashes are taken from the East Asian font, as Chinese printing wants
    fonts.set(qn("w:hint"), "eastAsia")
    if colour is not None:
        run.font.color.rgb = colour


def _field(paragraph: Paragraph, code: str) -> None:
    run = paragraph.add_run()
    run.font.name, run.font.size = "宋体", Pt(NO_4)
    for kind, text in (("begin", None), (None, code), ("end", None)):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._element.append(element)


def _underline(paragraph: Paragraph, colour: str, eighths: int) -> None:
    borders = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", str(eighths)), ("space", "4"), ("color", colour)):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    properties = paragraph._p.get_or_add_pPr()
    # the schema wants borders before spacing
    properties.insert_element_before(
        borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def _row_property(row: Any, name: str) -> None:
    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement(name))


def _repeat_head(table: Table, count: int) -> None:
    for row in table.rows[:count]:
        _row_property(row, "w:tblHeader")


_ROOM = (
    '<w:tblCellMar xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:top w:w="34" w:type="dxa"/>'
    '<w:left w:w="85" w:type="dxa"/><w:bottom w:w="34" w:type="dxa"/><w:right w:w="85" w:type="dxa"/></w:tblCellMar>'
)
"""Air between a cell's text and its lines, in twentieths of a point; without it the first line
touches the rule.
"""
