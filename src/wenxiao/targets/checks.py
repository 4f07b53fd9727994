"""The checks before review (送审前检查) over stored targets: the same table a form makes, from the rows that were kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wenxiao.rulebook.checks import Hit, Rule, doors, rules_in_force
from wenxiao.rulebook.checks.registry import Table
from wenxiao.targets.models import Indicator, TargetAmount

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from wenxiao.rulebook.problems import Problem
    from wenxiao.targets.models import Target


@dataclass(frozen=True, slots=True)
class Found:
    """One problem of a target: where (place of the row from 0, None: the table), what, and the rule behind it."""

    hit: Hit
    problem: Problem
    rule: Rule


def table_of(
    target: Target, rows: Sequence[Indicator], amounts: Sequence[TargetAmount] = ()
) -> Table:
    """A stored target as the checks look at it; money in 元."""
    subject = target.dossier.subject
    funds = (one.amount for one in amounts if one.kind == TargetAmount.Kind.FUND)
    head: dict[str, Any] = {
        "name": subject.name,
        "kind": target.scope,
        "year": target.dossier.fiscal_year,
        "unit": target.dossier.unit.name,
        "budget_yuan": next((amount for amount in funds if amount is not None), None),
        "start": target.starts,
        "end": target.ends,
        "text": target.content,
        "asks_source": target.asks_source,
    }
    return Table([_row(row) for row in rows], head, subject.division.own_rules)


def _row(row: Indicator) -> dict[str, Any]:
    return {
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


def faults_of(targets: Iterable[Target]) -> dict[int, list[Found]]:
    """Every target's problems by its number; a constant number of queries. Dossier, subject, unit and division are read with it."""
    listed = list(targets)
    rows: dict[int, list[Indicator]] = {target.pk: [] for target in listed}
    for row in Indicator.objects.filter(target__in=rows).order_by("target", "order"):
        rows[row.target_id].append(row)
    amounts: dict[int, list[TargetAmount]] = {target.pk: [] for target in listed}
    for amount in TargetAmount.objects.filter(target__in=rows).order_by("target", "kind", "order"):
        amounts[amount.target_id].append(amount)
    found: dict[int, list[Found]] = {}
    known: dict[tuple[int, int], dict[str, Rule]] = {}
    for target in listed:
        table = table_of(target, rows[target.pk], amounts[target.pk])
        key = (target.dossier.subject.division_id, target.dossier.fiscal_year)
        if key not in known:
            known[key] = {one.code: one for one in rules_in_force(table.overrides, table.year)}
        rules = known[key]
        found[target.pk] = [
            Found(hit, problem, rules[problem.code])
            for hit, problem in doors.TARGETS.run(table, "target", tuple(rules.values()))
        ]
    return found
