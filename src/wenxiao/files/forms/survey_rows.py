"""A survey tool's export as a plain table: its headings and one answer a row."""

from __future__ import annotations

from dataclasses import dataclass

from wenxiao.files.cells.cells import Book, Sheet

LOOKED = 10
"""Rows among which the headings are looked for."""
MOST = 20_000


class NoAnswersError(Exception):
    """Nothing in the file is a table of answers; the sentence says why."""


@dataclass(frozen=True, slots=True)
class SurveyTable:
    """Headings, and each answer with the number of its line."""

    heads: list[str]
    rows: list[tuple[int, list[str]]]


def survey_table(book: Book) -> SurveyTable:
    """The sheet with the most answers. Raises :class:`NoAnswersError`."""
    tables = [_table(sheet) for sheet in book.sheets if not sheet.hidden]
    best = max(tables, key=lambda one: len(one.rows), default=None)
    if best is None or not best.rows:
        raise NoAnswersError("没有读到答卷：第一行应是题目，以下每行一份答卷。")
    if len(best.rows) > MOST:
        raise NoAnswersError(
            f"一次最多 {MOST} 份答卷，收到 {len(best.rows)} 份，请分几个文件导入。"
        )
    return best


def _table(sheet: Sheet) -> SurveyTable:
    """The headings are the widest of the first rows, the first such."""
    width, lines = sheet.right, range(sheet.origin, sheet.bottom + 1)

    def texts(row: int) -> list[str]:
        cells = (sheet.cells.get((row, col)) for col in range(sheet.origin, width + 1))
        return [cell.text.strip() if cell is not None else "" for cell in cells]

    first = list(lines[:LOOKED])
    filled = {row: sum(bool(word) for word in texts(row)) for row in first}
    head = max(first, key=lambda row: (filled[row], -row), default=sheet.origin)
    rows = [(row, texts(row)) for row in lines if row > head]
    return SurveyTable(texts(head), [(row, cells) for row, cells in rows if any(cells)])
