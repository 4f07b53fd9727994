"""A .xlsx straight from its parts: the cells, merges and hidden lines a form is read from, and
nothing else of the file.

openpyxl first builds fonts, borders and drawings, which nobody reads here. What only odd files hold
is left to it (:class:`DeclinedError`): :mod:`wenxiao.files.cells.openpyxl_books` reads the same
cells.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import IO
from xml.etree import ElementTree as ET
from xml.parsers import expat

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

from wenxiao.files.cells.cells import Book
from wenxiao.files.cells.openxml_sheet import (
    MAIN,
    BrokenError,
    DeclinedError,
    NumberStyle,
    Package,
    read_sheet,
    text_of,
)

_RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_STRINGS = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
_STYLES = "xl/styles.xml"
_HELD = 8 * 1024 * 1024
"""A larger part is read element by element, never held as a tree."""
_CHUNK = 16_384
_FIRST_CUSTOM = 164
_STATES = {"visible", "hidden", "veryHidden"}
_BAD_TITLE = re.compile(r"[\\*?:/\[\]]")
_NO = {"0", "false", "f", ""}


def read_parts(source: Path | IO[bytes]) -> Book:
    """The workbook as :func:`wenxiao.files.cells.workbooks.read_xlsx` gives it.

    Raises DeclinedError, or whatever a broken part makes the parser raise: openpyxl then has the
    word. Call it behind the gate, which refuses document types and counts what is inside.
    """
    with zipfile.ZipFile(source) as package:
        with _reading("工作簿的目录"):
            types = _types(package)
            main = types.get(_WORKBOOK)
            if main is None:
                raise DeclinedError(_WORKBOOK)
            root = _root(package, main)
            if root.tag != MAIN + "workbook":
                raise DeclinedError(root.tag)
            sheets = list(_sheets(package, main, root))
        with _reading("各表共用的文字"):
            strings = _strings(package, types[_STRINGS]) if _STRINGS in types else []
        with _reading("各格的格式表"):
            shared = Package(strings, _styles(package), _epoch(root))
        book = Book("xlsx")
        for name, part, hidden in sheets:
            with _reading(f"工作表“{name}”", sheet=name):
                sheet, margins = read_sheet(children(package, part), name, shared)
            sheet.hidden = hidden
            book.sheets.append(sheet)
            book.margins += margins
    return book


@contextmanager
def _reading(place: str, *, sheet: str | None = None) -> Iterator[None]:
    """Whatever breaks inside says where."""
    try:
        yield
    except (DeclinedError, BrokenError, MemoryError):
        raise
    except Exception as error:
        raise BrokenError(place, sheet=sheet) from error


def children(package: zipfile.ZipFile, part: str) -> Iterator[ET.Element]:
    """The elements under a part's root one after the other; rows of a sheet
    and texts of a table each by itself.
    """
    entry = package.getinfo(part)
    if entry.file_size <= _HELD:
        for child in _root(package, part):
            if child.tag == MAIN + "sheetData":
                yield from child
            else:
                yield child
        return
    depth, data = 0, 0
    with package.open(entry) as stream:
        for event, element in _defused(stream):
            if event == "start":
                depth += 1
                data = depth if element.tag == MAIN + "sheetData" and depth == 2 else data
                continue
            depth -= 1
            if depth == 1 + (data == 2) and element.tag != MAIN + "sheetData":
                yield element
                element.clear()
            elif depth == 1:
                data = 0


def _root(package: zipfile.ZipFile, part: str) -> ET.Element:
    with package.open(part) as stream:
        return next(element for _, element in _defused(stream, whole=True))


class DocumentTypeError(BrokenError):
    """A part that declares a document type: no form does, and entities could be made of it."""


class _BegunError(Exception):
    """The first element has come: no document type can follow."""


def _defused(stream: IO[bytes], *, whole: bool = False) -> Iterator[tuple[str, ET.Element]]:
    """What ElementTree reads of one part, the one place where it is asked to: each start and end,
    or the ``whole`` as one.

    A part that declares a document type is refused before anything of it is built, whether or not
    the gate has looked at the file.
    """
    _refuse_document_type(stream)
    stream.seek(0)
    if whole:
        yield "whole", ET.fromstring(stream.read())  # noqa: S314  it has no document type
    else:
        yield from ET.iterparse(stream, ("start", "end"))  # noqa: S314  it has no document type


def _refuse_document_type(stream: IO[bytes]) -> None:
    def refuse(*_: object) -> None:
        raise DocumentTypeError("工作簿", "里有外部实体定义（DTD），可能是恶意文件")

    def begun(*_: object) -> None:
        raise _BegunError

    head = expat.ParserCreate()
    head.StartDoctypeDeclHandler, head.StartElementHandler = refuse, begun
    try:
        while chunk := stream.read(_CHUNK):
            head.Parse(chunk, False)
    except (_BegunError, expat.ExpatError):
        return  # what is broken is named by whoever reads the whole


def _types(package: zipfile.ZipFile) -> dict[str, str]:
    """The first part of each content type that is named by itself."""
    first: dict[str, str] = {}
    for one in _root(package, "[Content_Types].xml"):
        if one.tag == _TYPES + "Override":
            first.setdefault(one.attrib["ContentType"], one.attrib["PartName"][1:])
    return first


def _epoch(workbook: ET.Element) -> datetime:
    about = workbook.find(MAIN + "workbookPr")
    since_1904 = about is not None and about.get("date1904", "0") not in _NO
    epoch: datetime = MAC_EPOCH if since_1904 else WINDOWS_EPOCH
    return epoch


def _sheets(
    package: zipfile.ZipFile, main: str, workbook: ET.Element
) -> Iterator[tuple[str, str, bool]]:
    """(name, part, whether hidden) of each worksheet in order; charts on a
    page of their own are none.
    """
    folder, name = posixpath.split(main)
    links = {
        one.attrib["Id"]: one
        for one in _root(package, posixpath.join(folder, "_rels", f"{name}.rels"))
        if one.tag == _RELATIONS + "Relationship"
    }
    listed = workbook.find(MAIN + "sheets")
    names: set[str] = set()
    for sheet in () if listed is None else listed:
        link = links[sheet.attrib[_ID]]
        if link.get("TargetMode") == "External":
            raise DeclinedError("External")
        target = link.attrib["Target"]
        part = target[1:] if target[:1] == "/" else posixpath.normpath(f"{folder}/{target}")
        title, state = sheet.attrib["name"], sheet.get("state", "visible")
        if part not in package.NameToInfo or "chartsheet" in link.attrib["Type"]:
            continue
        if title.lower() in names or _BAD_TITLE.search(title) or state not in _STATES:
            raise DeclinedError(title)
        names.add(title.lower())
        yield title, part, state != "visible"


def _strings(package: zipfile.ZipFile, part: str) -> list[str]:
    """The shared texts; openpyxl drops the escape of an escape, so does this."""
    return [
        text_of(one).replace("x005F_", "")
        for one in children(package, part)
        if one.tag == MAIN + "si"
    ]


def _styles(package: zipfile.ZipFile) -> list[NumberStyle]:
    """How each cell style shows numbers, by the style number; a workbook
    without any has the general one.
    """
    general = [NumberStyle("General")]
    if _STYLES not in package.NameToInfo:
        return general
    root = _root(package, _STYLES)
    custom = {
        int(one.attrib["numFmtId"]): one.attrib["formatCode"]
        for one in root.iterfind(f"{MAIN}numFmts/{MAIN}numFmt")
    }
    styles = [
        _style(int(one.get("numFmtId", "0")), custom)
        for one in root.iterfind(f"{MAIN}cellXfs/{MAIN}xf")
    ]
    return styles or general


def _style(number: int, custom: dict[int, str]) -> NumberStyle:
    if number in custom:
        return _style_of(custom[number])
    if number < _FIRST_CUSTOM:
        return _style_of(BUILTIN_FORMATS.get(number, "General"))
    return NumberStyle(None, known=False)


@lru_cache(maxsize=512)
def _style_of(code: str) -> NumberStyle:
    return NumberStyle(code, is_date_format(code), is_timedelta_format(code))
