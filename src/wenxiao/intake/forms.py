"""A form that was read, as typed values on their way to rows: nothing here knows the database."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wenxiao.files.forms.targets.form import TargetForm

TARGET = "target"
"""The kind of an approved target table: it belongs to a dossier and to no round."""


@dataclass(slots=True)
class IncomingRow:
    """One indicator or criterion as the form has it. Points are the form's own, never ours; ``cells`` by field."""

    level1: str
    level2: str
    name: str
    weight: Decimal | None
    target: str = ""
    actual: str = ""
    points: Decimal | None = None
    note: str = ""
    cell: str = ""
    hidden: bool = False
    code: str = ""
    experts: list[Decimal | None] = field(default_factory=list)
    forecast: str = ""
    causes: list[str] = field(default_factory=list)
    possibility: str = ""
    cells: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class IncomingFund:
    """One line of the money block in 元."""

    label: str
    initial: Decimal | None
    full_year: Decimal | None
    executed: Decimal | None
    expected: Decimal | None = None
    cells: dict[str, str] = field(default_factory=dict)
    two_budgets: bool = False


@dataclass(slots=True)
class Incoming:
    """One form: what it is about, its money, its rows, its own results."""

    kind: str
    sheet: str
    subject: str
    unit: str
    department: str
    year: int | None
    code: str = ""
    period: int | None = None
    goal: str = ""
    funds: list[IncomingFund] = field(default_factory=list)
    rows: list[IncomingRow] = field(default_factory=list)
    arranged: Decimal | None = None
    used: Decimal | None = None
    execution_weight: Decimal | None = None
    execution_points: Decimal | None = None
    total: Decimal | None = None
    grade: str = ""
    problems: list[str] = field(default_factory=list)
    suggestions: list[str] = field(default_factory=list)
    cells: dict[str, str] = field(default_factory=dict)
    scope: str = ""
    target: TargetForm | None = None

    @property
    def needs_round(self) -> bool:
        """Whether the form answers a round; an approved target does not."""
        return self.kind != TARGET

    def money(self) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
        """Opening, full-year and executed money of the whole.

        The total row; the sum of the parts when that row is empty or all zero while its parts are not.
        """
        if not self.funds:
            return None, None, None
        total, parts = self.funds[0], self.funds[1:]
        own = (total.initial, total.full_year, total.executed)
        if any(own) or not any(p.initial or p.full_year or p.executed for p in parts):
            return own
        return (
            _sum([p.initial for p in parts]),
            _sum([p.full_year for p in parts]),
            _sum([p.executed for p in parts]),
        )

    def budget(self) -> Decimal | None:
        """The year's budget: the full-year one, else the initial one; None where two columns may be it."""
        opening, full, _ = self.money()
        if full is not None or any(fund.two_budgets for fund in self.funds):
            return full
        return opening

    def expected(self) -> Decimal | None:
        """What the unit expects to spend in the whole year: the total row's, else the sum of the parts."""
        expected_parts = [fund.expected for fund in self.funds]
        return (
            expected_parts[0]
            if expected_parts and expected_parts[0] is not None
            else _sum(expected_parts[1:])
        )


def _sum(values: list[Decimal | None]) -> Decimal | None:
    known = [v for v in values if v is not None]
    return sum(known, Decimal(0)) if known else None
