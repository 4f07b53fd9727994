"""One sheet of a .xlsx from its elements: the cells written, merges, hidden
rows and columns, headers and footers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import astuple, dataclass, field
from datetime import datetime
from itertools import product
from typing import Any
from xml.etree import ElementTree as ET

from openpyxl.formula.translate import Translator
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.utils.datetime import from_excel, from_ISO8601
from openpyxl.worksheet.header_footer import HeaderFooter

from wenxiao.files.cells.cells import Cell, Merge, Sheet
from wenxiao.files.cells.numberformats import is_number, shown_value

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ROW, _CELL, _VALUE, _FORMULA, _INLINE = (MAIN + tag for tag in ("row", "c", "v", "f", "is"))
_PLACE = re.compile(r"([A-Z]{1,3})([1-9]\d*)")
_AREA = re.compile(r"\$?([A-Z]{1,3})\$?([1-9]\d*)(?::\$?([A-Z]{1,3})\$?([1-9]\d*))?")
_LAST_COL = 16_384
_NO = {"0", "false", "f"}
_PRONOUNCED = {MAIN + "rPh", MAIN + "phoneticPr"}


class DeclinedError(Exception):
    """Something in the package this reader does not know; the text names it."""


class BrokenError(Exception):
    """A part that cannot be read: where, for the user, and in a cell why;
    of no sheet both are None.
    """

    def __init__(
        self,
        place: str,
        why: str = "内部有错误",
        *,
        sheet: str | None = None,
        cell: str | None = None,
    ) -> None:
        super().__init__(f"{place}{why}")
        self.sheet, self.cell = sheet, cell


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """How the cells of one style show numbers: the format, whether it prints moments, and whether
    lengths of time.

    ``known`` is False for a style whose format the file does not define.
    """

    number_format: str | None
    is_date: bool = False
    is_timedelta: bool = False
    known: bool = True


@dataclass(frozen=True, slots=True)
class Package:
    """What the sheets of a workbook share."""

    strings: list[str]
    styles: list[NumberStyle]
    epoch: datetime


@dataclass(frozen=True, slots=True)
class _Written:
    """A cell as the part has it: its value, the number of its style and its formula."""

    value: Any
    style: int
    formula: str | None


@dataclass(slots=True)
class _Drawn:
    """What has been read of a sheet so far."""

    cells: dict[tuple[int, int], _Written] = field(default_factory=dict)
    areas: set[Merge] = field(default_factory=set)
    hidden_rows: dict[int, bool] = field(default_factory=dict)
    columns: dict[int, tuple[bool, int]] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)
    margins: list[str] = field(default_factory=list)
    formulas: dict[str | None, Translator] = field(default_factory=dict)
    row: int = 0


def read_sheet(
    elements: Iterable[ET.Element], name: str, package: Package
) -> tuple[Sheet, list[str]]:
    """(the sheet, texts of its page headers and footers); DeclinedError for
    what openpyxl is to read.
    """
    drawn = _Drawn()
    for element in elements:
        if element.tag == _ROW:
            _take_row(element, drawn, package, name)
        elif (take := _TAKES.get(element.tag)) is not None:
            take(element, drawn)
    _clear_under(drawn)
    for place in drawn.links:
        # a link over an empty cell becomes its text in openpyxl
        if _place(place) not in drawn.cells:
            raise DeclinedError(place)
    hidden = {
        col
        for first, (is_hidden, last) in drawn.columns.items()
        if is_hidden
        for col in range(first, min(last, _LAST_COL) + 1)
    }
    sheet = Sheet(
        name,
        {place: cell for place in sorted(drawn.cells) if (cell := _cell(place, drawn, package))},
        sorted(drawn.areas, key=astuple),
        frozenset(row for row, is_hidden in drawn.hidden_rows.items() if is_hidden),
        frozenset(hidden),
    )
    return sheet, drawn.margins


def _cell(place: tuple[int, int], drawn: _Drawn, package: Package) -> Cell | None:
    written = drawn.cells[place]
    style = package.styles[written.style]
    if not style.known:
        raise DeclinedError("numFmtId")
    text, raw = shown_value(written.value, style.number_format)
    if not text and written.formula is None:
        return None
    row, col = place
    return Cell(
        row,
        col,
        f"{get_column_letter(col)}{row}",
        text,
        raw,
        None if style.number_format == "General" else style.number_format,
        written.formula,
        has_cached=written.formula is None or written.value is not None,
        numeric=is_number(written.value),
    )


def _clear_under(drawn: _Drawn) -> None:
    """Forget what lies under a merge, found by way of whichever is smaller."""
    for area in drawn.areas:
        rows, cols = range(area.top, area.bottom + 1), range(area.left, area.right + 1)
        small = len(rows) * len(cols) < len(drawn.cells)
        for place in product(rows, cols) if small else list(drawn.cells):
            if place != (area.top, area.left) and place[0] in rows and place[1] in cols:
                drawn.cells.pop(place, None)


def _take_row(element: ET.Element, drawn: _Drawn, package: Package, sheet: str) -> None:
    number = element.get("r")
    drawn.row = drawn.row + 1 if number is None else int(number)
    if "hidden" in element.attrib:
        drawn.hidden_rows[drawn.row] = element.attrib["hidden"] not in _NO
    elif drawn.row in drawn.hidden_rows:
        raise DeclinedError("row")
    col = 0
    for cell in element:
        if cell.tag != _CELL:
            raise DeclinedError(cell.tag)
        reference = cell.get("r")
        place = (drawn.row, col + 1) if reference is None else _place(reference)
        col = place[1]
        try:
            written = _written(cell, reference, drawn, package)
        except (ValueError, IndexError) as error:
            named, why = f"{get_column_letter(col)}{drawn.row}", _why(cell, package)
            raise BrokenError(f"“{sheet}”{named} ", why, sheet=sheet, cell=named) from error
        if written is None:
            if drawn.cells.pop(place, None) is not None:
                raise DeclinedError(f"{place}")
            continue
        drawn.cells[place] = written


def _why(cell: ET.Element, package: Package) -> str:
    """What is wrong in a cell whose value cannot be read."""
    style, text = cell.get("s", "0"), (cell.findtext(_VALUE) or "")[:40]
    if not style.isdecimal() or int(style) >= len(package.styles):
        return f"用的第 {style[:8]} 号格式，文件里没有"
    words = {
        "s": f"指向第 {text} 条共用文字，文件里没有",
        "b": f"记作是或否，内容却是“{text}”",
        "d": f"记作日期，内容却是“{text}”",
    }
    return words.get(cell.get("t", "n"), f"记作数字，内容却是“{text}”")


def _place(reference: str) -> tuple[int, int]:
    match = _PLACE.fullmatch(reference)
    if match is None:
        raise DeclinedError(reference)
    return int(match[2]), column_index_from_string(match[1])


def _written(
    cell: ET.Element, reference: str | None, drawn: _Drawn, package: Package
) -> _Written | None:
    """What a cell holds; None for one that only has a style."""
    if not len(cell):
        return None
    formula = cell.find(_FORMULA)
    text = None if formula is None else _formula(formula, reference, drawn)
    style = int(cell.get("s", "0"))
    value = _value(cell, package.styles[style], package)
    return None if value is None and text is None else _Written(value, style, text)


def _value(cell: ET.Element, style: NumberStyle, package: Package) -> Any:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        inline = cell.find(_INLINE)
        return None if inline is None else text_of(inline)
    text = cell.findtext(_VALUE) or None
    if text is None:
        return None
    if kind == "n":
        return _number(text, style, package)
    if kind == "s":
        return package.strings[int(text)]
    if kind == "b":
        return bool(int(text))
    return from_ISO8601(text) if kind == "d" else text


def _number(text: str, style: NumberStyle, package: Package) -> Any:
    value = float(text) if "." in text or "E" in text or "e" in text else int(text)
    if not style.is_date:
        return value
    try:
        return from_excel(value, package.epoch, timedelta=style.is_timedelta)
    except (OverflowError, ValueError):
        return "#VALUE!"


def text_of(element: ET.Element) -> str:
    """The text of a shared or inline string: its runs put together, how it
    is pronounced left out.
    """
    plain: str | None = None
    runs: list[str] = []
    for child in element:
        if child.tag == MAIN + "t":
            if plain is not None:
                raise DeclinedError(child.tag)
            plain = child.text or ""
        elif child.tag == MAIN + "r":
            runs += [one.text or "" for one in child if one.tag == MAIN + "t"]
        elif child.tag not in _PRONOUNCED:
            raise DeclinedError(child.tag)
    return (plain or "") + "".join(runs)


def _formula(formula: ET.Element, reference: str | None, drawn: _Drawn) -> str:
    """The formula with its sign; one shared over several cells is turned for its own."""
    text, kind = "=" + (formula.text or ""), formula.get("t")
    if kind == "dataTable":
        return ""
    if kind != "shared":
        return text
    number = formula.get("si")
    if number in drawn.formulas:
        return str(drawn.formulas[number].translate_formula(reference))
    if text != "=":
        drawn.formulas[number] = Translator(text, reference)
    return text


def _take_merges(element: ET.Element, drawn: _Drawn) -> None:
    drawn.areas = {_area(one.attrib["ref"]) for one in element}


def _area(reference: str) -> Merge:
    match = _AREA.fullmatch(reference)
    if match is None:
        raise DeclinedError(reference)
    left, top = column_index_from_string(match[1]), int(match[2])
    right = column_index_from_string(match[3]) if match[3] else left
    bottom = int(match[4]) if match[4] else top
    if top > bottom or left > right:
        raise DeclinedError(reference)
    return Merge(top, left, bottom, right)


def _take_columns(element: ET.Element, drawn: _Drawn) -> None:
    for one in element:
        last = one.get("max")
        is_hidden = one.get("hidden", "0") not in _NO and last is not None
        drawn.columns[int(one.attrib["min"])] = (is_hidden, int(last or "0"))


def _take_links(element: ET.Element, drawn: _Drawn) -> None:
    drawn.links += [one.attrib["ref"] for one in element]


def _take_margins(element: ET.Element, drawn: _Drawn) -> None:
    pages = HeaderFooter.from_tree(element)
    parts = (
        pages.oddHeader,
        pages.oddFooter,
        pages.firstHeader,
        pages.firstFooter,
        pages.evenHeader,
        pages.evenFooter,
    )
    items = [item for part in parts if part for item in (part.left, part.center, part.right)]
    drawn.margins = [str(item.text) for item in items if item is not None and item.text]


_TAKES = {
    MAIN + "mergeCells": _take_merges,
    MAIN + "cols": _take_columns,
    MAIN + "hyperlinks": _take_links,
    MAIN + "headerFooter": _take_margins,
}
