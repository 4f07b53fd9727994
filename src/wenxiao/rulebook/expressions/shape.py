"""The shape every reading of a cell has, from the command line to the score."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Kind = Literal["number", "date", "text", "compound", "unreadable"]
Comparator = Literal[">=", "<=", ">", "<", "=", "between", "~"]


@dataclass(frozen=True, slots=True)
class Expression:
    """One cell read.

    ``low`` and ``high`` are the bounds in the unit as written (万 stays 万, % stays %): ``>=`` and
    ``>`` carry only ``low``, ``<=`` and ``<`` only ``high``, ``=``, ``~`` and no comparator carry
    both, equal. Dates: ``date`` is ISO; without a year it is ``--MM-DD`` (``--MM`` for a month
    reached, ``--MM/--MM`` for a period) and ``partial`` is set. A period has its days in ``date``
    and ``date_end`` and its months, or days where it doesn't run over whole months, in ``low_text``
    and ``high_text``. ``ambiguous`` says that another reading is possible; ``alt`` holds those that
    count. ``as_json`` gives a date without a year as ``partial``, and a period's ends as ``low``
    and ``high`` alone.
    """

    text: str
    kind: Kind
    comparator: Comparator | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    unit: str | None = None
    date: str | None = None
    date_end: str | None = None
    partial: bool = False
    ambiguous: bool = False
    alt: tuple[Expression, ...] = ()
    note: str | None = None
    low_text: str | None = None
    high_text: str | None = None

    def as_json(self) -> dict[str, object]:
        """The promised fields of ``wenxiao parse``; numbers as decimal
        strings; extras only where they say something.
        """
        answer: dict[str, object] = {
            "text": self.text,
            "kind": self.kind,
            "comparator": self.comparator,
            "low": self.low_text if self.low is None else _plain(self.low),
            "high": self.high_text if self.high is None else _plain(self.high),
            "unit": self.unit,
            "date": None if self.partial or self.low_text is not None else self.date,
        }
        if self.partial:
            answer["partial"] = self.date
        if self.ambiguous:
            answer["ambiguous"] = True
        if self.alt:
            answer["alt"] = [reading.as_json() for reading in self.alt]
        if self.note is not None:
            answer["note"] = self.note
        return answer


def _plain(number: Decimal) -> str:
    """Decimal text without exponent."""
    return format(number, "f")
