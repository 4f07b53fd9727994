"""单位成本 of one object: a quantity row and an amount of its self-evaluation, beside last year's, the
division's own standard and the median of like objects.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from wenxiao.budget import money as moneys
from wenxiao.budget.models import Dossier
from wenxiao.budget.selectors import dossiers_visible_to
from wenxiao.evidence.models import Actual
from wenxiao.rulebook.unit_costs import (
    CostRule,
    CostStandard,
    OutputQuantity,
    cost_rule,
    median,
    money_of,
    per_unit,
    quantity_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wenxiao.orgs.models import User

SPENT = "spent"
"""Of an amount: the money spent on the object, not a row of its own."""


@dataclass(frozen=True, slots=True)
class CostRow:
    """A row of the self-evaluation that says how much was put out, or what it cost."""

    key: str
    name: str
    written: str
    quantity: OutputQuantity | None = None
    yuan: Decimal | None = None


@dataclass(frozen=True, slots=True)
class UnitCost:
    """What a unit of output cost one object in one year; ``lacks`` says why it is not known."""

    year: int
    quantity: OutputQuantity | None = None
    yuan: Decimal | None = None
    lacks: str = ""

    @property
    def cost(self) -> Decimal | None:
        """元 a unit."""
        if self.quantity is None or self.yuan is None:
            return None
        return per_unit(self.yuan, self.quantity)


@dataclass(frozen=True, slots=True)
class CostComparison:
    """A unit cost of the year beside the three it is compared with."""

    name: str
    this: UnitCost
    before: UnitCost
    standard: CostStandard | None
    rule: CostRule
    middle: Decimal | None
    like: int


@dataclass(frozen=True, slots=True)
class CostRows:
    """The rows of an object that may make a pair."""

    quantities: list[CostRow] = field(default_factory=list)
    amounts: list[CostRow] = field(default_factory=list)


def cost_rows(dossier: Dossier) -> CostRows:
    """The quantities and amounts of the year-end self-evaluation; the money spent is always one."""
    rows = CostRows()
    spent = moneys.money(dossier).spent
    rows.amounts.append(CostRow(SPENT, "全年执行数", "", yuan=spent))
    for row in _actuals([dossier.pk]).get(dossier.pk, {}).values():
        cost_row = _row(row)
        if cost_row.quantity is not None:
            rows.quantities.append(cost_row)
        elif cost_row.yuan is not None:
            rows.amounts.append(cost_row)
    return rows


def _row(row: Actual) -> CostRow:
    unit = row.indicator.unit
    return CostRow(
        str(row.indicator_id),
        row.indicator.name,
        f"{row.value}{'' if not unit or unit in row.value else unit}",
        quantity_of(row.value, unit),
        money_of(row.value, unit),
    )


def _actuals(dossiers: Iterable[int], name: str = "") -> dict[int, dict[str, Actual]]:
    """The year-end rows of each dossier by name, of the target filled last."""
    rows = Actual.objects.filter(
        stage=Actual.Stage.SELFEVAL, through_month=12, indicator__target__dossier__in=list(dossiers)
    ).exclude(value="")
    if name:
        rows = rows.filter(indicator__name=name)
    by_dossier: dict[int, dict[str, Actual]] = {}
    ordered = rows.select_related("indicator__target").order_by("indicator__target", "indicator")
    for row in ordered:
        by_dossier.setdefault(row.indicator.target.dossier_id, {})[row.indicator.name] = row
    return by_dossier


def compared(
    user: User | None, dossier: Dossier, quantity: CostRow, amount: CostRow
) -> CostComparison:
    """A pair's unit cost beside last year's, the standard, and the median of like objects: of the
    same kind and year, with a row of the same name and unit, as far as this person sees them.
    """
    unit = quantity.quantity.unit if quantity.quantity else ""
    rule = cost_rule(dossier.subject.division.own_rules, dossier.fiscal_year)
    before = Dossier.objects.filter(
        subject=dossier.subject_id, fiscal_year=dossier.fiscal_year - 1
    ).first()
    like = dossiers_visible_to(user).filter(
        fiscal_year=dossier.fiscal_year,
        subject__kind=dossier.subject.kind,
        subject__division=dossier.subject.division_id,
    )
    others = like.exclude(pk=dossier.pk).values_list("pk", flat=True)
    costs = _costs(list(others), quantity.name, amount, unit)
    last = _costs([before.pk], quantity.name, amount, unit) if before else {}
    year = dossier.fiscal_year - 1
    return CostComparison(
        quantity.name,
        UnitCost(
            dossier.fiscal_year,
            quantity.quantity,
            amount.yuan,
            "" if amount.yuan is not None else f"没有{amount.name}",
        ),
        last.get(before.pk, UnitCost(year, lacks="上年没有同名同单位的数"))
        if before
        else UnitCost(year, lacks="没有上年档案"),
        next(
            (one for one in rule.standards if (one.name, one.unit) == (quantity.name, unit)), None
        ),
        rule,
        median([cost for one in costs.values() if (cost := one.cost) is not None]),
        len(costs),
    )


def _costs(dossiers: list[int], name: str, amount: CostRow, unit: str) -> dict[int, UnitCost]:
    """Dossier → its unit cost by the same pair of rows; whoever lacks one is left out."""
    rows = {pk: named[name] for pk, named in _actuals(dossiers, name).items()}
    quantities = {pk: quantity_of(row.value, row.indicator.unit) for pk, row in rows.items()}
    same = {pk: one for pk, one in quantities.items() if one is not None and one.unit == unit}
    years = dict(Dossier.objects.filter(pk__in=same).values_list("pk", "fiscal_year"))
    if amount.key == SPENT:
        spent = {pk: one.spent for pk, one in moneys.money_of(list(same)).items()}
    else:
        spent = {
            pk: money_of(named[amount.name].value, named[amount.name].indicator.unit)
            for pk, named in _actuals(same, amount.name).items()
        }
    return {
        pk: UnitCost(years[pk], one, yuan)
        for pk, one in same.items()
        if (yuan := spent.get(pk)) is not None
    }
