"""One matched form into rows, each noted in the batch so that it can be taken back."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from wenxiao.budget.models import Spending
from wenxiao.budget.services import add_spending, set_appropriation, set_audited
from wenxiao.evidence.services import Reached, record_actuals
from wenxiao.intake.differences import handed_in, joined_rows
from wenxiao.reviews.kinds import kind_of
from wenxiao.reviews.models import Criterion, Mark, Review
from wenxiao.reviews.services import (
    arrival,
    note_imported_changes,
    receives,
    score_review,
    set_suggestions,
    start_review,
)
from wenxiao.reviews.states import OPEN
from wenxiao.rulebook.codes import OTHER_CRITERIA
from wenxiao.rulebook.problems import Problem
from wenxiao.targets.models import Indicator, Target
from wenxiao.targets.selectors import target_in_force
from wenxiao.targets.services import TargetRow, bring_target, complete_target

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from django.db.models import Model

    from wenxiao.budget.models import Dossier, Round
    from wenxiao.intake.forms import Incoming, IncomingRow
    from wenxiao.orgs.models import User
    from wenxiao.records.models import ImportBatch, StoredFile
    from wenxiao.records.services import Written


ARRIVED_BY = ("received_on", "received_from", "received_road", "received_by")
"""The columns that say a form arrived, as reviews.services.arrival fills them."""


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


def apply_form(form: Incoming, landing: Landing) -> Review:
    """Write one form: money, rows, marks as the form has them, then our own scores beside. Raises FormRefusedError."""
    by_criteria = kind_of(landing.round.kind).rows == "criteria"
    # The target comes first: what is noted later is undone earlier, and a review rests on its target.
    target, indicators = (None, []) if by_criteria else _target(form, landing)
    review, fresh = _review(form, landing)
    worth, state = (review.points, review.grade), review.state
    _money(form, landing, review)
    if by_criteria:
        _criteria(form, landing, review, new=fresh)
    else:
        review.target = target
        _indicators(form, landing, review, indicators)
    _results(form, landing, review)
    score_review(review=review, by=landing.by)
    note_imported_changes(
        review=review,
        by=landing.by,
        changes=landing.changes,
        given=landing.given,
        before=worth,
        state=state,
        why=f"{'导入' if fresh else '重新导入'}《{landing.file.name if landing.file else form.sheet}》",
    )
    return review


def _review(form: Incoming, landing: Landing) -> tuple[Review, bool]:
    review = Review.objects.filter(dossier=landing.dossier, round=landing.round).first()
    if review is None:
        review = start_review(
            dossier=landing.dossier,
            round=landing.round,
            by=landing.by,
            file=landing.file,
            batch=landing.batch,
            synthetic=landing.synthetic,
            outside=True,
        )
        landing.written.created(review)
        return review, True
    if review.state not in OPEN:
        raise FormRefusedError(handed_in(review, form.sheet))
    names = (
        "file_id",
        "published_points",
        "published_grade",
        "budget",
        "executed",
        "expected",
        "state",
        "audited_id",
        "target_id",
        "conclusion",
        "points",
        "grade",
        "complete",
        "execution_points",
        "execution_weight",
        "published_execution_points",
        "proved",
        "problems",
        "received_by_id",
        *(name for name in ARRIVED_BY if name != "received_by"),
    )
    landing.written.changed(
        review, {name.removesuffix("_id"): getattr(review, name) for name in names}
    )
    return review, False


# ---- money ---------------------------------------------------------------------------------------------------------


def _money(form: Incoming, landing: Landing, review: Review) -> None:
    if form.kind == "finance_evaluation":
        if form.arranged is None and form.used is None:
            return
        landing.changed("经审查安排资金", review.budget, form.arranged)
        landing.changed("经审查使用资金", review.executed, form.used)
        audited = set_audited(
            dossier=landing.dossier,
            arranged=form.arranged,
            used=form.used,
            by=landing.by,
            batch=landing.batch,
            synthetic=landing.synthetic,
        )
        landing.written.created(audited)
        review.audited, review.budget, review.executed = audited, form.arranged, form.used
        return
    opening, full, executed = form.money()
    budget = form.budget()
    landing.changed("预算数", review.budget, budget)
    landing.changed("执行数", review.executed, executed)
    review.budget = budget
    review.executed, review.expected = executed, form.expected()
    review.execution_weight, review.published_execution_points = (
        form.execution_weight,
        form.execution_points,
    )
    _spending(executed, landing)
    if opening is None and full is None:
        return
    known = (
        landing.dossier.appropriations.filter(fund="total").first() if landing.dossier.pk else None
    )
    if landing.dossier.appropriations.exists() and known is None:
        return  # money by fund came from the budget system already; the form's total does not overwrite it
    before = {"opening": known.opening, "adjusted": known.adjusted} if known else None
    wanted = {"opening": opening, "adjusted": budget}
    if before == wanted:
        return
    row = set_appropriation(
        dossier=landing.dossier,
        fund="total",
        by=landing.by,
        batch=landing.batch,
        synthetic=landing.synthetic,
        opening=opening,
        adjusted=wanted["adjusted"],
    )
    landing.written.created(row) if known is None else landing.written.changed(row, before or {})


def _spending(executed: Decimal | None, landing: Landing) -> None:
    """What the form says was spent up to its month: it counts until treasury or accounts bring their own lines."""
    if executed is None:
        return
    month = landing.round.through_month or 12
    line = f"{landing.round.kind}-{month}"
    known = landing.dossier.spendings.filter(source=Spending.Source.FORM, line=line).first()
    if known is None:
        row = add_spending(
            dossier=landing.dossier,
            month=month,
            amount=executed,
            by=landing.by,
            source=Spending.Source.FORM,
            cumulative=True,
            line=line,
            batch=landing.batch,
            synthetic=landing.synthetic,
        )
        landing.written.created(row)
    elif known.amount != executed:
        landing.written.changed(known, {"amount": known.amount})
        Spending.objects.filter(pk=known.pk).update(amount=executed)


# ---- indicator rows ------------------------------------------------------------------------------------------------


def _indicators(
    form: Incoming, landing: Landing, review: Review, indicators: list[Indicator | None]
) -> None:
    kind = kind_of(review.kind)
    through = landing.round.through_month or 12
    pairs = [(row, one) for row, one in zip(form.rows, indicators, strict=True) if one is not None]
    _actuals(pairs, landing, kind.stage or "", through)
    if kind.scores:
        _marks([Seated(row, indicator=one) for row, one in pairs], landing, review)


def _target(form: Incoming, landing: Landing) -> tuple[Target | None, list[Indicator | None]]:
    """The dossier's target and, for each row of the form, its indicator.

    Where there is none, the form's own comes along; an approved one is never changed: rows it lacks have no indicator.
    """
    target = target_in_force(landing.dossier)
    if target is None:
        return _new_target(form, landing) if form.rows else (None, [])
    known = list(target.indicators.all())
    pairs = joined_rows(form, known)
    indicators: list[Indicator | None] = [
        known[pairs[at]] if at in pairs else None for at in range(len(form.rows))
    ]
    if target.origin == Target.Origin.SHEET:
        _complete(form, landing, target, indicators)
    return target, indicators


def _promise(row: IncomingRow) -> TargetRow:
    return TargetRow(row.level1, row.level2, row.name, row.target, row.weight, row.hidden)


def _new_target(form: Incoming, landing: Landing) -> tuple[Target, list[Indicator | None]]:
    target, rows = bring_target(
        dossier=landing.dossier,
        rows=[_promise(row) for row in form.rows],
        text=form.goal,
        by=landing.by,
        why="由导入的报表带入",
        batch=landing.batch,
        synthetic=landing.synthetic,
    )
    landing.written.created(target)
    for row in rows:
        landing.written.created(row)
    return target, list(rows)


def _complete(
    form: Incoming, landing: Landing, target: Target, found: list[Indicator | None]
) -> None:
    """What this form has more of a target that only came along with another; ``found`` takes the new rows."""
    lacking = [at for at, one in enumerate(found) if one is None and form.rows[at].name]
    added, changed = complete_target(
        target=target,
        added=[_promise(form.rows[at]) for at in lacking],
        filled={
            one.pk: _promise(row)
            for row, one in zip(form.rows, found, strict=True)
            if one is not None
        },
        by=landing.by,
        why="由导入的报表带入",
    )
    for at, one in zip(lacking, added, strict=True):
        found[at] = one
        landing.written.created(one)
    for row, before in changed:
        landing.written.changed(row, before)


def _insert(model: type[Model], rows: Sequence[Model], landing: Landing) -> None:
    """New rows in one statement, noted in their order."""
    for row in model._default_manager.bulk_create(rows):
        landing.written.created(row)


def _actuals(
    pairs: list[tuple[IncomingRow, Indicator]], landing: Landing, stage: str, through: int
) -> None:
    created, changed = record_actuals(
        dossier=landing.dossier,
        rows=[
            Reached(
                indicator=indicator,
                value=row.actual,
                forecast=row.forecast,
                note=row.note if stage == "monitoring" else "",
                causes=tuple(row.causes),
                possibility=row.possibility,
                cell=row.cell,
            )
            for row, indicator in pairs
        ],
        stage=stage,
        through_month=through,
        by=landing.by,
        why="由导入的报表写入",
        batch=landing.batch,
        synthetic=landing.synthetic,
    )
    for actual in created:
        landing.written.created(actual)
    for actual, before in changed:
        landing.written.changed(actual, before)
        landing.changed(actual.indicator.name, before.get("value"), actual.value)


def _overwrite(row: Any, values: dict[str, Any], landing: Landing) -> None:
    """Change a stored row, noting what it was; a row of this very form that is not stored yet simply takes the values."""
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
    """A row's points with what they are given for (an indicator or a criterion) and from which seat ("" = the result)."""

    row: IncomingRow
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
        values: dict[str, Any] = {
            "published_points": self.row.points,
            "note": self.row.note,
            "cell": self.row.cell,
        }
        if self.criterion is not None:
            values["points"] = self.row.points
            values["status"] = "judged" if self.row.points is not None else "needs_judgement"
        return values


def _marks(given: list[Seated], landing: Landing, review: Review) -> None:
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
    name = f"{one.row.name}（{one.seat}）" if one.seat else one.row.name
    if mark.pk is None:
        if one.row.points is not None:
            landing.given[name] = str(one.row.points)
        return
    stands = mark.points if one.criterion is not None else mark.published_points
    landing.changed(name, stands, one.row.points)


# ---- score sheets --------------------------------------------------------------------------------------------------


def _criteria(form: Incoming, landing: Landing, review: Review, *, new: bool) -> None:
    known = list(review.criteria.all())
    if not new and known and [c.name for c in known] != [row.name for row in form.rows]:
        text = "该评审已有评分表，各项名称与本表不同。请先撤销原导入批次，再导入本表。"
        raise FormRefusedError(Problem(OTHER_CRITERIA, "阻断", text, sheet=form.sheet))
    fresh = [
        Criterion(
            review=review,
            order=order,
            code=row.code,
            level1=row.level1,
            level2=row.level2,
            name=row.name,
            weight=row.weight,
        )
        for order, row in enumerate(form.rows[len(known) :], start=len(known) + 1)
    ]
    _insert(Criterion, fresh, landing)
    given: list[Seated] = []
    for row, criterion in zip(form.rows, [*known, *fresh], strict=True):
        given.append(Seated(row, criterion=criterion))
        given += [
            Seated(_seat(row, points), criterion=criterion, seat=f"专家{number}")
            for number, points in enumerate(row.experts, start=1)
        ]
    _marks(given, landing, review)


def _seat(row: IncomingRow, points: Decimal | None) -> IncomingRow:
    return type(row)(
        level1=row.level1,
        level2=row.level2,
        name=row.name,
        weight=row.weight,
        points=points,
        cell=row.cell,
    )


# ---- the form's own results ----------------------------------------------------------------------------------------


def _results(form: Incoming, landing: Landing, review: Review) -> None:
    review.published_points, review.published_grade = form.total, form.grade
    review.file = landing.file
    if kind_of(review.kind).fill == "fill" and receives(landing.by, review):
        for name, value in arrival(landing.by, Review.Road.FILE, landing.received_on).items():
            setattr(review, name, value)
    if form.suggestions and [s.text for s in review.suggestions.all()] != form.suggestions:
        for suggestion in set_suggestions(
            review=review, texts=form.suggestions, by=landing.by, synthetic=landing.synthetic
        ):
            landing.written.created(suggestion)
    if form.problems:
        review.conclusion = "\n".join(form.problems)
    if review.state == Review.State.WAITING:
        review.state = Review.State.FILLING
    review.save(
        update_fields=[
            "published_points",
            "published_grade",
            "file",
            "conclusion",
            "state",
            "budget",
            "executed",
            "expected",
            "audited",
            "target",
            "execution_weight",
            "published_execution_points",
            *ARRIVED_BY,
        ]
    )
