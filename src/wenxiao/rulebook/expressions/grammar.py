"""Reads one cell. The grammar grows here; until a form is known, the cell is text."""

from __future__ import annotations

from typing import Literal

from wenxiao.rulebook.expressions.shape import Expression

Role = Literal["target", "actual"]


def parse(text: str, role: Role = "target") -> Expression:
    """One cell read as far as it is certain; never raises. ``role`` decides how a bare date is taken."""
    del role
    return Expression(text=text, kind="text")
