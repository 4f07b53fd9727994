"""The shape of a kind: its rows, its stage, who fills it and who checks it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of review.

    ``rows`` says what is marked: the target's own indicator rows, or a score sheet's criteria;
    monitoring marks nothing. ``stage`` is the stage its actual values belong to (None: it brings
    none). ``fill`` and ``check`` name the powers of whoever fills and of whoever checks after.
    ``owner`` says whose work it is: only units are asked for theirs by lists, to-dos and letters.
    ``result`` is the name of its result beside others.
    """

    code: str
    title: str
    result: str
    rows: Literal["indicators", "criteria"]
    scores: bool
    stage: str | None
    fill: str
    check: tuple[str, ...]
    owner: Literal["unit", "department", "bureau"]
