"""The headings of a target table: which column holds what, also where a
mid-term and a yearly block stand side by side.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from wenxiao.files.cells.labels import Grid, bare, squeezed
from wenxiao.files.forms.headings import own_column

_HEADINGS: dict[str, re.Pattern[str]] = {
    key: re.compile(pattern)
    for key, pattern in {
        "last_actual": r"上年度?(?:实际|完成|执行)?(?:水平|值|情况|完成情况|实际水平|完成值|数)|.*上年.*实际.*|历史(?:水平|值)",
        "level1": r"一级(?:绩效)?指标(?:名称)?|一级|指标类型",
        "level2": r"二级(?:绩效)?指标(?:名称)?|二级|指标类别|指标子类",
        "level3": r"三级(?:绩效)?指标(?:名称|内容)?|三级|具体指标|指标内容|绩效指标名称|指标名称|四级指标",
        "nature": r"(?:指标)?(?:性质|符号)|(?:计算|运算|比较)符号?|运算符号|指标比较符|指标关系",
        "direction": r"(?:指标)?方向性?|指标方向|正反向",
        "unit": r"(?:绩效|指标)?(?:度量|计量|指标值?|数值)?单位",
        "weight": r"(?:指标|标准|三级指标|设定|绩效|各项|项目)*(?:权重|权数|分值|满分|标准分)(?:分值|权重|值|数|占比)?",
        "long_target": r"(?:中长期|长期|中期|实施期|项目期|三年|五年)(?:绩效|总体)?(?:指标值|目标值)",
        "target": r"(?:本年度?|\d{4}年度?|调整后|当年|年度|全年|预期|计划|绩效|设定|目标|三级|的|批复)*(?:指标值|目标值|标准值|计划值|计划水平|目标水平|预期值|绩效标准)(?:内容)?|年度指标",
        "actual": r"(?:全年|年度|年末|实际|截至.{1,8}|\d+.\d+月份?)*(?:实际)?(?:完成|达成|执行)(?:值|情况|数|率|结果)?",
        "score": r"(?:自评|实际|单位|项目|指标|最终|评价)*(?:得分|评分|打分|自评分)(?:情况|值|数)?",
        "forecast": r"(?:全年|年度)?(?:预计|预期).*(?:完成|实现).*",
        "note": r"备注|说明|备注说明|指标内容[/、]计算公式|(?:指标)?(?:解释|说明|计算公式|评(?:分|价)标准|内涵|定义)(?:及.*)?|(?:指标值)?(?:设定|确定)依据|指标内容及计算公式",
        "source": r"(?:数据|指标值?|取值|信息)来源.*|取数来源|数据出处",
        "proof": r"佐证.*|证明材料|(?:所需|需要)?证明.*材料",
    }.items()
}
_LIST_HEADINGS: dict[str, re.Pattern[str]] = {
    key: re.compile(pattern)
    for key, pattern in {
        "project_code": r"项目(?:编码|代码|编号)|预算项目(?:编码|代码)",
        "project_name": r"(?:预算)?项目名称|项目",
        "unit_code": r"(?:预算)?单位(?:编码|代码)",
        "unit_name": r"(?:预算|实施|申报|填报)?单位名称|(?:预算|实施|申报|填报)单位|单位",
        "dept": r"(?:主管|预算)部门(?:名称)?|部门(?:名称)?",
        "year": r"(?:预算|申报|项目)?年度|年份",
        "money": r"(?:年度|年初|本年|项目|全年|当年)?预算(?:数|金额|总额|资金|安排数?|申报数)|(?:申请|申报|年度)(?:金额|资金|数)|(?:年度|项目)?资金(?:总额|金额)?|(?:项目)?金额|预算安排",
        "goal": r"(?:年度)?(?:总体|总|项目)?(?:绩效)?目标",
    }.items()
}
LONG = re.compile(r"长期|中长期|中期|实施期|总体绩效指标|项目期|五年")
_GOAL = re.compile(r".{0,12}(?:目标|指标|绩效|规划)")
_LETTER = re.compile(r"^[A-Ea-e①②③④⑤][.、:]?(?=[一-鿿])|(?<=[一-鿿])[A-Ea-e①②③④⑤]$")
_MOST_WORDS = 40
_DEEPEST = 3
_FEWEST = 2


@dataclass(frozen=True, slots=True)
class TargetColumn:
    """A heading over the columns ``left`` to ``right``."""

    left: int
    right: int
    words: str


@dataclass(slots=True)
class TargetColumns:
    """One block's headings. ``long`` says that they are those of a mid-term or long-term block."""

    top: int
    bottom: int
    known: dict[str, TargetColumn] = field(default_factory=dict)
    others: dict[str, TargetColumn] = field(default_factory=dict)
    long: bool = False

    def text(self, grid: Grid, row: int, key: str) -> str:
        """What a row shows under a heading; "" where there is no such column."""
        place = self.place(grid, row, key)
        return grid.text(*place) if place is not None else ""

    def place(self, grid: Grid, row: int, key: str) -> tuple[int, int] | None:
        """The cell of a row under a heading: the first filled one of a wide heading."""
        column = self.known.get(key)
        if column is None:
            return None
        for col in range(column.left, column.right + 1):
            if grid.text(row, col) and grid.span(row, col).left >= column.left:
                return row, col
        return row, column.left

    @property
    def first(self) -> int:
        """The first column of the block."""
        return min(column.left for column in self.known.values())


def heading_key(words: str, *, listed: bool = False) -> str | None:
    """Which heading these words are; None if no known one."""
    label = _LETTER.sub("", bare(words))
    if not label or len(label) > _MOST_WORDS:
        return None
    own = own_column(label)
    if own in {"level1", "level2", "level3", "target", "weight"}:
        return own
    return _known(label, listed=listed)


@lru_cache(maxsize=8_192)
def _known(label: str, *, listed: bool) -> str | None:
    patterns = {**_LIST_HEADINGS, **_HEADINGS} if listed else _HEADINGS
    return next((key for key, pattern in patterns.items() if pattern.fullmatch(label)), None)


def columns_at(grid: Grid, row: int, *, listed: bool = False) -> list[TargetColumns]:
    """The blocks whose headings begin in this row: one, two where a
    mid-term block stands beside the year's, or none.
    """
    starts = list(grid.starts_in_row(row))
    if sum(1 for _, text in starts if heading_key(text, listed=listed)) < _FEWEST:
        return []
    depths = [
        grid.span(row, col).bottom for col, text in starts if heading_key(text, listed=listed)
    ]
    bottom = max((depth for depth in depths if depth - row < _DEEPEST), default=row)
    if bottom == row and _sub_headings(grid, row + 1, listed=listed):
        bottom = row + 1
    named = [_lowest(grid, (row, bottom), col, listed=listed) for col in grid.cols]
    blocks: list[TargetColumns] = [TargetColumns(row, bottom)]
    for col, keyed in zip(grid.cols, named, strict=True):
        if keyed is None:
            continue
        key, column = keyed
        if key is None:
            blocks[-1].others.setdefault(bare(column.words), column)
        elif (
            key in blocks[-1].known and key in {"level2", "level3"} and "target" in blocks[-1].known
        ):
            level1 = blocks[0].known.get("level1")
            blocks.append(TargetColumns(row, bottom, {"level1": level1} if level1 else {}))
            blocks[-1].known[key] = column
        else:
            _name(blocks[-1], key, TargetColumn(col, column.right, column.words))
    return _finished(grid, blocks)


def _name(block: TargetColumns, key: str, column: TargetColumn) -> None:
    """指标名称 over a name and 指标内容 beside it: the second is the note of the first."""
    if key == "level3" and key in block.known:
        block.known.setdefault("note", column)
    else:
        block.known.setdefault(key, column)


def _finished(grid: Grid, blocks: list[TargetColumns]) -> list[TargetColumns]:
    """Only what is a target table: names and values, nothing done or
    scored; level 1 may stand without a heading.
    """
    complete: list[TargetColumns] = []
    for block in blocks:
        keys = set(block.known)
        if "target" not in keys or not {"level3", "level2"} & keys:
            continue
        if {"actual", "score", "forecast"} & keys:
            return []
        level2 = block.known.get("level2")
        if "level1" not in keys and complete:
            if "level1" in complete[0].known:
                block.known["level1"] = complete[0].known["level1"]
        elif "level1" not in keys and level2 is not None and level2.left > grid.sheet.origin:
            left = level2.left - 1
            words = grid.text(block.bottom + 1, left)
            side = grid.span(block.top, left)
            if words and side.bottom <= block.bottom:
                block.known["level1"] = TargetColumn(left, left, words)
        block.long = _is_long(grid, block, beside=len(blocks) > 1)
        complete.append(block)
    return complete


def _is_long(grid: Grid, block: TargetColumns, *, beside: bool) -> bool:
    """Whether the side label of the block, or a heading above its own columns, says mid-term.

    Where two blocks stand ``beside`` each other the goals above them say which is which: 中期目标 ·
    年度目标.
    """
    for col in range(grid.sheet.origin, block.first):
        words = squeezed(grid.text(block.top, col))
        if words and not re.search(r"年度(?:绩效)?指标", words) and LONG.search(words):
            return True
    target = block.known["target"]
    if beside:
        target = block.known.get("level3", target)
    for row in range(block.top - 1, max(block.top - _DEEPEST, grid.sheet.origin - 1), -1):
        words = squeezed(grid.text(row, target.left))
        if beside and not _GOAL.fullmatch(bare(words)):
            continue
        if words and len(words) <= _MOST_WORDS:
            return bool(LONG.search(words)) and "年度" not in words
    return False


def _sub_headings(grid: Grid, row: int, *, listed: bool) -> bool:
    """Whether the row below holds headings alone: 二级指标 · 三级指标 under 指标名称."""
    cells = list(grid.starts_in_row(row))
    return len(cells) >= _FEWEST and all(
        heading_key(text, listed=listed) is not None for _, text in cells
    )


def _lowest(
    grid: Grid, rows: tuple[int, int], col: int, *, listed: bool
) -> tuple[str | None, TargetColumn] | None:
    """The lowest heading that begins in this column: (key or None, column);
    None when nothing does.
    """
    top, bottom = rows
    unknown: tuple[None, TargetColumn] | None = None
    for row in range(bottom, top - 1, -1):
        span, words = grid.span(row, col), grid.text(row, col)
        if not words or span.left != col or span.top < top or span.bottom > bottom:
            continue
        key = heading_key(words, listed=listed)
        below = [
            other
            for other in range(col, span.right + 1)
            if row < bottom and grid.text(bottom, other) and grid.span(bottom, other).top > row
        ]
        right = span.right if not below else max(col, below[0] - 1)
        if key is not None:
            # 指标名称 over 二级指标 and 三级指标: what stands left of them is the first level
            key = "level1" if below and key == "level3" else key
            return (None if below and below[0] == col else key), TargetColumn(col, right, words)
        unknown = unknown or (None, TargetColumn(col, right, words))
    return unknown
