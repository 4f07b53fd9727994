"""What a report says and what its score sheet holds, as plain values; and
what comes of holding one against the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from wenxiao.rulebook.numbers import plain, scaled


@dataclass(frozen=True, slots=True)
class Passage:
    """One paragraph of a report.
    ``where`` is its nearest heading; ``part`` the top heading it stands under.
    """

    text: str
    where: str
    part: str = ""


@dataclass(frozen=True, slots=True)
class PrintedTable:
    """One table of a report as rows of texts, with the heading it stands under."""

    rows: tuple[tuple[str, ...], ...]
    where: str


@dataclass(frozen=True, slots=True)
class WordReport:
    """A Word report: its paragraphs in order, its tables, and its title."""

    passages: tuple[Passage, ...]
    tables: tuple[PrintedTable, ...] = ()
    title: str = ""


@dataclass(frozen=True, slots=True)
class SheetCriterion:
    """One row of the score sheet; None where the sheet holds nothing."""

    level1: str
    level2: str
    level3: str
    weight: Decimal | None
    score: Decimal | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Answers:
    """One answer of a questionnaire: how many gave it."""

    option: str
    count: Decimal


@dataclass(frozen=True, slots=True)
class ScoreSheetFacts:
    """A score sheet with its lists.
    Money in 元; ``money_unit`` is the unit the sheet prints it in.
    """

    subject: str = ""
    unit: str = ""
    year: int | None = None
    criteria: tuple[SheetCriterion, ...] = ()
    total: Decimal | None = None
    grade: str = ""
    budget: Decimal | None = None
    spent: Decimal | None = None
    money_unit: str = "万元"
    problems: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    answers: tuple[Answers, ...] = ()

    def level1(self) -> dict[str, tuple[Decimal | None, Decimal | None]]:
        """Weight and score of every first level, in order; the score is
        None where a row has none.
        """
        rows: dict[str, list[SheetCriterion]] = {}
        for row in self.criteria:
            rows.setdefault(row.level1, []).append(row)
        return {
            name: (_whole(row.weight for row in own), _whole(row.score for row in own))
            for name, own in rows.items()
        }


def _whole(values: Iterable[Decimal | None]) -> Decimal | None:
    """The sum, None where one is missing."""
    held = list(values)
    return None if None in held else sum_of(value for value in held if value is not None)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """One contradiction: where the report says it, its words, and what the
    sheet holds or what follows from it.
    """

    code: str
    where: str
    report: str
    sheet: str
    text: str


@dataclass(frozen=True, slots=True)
class Bound:
    """A figure, name or list of the report that the sheet carries."""

    where: str
    report: str
    sheet: str


@dataclass(slots=True)
class Comparison:
    """What was compared so far, in the order of the report."""

    bound: list[Bound] = field(default_factory=list)
    differences: list[Contradiction] = field(default_factory=list)

    def hold(self, code: str, where: str, said: str, held: str, what: str, *, same: bool) -> None:
        """Note one comparison: ``what`` was compared, the report says
        ``said``, the sheet holds ``held``.
        """
        if same:
            self.bound.append(Bound(where, said, held))
            return
        known = {(one.code, one.report, one.sheet) for one in self.differences}
        if (code, said, held) not in known:
            text = f"{what}：报告写“{said}”，评分表为“{held}”。"
            self.differences.append(Contradiction(code, where, said, held, text))

    def number(
        self,
        code: str,
        where: str,
        said: str,
        held: Decimal | Fraction | None,
        what: str,
        unit: str = "",
    ) -> None:
        """Compare a printed number with an exact one at the digits printed;
        nothing where the sheet holds none.
        """
        if held is None:
            return
        digits = len(said.partition(".")[2])
        exact = Fraction(held)
        same = scaled(exact, digits) == Decimal(said)
        shown = held if isinstance(held, Decimal) else scaled(exact, max(2, digits))
        self.hold(code, where, f"{said}{unit}", f"{plain(shown)}{unit}", what, same=same)


def sum_of(values: Iterable[Decimal]) -> Decimal:
    """The exact sum; 0 for none."""
    return sum(values, Decimal(0))
