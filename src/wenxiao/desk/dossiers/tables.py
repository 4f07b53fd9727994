"""The two tables of a dossier, laid out for reading: the indicator rows
across the year, and each evaluation's own sheet.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from wenxiao.desk.dossiers.results import UNBEGUN
from wenxiao.followup.selectors.promises import Measured, measured
from wenxiao.reviews.kinds import KINDS
from wenxiao.reviews.panels import criterion_points
from wenxiao.reviews.selectors import Proofs, sheets_of
from wenxiao.rulebook.profiles import profile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wenxiao.budget.models import Dossier
    from wenxiao.reviews.kinds.shape import Kind
    from wenxiao.reviews.models import Criterion, Mark, Review, Suggestion
    from wenxiao.reviews.selectors import DossierTarget, ReviewSheet
    from wenxiao.targets.models import Indicator


@dataclass(frozen=True)
class StageValue:
    """What one stage put on a row: value, points, the mark that explains
    them, and whether it fell since the last stage.
    """

    value: str
    note: str
    points: Decimal | None
    mark: int | None
    status: str
    lowered: bool = False


@dataclass(frozen=True)
class IndicatorTableRow:
    """One indicator across the year; ``opens`` says that a new level-1 group begins here."""

    indicator: Indicator
    opens: bool
    watched: tuple[str, ...]
    filled: tuple[StageValue, ...]
    proofs: Proofs
    status: str
    against: Measured | None = None


@dataclass(frozen=True)
class ResultColumn:
    """A scoring stage of the table: its review, title and result's name."""

    review: Review
    title: str
    result: str


@dataclass(frozen=True)
class IndicatorTable:
    """THE indicator table.
    ``periods`` are the monitoring columns, ``columns`` the scoring stages that were begun.
    """

    periods: tuple[tuple[int, str], ...]
    columns: tuple[ResultColumn, ...]
    rows: tuple[IndicatorTableRow, ...]
    weight: Decimal
    execution_weight: Decimal

    @property
    def barred(self) -> bool:
        """Whether any row's actual can be drawn against its target."""
        return any(row.against and row.against.bar is not None for row in self.rows)

    @property
    def finding(self) -> str:
        """「9 项指标，3 项达到目标」 by the last filled stage; without one, how many there are."""
        shown = [row.against for row in self.rows if row.against]
        kept = sum(one.reached for one in shown)
        words = f"{len(self.rows)} 项指标"
        return f"{words}，{len(shown)} 项能算的里 {kept} 项达到目标" if shown else words


def indicator_table(
    promise: DossierTarget | None, reviews: Sequence[Review], dossier: Dossier
) -> IndicatorTable | None:
    """Lay out a dossier's indicator rows; None where no target was filed.

    The execution rate's weight is the year's profile's, as the division has it.
    """
    if promise is None:
        return None
    columns = _columns(reviews)
    watched = sorted({month for _, stage, month in promise.actuals if stage == "monitoring"})
    periods = tuple((month, _period(month, reviews)) for month in watched)
    rows, before = [], None
    rules = profile(None, dossier.fiscal_year, dossier.subject.division.own_rules)
    for indicator in promise.indicators:
        filled = _filled(promise, indicator, columns)
        last = next((one.value for one in reversed(filled) if one.value), "")
        rows.append(
            IndicatorTableRow(
                indicator,
                before is not None and indicator.level1 != before,
                tuple(_value(promise, indicator, "monitoring", month) for month, _ in periods),
                filled,
                promise.proofs.get(indicator.pk, Proofs()),
                next((f.status for f in reversed(filled) if f.status), ""),
                measured(indicator.expression, last, dossier.fiscal_year, rules),
            )
        )
        before = indicator.level1
    weights = [row.weight for row in promise.indicators if row.weight is not None]
    return IndicatorTable(
        periods, columns, tuple(rows), sum(weights, Decimal(0)), rules.execution_weight
    )


def _columns(reviews: Sequence[Review]) -> tuple[ResultColumn, ...]:
    latest = {
        r.kind: r
        for r in reviews
        if r.kind in KINDS and KINDS[r.kind].rows == "indicators" and KINDS[r.kind].scores
    }
    return tuple(
        ResultColumn(latest[code], kind.title, kind.result)
        for code, kind in KINDS.items()
        if code in latest
    )


def _period(month: int, reviews: Sequence[Review]) -> str:
    periods = [
        r.round.period for r in reviews if r.kind == "monitoring" and r.round.through_month == month
    ]
    return periods[0] if periods and periods[0] else f"1-{month}月"


def _value(promise: DossierTarget, indicator: Indicator, stage: str, month: int) -> str:
    actual = promise.actuals.get((indicator.pk, stage, month))
    return actual.value if actual else ""


def _filled(
    promise: DossierTarget, indicator: Indicator, columns: tuple[ResultColumn, ...]
) -> tuple[StageValue, ...]:
    values: list[StageValue] = []
    for column in columns:
        kind = KINDS[column.review.kind]
        actual = promise.actuals.get((indicator.pk, kind.stage or "", 12))
        mark = promise.marks.get((column.review.pk, indicator.pk))
        points = mark.points if mark else None
        before = values[-1].points if values else None
        status = mark.status if mark else ("" if column.review.state in UNBEGUN else "not_reported")
        values.append(
            StageValue(
                actual.value if actual else "",
                actual.note if actual else "",
                points,
                mark.pk if mark else None,
                status,
                points is not None and before is not None and points < before,
            )
        )
    return tuple(values)


@dataclass(frozen=True)
class CriterionRow:
    """One row of a score sheet; ``first`` and ``second`` say that a new
    level-1 or level-2 group begins here.
    """

    criterion: Criterion
    first: bool
    second: bool
    points: Decimal | None
    marks: list[Mark]

    @property
    def spread(self) -> str:
        """The lowest and highest of several experts; empty with fewer than two."""
        given = [mark.points for mark in self.marks if mark.seat and mark.points is not None]
        return f"{min(given):.2f}–{max(given):.2f}" if len(given) > 1 else ""

    @property
    def reason(self) -> str:
        """Why points were taken off, as written."""
        return "；".join(
            dict.fromkeys(mark.note.strip() for mark in self.marks if mark.note.strip())
        )


@dataclass(frozen=True)
class OwnSheet:
    """An evaluation's own sheet beside the indicator table."""

    review: Review
    kind: Kind | None
    rows: tuple[CriterionRow, ...]
    suggestions: list[Suggestion]
    weight: Decimal
    levels: tuple[tuple[str, Decimal, Decimal | None], ...]


def score_sheets(
    reviews: Sequence[Review], marks: Sequence[Mark] = (), *, seat: str = ""
) -> list[OwnSheet]:
    """The sheets of department and finance evaluations, and the advice of every review that gave
    some.

    ``seat`` is the expert who reads: the own marks are there before those of the others are.
    """
    read = sheets_of([review.pk for review in reviews], marks=marks, seat=seat)
    sheets = []
    for review in reviews:
        sheet = read[review.pk]
        if not sheet.criteria and not sheet.suggestions:
            continue
        rows = _criteria(sheet)
        weights = [row.criterion.weight for row in rows if row.criterion.weight is not None]
        sheets.append(
            OwnSheet(
                review,
                KINDS.get(review.kind),
                rows,
                sheet.suggestions,
                sum(weights, Decimal(0)),
                _levels(rows),
            )
        )
    return sheets


def _criteria(sheet: ReviewSheet) -> tuple[CriterionRow, ...]:
    rows: list[CriterionRow] = []
    before: Criterion | None = None
    for criterion in sheet.criteria:
        marks = sheet.marks.get(criterion.pk, [])
        first = before is None or before.level1 != criterion.level1
        second = first or (before is not None and before.level2 != criterion.level2)
        rows.append(CriterionRow(criterion, first, second, criterion_points(marks), marks))
        before = criterion
    return tuple(rows)


def _levels(rows: tuple[CriterionRow, ...]) -> tuple[tuple[str, Decimal, Decimal | None], ...]:
    """Level 1 with weight and points; points None while a row of it has none."""
    points_of: dict[str, tuple[Decimal, Decimal | None]] = {}
    for row in rows:
        weight, points = points_of.get(row.criterion.level1, (Decimal(0), Decimal(0)))
        known = None if points is None or row.points is None else points + row.points
        points_of[row.criterion.level1] = (weight + (row.criterion.weight or 0), known)
    return tuple((name, weight, points) for name, (weight, points) in points_of.items())
