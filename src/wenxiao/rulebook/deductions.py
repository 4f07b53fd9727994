"""扣分原因: why points were taken off, by code, and what share of a row's weight each reason may cost.
Dated data.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from wenxiao.rulebook import basis
from wenxiao.rulebook.basis import Overrides
from wenxiao.rulebook.numbers import plain, rate_percent, round_points

RULE = "deductions"
EXECUTION = "预算执行率"
"""The criterion whose points follow from the audited money."""


@dataclass(frozen=True, slots=True)
class DeductionReason:
    """A reason with the least and most it may cost, in percent of the row's weight."""

    code: str
    title: str
    least: Decimal
    most: Decimal

    @property
    def label(self) -> str:
        """Title and range, as a list offers it; the range only where the rule narrows it."""
        if self.least == 0 and self.most == 100:
            return self.title
        return f"{self.title}（扣 {plain(self.least)}%～{plain(self.most)}%）"

    def outside(self, weight: Decimal, points: Decimal) -> str:
        """What is wrong with these points under this reason; empty where they are in its range."""
        taken = weight - points
        low, high = (round_points(weight * share / 100) for share in (self.least, self.most))
        if low <= taken <= high:
            return ""
        return (
            f"“{self.title}”应扣 {plain(low)} 至 {plain(high)} 分"
            f"（分值 {plain(weight)} 的 {plain(self.least)}%～{plain(self.most)}%），现在扣 {plain(taken)} 分。"
        )


def reasons(
    on: date | int | None = None, overrides: Overrides | None = None
) -> dict[str, DeductionReason]:
    """The reasons in force by code, in the order of the rule."""
    return {
        code: DeductionReason(
            code, entry["title"], basis.number(entry["least"]), basis.number(entry["most"])
        )
        for code, entry in basis.in_force(RULE, on, overrides).content["reasons"].items()
    }


def impossible_points(
    name: str,
    weight: Decimal | None,
    points: Decimal | None,
    arranged: Decimal | None,
    used: Decimal | None,
) -> str:
    """Why a row's points cannot be: more than the audited execution rate
    gives; empty where nothing says so.
    """
    if EXECUTION not in name or weight is None or points is None or not arranged or used is None:
        return ""
    most = round_points(weight * min(used / arranged, Decimal(1)))
    if points <= most:
        return ""
    return (
        f"“{name}”分值 {plain(weight)}，得 {plain(points)} 分；经审查执行率 {rate_percent(used, arranged)}%，"
        f"按比例最多 {plain(most)} 分。"
    )
