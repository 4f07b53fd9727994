"""What papers say of many subjects (项目情况), as a file: one row a subject, named by its code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wenxiao.files.forms.headed_rows import headed_rows

if TYPE_CHECKING:
    from wenxiao.files.cells.cells import Book

_KEYS = {
    "code": ("项目代码", "对象代码", "项目编码", "代码"),
    "kind": ("类型", "对象类型", "项目类型"),
    "manager": ("项目负责人", "负责人"),
    "term_years": ("设立年限", "项目设立年限", "年限"),
    "expires_on": ("到期日期", "到期日", "到期时间"),
    "midterm_on": ("中期评估日期", "中期评估日", "中期评估时间"),
}
_WORDS = {word: key for key, words in _KEYS.items() for word in words}


def fact_rows(book: Book) -> list[tuple[int, dict[str, str]]] | None:
    """(line, cells by key) of every row; None without a column of codes and one of facts."""
    rows = headed_rows(book, _WORDS, {"code"})
    if rows is None or not any(len(cells) > 1 for _, cells in rows):
        return None
    return rows
