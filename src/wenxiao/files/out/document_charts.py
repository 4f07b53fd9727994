"""Bars in a Word document as a chart of its own format: vector, editable, in black and grey, with
the figure at every bar; Word, WPS and LibreOffice draw it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml.parser import parse_xml
from docx.shared import Mm

from wenxiao.files.out.document_parts import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

_CONTENT = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/chart"
_CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
_INK, _FILL, _LINE = "262626", "6E6E6E", "BFBFBF"
_BAR_HEIGHT, _FRAME = 7.5, 14
"""Millimetres a lying bar takes, and what the axes take beside the bars."""
_COLUMNS_HEIGHT, _WIDTH = 60, 154


@dataclass(frozen=True, slots=True)
class BarChart:
    """One figure: its finding, the names of the bars in reading order, their values as printed.

    ``standing``: columns side by side, for few short names; else bars that lie.
    """

    finding: str
    names: Sequence[str]
    values: Sequence[str]
    unit: str
    standing: bool = False

    @property
    def height(self) -> float:
        """In millimetres."""
        return _COLUMNS_HEIGHT if self.standing else len(self.names) * _BAR_HEIGHT + _FRAME


def add_bars(document: Any, chart: BarChart) -> None:
    """The figure in a paragraph of its own; what it shows is said again for who cannot see it."""
    part = document.part
    number = 1 + sum(rel.reltype == _RELATION for rel in part.rels.values())
    name = PackURI(f"/word/charts/chart{number}.xml")
    rel = part.relate_to(Part(name, _CONTENT, _chart_xml(chart).encode(), part.package), _RELATION)
    width, height = int(Mm(_WIDTH)), int(Mm(chart.height))
    listed = "；".join(
        f"{a} {b}{chart.unit}" for a, b in zip(chart.names, chart.values, strict=True)
    )
    words = quoteattr(clean(f"{chart.finding}：{listed}"))
    wp = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
    paragraph = document.add_paragraph()
    paragraph.add_run()._r.append(
        parse_xml(
            '<w:drawing xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
            f'xmlns:wp="{wp}" xmlns:a="{_DRAWING}"><wp:inline distT="0" distB="0" distL="0" distR="0">'
            f'<wp:extent cx="{width}" cy="{height}"/>'
            f'<wp:docPr id="{100 + number}" name="图{number}" descr={words}/>'
            f'<a:graphic><a:graphicData uri="{_CHART}"><c:chart xmlns:c="{_CHART}" '
            'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
            f'r:id="{rel}"/></a:graphicData></a:graphic></wp:inline></w:drawing>'
        )
    )


def _chart_xml(chart: BarChart) -> str:
    axes = '<c:axId val="1"/><c:axId val="2"/>'
    way = "col" if chart.standing else "bar"
    # the first bar of a lying chart stands at the bottom unless its axis runs downwards
    order = "minMax" if chart.standing else "maxMin"
    places = ("b", "l") if chart.standing else ("l", "t")
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f'<c:chartSpace xmlns:c="{_CHART}" xmlns:a="{_DRAWING}"><c:roundedCorners val="0"/><c:chart>'
        '<c:autoTitleDeleted val="1"/><c:plotArea><c:layout/>'
        f'<c:barChart><c:barDir val="{way}"/><c:grouping val="clustered"/><c:varyColors val="0"/>'
        f'<c:ser><c:idx val="0"/><c:order val="0"/>{_fill(_FILL)}<c:invertIfNegative val="0"/>'
        f"{_labels()}<c:cat>{_literals(chart.names, 'str')}</c:cat>"
        f"<c:val>{_literals(chart.values, 'num')}</c:val></c:ser>"
        f'<c:gapWidth val="60"/>{axes}</c:barChart>'
        f'<c:catAx><c:axId val="1"/><c:scaling><c:orientation val="{order}"/></c:scaling>'
        f'<c:delete val="0"/><c:axPos val="{places[0]}"/><c:majorTickMark val="none"/>'
        f'<c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>{_line(_LINE)}{_text(9)}'
        '<c:crossAx val="2"/></c:catAx>'
        '<c:valAx><c:axId val="2"/><c:scaling><c:orientation val="minMax"/><c:min val="0"/>'
        f'</c:scaling><c:delete val="1"/><c:axPos val="{places[1]}"/>'
        '<c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>'
        '<c:crossAx val="1"/></c:valAx></c:plotArea>'
        '<c:plotVisOnly val="1"/></c:chart><c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>'
        "</c:chartSpace>"
    )


def _literals(values: Sequence[str], kind: str) -> str:
    points = "".join(
        f'<c:pt idx="{at}"><c:v>{escape(clean(value))}</c:v></c:pt>'
        for at, value in enumerate(values)
    )
    return f'<c:{kind}Lit><c:ptCount val="{len(values)}"/>{points}</c:{kind}Lit>'


def _labels() -> str:
    shown = "".join(
        f'<c:{name} val="{int(name == "showVal")}"/>'
        for name in ("showLegendKey", "showVal", "showCatName", "showSerName", "showPercent")
    )
    return (
        f'<c:dLbls>{_text(9)}<c:dLblPos val="outEnd"/>{shown}<c:showBubbleSize val="0"/></c:dLbls>'
    )


def _fill(colour: str) -> str:
    return f'<c:spPr><a:solidFill><a:srgbClr val="{colour}"/></a:solidFill></c:spPr>'


def _line(colour: str) -> str:
    return f'<c:spPr><a:ln w="6350"><a:solidFill><a:srgbClr val="{colour}"/></a:solidFill></a:ln></c:spPr>'


def _text(points: int) -> str:
    return (
        "<c:txPr><a:bodyPr/><a:lstStyle/><a:p><a:pPr>"
        f'<a:defRPr sz="{points * 100}"><a:solidFill><a:srgbClr val="{_INK}"/></a:solidFill>'
        '<a:latin typeface="Times New Roman"/><a:ea typeface="仿宋_GB2312"/></a:defRPr>'
        '</a:pPr><a:endParaRPr lang="zh-CN"/></a:p></c:txPr>'
    )
