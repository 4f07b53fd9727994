"""项目支出绩效自评表 by its labels, whatever its layout: head, money, goal, indicators, total and grade."""

from __future__ import annotations

from wenxiao.files.cells.cells import Sheet
from wenxiao.files.cells.labels import Grid, bare, is_left_over, line_of, squeezed, without_prefix
from wenxiao.files.forms import funds, heads
from wenxiao.files.forms.headings import Heading
from wenxiao.files.forms.indicators import (
    Block,
    indicator_heading,
    others_of,
    read_block,
    shared_points,
)
from wenxiao.files.forms.sideways import read_sideways

SELFEVAL = "selfeval"
_MONITOR_KEYS = {"forecast", "possibility", "reason_funds", "reason_system", "reason_staff"}
_EXPECTED_GOAL = {
    "预期目标",
    "年初设定目标",
    "年初设定绩效目标",
    "预期绩效目标",
    "年度预期目标",
    "年初目标",
    "设定目标",
    "绩效目标",
    "总体目标",
    "年初绩效目标",
    "年初预期目标",
    "年度目标",
    "年初设定的绩效目标",
    "计划目标",
}
_ACTUAL_GOAL = {
    "实际完成情况",
    "全年实际完成情况",
    "目标实际完成情况",
    "实际完成目标情况",
    "年度总体目标完成情况综述",
    "完成情况",
    "年度目标完成情况",
    "目标完成情况",
    "总体目标完成情况",
    "年度实际完成情况",
    "实际完成",
    "总体完成情况",
    "全年完成情况",
    "实际目标完成情况",
}
GOAL = {
    "年度总体目标",
    "总体目标",
    "年度目标",
    "年度绩效目标",
    "绩效目标",
    "年度总体绩效目标",
    "项目总体目标",
    "整体绩效目标",
    "项目绩效目标",
}


def read_selfeval(sheet: Sheet) -> list[dict[str, object]]:
    """Every self-evaluation form on a sheet, in the shape of ``wenxiao read``; empty when there is none."""
    grid = Grid(sheet)
    forms = []
    for rows in heads.form_spans(grid):
        heading = indicator_heading(grid, rows)
        if heading is not None and is_selfeval(heading):
            forms.append(_form(grid, rows, heading))
        elif heading is None and _is_money_only(grid, rows):
            forms.append(_form(grid, rows, None))
    return forms


def is_selfeval(heading: Heading) -> bool:
    """Whether the headings are those of a self-evaluation, not of a monitoring form."""
    return "actual" in heading.columns and not _MONITOR_KEYS & set(heading.columns)


def _is_money_only(grid: Grid, rows: range) -> bool:
    """A form whose indicators are missing still says 自评表 in its title and has the money block."""
    title = heads.title(grid, rows)["value"]
    return isinstance(title, str) and "自评" in title and funds.fund_heading(grid, rows) is not None


def _form(grid: Grid, rows: range, heading: Heading | None) -> dict[str, object]:
    before = range(rows.start, heading.top if heading is not None else rows.stop)
    money = funds.fund_heading(grid, before)
    out = head(grid, rows, before, money)
    out["kind"] = SELFEVAL
    out["goal"] = _goal(grid, range(money.bottom + 1 if money else rows.start, before.stop))
    out["indicators"], out["total"] = [], None
    if heading is not None:
        block = read_block(grid, heading, rows.stop - 1, indicator)
        _put_block(out, block, grid)
    after = range(heading.bottom + 1, rows.stop) if heading is not None else rows
    out["grade"] = heads.grade(grid, after) or heads.grade(grid, rows)
    return out


def head(grid: Grid, rows: range, before: range, money: Heading | None) -> dict[str, object]:
    """The fields every form begins with, money included; the money unit is None where none is named."""
    unit, words, cell = funds.money_unit_of(grid, money, before)
    out: dict[str, object] = {
        "kind": None,
        "sheet": grid.sheet.name,
        "first_row": rows.start,
        "last_row": rows.stop - 1,
        "title": heads.title(grid, before),
        "year": heads.year(grid, before),
        "project_name": heads.field(grid, heads.PROJECT, before) or {"value": None, "cell": None},
        "dept": heads.field(grid, heads.DEPT, before)
        or heads.field(grid, heads.UPPER_DEPT, before)
        or {"value": None, "cell": None},
        "unit": heads.field(grid, heads.UNIT, before) or {"value": None, "cell": None},
        "money_label": {"value": words, "cell": cell},
        "money_unit": unit,
        "hidden_rows": sorted(row for row in grid.sheet.hidden_rows if row in rows),
    }
    if grid.sheet.hidden:
        out["hidden_sheet"] = True
    out["funds"] = (
        read_sideways(grid, before, unit)
        if money is None
        else funds.read_funds(grid, money, before.stop - 1, unit)
    )
    return out


def read_head(sheet: Sheet) -> dict[str, object]:
    """The head alone, money and goal included, of a sheet or Word table that holds no indicators."""
    grid = Grid(sheet)
    money = funds.fund_heading(grid, grid.rows)
    out = head(grid, grid.rows, grid.rows, money)
    start = money.bottom + 1 if money is not None else grid.rows.start
    out["goal"] = _goal(grid, range(start, grid.rows.stop))
    return out


def _put_block(out: dict[str, object], block: Block, grid: Grid) -> None:
    out["indicators"], out["total"] = block.rows, block.total
    out["indicator_header_row"] = block.heading.top
    out["indicator_columns"] = {
        key: grid.address(block.heading.top, column.left).rstrip("0123456789")
        if grid.sheet.origin
        else str(column.left)
        for key, column in block.heading.columns.items()
    }
    out["blank_indicator_rows"] = block.blanks
    if block.subtotals:
        out["subtotals"] = block.subtotals


def indicator(grid: Grid, heading: Heading, row: int) -> dict[str, object]:
    """One indicator from the third level on."""
    out = named(grid, heading, row)
    for key in ("actual", "deviation"):
        place = heading.place(grid, row, key)
        if place is not None:
            out[key] = grid.seen(*place)
    out.setdefault("actual", None)
    for key in ("weight", "score"):
        out[key] = shared_points(grid, heading, row, key)
    note = heading.place(grid, row, "note")
    if note is not None:
        out.setdefault(
            "deviation" if "deviation" not in heading.columns else "note", grid.seen(*note)
        )
    reason = heading.place(grid, row, "reason_text")
    if reason is not None:
        out.setdefault("deviation", grid.seen(*reason))
    out.setdefault("deviation", None)
    rate = heading.place(grid, row, "expected_rate")
    extra = others_of(grid, heading, row)
    if rate is not None and grid.text(*rate):
        extra[bare(heading.columns["expected_rate"].words)] = grid.seen(*rate)
    if extra:
        out["extra"] = extra
    out["hidden"] = grid.is_hidden(row)
    return out


def named(grid: Grid, heading: Heading, row: int) -> dict[str, object]:
    """Name and target of an indicator; sign, value and unit of three columns joined without blanks."""
    out: dict[str, object] = {"level3": None, "level3_cell": None}
    place = heading.place(grid, row, "level3")
    if place is not None:
        text = grid.text(*place)
        level2 = heading.place(grid, row, "level2")
        shared = level2 is not None and grid.anchor(*level2) == grid.anchor(*place)
        out["level3"] = None if shared or is_left_over(text) else without_prefix(line_of(text))
        out["level3_cell"] = grid.address(*place)
    target = heading.place(grid, row, "target")
    seen = grid.seen(*target) if target is not None else {"cell": None, "value": None}
    out["target"] = seen
    parts = {"target": str(seen["value"] or seen.get("computed") or "")}
    for key in ("nature", "unit"):
        where = heading.place(grid, row, key)
        if where is not None:
            out[key] = grid.seen(*where)
            parts[key] = str(grid.text(*where))
    out["target_text"] = _joined(parts)
    return out


def _joined(parts: dict[str, str]) -> str | None:
    value = parts["target"]
    if len(parts) == 1:
        return value or None
    nature, unit = parts.get("nature", ""), parts.get("unit", "")
    if squeezed(unit) in {"%", "百分比"} and squeezed(value).endswith("%"):
        unit = ""
    return "".join(f"{nature}{value}{unit}".split()) or None


def _goal(grid: Grid, rows: range) -> dict[str, object]:
    """The year's goal as planned and as reached: under their headings, else beside them."""
    out: dict[str, object] = {}
    for key, labels in (("expected", _EXPECTED_GOAL), ("actual", _ACTUAL_GOAL)):
        place = _goal_place(grid, labels, rows)
        out[key] = (
            {"value": None, "cell": None}
            if place is None
            else {"value": grid.text(*place) or None, "cell": grid.address(*place)}
        )
    return out


def _goal_place(grid: Grid, labels: set[str], rows: range) -> tuple[int, int] | None:
    for row in rows:
        cells = [(col, text) for col, text in grid.starts_in_row(row)]
        heads_here = [col for col, text in cells if bare(text) in _EXPECTED_GOAL | _ACTUAL_GOAL]
        # a side label 总体目标完成情况 stands left of the heading it must not be taken for
        for col, text in reversed(cells) if labels is _ACTUAL_GOAL else cells:
            side = bare(text) in GOAL and (
                len(heads_here) < 2 or any(bare(one) in _EXPECTED_GOAL - GOAL for _, one in cells)
            )
            if bare(text) not in labels or side:
                continue
            under = grid.below(row, col)
            if len(heads_here) > 1 and under[0] in rows:
                return under
            return grid.right_of(row, col)
    return None
