"""Sums and means of a score sheet, exact and rounded once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from wenxiao.files.grids import trimmed as short
from wenxiao.files.textforms import number_of, squeezed

TRIMMED = re.compile(r"(?:去掉|去除|剔除|扣除|除去)(?:了|一个|1个|其中)*(?:最高|最低).{0,12}?(?:最低|最高)")


def is_trimmed(texts: Iterable[str]) -> bool:
    """Whether a sheet says that its means leave out the highest and the lowest mark."""
    return any(TRIMMED.search(squeezed(text[:400])) for text in texts)


def with_mean(score: dict[str, Any], experts: list[dict[str, Any]] | None, *, trimmed: bool = False) -> dict[str, Any]:
    """A score left empty beside experts' marks carries their mean as ``computed``, never as what was written."""
    if score["value"] is not None or not experts or score.get("computed"):
        return score
    mean = mean_of(experts, trimmed=trimmed)
    return score | {"computed": str(mean)} if mean is not None else score


def mean_of(experts: list[dict[str, Any]], *, trimmed: bool = False) -> Decimal | None:
    """The experts' mean, half-up to 2 decimals once; without one highest and one lowest if ``trimmed``; None if empty.

    A formula without saved result counts with what it yields. Of fewer than three marks none is left out.
    """
    marks = [number for item in experts if (number := number_of(item["value"] or item.get("computed"))) is not None]
    if trimmed and len(marks) > 2:
        marks = sorted(marks)[1:-1]
    return (sum(marks, Decimal(0)) / len(marks)).quantize(Decimal("0.01"), ROUND_HALF_UP) if marks else None


def sum_text(criteria: list[dict[str, Any]]) -> str | None:
    """The exact sum of the criteria's points, written or computed; None when one is missing."""
    values = [number_of(item["score"]["value"] or item["score"].get("computed")) for item in criteria]
    if not values or any(value is None for value in values):
        return None
    text = format(sum((value for value in values if value is not None), Decimal(0)), "f")
    return short(text)
