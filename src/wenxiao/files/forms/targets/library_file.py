"""A library of indicators as a file: one row an indicator, heading by the
headings, whatever their order.
"""

from __future__ import annotations

from wenxiao.files.cells.cells import Book, Sheet
from wenxiao.files.cells.labels import squeezed

DEEPEST = 15
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
    for sheet in book.sheets:
        heading = _headings(sheet)
        if heading is not None:
            return _rows(sheet, *heading)
    return None


def _headings(sheet: Sheet) -> tuple[int, dict[int, str]] | None:
    rows: dict[int, dict[int, str]] = {}
    for (row, col), cell in sorted(sheet.cells.items()):
        key = _WORDS.get(squeezed(cell.text)) if row <= DEEPEST else None
        if key is not None and key not in rows.setdefault(row, {}).values():
            rows[row][col] = key
    for row, columns in sorted(rows.items()):
        if set(columns.values()) >= _NEEDED:
            return row, columns
    return None


def _rows(sheet: Sheet, top: int, columns: dict[int, str]) -> list[tuple[int, dict[str, str]]]:
    by_row: dict[int, dict[str, str]] = {}
    for (row, col), cell in sheet.cells.items():
        if row > top and col in columns and cell.text.strip():
            by_row.setdefault(row, {})[columns[col]] = cell.text.strip()
    heading, levels = [], {"level1": "", "level2": ""}
    for row in sorted(by_row):
        cells = by_row[row]
        if "level1" in cells and cells["level1"] != levels["level1"]:
            levels["level2"] = ""
        levels |= {key: cells[key] for key in levels if key in cells}
        if "name" in cells:
            heading.append((row, {**cells, **levels}))
    return heading
