"""绩效监控: money and goals against the calendar. It yields lights and findings, never points."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wenxiao.reviews.kinds.shape import Kind
from wenxiao.rulebook import basis
from wenxiao.rulebook.expressions import parse

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
