"""部门整体: the final accounts of units as the person asking may see them, and the ratios they give."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Q

from wenxiao.budget.models import DepartmentFigure, Subject
from wenxiao.orgs.models import Grant, Unit
from wenxiao.orgs.selectors import sight_of
from wenxiao.rulebook.department_accounts import (
    COUNT,
    AccountItem,
    AccountTable,
    account_table,
    named_amounts,
    ratio_figures,
)
from wenxiao.rulebook.ratios import Ratio, formulas, ratios

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.db.models import QuerySet

    from wenxiao.orgs.models import User
    from wenxiao.rulebook.basis import Value

Places = dict[tuple[str, str], DepartmentFigure]
"""A unit's stored cells of a year by item and column."""


def figures_seen_by(user: User | None) -> QuerySet[DepartmentFigure]:
    """Figures of the units a person sees; whoever sees listed subjects alone sees those of the
    departments evaluated as a whole among them.
    """
    sight = sight_of(user)
    condition = Q(unit__division__in=sight.whole) | sight.of_units("unit")
    if sight.listed:
        through = Grant.subjects.through.objects.filter(
            grant__among=sight.listed, subject__kind=Subject.Kind.DEPARTMENT
        )
        condition |= Q(unit__in=through.values("subject__unit"))
    return DepartmentFigure.objects.filter(condition)


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One item of a unit's accounts with its cells by column."""

    item: AccountItem
    cells: dict[str, DepartmentFigure]

    @property
    def people(self) -> DepartmentFigure | None:
        """The count of an item that counts people."""
        return self.cells.get(COUNT)


@dataclass(frozen=True, slots=True)
class RatioInput:
    """What a ratio read: its name, the number, and the cells it stands in."""

    name: str
    amount: Decimal
    people: bool
    cells: tuple[DepartmentFigure, ...]


@dataclass(frozen=True, slots=True)
class ShownRatio:
    """A ratio with what it lacks in words and what it read."""

    ratio: Ratio
    lacks: tuple[str, ...]
    inputs: tuple[RatioInput, ...]

    @property
    def sentence(self) -> str:
        """「95.10%」, 「未算（缺编制数）」 or that the denominator is 0."""
        if self.ratio.status == "missing":
            return f"未算（缺{'、'.join(self.lacks)}）"
        if self.ratio.status == "none":
            return "不适用（分母为 0）"
        return f"{self.ratio.value}%"


@dataclass(frozen=True, slots=True)
class DepartmentAccounts:
    """A unit's final accounts of a year and the ratios computed from them alone."""

    unit: Unit
    fiscal_year: int
    table: AccountTable
    lines: list[AccountLine] = field(default_factory=list)
    ratios: list[ShownRatio] = field(default_factory=list)
    rule: Value | None = None

    @property
    def computed(self) -> int:
        """How many ratios have a value."""
        return sum(one.ratio.status == "computed" for one in self.ratios)


def accounts_of_year(user: User | None, fiscal_year: int) -> list[DepartmentAccounts]:
    """Every unit with figures of a year, in the order of the tree. One query."""
    rows = figures_seen_by(user).filter(fiscal_year__in=(fiscal_year, fiscal_year - 1))
    units = _by_unit(rows)
    seen = {unit: years for unit, years in units.items() if years.get(fiscal_year)}
    return [
        _accounts(unit, fiscal_year, years)
        for unit, years in sorted(seen.items(), key=lambda pair: (pair[0].path, pair[0].pk))
    ]


def accounts_of(user: User | None, unit: Unit, fiscal_year: int) -> DepartmentAccounts:
    """One unit's accounts of a year, empty where it has none. One query."""
    rows = figures_seen_by(user).filter(unit=unit, fiscal_year__in=(fiscal_year, fiscal_year - 1))
    years = next(iter(_by_unit(rows).values()), {})
    return _accounts(unit, fiscal_year, years)


def years_with_figures(user: User | None, unit: Unit | None = None) -> list[int]:
    """The fiscal years figures are stored for, latest first."""
    rows = figures_seen_by(user)
    if unit is not None:
        rows = rows.filter(unit=unit)
    years = rows.order_by("-fiscal_year").values_list("fiscal_year", flat=True)
    return list(years.distinct())


def _by_unit(rows: QuerySet[DepartmentFigure]) -> dict[Unit, dict[int, Places]]:
    units: dict[Unit, dict[int, Places]] = defaultdict(lambda: defaultdict(dict))
    for row in rows.select_related("unit__division"):
        units[row.unit][row.fiscal_year][row.item, row.stage] = row
    return units


def _accounts(unit: Unit, fiscal_year: int, years: dict[int, Places]) -> DepartmentAccounts:
    own = unit.division.own_rules
    table = account_table(fiscal_year, own)
    places = years.get(fiscal_year, {})
    lines = [
        AccountLine(item, cells)
        for item in table.items.values()
        if (cells := {stage: row for (key, stage), row in places.items() if key == item.key})
    ]
    numbers = {
        year: {place: _number(row) for place, row in stored.items()}
        for year, stored in years.items()
    }
    figures = ratio_figures(table, numbers, fiscal_year)
    shown = [
        ShownRatio(
            one,
            tuple(named_amounts(table, one.missing)),
            tuple(_inputs(table, one.inputs, figures, years, fiscal_year)),
        )
        for one in ratios(figures, fiscal_year, own)
    ]
    return DepartmentAccounts(unit, fiscal_year, table, lines, shown, formulas(fiscal_year, own))


def _number(row: DepartmentFigure) -> Decimal:
    return Decimal(row.people or 0) if row.amount is None else row.amount


def _inputs(
    table: AccountTable,
    fields: Iterable[str],
    figures: dict[str, Decimal | None],
    years: dict[int, Places],
    fiscal_year: int,
) -> Iterable[RatioInput]:
    for name in fields:
        amount, rule = figures.get(name), table.amounts.get(name)
        if amount is None or rule is None:
            continue
        stored = years.get(fiscal_year - int(rule.get("years_back", 0)), {})
        parts = [tuple(str(part).split(".")) for part in rule["plus"]]
        cells = [row for part in parts for row in _rows(table, stored, part)]
        people = bool(cells) and all(row.people is not None for row in cells)
        yield RatioInput(str(rule["name"]), amount, people, tuple(cells))


def _rows(table: AccountTable, stored: Places, place: Sequence[str]) -> list[DepartmentFigure]:
    """The cell of a part; of a total that stands nowhere, the cells of its parts."""
    item, stage = place
    if (item, stage) in stored:
        return [stored[item, stage]]
    keys = [one.key for one in table.items.values() if one.part_of == item]
    return [stored[key, stage] for key in keys if (key, stage) in stored]
