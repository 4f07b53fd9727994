"""A library of indicators as a file: one row an indicator, heading by the
headings, whatever their order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wenxiao.files.forms.headed_rows import headed_rows

if TYPE_CHECKING:
    from wenxiao.files.cells.cells import Book

_KEYS = {
    "level1": ("一级指标", "一级指标名称"),
    "level2": ("二级指标", "二级指标名称"),
    "name": ("三级指标", "三级指标名称", "指标名称"),
    "explanation": ("指标解释", "指标说明", "指标释义", "指标含义"),
    "formula": ("计算公式", "计算方法", "评分标准"),
    "unit": ("计量单位", "度量单位", "单位"),
    "nature": ("指标性质", "指标类型"),
    "direction": ("指标方向", "方向"),
    "proof": ("佐证要求", "佐证", "佐证材料", "数据来源"),
    "field": ("适用领域", "领域", "行业", "行业领域", "适用行业"),
}
_WORDS = {word: key for key, words in _KEYS.items() for word in words}
_NEEDED = {"level1", "level2", "name"}


def library_rows(book: Book) -> list[tuple[int, dict[str, str]]] | None:
    """(line, cells by key) of every row with a name; levels written once are carried down.
    None without the headings.
    """
    rows = headed_rows(book, _WORDS, _NEEDED)
    if rows is None:
        return None
    named, levels = [], {"level1": "", "level2": ""}
    for row, cells in rows:
        if "level1" in cells and cells["level1"] != levels["level1"]:
            levels["level2"] = ""
        levels |= {key: cells[key] for key in levels if key in cells}
        if "name" in cells:
            named.append((row, {**cells, **levels}))
    return named
