"""What the system read out of a typed value, in words beside the field: 「读作
实际 14，目标 14：得 20 分」, or why it cannot.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wenxiao.rulebook.readback import unread

if TYPE_CHECKING:
    from wenxiao.reviews.checks import FilledRow

_AMOUNTS = re.compile(r"\b(实际|目标) (-?\d[\d.]*)")
"""The figures of a formula, which an amount of money carries in 元 whatever unit was typed."""


@dataclass(frozen=True, slots=True)
class Readback:
    """The words below a field; ``unread``: the value is there and no number
    or day could be read out of it.
    """

    text: str = ""
    unread: bool = False


def readback_of(row: FilledRow) -> Readback:
    """How the stored value of a row was read and what it earned; empty
    where nothing is typed or nothing is scored.
    """
    value = row.actual.value if row.actual else ""
    fault = unread(row.indicator.expression, value)
    if fault:
        return Readback(fault, unread=True)
    if not value or row.mark is None:
        return Readback()
    if row.mark.status == "needs_judgement":
        return Readback(str(row.mark.explanation.get("reason") or ""))
    formula = str(row.mark.explanation.get("formula") or "")
    if formula.startswith("得"):
        formula = f"{value}：{formula}"
    if value.rstrip().endswith("元"):
        formula = _AMOUNTS.sub(r"\1 \2 元", formula)
    return Readback(formula and f"读作 {formula}")
