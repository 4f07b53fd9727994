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

    ``low`` and ``high`` are the bounds in the unit as written (万 stays 万, % stays %): ``>=`` and ``>`` carry only
    ``low``, ``<=`` and ``<`` only ``high``, ``=``, ``~`` and no comparator carry both, equal. Dates: ``date`` is ISO
    (``--MM-DD`` without a year, then ``partial``); a period has ``low_text``/``high_text`` (month or day, as written)
    and ``date`` to ``date_end``. ``ambiguous`` says that another reading is possible; ``alt`` holds those that count.
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
        """The promised fields of ``wenxiao parse``; numbers as decimal strings; extras only where they say something."""
        answer: dict[str, object] = {
            "text": self.text,
            "kind": self.kind,
            "comparator": self.comparator,
            "low": self.low_text if self.low is None else _plain(self.low),
            "high": self.high_text if self.high is None else _plain(self.high),
            "unit": self.unit,
            "date": self.date,
        }
        if self.partial:
            answer["partial"] = True
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
