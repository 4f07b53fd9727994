"""绩效监控: money and goals against the calendar. It yields lights and findings, never points."""

from __future__ import annotations

import json
from functools import lru_cache

from wenxiao.reviews.kinds.shape import Kind
from wenxiao.rulebook import basis
from wenxiao.rulebook.expressions import parse
from wenxiao.rulebook.goals import GoalLight, goal_pace

MONITORING = Kind(
    code="monitoring",
    title="绩效监控",
    result="监控情况",
    rows="indicators",
    scores=False,
    stage="monitoring",
    fill="fill",
    check=("check_department", "check_office"),
    owner="unit",
)


_LIT_BY = ("monitoring", "reverse_names")


def rules_text(own: basis.Overrides | None) -> str:
    """The division's own rules that goals are lit by, as text: one key for
    the same rules, empty without any.
    """
    used = {name: rows for name, rows in (own or {}).items() if name in _LIT_BY}
    return json.dumps(used, sort_keys=True, ensure_ascii=False) if used else ""


@lru_cache(maxsize=64)
def _read(own: str) -> basis.Overrides | None:
    read: basis.Overrides | None = json.loads(own) if own else None
    return read


@lru_cache(maxsize=200_000)
def light_of(texts: tuple[str, str, str, str], through: int, year: int, own: str = "") -> GoalLight:
    """One goal lit from its texts: name, target, actual, possibility.
    The same texts light alike under the same rules, so they are read once.

    ``own`` are the division's rules as :func:`rules_text` writes them.
    """
    name, expression, value, possibility = texts
    target = parse(expression, "target") if expression.strip() else None
    actual = parse(value, "actual") if value.strip() else None
    return goal_pace(name, target, actual, through, year, possibility, overrides=_read(own))
