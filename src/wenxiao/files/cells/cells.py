"""A grid of cells as a person sees it, whatever file it came from.

Readers make a :class:`Book` of :class:`Sheet` of :class:`Cell`; forms look for labels on it and
never open a file. Plain tuples and dataclasses only: a Book crosses from the limited child process
by pickle.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Container = Literal["xlsx", "xls", "docx", "csv", "html", "xml2003"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell with its address.

    ``row`` and ``col`` count from 1 in workbooks and from 0 in Word tables, as people address them
    there. ``text`` is what a person sees ("90%" for 0.9 formatted 0%, "8" for 8.0, "" for empty);
    ``raw`` is the stored value as text (decimal text for numbers); ``formula`` the formula without
    cached value, if any.
    """

    row: int
    col: int
    address: str
    text: str
    raw: str | None = None
    number_format: str | None = None
    formula: str | None = None
    has_cached: bool = True
    numeric: bool = False
    """Whether a workbook stores it as a number, of which it keeps fifteen digits."""


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged range, bounds inclusive; its value sits in the top left cell."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class Sheet:
    """A worksheet or one Word table.
    ``cells`` holds only cells that are not empty, by (row, col).
    """

    name: str
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)
    hidden_rows: frozenset[int] = frozenset()
    hidden_cols: frozenset[int] = frozenset()
    hidden: bool = False
    origin: int = 1
    """Number of the first row and column: 1 in workbooks, 0 in Word tables."""
    inside: int | None = None
    """In Word, the number of the table in a cell of which this one stands."""

    @property
    def bottom(self) -> int:
        """Last row in use; origin - 1 when the sheet is empty."""
        return max((row for row, _ in self.cells), default=self.origin - 1)

    @property
    def right(self) -> int:
        """Last column in use; origin - 1 when the sheet is empty."""
        return max((col for _, col in self.cells), default=self.origin - 1)


@dataclass(slots=True)
class Book:
    """One uploaded file as sheets.
    ``paragraphs`` are the texts outside tables of a Word file, in order, each with the number of
    the next table (0 before the first table).
    """

    container: Container
    sheets: list[Sheet] = field(default_factory=list)
    paragraphs: list[tuple[int, str]] = field(default_factory=list)
    margins: list[str] = field(default_factory=list)
    """Texts of page headers and footers, where a secrecy marking may stand."""
