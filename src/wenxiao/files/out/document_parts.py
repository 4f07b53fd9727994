"""Pieces of an official Word document that need its XML: what it may hold, the fonts that stand in
for official ones, the watermark of a demonstration.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.opc.oxml import serialize_part_xml
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml

if TYPE_CHECKING:
    from collections.abc import Mapping

    from docx.section import Section

_WATERMARK = (
    '<w:r xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:v="urn:schemas-microsoft-com:vml"'
    ' xmlns:o="urn:schemas-microsoft-com:office:office"><w:pict><v:shapetype id="_x0000_t136" coordsize="21600,21600"'
    ' o:spt="136" adj="10800" path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas><v:f eqn="sum #0 0 10800"/>'
    '<v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/><v:f eqn="sum 21600 0 @3"/>'
    '<v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/></v:formulas>'
    '<v:path textpathok="t" o:connecttype="none"/><v:textpath on="t" fitshape="t"/></v:shapetype>'
    '<v:shape id="WenxiaoWatermark" type="#_x0000_t136" style="position:absolute;margin-left:0;margin-top:0;width:{width}pt;'
    "height:110pt;rotation:315;z-index:-251658752;mso-position-horizontal:center;mso-position-horizontal-relative:margin;"
    'mso-position-vertical:center;mso-position-vertical-relative:margin" fillcolor="#d9d9d9" stroked="f">'
    '<v:fill opacity=".5"/><v:textpath style="font-family:&quot;黑体&quot;;font-size:1pt" string="{text}"/></v:shape></w:pict></w:r>'
)


def clean(text: str) -> str:
    """The text without signs an XML file cannot hold."""
    return "".join(
        sign
        for sign in text
        if sign in "\n\t"
        or (
            ord(sign) >= 32
            and not 0xD800 <= ord(sign) <= 0xDFFF
            and ord(sign) not in {0xFFFE, 0xFFFF}
        )
    )


def name_stand_ins(document: Any, stand_ins: Mapping[str, str]) -> None:
    """Say in the font table which font to take where an office's computer lacks the official
    one.
    """
    part = document.part.part_related_by(RT.FONT_TABLE)
    fonts = parse_xml(part.blob)
    for name, other in stand_ins.items():
        font, alternate = OxmlElement("w:font"), OxmlElement("w:altName")
        font.set(qn("w:name"), name)
        alternate.set(qn("w:val"), other)
        font.append(alternate)
        fonts.append(font)
    part._blob = serialize_part_xml(fonts)


def add_watermark(section: Section, text: str) -> None:
    """The word across every page of a section, once."""
    safe = clean(text).replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    header = section.header.paragraphs[0]
    if header.runs:
        return
    header._p.append(
        parse_xml(_WATERMARK.format(text=safe, width=min(110 * max(len(text), 2), 430)))
    )
