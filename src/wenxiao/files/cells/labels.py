"""Finding one's way on a grid by its labels: what stands right of or below
a word, merges respected.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Sequence
from decimal import Decimal, InvalidOperation
from functools import cached_property, lru_cache, wraps
from typing import TypeVar

from openpyxl.utils import get_column_letter

from wenxiao.files.cells.cells import Cell, Merge, Sheet
from wenxiao.files.cells.formulas import computed_value, decimal_text
from wenxiao.files.cells.numberformats import LONG, format_number, plain, unsingled
from wenxiao.files.cells.seen import Seen

_BLANKS = re.compile(r"[\s\u200b\ufeff\u3000]+")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
_ENDS = " :;,.、*★※#"
_NUMBER = re.compile(r"[-+]?(?:\d[\d,]*(?:\.\d*)?|\.\d+)")
_YEAR = re.compile(r"[(\[]?(19[89]\d|20\d\d)[)\]]?")
_UNITS = (
    ("万亿", None),
    ("亿元", Decimal(10) ** 8),
    ("万元", Decimal(10) ** 4),
    ("千元", Decimal(1000)),
    ("元", Decimal(1)),
)
UNIT_FACTORS = {name: factor for name, factor in _UNITS if factor is not None}


_Meaning = TypeVar("_Meaning")
_SHORT = 100


def remembered(reads: Callable[[str], _Meaning]) -> Callable[[str], _Meaning]:
    """The same labels stand in every form: what one means is worked out once.
    Long texts don't come again.
    """
    short = lru_cache(maxsize=8_192)(reads)

    @wraps(reads)
    def meaning(text: str) -> _Meaning:
        return short(text) if len(text) <= _SHORT else reads(text)

    return meaning


@remembered
def squeezed(text: str) -> str:
    """The text in half-width letters without any blank or line break: 「三级」与「指标」分两行 → 「三级指标」."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text))


@remembered
def bare(text: str) -> str:
    """A label reduced to its words: no blanks, brackets with their content,
    numbering, colons or stars.
    """
    words = squeezed(text)
    before = ""
    while before != words:
        before, words = words, _BRACKETS.sub("", words)
    words = re.sub(
        r"^(?:\d{1,2}[.、]|[一二三四五六七八九十]{1,2}、|[一二三四五六七八九十]{1,2}\.)", "", words
    )
    return words.strip(_ENDS)


def tidy(text: str) -> str:
    """A value as it is kept: outer blanks gone, the inside untouched."""
    return text.strip(" \t\r\n\u3000\u200b\ufeff\xa0")


def name_of(text: str) -> str:
    """A name set vertically or broken over lines, in one line: 一字一行的「产出指标」."""
    return re.sub(
        r"\s*[\r\n]+\s*",
        "",
        re.sub(r"(?<=[\u4e00-\u9fff])[ \u3000]+(?=[\u4e00-\u9fff])", "", tidy(text)),
    )


def line_of(text: str) -> str:
    """A text broken over lines, in one line; its own blanks stay."""
    return re.sub(r"\s*[\r\n]+\s*", "", tidy(text))


_PREFIX = re.compile(
    r"^(?:指标\s*[\d一二三四五六七八九十]{0,2}|[(（]?\d{1,2}[)）]?)\s*[:：、.．]\s*(?!\d)"
)
_LEFT_OVER = re.compile(
    r"(?:[…\.·。—–\-_/]+|指标\s*[\d一二三四五六七八九十]{0,2}[:：、.]?|\d{1,2}[.、]|无)*"
)


def is_left_over(text: str) -> bool:
    """Whether a name is only what a template printed: 「指标2：」, 「……」, 「/」, 「无」 or nothing."""
    return bool(_LEFT_OVER.fullmatch(squeezed(text)))


def without_prefix(text: str) -> str:
    """An indicator's name without the number a template printed before it: 「指标1：里程」 → 里程."""
    return _PREFIX.sub("", text)


@remembered
def number_in(text: str) -> Decimal | None:
    """The number a cell holds, half-width and without separators: 「１００％」 →
    100, 「99.55分」 → 99.55; else None.
    """
    words = squeezed(text).replace("，", ",")
    words = re.sub(r"(?:分|%|[十百千]?万元|亿元|千元|元|[十百千]?[万亿])$", "", words.lstrip("¥￥"))
    if words.startswith("(") and words.endswith(")"):
        words = "-" + words[1:-1]
    words = words.replace("−", "-").replace("—", "-") if re.search(r"\d", words) else words
    if not _NUMBER.fullmatch(words):
        return None
    try:
        number = Decimal(words.replace(",", ""))
    except InvalidOperation:
        return None
    return unsingled(number) if len(words) > LONG else number


@remembered
def year_in(text: str) -> int | None:
    """A budget year in a text, full-width digits included: 「（２０２２年度）」 → 2022."""
    words = squeezed(text)
    year = re.search(r"(?<!\d)(19[89]\d|20\d\d)年", words) or _YEAR.fullmatch(words)
    if year:
        return int(year[1])
    spelt = re.search(r"二[〇零○O0]([〇零○一二三四五六七八九]{2})年", words)
    if spelt:
        zero = spelt[1].replace("零", "〇").replace("○", "〇")
        digits = "".join(str("〇一二三四五六七八九".index(sign)) for sign in zero)
        return int(f"20{digits}")
    return None


@remembered
def money_unit_in(text: str) -> str | None:
    """The money unit a label or corner names: 「项目资金（万元）」 → 万元; None if it names none."""
    words = squeezed(text)
    for name, factor in _UNITS:
        if factor is not None and re.search(rf"[(\[:/:,单位]{name}|^{name}$|{name}[)\]]", words):
            return name
    return None


class Grid:
    """A sheet seen through its merges: every cell of a merged range answers
    with the range's value.
    """

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.bottom, self.right = sheet.bottom, sheet.right
        self._merged: dict[tuple[int, int], Merge] = {}
        self._texts: dict[tuple[int, int], str] = {}
        self._rows: dict[int, list[tuple[int, str]]] = {}
        self._starts: dict[int, list[tuple[int, str]]] = {}
        for merge in sheet.merges:
            # a range over the whole sheet is legal; only what lies on used rows and columns is
            # asked for
            for row in range(merge.top, min(merge.bottom, self.bottom) + 1):
                for col in range(merge.left, min(merge.right, self.right) + 1):
                    self._merged[row, col] = merge

    @property
    def rows(self) -> range:
        """Numbers of the rows in use."""
        return range(self.sheet.origin, self.bottom + 1)

    @property
    def cols(self) -> range:
        """Numbers of the columns in use."""
        return range(self.sheet.origin, self.right + 1)

    def span(self, row: int, col: int) -> Merge:
        """The range the cell belongs to; itself when it isn't merged."""
        return self._merged.get((row, col)) or Merge(row, col, row, col)

    def anchor(self, row: int, col: int) -> tuple[int, int]:
        """Where the value of the cell is kept."""
        span = self._merged.get((row, col))
        return (row, col) if span is None else (span.top, span.left)

    def cell(self, row: int, col: int) -> Cell | None:
        """The cell, or the top left one of its range; None when empty."""
        return self.sheet.cells.get(self.anchor(row, col))

    def text(self, row: int, col: int) -> str:
        """What a person sees there, outer blanks removed."""
        anchor = self.anchor(row, col)
        text = self._texts.get(anchor)
        if text is None:
            cell = self.sheet.cells.get(anchor)
            text = self._texts[anchor] = "" if cell is None else tidy(cell.text)
        return text

    def address(self, row: int, col: int) -> str:
        """The address of the cell or its range: "B7", in Word "6,1" from 0."""
        top, left = self.anchor(row, col)
        return f"{top},{left}" if self.sheet.origin == 0 else f"{get_column_letter(left)}{top}"

    def in_row(self, row: int) -> Sequence[tuple[int, str]]:
        """(column, text) of the values seen in a row, from the left, merged ones once."""
        texts = self._rows.get(row)
        if texts is None:
            texts = self._rows[row] = list(self._look_along(row))
        return texts

    @cached_property
    def _filled(self) -> dict[int, list[int]]:
        """The columns of each row that are written or merged: a wide sheet is mostly neither."""
        rows: dict[int, list[int]] = {}
        for row, col in sorted({*self.sheet.cells, *self._merged}):
            rows.setdefault(row, []).append(col)
        return rows

    def _look_along(self, row: int) -> Iterator[tuple[int, str]]:
        last: tuple[int, int] | None = None
        for col in self._filled.get(row, ()):
            anchor = self.anchor(row, col)
            if anchor != last and (text := self.text(row, col)):
                yield col, text
            last = anchor

    def starts_in_row(self, row: int) -> Sequence[tuple[int, str]]:
        """Like :meth:`in_row` without ranges that began in a row above."""
        starts = self._starts.get(row)
        if starts is None:
            starts = self._starts[row] = [
                (col, text) for col, text in self.in_row(row) if self.anchor(row, col)[0] == row
            ]
        return starts

    def is_hidden(self, row: int) -> bool:
        """Whether the row is hidden."""
        return row in self.sheet.hidden_rows

    def right_of(self, row: int, col: int) -> tuple[int, int] | None:
        """The cell that follows to the right of a label; None at the edge of the sheet."""
        follows = self.span(row, col).right + 1
        return (row, follows) if follows <= max(self.right, col + 1) else None

    def below(self, row: int, col: int) -> tuple[int, int]:
        """The cell under a label."""
        span = self.span(row, col)
        return span.bottom + 1, span.left

    def find(self, labels: Collection[str], rows: range) -> tuple[int, int] | None:
        """The first cell in the rows whose words are one of the labels."""
        for row in rows:
            for col, text in self.starts_in_row(row):
                if len(text) < 60 and bare(text) in labels:
                    return row, col
        return None

    def seen(self, row: int, col: int) -> Seen:
        """A cell as a person sees it; a formula without cached value has
        value None and ``computed`` beside it.
        """
        cell, address = self.cell(row, col), self.address(row, col)
        if cell is None:
            return Seen(cell=address, value=None)
        if not cell.has_cached:
            return Seen(cell=address, value=None, computed=self.computed(cell), stored=cell.formula)
        stored = cell.raw if cell.raw != cell.text else None
        return Seen(cell=address, value=tidy(cell.text) or None, stored=stored)

    def computed(self, cell: Cell) -> str | None:
        """What a formula without cached value yields, printed under the
        cell's format; None if it isn't known here.
        """
        number = self.computed_number(cell)
        return None if number is None else format_number(number, cell.number_format)

    def computed_number(self, cell: Cell) -> Decimal | None:
        """The same as a number."""
        if cell.formula is None:
            return None
        try:
            value = computed_value(self.sheet, cell.row, cell.col)
        except (ArithmeticError, ValueError, IndexError, RecursionError, TypeError):
            return None
        return None if value is None else Decimal(decimal_text(value))

    def number(self, row: int, col: int) -> Decimal | None:
        """The number stored in a cell, computed where the formula has no
        cached value; None if it isn't one.
        """
        cell = self.cell(row, col)
        if cell is None:
            return None
        if not cell.has_cached:
            return self.computed_number(cell)
        stored = number_in(cell.raw) if cell.raw is not None else None
        return stored if stored is not None else number_in(cell.text)


def yuan_text(number: Decimal, unit: str) -> str:
    """Money given in a unit (元, 千元, 万元, 亿元) as 元 in plain decimal text."""
    return plain(number * UNIT_FACTORS[unit])
