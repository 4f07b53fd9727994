"""离线填报表 read back: by its own sheets and headings, whatever rows were
moved, added or emptied in between.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from wenxiao.files.cells.cells import Book, Sheet
from wenxiao.files.cells.labels import squeezed
from wenxiao.files.cells.own_sheets import (
    GIVEN,
    GIVEN_LABELS,
    GOALS,
    LATER_COLUMNS,
    LONG,
    LONG_HEADINGS,
    MONEY,
    MONEY_HEADINGS,
    PLAN,
    PLAN_HEADINGS,
    ROW_HEADINGS,
    ROWS,
)


class StrangeWorkbookError(Exception):
    """Not a workbook of ours, or one that lost a sheet or a heading; the sentence names it."""


@dataclass(slots=True)
class Brought:
    """What the workbook says; each row of a table with the number of its line in the sheet.
    ``silent``: the columns of the rows it doesn't have.
    """

    given: dict[str, str]
    goals: dict[str, str]
    rows: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    money: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    plan: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    long_rows: list[tuple[int, dict[str, str]]] | None = None
    silent: frozenset[str] = frozenset()


def read_workbook(book: Book, goals: Sequence[tuple[str, str]]) -> Brought:
    """``goals`` are (key, label) of the texts. Raises :class:`StrangeWorkbookError`."""
    sheets = {sheet.name: sheet for sheet in book.sheets}
    missing = [name for name in (GIVEN, GOALS, ROWS, MONEY, PLAN) if name not in sheets]
    if missing:
        raise StrangeWorkbookError(
            f"缺少工作表“{'”“'.join(missing)}”，不是从填报页取走的离线表；请重新取一份再填。"
        )
    given = _pairs(sheets[GIVEN], GIVEN_LABELS)
    if not given.get("key"):
        raise StrangeWorkbookError("“说明”页没有编号，认不出是哪一份目标；请重新取一份再填。")
    silent = _silent(sheets[ROWS])
    return Brought(
        given,
        _pairs(sheets[GOALS], goals),
        _table(sheets[ROWS], [pair for pair in ROW_HEADINGS if pair[0] not in silent]),
        _table(sheets[MONEY], MONEY_HEADINGS),
        _table(sheets[PLAN], PLAN_HEADINGS),
        _table(sheets[LONG], LONG_HEADINGS) if LONG in sheets else None,
        silent,
    )


def _silent(sheet: Sheet) -> frozenset[str]:
    """The later columns where the sheet has none of them; with one of them,
    the other was lost and is asked for.
    """
    words = {squeezed(cell.text) for (row, _), cell in sheet.cells.items() if row == 1}
    later = {squeezed(word) for key, word in ROW_HEADINGS if key in LATER_COLUMNS}
    return frozenset() if words & later else LATER_COLUMNS


def _pairs(sheet: Sheet, labels: Sequence[tuple[str, str]]) -> dict[str, str]:
    keys = {squeezed(word): key for key, word in labels}
    pairs: dict[str, str] = {}
    for (row, col), cell in sorted(sheet.cells.items()):
        key = keys.get(squeezed(cell.text)) if col == 1 else None
        if key is not None:
            beside = sheet.cells.get((row, 2))
            pairs[key] = beside.text.strip() if beside is not None else ""
    return pairs


def _table(sheet: Sheet, headings: Sequence[tuple[str, str]]) -> list[tuple[int, dict[str, str]]]:
    if any(merge.bottom > 1 for merge in sheet.merges):
        raise StrangeWorkbookError(
            f"“{sheet.name}”页有合并的单元格，分不清哪一行写了什么；请取消合并、逐行填写后再带回。"
        )
    words = {squeezed(cell.text): col for (row, col), cell in sheet.cells.items() if row == 1}
    places = {key: words.get(squeezed(word)) for key, word in headings}
    lost = [word for key, word in headings if places[key] is None]
    if lost:
        raise StrangeWorkbookError(
            f"“{sheet.name}”页第 1 行缺少“{'”“'.join(lost)}”，表头不要改；请重新取一份再填。"
        )
    by_row: dict[int, dict[str, str]] = {}
    columns = {col: key for key, col in places.items() if col is not None}
    for (row, col), cell in sheet.cells.items():
        if row > 1 and col in columns and cell.text.strip():
            by_row.setdefault(row, {})[columns[col]] = cell.text.strip()
    return [(row, by_row[row]) for row in sorted(by_row)]
