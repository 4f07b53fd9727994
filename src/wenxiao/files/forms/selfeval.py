"""项目支出绩效自评表 by its labels, whatever its layout: head, money, goal, indicators, total and grade."""

from __future__ import annotations

from msgspec import structs

from wenxiao.files.cells.cells import Sheet
from wenxiao.files.cells.labels import Grid, bare, is_left_over, line_of, squeezed, without_prefix
from wenxiao.files.cells.seen import Seen, missing
from wenxiao.files.forms import funds, heads
from wenxiao.files.forms.dossier_forms import (
    DossierHead,
    IndicatorRow,
    SelfEvalForm,
    SelfEvalRow,
    YearGoal,
)
from wenxiao.files.forms.headings import Heading
from wenxiao.files.forms.indicators import (
    Block,
    Levels,
    indicator_heading,
    others_of,
    plain_level,
    read_block,
    shared_points,
)
from wenxiao.files.forms.sideways import read_sideways

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


def read_selfeval(sheet: Sheet) -> list[SelfEvalForm]:
    """Every self-evaluation form on a sheet; empty when there is none."""
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
    title = heads.title(grid, rows).value
    return title is not None and "自评" in title and funds.fund_heading(grid, rows) is not None


def _form(grid: Grid, rows: range, heading: Heading | None) -> SelfEvalForm:
    before = range(rows.start, heading.top if heading is not None else rows.stop)
    money = funds.fund_heading(grid, before)
    after = range(heading.bottom + 1, rows.stop) if heading is not None else rows
    out = SelfEvalForm(
        **structs.asdict(head(grid, rows, before, money)),
        goal=_goal(grid, range(money.bottom + 1 if money else rows.start, before.stop)),
        indicators=[],
        total=None,
        grade=heads.grade(grid, after) or heads.grade(grid, rows),
        filler=heads.person_field(grid, heads.FILLER, rows),
        filler_phone=heads.person_field(grid, heads.PHONE, rows),
    )
    if heading is not None:
        _put_block(out, read_block(grid, heading, rows.stop - 1, indicator), grid)
    return out


def head(grid: Grid, rows: range, before: range, money: Heading | None) -> DossierHead:
    """The fields every form begins with, money included; the money unit is
    None where none is named.
    """
    unit, words, cell = funds.money_unit_of(grid, money, before)
    dept = heads.field(grid, heads.DEPT, before) or heads.field(grid, heads.UPPER_DEPT, before)
    lines = (
        read_sideways(grid, before, unit)
        if money is None
        else funds.read_funds(grid, money, before.stop - 1, unit)
    )
    return DossierHead(
        sheet=grid.sheet.name,
        first_row=rows.start,
        last_row=rows.stop - 1,
        title=heads.title(grid, before),
        year=heads.year(grid, before),
        project_name=heads.field(grid, heads.PROJECT, before) or missing(),
        dept=dept or missing(),
        unit=heads.field(grid, heads.UNIT, before) or missing(),
        money_label=Seen(value=words, cell=cell),
        money_unit=unit,
        other_units=funds.other_units(grid, before, unit, cell),
        hidden_rows=sorted(row for row in grid.sheet.hidden_rows if row in rows),
        hidden_sheet=grid.sheet.hidden,
        funds=lines,
        unread_money=[] if lines and money is None else funds.unread_money(grid, money, before),
    )


def read_head(sheet: Sheet) -> tuple[DossierHead, YearGoal]:
    """The head alone, money and goal included, of a sheet or Word table
    that holds no indicators.
    """
    grid = Grid(sheet)
    money = funds.fund_heading(grid, grid.rows)
    start = money.bottom + 1 if money is not None else grid.rows.start
    goal = _goal(grid, range(start, grid.rows.stop))
    return head(grid, grid.rows, grid.rows, money), goal


def _put_block(out: SelfEvalForm, block: Block[SelfEvalRow], grid: Grid) -> None:
    out.indicators, out.total = block.rows, block.total
    out.indicator_header_row = block.heading.top
    out.indicator_columns = {
        key: grid.address(block.heading.top, column.left).rstrip("0123456789")
        if grid.sheet.origin
        else str(column.left)
        for key, column in block.heading.columns.items()
    }
    out.blank_indicator_rows = block.blanks
    out.subtotals = block.subtotals


def indicator(grid: Grid, heading: Heading, row: int, levels: Levels) -> SelfEvalRow:
    """One indicator of a self-evaluation."""
    deviation, note = heading.seen(grid, row, "deviation"), heading.seen(grid, row, "note")
    if deviation is None:  # a remark is the reason where the form asks for none
        deviation, note = note or heading.seen(grid, row, "reason_text"), None
    base = named(grid, heading, row, levels)
    base.note = note
    rate = heading.seen(grid, row, "expected_rate")
    if rate is not None and rate.value:
        base.extra[bare(heading.columns["expected_rate"].words)] = rate
    return SelfEvalRow(
        **structs.asdict(base),
        actual=heading.seen(grid, row, "actual"),
        weight=shared_points(grid, heading, row, "weight"),
        score=shared_points(grid, heading, row, "score"),
        deviation=deviation,
    )


def named(grid: Grid, heading: Heading, row: int, levels: Levels) -> IndicatorRow:
    """What every form says of an indicator; sign, value and unit of three
    columns joined without blanks.
    """
    place = heading.place(grid, row, "level3")
    target = heading.seen(grid, row, "target") or missing()
    parts = {"target": target.text}
    for key in ("nature", "unit"):
        where = heading.place(grid, row, key)
        if where is not None:
            parts[key] = grid.text(*where)
    return IndicatorRow(
        row=row,
        level1=plain_level(levels.name("level1")),
        level1_cell=levels.cell("level1"),
        level1_raw=levels.raw("level1"),
        level2=plain_level(levels.name("level2")),
        level2_cell=levels.cell("level2"),
        level2_raw=levels.raw("level2"),
        level3=None if place is None else _name_at(grid, heading, row, place),
        level3_cell=None if place is None else grid.address(*place),
        target=target,
        target_text=_joined(parts),
        nature=heading.seen(grid, row, "nature"),
        unit=heading.seen(grid, row, "unit"),
        extra=others_of(grid, heading, row),
        hidden=grid.is_hidden(row),
    )


def _name_at(grid: Grid, heading: Heading, row: int, place: tuple[int, int]) -> str | None:
    text, level2 = grid.text(*place), heading.place(grid, row, "level2")
    shared = level2 is not None and grid.anchor(*level2) == grid.anchor(*place)
    return None if shared or is_left_over(text) else without_prefix(line_of(text))


def _joined(parts: dict[str, str]) -> str | None:
    value = parts["target"]
    if len(parts) == 1:
        return value or None
    nature, unit = parts.get("nature", ""), parts.get("unit", "")
    if squeezed(unit) in {"%", "百分比"} and squeezed(value).endswith("%"):
        unit = ""
    return "".join(f"{nature}{value}{unit}".split()) or None


def _goal(grid: Grid, rows: range) -> YearGoal:
    """The year's goal as planned and as reached: under their headings, else beside them."""
    places = [_goal_place(grid, labels, rows) for labels in (_EXPECTED_GOAL, _ACTUAL_GOAL)]
    expected, actual = (
        missing()
        if place is None
        else Seen(value=grid.text(*place) or None, cell=grid.address(*place))
        for place in places
    )
    return YearGoal(expected=expected, actual=actual)


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
            return _filled_right(grid, row, col)
    return _beside_side_label(grid, rows) if labels is _EXPECTED_GOAL else None


def _filled_right(grid: Grid, row: int, col: int) -> tuple[int, int] | None:
    """The cell right of a label; over empty cells that lost their merge to
    the next filled one that is no label.
    """
    place = grid.right_of(row, col)
    if place is None or grid.text(*place):
        return place
    after = next(((at, text) for at, text in grid.starts_in_row(row) if at > place[1]), None)
    known = after is None or bare(after[1]) in _EXPECTED_GOAL | _ACTUAL_GOAL | GOAL
    return place if known or after is None else (row, after[0])


def _beside_side_label(grid: Grid, rows: range) -> tuple[int, int] | None:
    """The goal right beside 年度总体绩效目标, in a form that prints no heading over it."""
    for row in rows:
        for col, text in grid.starts_in_row(row):
            place = grid.right_of(row, col) if bare(text) in GOAL else None
            words = bare(grid.text(*place)) if place is not None else ""
            if words and words not in _EXPECTED_GOAL | _ACTUAL_GOAL | GOAL:
                return place
    return None
