"""The second pass of the gate: each XML part through expat, counting what a parser would have to
build; pictures by size; markings beside the text that readers see (properties, watermarks, notes,
comments, sheet names, shapes).
"""

from __future__ import annotations

import re
import struct
from typing import IO
from xml.parsers import expat

from wenxiao.files.door.markings import marking_in, marking_refused
from wenxiao.rulebook.codes import (
    CLASSIFIED,
    DAMAGED,
    EXTERNAL_ENTITY,
    EXTERNAL_LINK,
    IMAGE_TOO_LARGE,
    OVERSIZED_INSIDE,
    STRANGE_CELLS,
)

DEEPEST = 200
MOST_ATTRIBUTES = 64
LONGEST_STRING = 32_767
LARGEST_BOX = 20_000_000
LARGEST_MERGED = 2_000_000
LAST_ROW, LAST_COL = 1_048_576, 16_384
MOST_PIXELS = 100_000_000
_RESAVE = "请用 WPS 或 Excel 打开，另存为 .xlsx（Word 文件另存为 .docx）后再导入。"
_REF = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
_CHUNK = 65_536
_HYPERLINK = ("/hyperlink",)


class PartError(Exception):
    """A part that must not be opened: code, sentence, what to do."""

    def __init__(self, code: str, text: str, mend: str = _RESAVE) -> None:
        super().__init__(text)
        self.code, self.text, self.mend = code, text, mend


def scan_part(name: str, part: IO[bytes]) -> None:
    """Read one XML part; raises PartError for what no honest form contains."""
    scan = _Scan(name)
    try:
        while chunk := part.read(_CHUNK):
            scan.parser.Parse(chunk, False)
            scan.check_run(len(chunk))
        scan.parser.Parse(b"", True)
    except expat.ExpatError as error:
        if name.startswith("customxml/"):
            return  # not read by us; SharePoint leaves odd encodings there
        raise PartError(DAMAGED, f"文件内部有损坏（{name}）。") from error
    scan.finish()


class _Scan:
    """Counters over one part."""

    def __init__(self, name: str) -> None:
        self.is_sheet = name.startswith("xl/worksheets/") and "/_rels/" not in name
        self.is_rels = name.endswith(".rels")
        self.is_text = (
            name.startswith(("xl/sharedstrings", "xl/worksheets/", "word/")) and not self.is_rels
        )
        self.depth = self.run = self.unparsed = 0
        self.top = self.left = 1 << 31
        self.bottom = self.right = self.merged = self.merges = 0
        self.row = self.col = 0
        self.previous = 0
        self.seen_refs: set[str] = set()
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.EntityDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def _doctype(self, *_: object) -> None:
        raise PartError(EXTERNAL_ENTITY, "文件里有外部实体定义（DTD），可能是恶意文件。")

    def check_run(self, length: int) -> None:
        """One token over many chunks is an attribute or tag no form has."""
        at = self.parser.CurrentByteIndex
        self.unparsed = self.unparsed + length if at == self.previous else 0
        self.previous = at
        if self.unparsed > 4 * 1024 * 1024:
            raise PartError(OVERSIZED_INSIDE, "文件里有异常长的内容，可能是恶意文件。")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        self.run = 0
        if self.depth > DEEPEST:
            raise PartError(OVERSIZED_INSIDE, "文件内部嵌套过深，可能是恶意文件。")
        if len(attributes) > MOST_ATTRIBUTES:
            raise PartError(OVERSIZED_INSIDE, "文件里有异常多的属性，可能是恶意文件。")
        if self.is_rels:
            self._relation(attributes)
        elif self.is_sheet:
            self._sheet_tag(tag.rpartition(":")[2], attributes)

    def _end(self, _tag: str) -> None:
        self.depth -= 1
        self.run = 0

    def _text(self, text: str) -> None:
        self.run += len(text)
        if self.is_text and self.run > LONGEST_STRING:
            raise PartError(
                OVERSIZED_INSIDE,
                f"有一格文字超过 {LONGEST_STRING} 字，或文件里塞了大量空白。",
                "请删去多余文字后再导入。",
            )

    def _relation(self, attributes: dict[str, str]) -> None:
        kind = attributes.get("Type", "")
        if kind.endswith("/attachedTemplate") and attributes.get("TargetMode") == "External":
            raise PartError(
                EXTERNAL_LINK,
                "Word 文件连着外部模板，打开时会去取网上的内容。",
                "请另存为新的 .docx（模板选 Normal）后再导入。",
            )
        if attributes.get("TargetMode") == "External" and not kind.endswith(_HYPERLINK):
            raise PartError(
                EXTERNAL_LINK,
                "文件引用了外部链接的数据或图片。",
                "请在“数据—编辑链接”里断开链接，保存后再导入。",
            )

    def _sheet_tag(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "row":
            self._row(attributes.get("r"))
        elif tag == "c":
            self._cell(attributes.get("r"))
        elif tag == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def _row(self, number: str | None) -> None:
        self.seen_refs.clear()
        self.col = 0
        if number is None:
            self.row += 1
            return
        if not number.isdigit() or not 1 <= int(number) <= LAST_ROW:
            raise PartError(STRANGE_CELLS, f"表格里有不存在的行号 {number[:12]}。")
        self.row = int(number)

    def _cell(self, ref: str | None) -> None:
        """A cell by its address, or the next of its row where none is written."""
        row, col = (self.row, self.col + 1) if ref is None else place(ref)
        self.col = col
        if col > LAST_COL:
            raise PartError(
                STRANGE_CELLS,
                f"表格第 {row} 行的列数超过 {LAST_COL} 列，不是正常的表格。",
                "请删除右侧多余的列，保存后再导入。",
            )
        if ref is not None and ref in self.seen_refs:
            raise PartError(STRANGE_CELLS, f"同一格 {ref} 出现了两次，不同软件会读出不同的数。")
        self.seen_refs.add(ref or "")
        self.top, self.bottom = min(self.top, row), max(self.bottom, row)
        self.left, self.right = min(self.left, col), max(self.right, col)
        if (self.bottom - self.top + 1) * (self.right - self.left + 1) > LARGEST_BOX:
            raise PartError(
                STRANGE_CELLS,
                "表格范围过大：极远处的格里还有内容。",
                "请删除表格下方和右侧多余的行列，保存后再导入。",
            )

    def _merge(self, ref: str) -> None:
        first, _, second = ref.partition(":")
        (top, left), (bottom, right) = place(first), place(second or first)
        self.merged += max(0, bottom - top + 1) * max(0, right - left + 1)
        self.merges += 1
        if self.merged > LARGEST_MERGED:
            raise PartError(
                STRANGE_CELLS, "合并单元格的范围过大。", "请取消大范围的合并单元格，保存后再导入。"
            )

    def finish(self) -> None:
        """Nothing is left open; expat would have said so."""


def place(ref: str) -> tuple[int, int]:
    """(row, column) of a cell reference; PartError when Excel has no such cell."""
    reference = _REF.fullmatch(ref)
    if reference is None:
        raise PartError(STRANGE_CELLS, f"表格里有不存在的单元格 {ref[:12]}。")
    col = 0
    for letter in reference[1]:
        col = col * 26 + ord(letter) - 64
    row = int(reference[2])
    if row > LAST_ROW or col > LAST_COL:
        raise PartError(STRANGE_CELLS, f"表格里有不存在的单元格 {ref[:12]}。")
    return row, col


def scan_image(head: bytes) -> None:
    """Refuse a picture whose declared size would not fit memory; ``head`` are its first 64 KiB."""
    pixels = pixels_of(head)
    if pixels is not None and pixels > MOST_PIXELS:
        raise PartError(IMAGE_TOO_LARGE, "文件里有一张过大的图片。", "请压缩或删除图片后再导入。")


def pixels_of(head: bytes) -> int | None:
    """Width × height of a PNG or JPEG by its header; None when it is neither."""
    if head.startswith(b"\x89PNG\r\n\x1a\n") and len(head) >= 24:
        width, height = struct.unpack_from(">II", head, 16)
        return int(width) * int(height)
    if head.startswith(b"\xff\xd8"):
        return _jpeg_pixels(head)
    return None


def _jpeg_pixels(head: bytes) -> int | None:
    at = 2
    while at + 9 < len(head) and head[at] == 0xFF:
        marker = head[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack_from(">HH", head, at + 5)
            return int(width) * int(height)
        at += 2 + int(struct.unpack_from(">H", head, at + 2)[0])
    return None


_PARTS = re.compile(
    r"docprops/(?:core|app|custom)\.xml"
    r"|word/(?:document|header\d*|footer\d*|footnotes|endnotes|comments\w*)\.xml"
    r"|xl/workbook\.xml|xl/comments[^/]*\.xml|xl/comments/[^/]+\.xml|xl/threadedcomments/[^/]+\.xml"
    r"|xl/drawings/[^/]+\.(?:xml|vml)|xl/charts/[^/]+\.xml"
)
_PARAGRAPHS = frozenset({"p", "text", "definedName"})


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
