"""One matched form into rows, each noted in the batch so that it can be taken back."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal

from wenxiao.budget.models import Spending
from wenxiao.budget.services import add_spending, set_appropriation, set_audited
from wenxiao.evidence.services import Reached, record_actuals
from wenxiao.files.cells.seen import number_of
from wenxiao.files.forms.dossier_forms import MonitorForm
from wenxiao.files.forms.score_sheet import ScoreSheet
from wenxiao.intake.apply_marks import (
    FilledForm,
    FilledRow,
    FormRefusedError,
    Landing,
    WorkForm,
    mark_rows,
    place_of,
    score_criteria,
    seated,
)
from wenxiao.intake.audited import audit_of
from wenxiao.intake.columns import REACHED
from wenxiao.intake.differences import handed_in, joined_rows
from wenxiao.reviews.kinds import kind_of
from wenxiao.reviews.models import Review
from wenxiao.reviews.services import (
    arrival,
    note_imported_changes,
    receives,
    score_review,
    set_suggestions,
    start_review,
)
from wenxiao.reviews.services.describing import TEXTS
from wenxiao.reviews.states import OPEN
from wenxiao.targets.models import Indicator, Target
from wenxiao.targets.selectors import target_in_force
from wenxiao.targets.services import TargetRow, bring_target, complete_target

ARRIVED_BY = ("received_on", "received_from", "received_road", "received_by")
"""The columns that say a form arrived, as reviews.services.arrival fills them."""

BESIDE_ROWS = ("goal_done", "filler", "filler_phone")
"""The review's columns a self-evaluation form fills beside its rows."""


def apply_form(form: WorkForm, landing: Landing) -> Review:
    """Write one form: money, rows, marks as the form has them, then our own scores beside.
    Raises FormRefusedError.
    """
    # The target comes first: what is noted later is undone earlier, and a review rests on its
    # target.
    target, indicators = (None, []) if isinstance(form, ScoreSheet) else _target(form, landing)
    review, fresh = _review(form, landing)
    worth, state = (review.points, review.grade), review.state
    if isinstance(form, ScoreSheet):
        _audited(form, landing, review)
        score_criteria(form, landing, review, new=fresh)
    else:
        _money(form, landing, review)
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


def _review(form: WorkForm, landing: Landing) -> tuple[Review, bool]:
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
        *BESIDE_ROWS,
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


# ---- money ---------------------------------------------------------------------------------------


def _audited(form: ScoreSheet, landing: Landing, review: Review) -> None:
    audit = audit_of(form)
    arranged, used = audit.arranged, audit.used
    if arranged is None and used is None:
        return
    landing.changed("经审查安排资金", review.budget, arranged)
    landing.changed("经审查使用资金", review.executed, used)
    audited = set_audited(
        dossier=landing.dossier,
        arranged=arranged,
        used=used,
        by=landing.by,
        batch=landing.batch,
        synthetic=landing.synthetic,
        funds=[asdict(one) for one in audit.funds],
        differences=[asdict(one) for one in audit.differences],
    )
    landing.written.created(audited)
    review.audited, review.budget, review.executed = audited, arranged, used


def _money(form: FilledForm, landing: Landing, review: Review) -> None:
    opening, full, executed = form.money()
    budget = form.budget()
    landing.changed("预算数", review.budget, budget)
    landing.changed("执行数", review.executed, executed)
    review.budget = budget
    review.executed, review.expected = executed, form.expected()
    scored = form.scored_line
    review.execution_weight = number_of(scored.weight) if scored else None
    review.published_execution_points = number_of(scored.score) if scored else None
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
    """What the form says was spent up to its month: it counts until
    treasury or accounts bring their own lines.
    """
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


# ---- indicator rows ------------------------------------------------------------------------------


def _indicators(
    form: FilledForm, landing: Landing, review: Review, indicators: list[Indicator | None]
) -> None:
    kind = kind_of(review.kind)
    through = landing.round.through_month or 12
    pairs = [(row, one) for row, one in zip(form.rows, indicators, strict=True) if one is not None]
    _actuals(form, pairs, landing, through)
    if kind.scores:
        mark_rows([seated(form, row, indicator=one) for row, one in pairs], landing, review)


def _target(form: FilledForm, landing: Landing) -> tuple[Target | None, list[Indicator | None]]:
    """The dossier's target and, for each row of the form, its indicator.

    Where there is none, the form's own comes along; an approved one is never changed: rows it lacks
    have no indicator.
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


def _promise(row: FilledRow) -> TargetRow:
    level1, level2 = row.level1 or "", row.level2 or ""
    return TargetRow(level1, level2, row.name, row.promise, row.weight_number, row.hidden)


def _new_target(form: FilledForm, landing: Landing) -> tuple[Target, list[Indicator | None]]:
    target, rows = bring_target(
        dossier=landing.dossier,
        rows=[_promise(row) for row in form.rows],
        text=form.goal_text,
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
    form: FilledForm, landing: Landing, target: Target, found: list[Indicator | None]
) -> None:
    """What this form has more of a target that only came along with
    another; ``found`` takes the new rows.
    """
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


def _actuals(
    form: FilledForm, pairs: list[tuple[FilledRow, Indicator]], landing: Landing, through: int
) -> None:
    created, changed = record_actuals(
        dossier=landing.dossier,
        rows=[
            Reached(
                indicator=indicator,
                columns={column.field: getattr(row, column.name) for column in REACHED}
                | {
                    "note": row.note_text if isinstance(form, MonitorForm) else "",
                    "causes": list(row.causes_named),
                },
                cell=place_of(form, row),
            )
            for row, indicator in pairs
        ],
        stage=kind_of(form.round_kind).stage or "",
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


# ---- the form's own results ----------------------------------------------------------------------


def _results(form: WorkForm, landing: Landing, review: Review) -> None:
    review.published_points, review.published_grade = form.total_number, form.grade_text
    review.file = landing.file
    unsaid = (
        review.received_on is None or landing.received_on is not None
    )  # a day that stands stays
    if unsaid and kind_of(review.kind).fill == "fill" and receives(landing.by, review):
        for name, value in arrival(landing.by, Review.Road.FILE, landing.received_on).items():
            setattr(review, name, value)
    if (
        form.suggestion_texts
        and [s.text for s in review.suggestions.all()] != form.suggestion_texts
    ):
        for suggestion in set_suggestions(
            review=review, texts=form.suggestion_texts, by=landing.by, synthetic=landing.synthetic
        ):
            landing.written.created(suggestion)
    if form.problem_texts:
        review.conclusion = "\n".join(form.problem_texts)
    if not isinstance(form, ScoreSheet):
        for name, text in form.beside_rows.items():  # what the form leaves empty erases nothing
            landing.changed(TEXTS[name][0], getattr(review, name), text)
            setattr(review, name, text)
    if review.state == Review.State.WAITING:
        review.state = Review.State.FILLING
    review.save(
        update_fields=[
            "published_points",
            "published_grade",
            "file",
            "conclusion",
            *BESIDE_ROWS,
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
