"""底稿包 read back: by its own sheets and headings, whatever columns were moved, rows deleted or
files renamed in between; a Word paper by the labels of its table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from wenxiao.files.cells.cells import Book, Sheet
from wenxiao.files.cells.labels import squeezed
from wenxiao.files.cells.package_sheets import (
    CRITERIA,
    CRITERION_HEADINGS,
    GIVEN,
    GIVEN_LABELS,
    PAPER_HEADINGS,
    PAPER_LABEL,
    PAPER_ROWS,
    PAPER_SHEETS,
)


class StrangePackageError(Exception):
    """Not a package of ours, or one that lost a sheet or a heading; the sentence names it."""


class NoPapersError(StrangePackageError):
    """A Word file without a table that is a working paper of ours."""


@dataclass(slots=True)
class BroughtPackage:
    """What a file of a package says; each row with its place in words.
    ``whole``: a workbook lists everything, so that what is missing was deleted; a Word file brings
    single papers. ``notices`` name what was moved.
    """

    given: dict[str, str]
    whole: bool
    criteria: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    papers: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


def read_package(book: Book) -> BroughtPackage:
    """A workbook or a Word file of a package. Raises :class:`StrangePackageError`."""
    return _word(book) if book.container == "docx" else _workbook(book)


def _workbook(book: Book) -> BroughtPackage:
    sheets = {squeezed(sheet.name): sheet for sheet in book.sheets}
    names = (GIVEN, CRITERIA, *PAPER_SHEETS.values())
    missing = [name for name in names if squeezed(name) not in sheets]
    if missing:
        raise StrangePackageError(
            f"缺少工作表“{'”“'.join(missing)}”，不是从“工作底稿”页取走的底稿包；请重新取一份再填。"
        )
    given = _pairs(sheets[GIVEN])
    if not given.get("key"):
        raise StrangePackageError(
            "“说明”页没有编号，认不出是哪一项评价的底稿包；请重新取一份再填。"
        )
    brought = BroughtPackage(given, whole=True)
    brought.criteria = _table(sheets[squeezed(CRITERIA)], CRITERION_HEADINGS, brought.notices)
    for kind, name in PAPER_SHEETS.items():
        rows = _table(sheets[squeezed(name)], PAPER_HEADINGS, brought.notices)
        brought.papers += [(place, kind, cells) for place, cells in rows]
    return brought


def _pairs(sheet: Sheet) -> dict[str, str]:
    keys = {squeezed(word): key for key, word in GIVEN_LABELS}
    pairs: dict[str, str] = {}
    for (row, col), cell in sorted(sheet.cells.items()):
        key = keys.get(squeezed(cell.text))
        if key is not None and key not in pairs:
            beside = sheet.cells.get((row, col + 1))
            pairs[key] = beside.text.strip() if beside is not None else ""
    return pairs


def _table(
    sheet: Sheet, headings: Sequence[tuple[str, str]], notices: list[str]
) -> list[tuple[str, dict[str, str]]]:
    if any(merge.bottom > 1 for merge in sheet.merges):
        raise StrangePackageError(
            f"“{sheet.name}”页有合并的单元格，分不清哪一行写了什么；请取消合并、逐行填写后再带回。"
        )
    words = _heading_row(sheet)
    places = {key: words.get(squeezed(word)) for key, word in headings}
    lost = [word for key, word in headings if places[key] is None]
    if lost:
        raise StrangePackageError(
            f"“{sheet.name}”页第 1 行缺少“{'”“'.join(lost)}”，表头不要改；请重新取一份再填。"
        )
    moved = [word for at, (key, word) in enumerate(headings, 1) if places[key] != at]
    if moved:
        notices.append(f"“{sheet.name}”页移动过列（{'、'.join(moved)}），按表头认。")
    columns = {col: key for key, col in places.items() if col is not None}
    by_row: dict[int, dict[str, str]] = {}
    for (row, col), cell in sheet.cells.items():
        if row > 1 and cell.text.strip() and col in columns:
            by_row.setdefault(row, {})[columns[col]] = cell.text.strip()
        elif row > 1 and cell.text.strip():
            notices.append(f"“{sheet.name}”页 {cell.address} 不在任何一列下面，没有读。")
    return [(f"“{sheet.name}”页第 {row} 行", by_row[row]) for row in sorted(by_row)]


def _heading_row(sheet: Sheet) -> dict[str, int]:
    words: dict[str, int] = {}
    for (row, col), cell in sorted(sheet.cells.items()):
        word = squeezed(cell.text)
        if row == 1 and word in words:
            raise StrangePackageError(
                f"“{sheet.name}”页第 1 行有两个“{cell.text.strip()}”，分不清用哪一列；请删去多的一列再带回。"
            )
        if row == 1 and word:
            words[word] = col
    return words


def _word(book: Book) -> BroughtPackage:
    """Every table with a 底稿编号: ``evaluation-paper`` of one that exists, ``evaluation-kind`` of a
    blank sheet.
    """
    keys: set[str] = set()
    papers: list[tuple[str, str, dict[str, str]]] = []
    for at, sheet in enumerate(book.sheets, start=1):
        cells = _labelled(sheet)
        number = cells.pop(PAPER_LABEL, "")
        if not number:
            continue
        review, _, paper = number.partition("-")
        keys.add(review.strip())
        kind = paper.strip() if paper.strip() in PAPER_SHEETS else ""
        if not kind:
            cells["pk"] = paper.strip()
        if not kind or any(cells.get(one) for one in ("facts", "source")):
            papers.append((f"Word 第 {at} 张表", kind, cells))
    if not keys:
        raise NoPapersError(
            f"没有找到带“{PAPER_LABEL}”的表，不是从底稿包里取的 Word 底稿；请重新取一份再填。"
        )
    if len(keys) > 1:
        raise StrangePackageError(
            f"这份 Word 里混有 {len(keys)} 项评价的底稿（编号 {'、'.join(sorted(keys))}），请分开带回。"
        )
    return BroughtPackage({"key": keys.pop()}, whole=False, papers=papers)


def _labelled(sheet: Sheet) -> dict[str, str]:
    cells: dict[str, str] = {}
    wanted = {squeezed(word): key for word, key in PAPER_ROWS.items()}
    wanted[squeezed(PAPER_LABEL)] = PAPER_LABEL
    for (row, col), cell in sorted(sheet.cells.items()):
        key = wanted.get(squeezed(cell.text)) if col == sheet.origin else None
        if key is not None and key not in cells:
            beside = sheet.cells.get((row, col + 1))
            cells[key] = beside.text.strip() if beside is not None else ""
    return cells
