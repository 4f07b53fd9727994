"""绩效目标表 and 申报表 by their labels, whatever the layout: project, department
as a whole, transfers, lists.
"""

from __future__ import annotations

from dataclasses import replace

from wenxiao.files.cells.cells import Sheet
from wenxiao.files.cells.grids import TableGrid
from wenxiao.files.forms import heads
from wenxiao.files.forms.targets import head, money
from wenxiao.files.forms.targets.columns import TargetColumns, columns_at
from wenxiao.files.forms.targets.form import Goals, TargetForm, TargetIndicator
from wenxiao.files.forms.targets.lists import list_heading, read_list
from wenxiao.files.forms.targets.rows import indicators


def read_targets(sheet: Sheet, outside: list[str] | None = None) -> list[TargetForm]:
    """Every target form of a sheet or Word table; empty when it is none.

    ``outside`` are the paragraphs above a Word table: its title and year often stand there.
    """
    grid = TableGrid(sheet)
    listed = list_heading(grid)
    if listed is not None:
        return read_list(grid, listed)
    return [_form(grid, rows, blocks, outside or []) for rows, blocks in _spans(grid)]


def _spans(grid: TableGrid) -> list[tuple[range, list[TargetColumns]]]:
    """The rows of each form with its indicator blocks; a stretch without
    any belongs to the form that follows it.
    """
    spans: list[tuple[range, list[TargetColumns]]] = []
    start = grid.sheet.origin
    for rows in heads.form_spans(grid):
        blocks = _blocks(grid, rows)
        if blocks:
            spans.append((range(start, rows.stop), blocks))
            start = rows.stop
    return spans


def _blocks(grid: TableGrid, rows: range) -> list[TargetColumns]:
    """The indicator blocks of a form, long-term ones too."""
    blocks: list[TargetColumns] = []
    for row in rows:
        if not blocks or row > blocks[-1].bottom:
            blocks += columns_at(grid, row)
    return blocks


def _form(
    grid: TableGrid, rows: range, blocks: list[TargetColumns], outside: list[str]
) -> TargetForm:
    before = range(rows.start, blocks[0].top)
    title = head.title(grid, before, outside)
    scope = head.scope_of(title.value or "".join(outside))
    project, name_code = head.named(grid, before, "project")
    dept, _ = head.named(grid, before, "dept")
    unit, _ = head.named(grid, before, "unit")
    if unit.value is None and scope == "project" and head.names_the_unit(grid, before, dept.cell):
        unit = dept
    money_unit = money.unit_of(grid, before, None)
    tasks, total = money.tasks(grid, before, money_unit) if scope == "department" else ([], [])
    start, end = head.duration(grid, before)
    goal_long, goal_year = head.goals(grid, before)
    form = TargetForm(
        sheet=grid.sheet.name,
        scope=scope,
        title=title,
        year=head.year(grid, before, outside),
        project_name=project,
        project_code=head.project_code(grid, before, name_code),
        dept=dept,
        unit=unit,
        money_unit=money_unit,
        first_row=rows.start,
        last_row=rows.stop - 1,
        funds=total or money.funds(grid, before, money_unit),
        tasks=tasks,
        plan=head.plan(grid, before),
        seats=head.seats(grid, range(blocks[-1].bottom + 1, rows.stop)),
        goals=Goals(goal_long, goal_year),
        text=head.content(grid, before),
        start=start,
        end=end,
        responsible=head.responsible(grid, before),
    )
    for block in blocks:
        own: list[TargetIndicator] = list(indicators(grid, block, rows.stop - 1))
        (form.long_indicators if block.long else form.indicators).extend(own)
        whole_term = block.known.get("long_target")
        if whole_term is not None and not block.long:  # one column for the year, one for the term
            term = replace(block, known=block.known | {"target": whole_term})
            form.long_indicators.extend(indicators(grid, term, rows.stop - 1))
    return form
