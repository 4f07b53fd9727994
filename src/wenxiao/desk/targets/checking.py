"""What the checks say of a target that is being filled in: the sentence on top, the list, the
numbers in the cells, the weights.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wenxiao.desk.targets.typed import COLUMNS
from wenxiao.desk.targets.year import LEVELS, level_counts
from wenxiao.rulebook.checks import doors, rules_in_force
from wenxiao.rulebook.checks.target_tables import weights_beside_due
from wenxiao.targets.checks import faults_of, table_of

if TYPE_CHECKING:
    from wenxiao.targets.checks import TargetProblem
    from wenxiao.targets.models import Target

_FIELDS = {"target": "expression", "level3": "name"}
_PLACES = {name: at for at, (name, _) in enumerate(COLUMNS)}
_NAMED = 2
"""The column a number stands in where its field has none of its own: the name of the indicator."""


def checked(row: Target) -> dict[str, Any]:
    """The gravest first; ``spots`` are the numbers by row and column of the grid."""
    order = list(LEVELS)
    graded = sorted(faults_of([row])[row.pk], key=lambda one: order.index(one.problem.level))
    numbered = list(enumerate(graded, start=1))
    spots: dict[str, list[tuple[int, str]]] = {}
    for number, one in numbered:
        if one.hit.row is not None:
            place = _place(one.hit.field)
            tone = LEVELS[one.problem.level]
            spots.setdefault(f"{one.hit.row},{place}", []).append((number, tone))
    counts = level_counts(graded)
    table = table_of(row, list(row.indicators.all()), list(row.amounts.all()))
    ran = {rule.code for rule in rules_in_force(table.overrides, table.year)}
    looked = sum(doors.TARGETS.opens(code) for code in ran)
    weights = weights_beside_due(table)
    return {
        "found": numbered,
        "spots": spots,
        "counts": counts,
        "levels": LEVELS,
        "looked": looked,
        "passed": looked - len({one.problem.code for one in graded}),
        "blocked": dict(counts).get("阻断", 0),
        "state_now": _sentence(row, dict(counts), graded),
        "weights": weights,
        "weight_sum": sum(weight for _, weight, _ in weights),
        "places": {number: _where(one) for number, one in numbered},
        "targets_of": {
            number: f"c-{COLUMNS[_place(one.hit.field)][0]}{one.hit.row}"
            for number, one in numbered
            if one.hit.row is not None
        },
        "budget": table.head["budget_yuan"],
        "row_count": len(table.rows),
        "reckoned": any(one.content for one in row.amounts.all()),
        "target": row,
    }


def _place(field: str | None) -> int:
    return _PLACES.get(_FIELDS.get(field or "", field or ""), _NAMED)


def _where(one: TargetProblem) -> str:
    if one.hit.row is None:
        return "整表"
    return f"第 {one.hit.row + 1} 行{COLUMNS[_place(one.hit.field)][1]}"


def _sentence(row: Target, counts: dict[str, int], graded: list[TargetProblem]) -> str:
    """The heading: may it be handed in, and what is worth a look before."""
    if not row.indicators.exists():
        return "还没有一行指标"
    if blocked := counts.get("阻断", 0):
        return f"还有 {blocked} 处阻断，改好才能送审"
    open_ones = sum(1 for one in graded if one.problem.level == "警告" and not one.explained)
    if open_ones:
        return f"可以送审，先看 {open_ones} 条警告"
    return "可以送审"
