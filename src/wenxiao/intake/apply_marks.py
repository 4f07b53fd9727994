"""The points of a form into the marks of its review, each noted in the
batch so that it can be taken back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wenxiao.files.forms.dossier_forms import MonitorForm, MonitorRow, SelfEvalForm, SelfEvalRow
from wenxiao.files.forms.score_sheet import ScoredCriterion, ScoreSheet
from wenxiao.intake.columns import CRITERION, MARKED
from wenxiao.reviews.models import Criterion, Mark, Review
from wenxiao.rulebook.codes import OTHER_CRITERIA
from wenxiao.rulebook.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from decimal import Decimal

    from django.db.models import Model

    from wenxiao.budget.models import Dossier, Round
    from wenxiao.orgs.models import User
    from wenxiao.records.models import ImportBatch, StoredFile
    from wenxiao.records.services import Written
    from wenxiao.targets.models import Indicator

FilledForm = SelfEvalForm | MonitorForm
FilledRow = SelfEvalRow | MonitorRow
WorkForm = FilledForm | ScoreSheet
"""What a review takes in: a form the unit fills, or an evaluation's score sheet."""


@dataclass(slots=True)
class Landing:
    """Where a form lands and under whose name."""

    dossier: Dossier
    round: Round
    by: User | None
    batch: ImportBatch
    file: StoredFile | None
    written: Written
    synthetic: bool = False
    synthetic_points: bool = False
    received_on: date | None = None
    changes: dict[str, tuple[str, str]] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)
    """Points of rows that had none."""

    def changed(self, name: str, old: object, new: object) -> None:
        """Note what stood and is another now; what nobody had said before is no change."""
        if old not in {None, ""} and old != new:
            self.changes[name] = (str(old), "" if new is None else str(new))


class FormRefusedError(Exception):
    """The form cannot be written where it belongs; carries the problem to show."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.text)


def place_of(form: WorkForm, row: FilledRow | ScoredCriterion) -> str:
    """Where a row stands, "自评表!F7": its points, else what was achieved, else what was promised."""
    names = ("score_number", "actual_text", "promise")
    cell = next((row.places[name] for name in names if name in row.places), "")
    return f"{form.sheet}!{cell}"[:60] if cell else ""


def _insert(model: type[Model], rows: Sequence[Model], landing: Landing) -> None:
    """New rows in one statement, noted in their order."""
    for row in model._default_manager.bulk_create(rows):
        landing.written.created(row)


def _overwrite(row: Any, values: dict[str, Any], landing: Landing) -> None:
    """Change a stored row, noting what it was; a row of this very form that is not stored yet
    simply takes the values.
    """
    before = {name: getattr(row, name) for name in values}
    if before == values:
        return
    if row.pk is None:
        for name, value in values.items():
            setattr(row, name, value)
        return
    landing.written.changed(row, before)
    type(row).objects.filter(pk=row.pk).update(**values, version=row.version + 1)


@dataclass(slots=True)
class Seated:
    """A row's points with what they are given for (an indicator or a
    criterion) and from which seat ("" = the result).
    """

    name: str
    points: Decimal | None
    cell: str
    texts: dict[str, str] = field(default_factory=lambda: {"note": ""})
    indicator: Indicator | None = None
    criterion: Criterion | None = None
    seat: str = ""

    @property
    def key(self) -> tuple[int | None, int | None, str]:
        """What tells one mark of a review from another."""
        indicator, criterion = self.indicator, self.criterion
        return indicator.pk if indicator else None, criterion.pk if criterion else None, self.seat

    def values(self) -> dict[str, Any]:
        """The columns the form fills; a score sheet's points are the evaluator's own judgement."""
        values: dict[str, Any] = {"published_points": self.points, **self.texts, "cell": self.cell}
        if self.criterion is not None:
            values["points"] = self.points
            values["status"] = "judged" if self.points is not None else "needs_judgement"
        return values


def seated(
    form: WorkForm,
    row: FilledRow | ScoredCriterion,
    *,
    indicator: Indicator | None = None,
    criterion: Criterion | None = None,
) -> Seated:
    """The points that stand in the form's own column."""
    return Seated(
        row.name,
        row.score_number,
        place_of(form, row),
        {"note": row.note_text}
        if criterion is None
        else {column.field: getattr(row, column.name) for column in MARKED},
        indicator=indicator,
        criterion=criterion,
    )


def mark_rows(given: list[Seated], landing: Landing, review: Review) -> None:
    """Points into the marks of a review: known ones overwritten, new ones made."""
    known = {(mark.indicator_id, mark.criterion_id, mark.seat): mark for mark in review.marks.all()}
    fresh: list[Mark] = []
    for one in given:
        if one.key in known:
            _note_points(known[one.key], one, landing)
            _overwrite(known[one.key], one.values(), landing)
            continue
        known[one.key] = Mark(
            review=review,
            seat=one.seat,
            indicator=one.indicator,
            criterion=one.criterion,
            synthetic=landing.synthetic_points,
            **one.values(),
        )
        fresh.append(known[one.key])
        _note_points(known[one.key], one, landing)
    _insert(Mark, fresh, landing)


def _note_points(mark: Mark, one: Seated, landing: Landing) -> None:
    """Points the form gives otherwise than they stand, or for the first time."""
    name = f"{one.name}（{one.seat}）" if one.seat else one.name
    if mark.pk is None:
        if one.points is not None:
            landing.given[name] = str(one.points)
        return
    stands = mark.points if one.criterion is not None else mark.published_points
    landing.changed(name, stands, one.points)


def score_criteria(form: ScoreSheet, landing: Landing, review: Review, *, new: bool) -> None:
    """The criteria of a score sheet, each with its points and those of the experts.
    Raises FormRefusedError.
    """
    known = list(review.criteria.all())
    if not new and known and [c.name for c in known] != [row.name for row in form.rows]:
        text = "该评审已有评分表，各项名称与本表不同。请先撤销原导入批次，再导入本表。"
        raise FormRefusedError(Problem(OTHER_CRITERIA, "阻断", text, sheet=form.sheet))
    fresh = [
        Criterion(
            review=review,
            order=order,
            weight=row.weight_number,
            **{column.field: getattr(row, column.name) or "" for column in CRITERION},
        )
        for order, row in enumerate(form.rows[len(known) :], start=len(known) + 1)
    ]
    _insert(Criterion, fresh, landing)
    given: list[Seated] = []
    for row, criterion in zip(form.rows, [*known, *fresh], strict=True):
        result = seated(form, row, criterion=criterion)
        given.append(result)
        given += [
            Seated(row.name, mark.number, result.cell, criterion=criterion, seat=f"专家{number}")
            for number, mark in enumerate(row.experts or [], start=1)
        ]
    mark_rows(given, landing, review)
