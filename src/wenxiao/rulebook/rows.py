"""What goes into a score and what comes out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from wenxiao.rulebook.expressions.shape import Expression
from wenxiao.rulebook.grounds import Standing

Status = Literal["scored", "needs_judgement", "not_reported", "not_due", "unreadable", "unweighted"]
RuleKind = Literal[
    "ratio",
    "direct",
    "threshold",
    "interval",
    "tier",
    "satisfaction",
    "deduction",
    "formula",
    "likert",
]
Direction = Literal["forward", "reverse"]


@dataclass(frozen=True, slots=True)
class RowRule:
    """The rule one indicator carries of its own, instead of the one its cells suggest.

    ``params`` by kind: threshold ``pass_percent``; interval ``bands`` as (at_least percent of
    target, share percent) pairs, highest first; deduction ``per_unit`` points and ``unit_size``
    (default 1); likert ``lowest`` and ``highest``; formula ``part`` and ``whole`` naming two of the
    row's elements (× 100 %).
    """

    kind: RuleKind = "ratio"
    direction: Direction | None = None
    params: Mapping[str, Decimal | str] = field(default_factory=dict)
    bands: tuple[tuple[Decimal, Decimal], ...] = ()
    basis: str = ""
    standing: Standing = "未核"


@dataclass(frozen=True, slots=True)
class Judged:
    """What a person decided about a row: the tier ('1' '2' '3', or '' when
    the row has no tiers) and the points.
    """

    points: Decimal
    tier: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One indicator of a table: its promise, its fact, its weight in points.

    ``year`` is the fiscal year (resolves dates without a year). ``published`` are the points
    somebody else gave. ``sample`` is the number of answers behind a satisfaction figure. ``as_of``
    is the day of a check before year end: a deadline after it is not due. ``proved`` False says
    that no evidence was handed in, None that nobody looked.
    """

    weight: Decimal | None
    level1: str | None = None
    level2: str | None = None
    name: str | None = None
    target: Expression | None = None
    actual: Expression | None = None
    year: int | None = None
    rule: RowRule | None = None
    published: Decimal | None = None
    judged: Judged | None = None
    sample: int | None = None
    elements: Mapping[str, Decimal] = field(default_factory=dict)
    as_of: date | None = None
    proved: bool | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """One row judged: an honest status, points with two decimals (None unless scored), and why.

    ``rule`` is a code of basis/scoring_rules.yaml, ``formula`` the arithmetic with the row's own
    numbers, ``assumed`` what was supposed where the cells did not say it (None when nothing was).
    """

    status: Status
    points: Decimal | None
    reason: str
    rule: str
    assumed: str | None = None
    formula: str = ""
    basis: str = ""
    standing: Standing = "未核"
