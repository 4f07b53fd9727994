"""The money block of a form, line by line: what each source was given, spent and expects."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from wenxiao.files.cells.seen import Amount, FormPart, Rate, Seen, places_of

Money = tuple[Decimal | None, Decimal | None, Decimal | None]
"""Opening, full-year and executed money in 元."""


class FundLine(FormPart, kw_only=True):
    """One line of a money block; ``dashes``: the line says that it is not scored.

    ``budget_candidates``: where two columns may be the year's budget, what each says; ``full_year``
    is None then.
    """

    label: str
    row: int
    label_cell: str
    hidden: bool = False
    initial: Amount | None = None
    adjustment: Amount | None = None
    full_year: Amount | None = None
    arrived: Amount | None = None
    executed: Amount | None = None
    expected_full_year: Amount | None = None
    weight: Seen | None = None
    score: Seen | None = None
    rate: Rate | None = None
    dashes: bool = False
    budget_candidates: list[Amount] = []

    @property
    def money(self) -> Money:
        """Initial, full-year and executed money in 元."""
        return amount_of(self.initial), amount_of(self.full_year), amount_of(self.executed)

    @property
    def places(self) -> dict[str, str]:
        """Where each amount stands."""
        return places_of(
            initial=self.initial,
            full_year=self.full_year,
            executed=self.executed,
            expected=self.expected_full_year,
        )


_WHOLE = re.compile(r"总额|合计|总计")


def amount_of(amount: Amount | None) -> Decimal | None:
    """In 元; None where a form has no such amount."""
    return None if amount is None else amount.amount


def sum_of(values: Sequence[Decimal | None]) -> Decimal | None:
    """The sum of what is known; None where nothing is."""
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known else None


def total_first(funds: Sequence[FundLine]) -> list[FundLine]:
    """The lines of a money block, that of the whole first: it may stand last, below its parts."""
    whole = next((line for line in funds if _WHOLE.search(line.label)), None)
    if whole is None:
        return [*funds]
    return [whole, *(line for line in funds if line is not whole)]
