"""预算变动: approved targets whose dossier got more or less money than the year
opened with, while the target stayed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wenxiao.budget.money import money_of
from wenxiao.targets.models import Target, TargetAmount
from wenxiao.targets.selectors import targets_visible_to

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from wenxiao.orgs.models import User


@dataclass(frozen=True, slots=True)
class BudgetChange:
    """What the year opened with and what it came to, in 元."""

    before: Decimal
    after: Decimal


def budget_changes_of(
    targets: Iterable[Target], asked_for: dict[int, Decimal | None]
) -> dict[int, BudgetChange]:
    """By target what nobody answered: approved, its budget changed, neither adjusted since nor said
    to stay.

    ``asked_for``: what a target's own table asks for, where it says so. One query where there are
    approved targets.
    """
    approved = [row for row in targets if row.state == Target.State.APPROVED]
    known = money_of([row.dossier_id for row in approved]) if approved else {}
    changes = {}
    for row in approved:
        before, after = known[row.dossier_id].opening, known[row.dossier_id].budget
        if before is None or after is None or before == after:
            continue
        if after not in {asked_for.get(row.pk), row.budget_answered}:
            changes[row.pk] = BudgetChange(before, after)
    return changes


def asked_about(user: User, year: int) -> list[tuple[Target, BudgetChange]]:
    """The approved targets of a budget year that are asked about, as this
    person sees them; three queries.
    """
    rows = list(
        targets_visible_to(user)
        .filter(dossier__fiscal_year=year, state=Target.State.APPROVED)
        .order_by("dossier__unit__path", "pk")
    )
    funds = TargetAmount.objects.filter(
        target__in=[row.pk for row in rows], kind="fund", amount__isnull=False
    )
    asked_for: dict[int, Decimal | None] = {}
    for pk, amount in funds.order_by("target", "order").values_list("target", "amount"):
        asked_for.setdefault(pk, amount)
    changes = budget_changes_of(rows, asked_for)
    return [(row, changes[row.pk]) for row in rows if row.pk in changes]
