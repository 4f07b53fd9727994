"""A frame of criteria brought as a table, found by its headings: 一级、二级、三级指标, 分值, 指标解释,
评分标准.
"""

from __future__ import annotations

from dataclasses import dataclass

from wenxiao.files.cells.cells import Book, Sheet
from wenxiao.files.cells.labels import squeezed

HEADINGS = {
    "level1": ("一级指标",),
    "level2": ("二级指标",),
    "name": ("三级指标", "指标名称", "四级指标"),
    "weight": ("分值", "权重", "标准分", "满分"),
    "explanation": ("指标解释", "指标说明", "解释"),
    "standard": ("评分标准", "评价标准", "评分细则", "评分要点"),
}
ASKED = ("level1", "name")
LOOKED = 12
SUMS = ("合计", "总计", "小计")


class NoFrameError(Exception):
    """No table of criteria stands in the file; the sentence says what is missing."""


@dataclass(frozen=True, slots=True)
class FrameRow:
    """One criterion as its cells show it, with the number of its line."""

    line: int
    level1: str
    level2: str
    name: str
    weight: str = ""
    explanation: str = ""
    standard: str = ""


def frame_rows(book: Book) -> list[FrameRow]:
    """The rows of the first sheet that has the headings; an empty 一级 or 二级 is that of the
    row above. Raises :class:`NoFrameError`.
    """
    for sheet in book.sheets:
        for row in range(sheet.origin, min(sheet.bottom, sheet.origin + LOOKED) + 1):
            places = _places(sheet, row)
            if all(key in places for key in ASKED):
                return _rows(sheet, row, places)
    raise NoFrameError(
        "没有找到表头：应有“一级指标”“三级指标”两列，“二级指标”“分值”“指标解释”“评分标准”可有可无，列的次序不限。"
    )


def _places(sheet: Sheet, row: int) -> dict[str, int]:
    words = {squeezed(cell.text): col for (line, col), cell in sheet.cells.items() if line == row}
    return {
        key: next(col for word, col in words.items() if _is(word, names))
        for key, names in HEADINGS.items()
        if any(_is(word, names) for word in words)
    }


def _is(word: str, names: tuple[str, ...]) -> bool:
    return any(word == name or word.startswith(f"{name}(") for name in names)


def _rows(sheet: Sheet, head: int, places: dict[str, int]) -> list[FrameRow]:
    rows: list[FrameRow] = []
    first = second = ""
    for line in range(head + 1, sheet.bottom + 1):
        cells = {
            key: cell.text.strip() if (cell := sheet.cells.get((line, col))) is not None else ""
            for key, col in places.items()
        }
        if cells["level1"] and cells["level1"] != first:
            first, second = cells["level1"], ""
        second = cells.get("level2", "") or second
        if not cells["name"] or cells["level1"].startswith(SUMS):
            continue
        cells |= {"level1": first, "level2": second}
        rows.append(FrameRow(line, **cells))
    if not rows:
        raise NoFrameError("表头下面没有指标行，请核对后再带来。")
    return rows
