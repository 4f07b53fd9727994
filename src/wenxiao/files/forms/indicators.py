"""The indicator block of a form: a row per third-level indicator, levels
carried down their merges, blanks told apart.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from wenxiao.files.cells.labels import Grid, bare, is_left_over, name_of, squeezed, tidy
from wenxiao.files.cells.seen import Seen
from wenxiao.files.forms.dossier_forms import IndicatorRow, Subtotal, TotalRow
from wenxiao.files.forms.funds import is_dash, points_at
from wenxiao.files.forms.headings import INDICATOR_HEADINGS, Heading, heading_at
from wenxiao.files.forms.heads import GRADE, label_of

TOTAL = {
    "总分",
    "合计",
    "总计",
    "总得分",
    "自评总分",
    "自评得分",
    "得分合计",
    "总分值",
    "总评分",
    "自评总得分",
    "综合得分",
    "绩效自评总分",
    "合计得分",
    "自评得分合计",
    "项目总分",
    "评价总分",
    "自评分合计",
    "绩效自评得分",
    "最终得分",
}
_END = re.compile(
    r"(?:注|备注|说明|附注)[:：\d].*|注|备注|说明|情况说明|填报人.*|填表人.*|联系人.*|联系电话.*|填报日期.*|填表日期.*|填报单位.*|负责人.*|单位负责人.*|制表人.*|审核人.*"
    r"|(?:主要)?存在(?:的)?(?:主要)?问题.*|.*改进措施|监控意见.*|意见建议.*|.*审核意见.*|.*部门意见.*|其他需要说明.*|.*签字.*|.*盖章.*|自评结论.*|评价结论.*|下一步.*|.*工作建议.*|绩效分析.*"
)
_TOTAL_WITH_POINTS = re.compile(r"(?:自评)?总?得?分(?:合计)?:[\d.]+分?")
_SUBTOTAL = re.compile(r"(?:.*)?小计(?:得分)?")
_LEVEL_POINTS = re.compile(r"[(（\[]?\s*(\d+(?:\.\d+)?)\s*分\s*[)）\]]?$")
VALUES = ("level3", "target", "actual", "weight", "score")
Row = TypeVar("Row", bound=IndicatorRow)


@dataclass(slots=True)
class Levels:
    """The names in force, each with its cell: level1 and level2 → (name, cell)."""

    names: dict[str, tuple[str, str | None]] = field(default_factory=dict)

    def name(self, level: str) -> str | None:
        """The name as printed; None where none stands."""
        return self.names.get(level, (None, None))[0]

    def cell(self, level: str) -> str | None:
        """Where it stands."""
        return self.names.get(level, (None, None))[1]

    def raw(self, level: str) -> str | None:
        """The name as printed where points or signs were taken off it."""
        name = self.name(level)
        return name if name != plain_level(name) else None


@dataclass(slots=True)
class Block(Generic[Row]):
    """What was found from the first heading down: rows, blank rows and the row of the total."""

    heading: Heading
    rows: list[Row] = field(default_factory=list)
    blanks: list[int] = field(default_factory=list)
    total: TotalRow | None = None
    subtotals: list[Subtotal] = field(default_factory=list)
    end: int = 0


def indicator_heading(grid: Grid, rows: range) -> Heading | None:
    """The first heading row of indicators: a level beside a target and what
    was done or is expected.
    """
    for row in rows:
        heading = heading_at(grid, row, INDICATOR_HEADINGS)
        if heading is not None and is_indicator_heading(heading):
            return heading
    return None


def is_indicator_heading(heading: Heading) -> bool:
    """Whether these headings are those of a filled-in indicator table, not
    of a mere target sheet.
    """
    columns = heading.columns
    return (
        bool({"level3", "level2"} & set(columns))
        and "target" in columns
        and bool({"actual", "forecast"} & set(columns))
    )


def read_block(
    grid: Grid,
    heading: Heading,
    last: int,
    row_of: Callable[[Grid, Heading, int, Levels], Row],
    levels: Levels | None = None,
) -> Block[Row]:
    """Every indicator row down to the total or the notes; a repeated heading starts over with its
    own columns.

    ``levels`` are the names in force where the rows continue those of another table.
    """
    block: Block[Row] = Block(heading, end=heading.bottom)
    levels = levels or Levels()
    row, reading = heading.bottom + 1, True
    while row <= last:
        again = heading_at(grid, row, INDICATOR_HEADINGS)
        if again is not None and is_indicator_heading(again):
            # the same headings again are those of the next printed page: the names above still hold
            levels = levels if set(again.columns) == set(heading.columns) else Levels()
            heading, row, reading = again, again.bottom + 1, True
            continue
        kind = _kind(grid, heading, row)
        if kind == "total" and block.total is None:
            block.total, block.end = _total(grid, heading, row), row
        if kind == "end" or (
            kind == "total" and not _rows_follow(grid, heading, range(row + 1, last + 1))
        ):
            reading = False
        elif kind == "total":
            pass
        elif reading:
            _take_row(grid, heading, row, block, levels, row_of)
        row += 1
    if reading:
        # nothing closed the block: what is blank below the last row is only paper
        block.blanks = [blank for blank in block.blanks if blank < block.end]
    return block


def _rows_follow(grid: Grid, heading: Heading, rows: range) -> bool:
    """Whether indicators stand below a total, as where the total is the
    block's first line or an early page's last.
    """
    for row in rows:
        if (
            _kind(grid, heading, row) == "end"
            or heading_at(grid, row, INDICATOR_HEADINGS) is not None
        ):
            return False
        places = [heading.place(grid, row, key) for key in ("level3", "target", "actual")]
        own = [
            place
            for place in places
            if place is not None and grid.text(*place) and _own_value(grid, heading, place)
        ]
        if len({grid.anchor(*place) for place in own}) == len(places):
            return True
    return False


def is_closed(grid: Grid, heading: Heading) -> bool:
    """Whether a total, a note or a signature stands below the indicators:
    no further table belongs to them.
    """
    return any(
        _kind(grid, heading, row) in {"total", "end"} for row in grid.rows if row > heading.bottom
    )


def _kind(grid: Grid, heading: Heading, row: int) -> str:
    """What a row is: "total", "end", "subtotal" or "row"."""
    starts = [(col, text) for col, text in grid.starts_in_row(row)]
    level3 = heading.columns.get("level3")
    for col, text in starts[:2]:
        if _says_total(text) and (level3 is None or col < level3.left or len(starts) <= 3):
            return "total"
        if _SUBTOTAL.fullmatch(bare(text)):
            return "subtotal"
    if starts and _is_end(heading, *starts[0]):
        return "end"
    return "row"


def _says_total(text: str) -> bool:
    return len(text) < 40 and (
        bare(text) in TOTAL or bool(_TOTAL_WITH_POINTS.fullmatch(squeezed(text)))
    )


def _is_end(heading: Heading, col: int, text: str) -> bool:
    first = min(
        heading.columns[key].left
        for key in ("level1", "level2", "level3")
        if key in heading.columns
    )
    if col > first:
        return False
    words = squeezed(text)
    if label_of(text) in GRADE:
        return True
    return bool(_END.fullmatch(words))


def _take_row(
    grid: Grid,
    heading: Heading,
    row: int,
    block: Block[Row],
    levels: Levels,
    row_of: Callable[[Grid, Heading, int, Levels], Row],
) -> None:
    if _kind(grid, heading, row) == "subtotal":
        block.subtotals.append(_subtotal(grid, heading, row, levels))
        return
    _carry_levels(grid, heading, row, levels)
    values = [place for key in VALUES if (place := heading.place(grid, row, key)) is not None]
    filled = [place for place in values if _own_value(grid, heading, place)]
    if not [place for place in filled if _begins_here(grid, heading, place, row)]:
        block.blanks.append(row)
        return
    block.rows.append(row_of(grid, heading, row, levels))
    block.end = row


def _subtotal(grid: Grid, heading: Heading, row: int, levels: Levels) -> Subtotal:
    """A subtotal with the level it names (产出小计, or its own cell left of
    小计), else the levels in force.
    """
    label = next(text for _, text in grid.starts_in_row(row) if _SUBTOTAL.fullmatch(bare(text)))
    prefix = re.sub(r"小计(?:得分)?$", "", bare(label))
    column = heading.columns.get("level1")
    own = grid.text(row, column.left) if column is not None else ""
    if own and own != label and name_of(own) != (levels.name("level1") or ""):
        levels.names.clear()
        levels.names["level1"] = (
            name_of(own),
            grid.address(row, column.left if column is not None else grid.sheet.origin),
        )
    return Subtotal(
        row=row,
        label=label,
        named=bool(prefix),
        level1=prefix or plain_level(levels.name("level1")),
        level2=None if prefix else plain_level(levels.name("level2")),
        weight=_points(grid, heading, row, "weight"),
        score=_points(grid, heading, row, "score"),
    )


def _points(grid: Grid, heading: Heading, row: int, key: str) -> Seen | None:
    place = heading.place(grid, row, key)
    return None if place is None else points_at(grid, place)


def _own_value(grid: Grid, heading: Heading, place: tuple[int, int]) -> bool:
    """Whether a cell says something about this row: dashes, dots and values
    of wider ranges don't.
    """
    cell = grid.cell(*place)
    if cell is None or is_dash(cell.text) or re.fullmatch(r"[…\.·]+", squeezed(cell.text) or "x"):
        return False
    column = heading.columns.get("level3")
    if column is not None and column.left <= place[1] <= column.right and is_left_over(cell.text):
        return False
    level = heading.columns.get("level2") or heading.columns.get("level1")
    return (
        level is None or grid.span(*place).left > level.right or place[1] == grid.span(*place).left
    )


def _begins_here(grid: Grid, heading: Heading, place: tuple[int, int], row: int) -> bool:
    """Whether a value is the row's own: points merged down from the row
    above say nothing of a template's empty row.
    """
    if grid.span(*place).top == row:
        return True
    points = [heading.columns[key] for key in ("weight", "score") if key in heading.columns]
    return not any(column.left <= place[1] <= column.right for column in points)


def _carry_levels(grid: Grid, heading: Heading, row: int, levels: Levels) -> None:
    """Level names stand once, merged or not, over the rows they hold."""
    for level in ("level1", "level2"):
        column = heading.columns.get(level)
        if column is None:
            continue
        place = heading.place(grid, row, level) or (row, column.left)
        text = grid.text(*place)
        if not text or is_dash(text):
            continue
        if level == "level1" and levels.cell("level1") != grid.address(*place):
            levels.names.pop("level2", None)
        levels.names[level] = (name_of(text), grid.address(*place))


def plain_level(name: str | None) -> str | None:
    """A level without the points its bureau wrote behind it: 「产出指标（50分）」 → 「产出指标」."""
    if name is None:
        return None
    return tidy(_LEVEL_POINTS.sub("", name)).strip(":：") or name


def _total(grid: Grid, heading: Heading, row: int) -> TotalRow:
    """The total row: points allotted and reached, from their columns, else
    from what follows the word.
    """
    out = TotalRow(row=row)
    label = next(((col, text) for col, text in grid.starts_in_row(row)), None)
    for key in ("weight", "score"):
        place = heading.place(grid, row, key)
        if place is not None and (label is None or grid.span(*place).left > label[0]):
            setattr(out, key, points_at(grid, place))
    _beside_its_label(out, grid, heading, row)
    score = out.score
    if label is not None and (score is None or (score.value is None and score.stored is None)):
        inline = re.search(r"[:：]\s*([\d.]+)\s*分?", label[1])
        if inline:
            out.score = Seen(cell=grid.address(row, label[0]), value=inline[1], stored=label[1])
            return out
        numbers = [
            col
            for col, _ in grid.in_row(row)
            if col > label[0] and grid.number(row, col) is not None
        ]
        weight = heading.columns.get("weight")
        numbers = [
            col for col in numbers if weight is None or not weight.left <= col <= weight.right
        ]
        if numbers:
            out.score = points_at(grid, (row, numbers[-1]))
    return out


def _beside_its_label(out: TotalRow, grid: Grid, heading: Heading, row: int) -> None:
    """A total printed as 总分值｜100｜总得分｜98（良）: the number stands right of its own label."""
    place = heading.place(grid, row, "score")
    if place is None or bare(grid.text(*place)) not in TOTAL:
        return
    after = grid.right_of(*place)
    words = squeezed(grid.text(*after)) if after is not None else ""
    hit = re.match(r"(\d+(?:\.\d+)?)分?(?:$|[(（])", words)
    out.score = None
    if hit and after is not None:
        stored = words if words != hit[1] else None
        out.score = Seen(cell=grid.address(*after), value=hit[1], stored=stored)


def shared_points(grid: Grid, heading: Heading, row: int, key: str) -> Seen | None:
    """Points of a row; points merged over several rows stand in the first
    and name the rows that share them.
    """
    place = heading.place(grid, row, key)
    if place is None:
        return None
    out = points_at(grid, place)
    span = grid.span(*place)
    if span.bottom > span.top and heading.bottom < span.top:
        out.shared_rows = list(range(span.top, span.bottom + 1))
        if span.top != row:
            out.value = None
    return out


def others_of(grid: Grid, heading: Heading, row: int) -> dict[str, Seen]:
    """Columns the form knows nothing of, by their heading, where filled."""
    out: dict[str, Seen] = {}
    for words, column in heading.others.items():
        if grid.text(row, column.left) and grid.span(row, column.left).top > heading.bottom:
            span = grid.span(row, column.left)
            if span.bottom - span.top < 12 or span.top == row:
                out[words] = grid.seen(row, column.left)
    return out
