"""实施进度计划: the steps of a target's plan with their days, which become the
milestones monitoring judges by.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_DAY = re.compile(r"(\d{4})[-./年](\d{1,2})(?:[-./月](\d{1,2})日?|月)?")


@dataclass(frozen=True, slots=True)
class PlanStep:
    """A step as typed: 2022-03, 2022年3月, 2022-03-15."""

    name: str
    start: str = ""
    end: str = ""


def day_of_step(text: str) -> date | None:
    """The day a step ends by: a month's last day where only the month is
    given; None where it cannot be read.
    """
    read = _DAY.fullmatch(re.sub(r"\s", "", text))
    if read is None:
        return None
    year, month = int(read[1]), int(read[2])
    if not 1 <= month <= 12 or not 1990 <= year <= 2100:
        return None
    last = monthrange(year, month)[1]
    day = int(read[3]) if read[3] else last
    return date(year, month, day) if 1 <= day <= last else None


def span_of_step(step: Mapping[str, Any], year: int) -> tuple[int, int] | None:
    """Where a step lies in its year, in thousandths: from and width; None
    where a day can't be read or all lies outside.
    """
    start, end = day_of_step(str(step.get("from") or "")), day_of_step(str(step.get("to") or ""))
    if end is None:
        return None
    begun = str(step.get("from") or "")
    read = _DAY.fullmatch(re.sub(r"\s", "", begun))
    if start is not None and read is not None and not read[3]:
        start = start.replace(day=1)
    first, days = date(year, 1, 1), (date(year + 1, 1, 1) - date(year, 1, 1)).days
    left = max(((start or end) - first).days, 0)
    right = min((end - first).days + 1, days)
    return (left * 1000 // days, max((right - left) * 1000 // days, 8)) if right > left else None


def spelled(text: str) -> str:
    """2022-03 or 2022-03-15, whatever the spelling; what cannot be read stays as it is."""
    read, day = _DAY.fullmatch(re.sub(r"\s", "", text)), day_of_step(text)
    if read is None or day is None:
        return text
    return day.isoformat() if read[3] else f"{day:%Y-%m}"


def milestones_of(plan: Iterable[Mapping[str, Any]]) -> dict[str, date]:
    """Name → day due of the steps whose end can be read; later steps of the
    same name are left out.
    """
    read: dict[str, date] = {}
    for one in plan:
        name, due = str(one.get("step") or "").strip()[:60], day_of_step(str(one.get("to") or ""))
        if name and due is not None and name not in read:
            read[name] = due
    return read
