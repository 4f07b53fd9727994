"""Which state of a review leads to which. Kinds differ in who acts, not in the road."""

from __future__ import annotations

ROAD: dict[str, frozenset[str]] = {
    "waiting": frozenset({"filling", "submitted"}),
    "filling": frozenset({"submitted"}),
    "submitted": frozenset({"returned", "checked"}),
    "returned": frozenset({"filling", "submitted"}),
    "checked": frozenset({"confirmed", "returned"}),
    "confirmed": frozenset({"issued"}),
    "issued": frozenset(),
}
"""From each state, where a review may go.
A confirmed result changes only by a new act (see services.reopen).
"""

OPEN = frozenset({"waiting", "filling", "returned"})
"""States in which facts and marks may still be written by those who fill."""

RETURNED = "退回"
"""The act with which a review is given back, as the trail names it."""

MARKABLE = OPEN | {"submitted", "checked"}
"""States in which judges may still mark."""

SETTLED = frozenset({"confirmed", "issued"})
"""States whose results count in reports and use."""

JUDGED = ("department_evaluation", "finance_evaluation")
"""Kinds that somebody else judges by a score sheet."""
