"""An exported list with one row per indicator: one target form a project,
in order of first appearance.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from wenxiao.files.cells.labels import Grid, line_of, money_unit_in, squeezed, year_in
from wenxiao.files.forms.targets.columns import TargetColumns, columns_at
from wenxiao.files.forms.targets.form import (
    Asked,
    Goals,
    ReadText,
    RequestedFund,
    TargetForm,
    TargetIndicator,
    TargetYear,
)
from wenxiao.files.forms.targets.money import amount_at
from wenxiao.files.forms.targets.rows import one_indicator

_KEYS = ("project_code", "project_name", "unit_code", "unit_name", "dept", "year", "money", "goal")
_CODE = re.compile(r"[0-9A-Z]{6,30}")


@dataclass(slots=True)
class _Project:
    first: int
    texts: dict[str, str]
    cells: dict[str, str]
    money: Asked | None
    rows: list[TargetIndicator] = field(default_factory=list)


def list_heading(grid: Grid) -> TargetColumns | None:
    """The headings of such a list: a project beside levels and a value;
    None when the sheet is none.
    """
    for row in grid.rows[:12]:
        for columns in columns_at(grid, row, listed=True):
            if {"project_name", "project_code"} & set(columns.known) and "level3" in columns.known:
                return columns
    return None


def read_list(grid: Grid, columns: TargetColumns, unit: str = "") -> list[TargetForm]:
    """Every project of the list with its rows; what is blank below a project's first row goes on
    with it.

    Amounts count in ``unit``; without one, as the headings say.
    """
    unit = unit or _money_unit(grid, columns)
    projects: dict[tuple[str, ...], _Project] = {}
    held: dict[str, tuple[str, str]] = {}
    levels: dict[str, str] = {}
    for row in range(columns.bottom + 1, grid.bottom + 1):
        fresh = _carry(grid, columns, row, held)
        if fresh:
            levels = {}
        indicator = one_indicator(grid, columns, row, levels)
        if indicator is None:
            continue
        key = _key(held)
        if key not in projects:
            place = columns.place(grid, row, "money")
            money = amount_at(grid, place, unit) if place is not None else None
            texts = {name: text for name, (text, _) in held.items()}
            projects[key] = _Project(
                row, texts, {name: cell for name, (_, cell) in held.items()}, money
            )
        projects[key].rows.append(indicator)
    return [_form(grid, one, unit) for one in projects.values()]


def _key(held: dict[str, tuple[str, str]]) -> tuple[str, ...]:
    """What tells projects apart: the code where there is one, else name and unit; and the year."""
    code = held.get("project_code", ("", ""))[0]
    names = (
        (code,)
        if code
        else tuple(held.get(key, ("", ""))[0] for key in ("project_name", "unit_name", "dept"))
    )
    return (*names, held.get("year", ("", ""))[0])


def _carry(grid: Grid, columns: TargetColumns, row: int, held: dict[str, tuple[str, str]]) -> bool:
    """Take over what the row says of its project; True when it begins another one."""
    own = {}
    for key in _KEYS:
        place = columns.place(grid, row, key)
        text = line_of(grid.text(*place)) if place is not None else ""
        if place is not None and text:
            own[key] = (text, grid.address(*place))
    fresh = any(
        key in own and own[key][0] != held.get(key, ("", ""))[0]
        for key in ("project_code", "project_name")
    )
    if fresh:
        held.clear()
    held.update(own)
    return fresh


def _money_unit(grid: Grid, columns: TargetColumns) -> str:
    """As the heading or a corner above says; an export without a word counts in 元."""
    places = [columns.known["money"].words] if "money" in columns.known else []
    above = range(grid.sheet.origin, columns.top)
    places += [text for row in above for _, text in grid.starts_in_row(row)]
    return next((unit for words in places if (unit := money_unit_in(words))), "元")


def _form(grid: Grid, one: _Project, unit: str) -> TargetForm:
    def read(key: str) -> ReadText:
        return ReadText(one.texts.get(key), one.cells.get(key))

    year_text = one.texts.get("year", "")
    code = _CODE.fullmatch(squeezed(one.texts.get("project_code", "")))
    money = (
        [RequestedFund("年度预算数", one.first, one.money)]
        if one.money is not None and one.money.raw
        else []
    )
    return TargetForm(
        sheet=grid.sheet.name,
        scope="project",
        title=ReadText(),
        year=TargetYear(
            year_in(year_text) or year_in(f"{year_text}年"),
            year_text or None,
            one.cells.get("year"),
        ),
        project_name=read("project_name"),
        project_code=code.group() if code else None,
        dept=read("dept"),
        unit=read("unit_name"),
        money_unit=unit,
        first_row=one.first,
        last_row=one.rows[-1].row,
        indicators=one.rows,
        funds=money,
        goals=Goals(None, one.texts.get("goal")),
    )
