"""绩效监控: money and goals against the calendar. It yields lights and findings, never points."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING

from wenxiao.reviews.kinds.shape import Kind
from wenxiao.rulebook import basis
from wenxiao.rulebook.expressions import parse
from wenxiao.rulebook.goals import Goal, goal_pace

if TYPE_CHECKING:
    from collections.abc import Sequence

MONITORING = Kind(
    code="monitoring",
    title="绩效监控",
    result="监控情况",
    rows="indicators",
    scores=False,
    stage="monitoring",
    fill="fill",
    check=("check_department", "check_office"),
)


def row_faults(
    target: str,
    year: int,
    *,
    value: str,
    forecast: str,
    causes: Sequence[str],
    possibility: str,
    measure: str,
    overrides: basis.Overrides | None = None,
) -> list[tuple[str, str, str]]:
    """(level, what is wrong, how to mend) of one filled row; empty when nothing is.

    A target in figures wants figures; whoever doubts that the year's goal is reached says why and what is done.
    """
    found = [
        (
            "警告",
            f"{word}“{text}”不是数值，目标是“{target}”。",
            "按目标的单位填写数字，文字说明写在说明栏。",
        )
        for word, text in (("完成值", value), ("全年预计", forecast))
        if text.strip() and _unreadable(text, target)
    ]
    listed = basis.in_force("monitoring", year, overrides).content["possibility"]
    if possibility in {listed["2"], listed["3"]}:
        if not causes:
            found.append(
                ("阻断", f"全年“{possibility}”完成，没有选偏差原因。", "在偏差原因栏选一项。")
            )
        if not measure.strip():
            found.append(
                ("阻断", f"全年“{possibility}”完成，没有写改进措施。", "在说明栏写明措施和时间。")
            )
    return found


def _unreadable(text: str, target: str) -> bool:
    """Only a numeric target demands a number."""
    read = parse(target, "target") if target.strip() else None
    return read is not None and read.kind == "number" and parse(text, "actual").kind != "number"


_LIT_BY = ("monitoring", "reverse_names")


def rules_text(own: basis.Overrides | None) -> str:
    """The division's own rules that goals are lit by, as text: one key for the same rules, empty without any."""
    used = {name: rows for name, rows in (own or {}).items() if name in _LIT_BY}
    return json.dumps(used, sort_keys=True, ensure_ascii=False) if used else ""


@lru_cache(maxsize=64)
def _read(own: str) -> basis.Overrides | None:
    read: basis.Overrides | None = json.loads(own) if own else None
    return read


@lru_cache(maxsize=200_000)
def light_of(texts: tuple[str, str, str, str], through: int, year: int, own: str = "") -> Goal:
    """One goal lit from its texts: name, target, actual, possibility. The same texts light alike under the same rules, so they are read once.

    ``own`` are the division's rules as :func:`rules_text` writes them.
    """
    name, expression, value, possibility = texts
    target = parse(expression, "target") if expression.strip() else None
    actual = parse(value, "actual") if value.strip() else None
    return goal_pace(name, target, actual, through, year, possibility, overrides=_read(own))
