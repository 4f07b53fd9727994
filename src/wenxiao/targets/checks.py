"""The checks before review (送审前检查) over stored targets: the same table a
form makes, from the rows that were kept.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wenxiao.budget.kind_facts import RecordedFacts, facts_recorded
from wenxiao.files.forms.targets.columns import LONG
from wenxiao.rulebook.checks import Hit, Rule, doors, rules_in_force
from wenxiao.rulebook.checks.registry import Table
from wenxiao.targets.budget_changes import budget_changes_of
from wenxiao.targets.models import Indicator, Target, TargetAmount

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from decimal import Decimal

    from wenxiao.rulebook.problems import Problem
    from wenxiao.targets.budget_changes import BudgetChange


@dataclass(frozen=True, slots=True)
class TargetProblem:
    """One problem of a target: where (place of the row from 0, None: the table), what, and the rule
    behind it.

    ``explained`` is why the unit leaves it so; said of this very wording, it goes with what it was
    said of.
    """

    hit: Hit
    problem: Problem
    rule: Rule
    explained: str = ""


def table_of(
    target: Target,
    rows: Sequence[Indicator],
    amounts: Sequence[TargetAmount] = (),
    change: BudgetChange | None = None,
    gone: int = 0,
    own: RecordedFacts | None = None,
) -> Table:
    """A stored target as the checks look at it; money in 元. ``change``: the budget's, where the
    target did not follow. ``own``: what its kind has of its own.
    """
    subject = target.dossier.subject
    head: dict[str, Any] = {
        "name": subject.name,
        "kind": target.scope,
        "year": target.dossier.fiscal_year,
        "unit": target.dossier.unit.name,
        "budget_yuan": asked_for(amounts),
        "start": target.starts,
        "end": target.ends,
        "text": target.content,
        "asks_source": target.asks_source,
    }
    if change is not None:
        head |= {"initial": change.before, "full_year": change.after}
    if own is not None:
        head |= {"own_kinds": own.kinds, "own_facts": own.values, "own_stage": "target"}
    if target.filing:
        head |= {"budget_change_yuan": target.budget_change, "rows_gone": gone}
    return Table([_row(row, change) for row in rows], head, subject.division.own_rules)


def asked_for(amounts: Sequence[TargetAmount]) -> Decimal | None:
    """What is asked for the year; money of the whole term only where nothing else is told."""
    funds = [one for one in amounts if one.kind == TargetAmount.Kind.FUND]
    given = [one for one in funds if one.amount is not None]
    of_year = [one for one in given if not LONG.search(one.name)]
    return next((one.amount for one in of_year or given), None)


def asked_by(targets: Iterable[int]) -> dict[int, Decimal | None]:
    """What each target (their ids) asks for the year, in 元; None where no money is named."""
    amounts: dict[int, list[TargetAmount]] = {pk: [] for pk in targets}
    for amount in TargetAmount.objects.filter(target__in=amounts).order_by(
        "target", "kind", "order"
    ):
        amounts[amount.target_id].append(amount)
    return {pk: asked_for(listed) for pk, listed in amounts.items()}


def _row(row: Indicator, change: BudgetChange | None) -> dict[str, Any]:
    before = row.expression if change is not None else None
    if row.came_from is not None:
        before = row.came_from.expression
    return {
        "target_before": before,
        "level1": row.level1,
        "level2": row.level2,
        "level3": row.name,
        "target": row.expression,
        "unit": row.unit,
        "weight": row.weight,
        "nature": row.nature,
        "last_actual": row.last_actual,
        "source": row.source,
        "proof": row.proof,
        "note": row.note,
    }


def faults_of(targets: Iterable[Target]) -> dict[int, list[TargetProblem]]:
    """Every target's problems by its number; a constant number of queries.
    Dossier, subject, unit and division are read with it.
    """
    listed = list(targets)
    rows: dict[int, list[Indicator]] = {target.pk: [] for target in listed}
    for row in (
        Indicator.objects.filter(target__in=rows)
        .select_related("came_from")
        .order_by("target", "order")
    ):
        rows[row.target_id].append(row)
    amounts: dict[int, list[TargetAmount]] = {target.pk: [] for target in listed}
    for amount in TargetAmount.objects.filter(target__in=rows).order_by("target", "kind", "order"):
        amounts[amount.target_id].append(amount)
    budgets = {pk: asked_for(listed) for pk, listed in amounts.items()}
    changes = budget_changes_of(listed, budgets)
    gone = _rows_left_out(listed, rows)
    own = facts_recorded({target.dossier_id for target in listed})
    problems: dict[int, list[TargetProblem]] = {}
    known: dict[tuple[int, int], dict[str, Rule]] = {}
    for target in listed:
        change = changes.get(target.pk)
        table = table_of(
            target,
            rows[target.pk],
            amounts[target.pk],
            change,
            gone.get(target.pk, 0),
            own.get(target.dossier_id),
        )
        key = (target.dossier.subject.division_id, target.dossier.fiscal_year)
        if key not in known:
            known[key] = {one.code: one for one in rules_in_force(table.overrides, table.year)}
        rules = known[key]
        reasons = {(one["code"], one["text"]): one["why"] for one in target.explained}
        problems[target.pk] = [
            TargetProblem(
                hit, problem, rules[problem.code], reasons.get((problem.code, problem.text), "")
            )
            for hit, problem in doors.TARGETS.run(table, "target", tuple(rules.values()))
        ]
    return problems


def _rows_left_out(
    targets: Iterable[Target], rows: Mapping[int, Sequence[Indicator]]
) -> dict[int, int]:
    """How many rows of the approved version an adjustment for money leaves
    out; asked only where there is such one.
    """
    drafts = [row for row in targets if row.filing and row.budget_change]
    if not drafts:
        return {}
    held = Indicator.objects.filter(
        target__dossier__in=[row.dossier_id for row in drafts], target__state=Target.State.APPROVED
    )
    counts = Counter(held.values_list("target__dossier", flat=True))
    going_on = {row.pk: sum(one.came_from_id is not None for one in rows[row.pk]) for row in drafts}
    return {row.pk: counts[row.dossier_id] - going_on[row.pk] for row in drafts}
