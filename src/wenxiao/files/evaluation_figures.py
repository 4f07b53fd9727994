"""Sums and means of a score sheet, exact and rounded once."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from wenxiao.files.grids import trimmed
from wenxiao.files.textforms import number_of


def with_mean(score: dict[str, Any], experts: list[dict[str, Any]] | None) -> dict[str, Any]:
    """A score left empty beside experts' marks carries their mean as ``computed``, never as what was written."""
    if score["value"] is not None or not experts or score.get("computed"):
        return score
    mean = mean_of(experts)
    return score | {"computed": str(mean)} if mean is not None else score


def mean_of(experts: list[dict[str, Any]]) -> Decimal | None:
    """The experts' mean, half-up to 2 decimals once; None when no one marked."""
    marks = [number for item in experts if (number := number_of(item["value"])) is not None]
    return (sum(marks, Decimal(0)) / len(marks)).quantize(Decimal("0.01"), ROUND_HALF_UP) if marks else None


def sum_text(criteria: list[dict[str, Any]]) -> str | None:
    """The exact sum of the criteria's points, written or computed; None when one is missing."""
    values = [number_of(item["score"]["value"] or item["score"].get("computed")) for item in criteria]
    if not values or any(value is None for value in values):
        return None
    text = format(sum((value for value in values if value is not None), Decimal(0)), "f")
    return trimmed(text)
