"""The texts of a large workbook one after the other, never held whole: what
is looked through need not be a grid.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from xml.parsers import expat

_CHUNK = 1 << 16
_SHEET = re.compile(r"^/?xl/worksheets/[^/]+\.xml$", re.IGNORECASE)
_STRINGS = re.compile(r"^/?xl/sharedstrings[^/]*\.xml$", re.IGNORECASE)
_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*")
_HIDDEN = re.compile(rb"""\bhidden=["'](?:1|true)["']""")
_NUMBER = re.compile(rb"""\br=["'](\d+)["']""")
_SMALLEST = b"<c/>"
_CELL = re.compile(rb"<(?:\w+:)?c[ >/]")


def cells_of(path: Path, *, above: int = 0) -> int:
    """How many cells the fullest sheet of a .xlsx writes down: counted in its bytes, nothing is
    built.

    A sheet of too few bytes to hold more than ``above`` is not counted.
    """
    most = 0
    with zipfile.ZipFile(path) as package:
        for name in _named(package, _SHEET):
            if package.getinfo(name).file_size <= above * len(_SMALLEST):
                continue
            with package.open(name) as part:
                most = max(most, _count(part))
    return most


def _count(part: IO[bytes]) -> int:
    count, rest = 0, b""
    while chunk := part.read(_CHUNK):
        block = rest + chunk
        cut = block.rfind(b"<")
        count += len(_CELL.findall(block, 0, cut)) if cut > 0 else 0
        rest = block[cut:] if cut >= 0 else b""
    return count + len(_CELL.findall(rest))


def hidden_rows_of(path: Path, sheet: str) -> list[int]:
    """Numbers of the rows a sheet of a .xlsx hides, filtered or folded
    away: found in its bytes, nothing is built.
    """
    with zipfile.ZipFile(path) as package:
        name = _part_of(package, sheet)
        if name is None:
            return []
        numbers: list[int] = []
        with package.open(name) as part:
            rest = b""
            while chunk := part.read(_CHUNK):
                block = rest + chunk
                cut = max(block.rfind(b"<"), 0)
                numbers += _hidden_in(block[:cut])
                rest = block[cut:]
            return numbers + _hidden_in(rest)


def _hidden_in(block: bytes) -> list[int]:
    tags = (tag for tag in _ROW.findall(block) if _HIDDEN.search(tag))
    return [int(number[1]) for tag in tags if (number := _NUMBER.search(tag))]


def _part_of(package: zipfile.ZipFile, sheet: str) -> str | None:
    """The part a sheet's rows stand in."""
    parts = {name.replace("\\", "/").lstrip("/").lower(): name for name in package.namelist()}
    book, links = parts.get("xl/workbook.xml"), parts.get("xl/_rels/workbook.xml.rels")
    if book is None or links is None:
        return None
    numbers = dict(_attributes(package.read(book), "sheet", "name", "id"))
    targets = dict(_attributes(package.read(links), "Relationship", "Id", "Target"))
    target = targets.get(numbers.get(sheet, ""), "").lstrip("/")
    return parts.get((target if target.startswith("xl/") else f"xl/{target}").lower())


def _attributes(xml: bytes, tag: str, key: str, value: str) -> Iterator[tuple[str, str]]:
    """(key, value) of two attributes of each element of a name, whatever their prefixes."""
    pairs: list[tuple[str, str]] = []
    parser = expat.ParserCreate()

    def start(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == tag:
            plain = {word.rpartition(":")[2]: text for word, text in attributes.items()}
            pairs.append((plain.get(key, ""), plain.get(value, "")))

    parser.StartElementHandler = start
    parser.Parse(xml, True)
    return iter(pairs)


def texts_of(path: Path) -> Iterator[tuple[str, bool]]:
    """(text, whether it is a formula) of everything the sheets of a .xlsx
    hold, each shared text once.
    """
    with zipfile.ZipFile(path) as package:
        for name in _named(package, _STRINGS):
            with package.open(name) as part:
                yield from _Texts(string="si").read(part)
        for name in _named(package, _SHEET):
            with package.open(name) as part:
                yield from _Texts(string="is").read(part)


def _named(package: zipfile.ZipFile, pattern: re.Pattern[str]) -> list[str]:
    return [name for name in package.namelist() if pattern.match(name.replace("\\", "/"))]


class _Texts:
    """Texts of one part: runs of one string are put together, numbers of
    shared strings are left out.
    """

    def __init__(self, string: str) -> None:
        self._string = string
        self._found: list[tuple[str, bool]] = []
        self._inside = self._shared = False
        self._takes = ""
        self._parts: list[str] = []
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text

    def read(self, part: IO[bytes]) -> Iterator[tuple[str, bool]]:
        """The texts in the order of the part."""
        while chunk := part.read(_CHUNK):
            self._parser.Parse(chunk, False)
            yield from self._found
            self._found.clear()
        self._parser.Parse(b"", True)
        yield from self._found

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if tag == "c":
            self._shared = attributes.get("t") == "s"
        elif tag == self._string:
            self._inside, self._parts = True, []
        elif (tag == "t" and self._inside) or tag == "f" or (tag == "v" and not self._shared):
            self._takes = tag
            if tag != "t":
                self._parts = []

    def _text(self, text: str) -> None:
        if self._takes:
            self._parts.append(text)

    def _end(self, name: str) -> None:
        tag = name.rpartition(":")[2]
        if tag == self._takes:
            self._takes = ""
            if tag != "t":
                self._keep(formula=tag == "f")
        elif tag == self._string:
            self._inside = False
            self._keep(formula=False)

    def _keep(self, *, formula: bool) -> None:
        text = "".join(self._parts)
        if text:
            self._found.append((text, formula))
