"""Where a marking stands beside the text that readers see: properties,
watermarks, notes, comments, sheet names, shapes.
"""

from __future__ import annotations

import re
from typing import IO
from xml.parsers import expat

from wenxiao.files.door.markings import marking_in, marking_refused
from wenxiao.files.door.partscan import PartError
from wenxiao.rulebook.codes import CLASSIFIED

_PARTS = re.compile(
    r"docprops/(?:core|app|custom)\.xml"
    r"|word/(?:document|header\d*|footer\d*|footnotes|endnotes|comments\w*)\.xml"
    r"|xl/workbook\.xml|xl/comments[^/]*\.xml|xl/comments/[^/]+\.xml|xl/threadedcomments/[^/]+\.xml"
    r"|xl/drawings/[^/]+\.(?:xml|vml)|xl/charts/[^/]+\.xml"
)
_PARAGRAPHS = frozenset({"p", "text", "definedName"})
_CHUNK = 65_536


def is_margin(name: str) -> bool:
    """Whether a part (its name in lower case) holds text beside the cells
    and paragraphs readers look through.
    """
    return _PARTS.fullmatch(name) is not None


def scan_margin(name: str, part: IO[bytes]) -> None:
    """Read one such part; PartError where it carries a marking.
    That it is whole was seen before.
    """
    margin = _Margin(whole=name.startswith("docprops/"))
    while chunk := part.read(_CHUNK):
        margin.parser.Parse(chunk, False)


class _Margin:
    """Text paragraph by paragraph (``whole``: element by element), and what attributes say."""

    def __init__(self, *, whole: bool) -> None:
        self.whole = whole
        self.kept: list[str] = []
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self.kept.append

    def _start(self, _tag: str, attributes: dict[str, str]) -> None:
        for name, value in attributes.items():
            # "val" names styles and the like; what is shown stands in string, name, title, prompt.
            if "密" in value and not name.endswith("val"):
                _refuse(value)

    def _end(self, tag: str) -> None:
        if not self.whole and tag.rpartition(":")[2] not in _PARAGRAPHS:
            return
        text = "".join(self.kept)
        self.kept.clear()
        if "密" in text:
            for line in (text, *text.splitlines()):
                _refuse(line.strip().strip('"'))


def _refuse(text: str) -> None:
    marking = marking_in(text)
    if marking is not None:
        raise PartError(CLASSIFIED, *marking_refused(marking))
