"""What self-evaluation and monitoring forms print, whatever their layout:
money lines, indicators, the head.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class PrintedFund:
    """One row of money, in 元; ``rate`` in percent; None is unknown and stays empty."""

    label: str
    initial: Decimal | None = None
    full_year: Decimal | None = None
    executed: Decimal | None = None
    expected: Decimal | None = None
    weight: Decimal | None = None
    rate: Decimal | None = None
    score: Decimal | None = None


@dataclass(frozen=True, slots=True)
class IndicatorLine:
    """One indicator; target and actual as written; ``causes`` marks the
    columns of the form's own list of causes, ``more`` are further columns by their field.
    """

    level1: str
    level2: str
    level3: str
    target: str = ""
    actual: str = ""
    weight: Decimal | None = None
    score: Decimal | None = None
    deviation: str = ""
    forecast: str = ""
    causes: frozenset[str] = frozenset()
    note: str = ""
    more: Mapping[str, str] = field(default_factory=dict)

    def of(self, name: str) -> str | Decimal | None:
        """What a column prints of this row."""
        value: str | Decimal | None = getattr(self, name, self.more.get(name, ""))
        return value


@dataclass(frozen=True, slots=True)
class ProjectForm:
    """What the self-evaluation and the monitoring form print; blank where nothing is given."""

    project_name: str = ""
    dept: str = ""
    unit: str = ""
    year: int | None = None
    funds: Sequence[PrintedFund] = ()
    goal: str = ""
    goal_done: str = ""
    indicators: Sequence[IndicatorLine] = ()
    total: Decimal | None = None
    period: str = "1-7月"
    suggestions: str = ""
    confirmed_note: str = ""
    filler: str = ""
    phone: str = ""
    date: str = ""
    watermark: str | None = None


def percent(rate: Decimal | None) -> str | None:
    """A rate in percent as it is printed."""
    return None if rate is None else f"{rate:f}%"
