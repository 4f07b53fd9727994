"""One matched form into rows, each noted in the batch so that it can be taken back."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from wenxiao.budget.models import Spending
from wenxiao.budget.services import add_spending, set_appropriation, set_audited
from wenxiao.evidence.models import Actual
from wenxiao.reviews.kinds import kind_of
from wenxiao.reviews.models import Criterion, Mark, Review
from wenxiao.reviews.services import score_review, set_suggestions, start_review
from wenxiao.reviews.states import OPEN
from wenxiao.rulebook.problems import Problem
from wenxiao.targets.models import Indicator, Target

if TYPE_CHECKING:
    from wenxiao.budget.models import Dossier, Round
    from wenxiao.orgs.models import User
    from wenxiao.records.models import ImportBatch, StoredFile
    from wenxiao.records.services import Written
    from wenxiao.reviews.sheets.incoming import Incoming, IncomingRow


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
    _money(form, landing, review)
    if by_criteria:
        _criteria(form, landing, review, fresh=fresh)
    else:
        review.target = target
        _indicators(form, landing, review, indicators)
    _results(form, landing, review)
    score_review(review=review, by=landing.by)
    return review


def _review(form: Incoming, landing: Landing) -> tuple[Review, bool]:
    review = Review.objects.filter(dossier=landing.dossier, round=landing.round).first()
    if review is None:
        review = start_review(
            dossier=landing.dossier, round=landing.round, by=landing.by, file=landing.file, batch=landing.batch,
            synthetic=landing.synthetic,
        )  # fmt: skip
        landing.written.created(review)
        return review, True
    if review.state not in OPEN:
        text = f"{review}现为“{review.get_state_display()}”，导入不能改动；如须更正，请先退回或重开。"
        raise FormRefusedError(Problem("DR-41", "阻断", text, sheet=form.sheet))
    names = ("file_id", "published_points", "published_grade", "budget", "executed", "state", "audited_id", "target_id",
             "conclusion", "points", "grade", "complete", "execution_points", "execution_weight",
             "published_execution_points", "proved", "problems")  # fmt: skip
    landing.written.changed(review, {name.removesuffix("_id"): getattr(review, name) for name in names})
    return review, False


# ---- money ---------------------------------------------------------------------------------------------------------


def _money(form: Incoming, landing: Landing, review: Review) -> None:
    if form.kind == "finance_evaluation":
        if form.arranged is None and form.used is None:
            return
        audited = set_audited(
            dossier=landing.dossier, arranged=form.arranged, used=form.used, by=landing.by, batch=landing.batch,
            synthetic=landing.synthetic,
        )  # fmt: skip
        landing.written.created(audited)
        review.audited, review.budget, review.executed = audited, form.arranged, form.used
        return
    opening, full, executed = form.money()
    review.budget = full if full is not None else opening
    review.executed = executed
    review.execution_weight, review.published_execution_points = form.execution_weight, form.execution_points
    _spending(executed, landing)
    if opening is None and full is None:
        return
    known = landing.dossier.appropriations.filter(fund="total").first() if landing.dossier.pk else None
    if landing.dossier.appropriations.exists() and known is None:
        return  # money by fund came from the budget system already; the form's total does not overwrite it
    before = {"opening": known.opening, "adjusted": known.adjusted} if known else None
    wanted = {"opening": opening, "adjusted": full if full is not None else opening}
    if before == wanted:
        return
    row = set_appropriation(
        dossier=landing.dossier, fund="total", by=landing.by, batch=landing.batch, synthetic=landing.synthetic, opening=opening,
        adjusted=wanted["adjusted"],
    )  # fmt: skip
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
            dossier=landing.dossier, month=month, amount=executed, by=landing.by, source=Spending.Source.FORM,
            cumulative=True, line=line, batch=landing.batch, synthetic=landing.synthetic,
        )  # fmt: skip
        landing.written.created(row)
    elif known.amount != executed:
        landing.written.changed(known, {"amount": known.amount})
        Spending.objects.filter(pk=known.pk).update(amount=executed)


# ---- indicator rows ------------------------------------------------------------------------------------------------


def _indicators(form: Incoming, landing: Landing, review: Review, indicators: list[Indicator | None]) -> None:
    stage = kind_of(review.kind).stage or ""
    through = landing.round.through_month or 12
    for row, indicator in zip(form.rows, indicators, strict=True):
        if indicator is None:
            continue
        _actual(row, indicator, landing, stage, through)
        if kind_of(review.kind).scores:
            _mark(row, landing, review, indicator=indicator)


def _target(form: Incoming, landing: Landing) -> tuple[Target | None, list[Indicator | None]]:
    """The dossier's target and, for each row of the form, its indicator: the approved rows are filled further."""
    target = landing.dossier.targets.exclude(state=Target.State.REPLACED).order_by("-number").first()
    if target is None and form.rows:
        return _new_target(form, landing)
    if target is None:
        return None, []
    known = {(_plain(i.level2), _plain(i.name)): i for i in target.indicators.all()}
    by_name = {_plain(i.name): i for i in target.indicators.all()}
    found = [known.get((_plain(r.level2), _plain(r.name))) or by_name.get(_plain(r.name)) for r in form.rows]
    missing = [row.name for row, indicator in zip(form.rows, found, strict=True) if indicator is None and row.weight]
    if missing:
        text = f"表中有 {len(missing)} 行指标不在已批复的绩效目标里（如“{missing[0]}”）。请核对指标名称，或先办理目标调整。"
        raise FormRefusedError(Problem("DR-42", "阻断", text, sheet=form.sheet))
    return target, found


def _plain(text: str) -> str:
    return "".join(text.split())


def _new_target(form: Incoming, landing: Landing) -> tuple[Target, list[Indicator | None]]:
    target = Target.objects.create(
        dossier=landing.dossier, state=Target.State.APPROVED, text=form.goal, batch=landing.batch,
        synthetic=landing.synthetic, why="由导入的报表带入",
    )  # fmt: skip
    landing.written.created(target)
    made: list[Indicator | None] = []
    for order, row in enumerate(form.rows, start=1):
        indicator = Indicator.objects.create(
            target=target, order=order, level1=row.level1[:60], level2=row.level2[:60], name=row.name[:300],
            expression=row.target[:500], weight=row.weight, hidden=row.hidden,
        )  # fmt: skip
        landing.written.created(indicator)
        made.append(indicator)
    return target, made


def _actual(row: IncomingRow, indicator: Indicator, landing: Landing, stage: str, through: int) -> None:
    values: dict[str, Any] = {
        "value": row.actual[:500], "note": row.note if stage == "monitoring" else "", "forecast": row.forecast[:500],
        "causes": row.causes, "possibility": row.possibility[:20], "cell": row.cell, "by": landing.by,
    }  # fmt: skip
    actual = Actual.objects.filter(indicator=indicator, stage=stage, through_month=through).first()
    if actual is None:
        if not row.actual and not row.forecast:
            return
        actual = Actual.objects.create(
            indicator=indicator, stage=stage, through_month=through, batch=landing.batch, synthetic=landing.synthetic,
            **values,
        )  # fmt: skip
        landing.written.created(actual)
        return
    _overwrite(actual, values, landing)


def _overwrite(row: Any, values: dict[str, Any], landing: Landing) -> None:
    before = {name: getattr(row, name) for name in values}
    if before == values:
        return
    landing.written.changed(row, before)
    type(row).objects.filter(pk=row.pk).update(**values, version=row.version + 1)


def _mark(row: IncomingRow, landing: Landing, review: Review, **where: Any) -> None:
    seat = where.pop("seat", "")
    values: dict[str, Any] = {"published_points": row.points, "note": row.note, "cell": row.cell}
    if "criterion" in where:
        values["points"] = row.points
        values["status"] = "judged" if row.points is not None else "needs_judgement"
    mark = Mark.objects.filter(review=review, seat=seat, **where).first()
    if mark is None:
        mark = Mark.objects.create(review=review, seat=seat, synthetic=landing.synthetic, **where, **values)
        landing.written.created(mark)
        return
    _overwrite(mark, values, landing)


# ---- score sheets --------------------------------------------------------------------------------------------------


def _criteria(form: Incoming, landing: Landing, review: Review, *, fresh: bool) -> None:
    known = list(review.criteria.all())
    if not fresh and known and [c.name for c in known] != [row.name for row in form.rows]:
        text = "该评审已有评分表，各项名称与本表不同。请先撤销原导入批次，再导入本表。"
        raise FormRefusedError(Problem("DR-43", "阻断", text, sheet=form.sheet))
    for order, row in enumerate(form.rows, start=1):
        if order <= len(known):
            criterion = known[order - 1]
        else:
            criterion = Criterion.objects.create(
                review=review, order=order, code=row.code[:20], level1=row.level1[:60], level2=row.level2[:60],
                name=row.name[:200], weight=row.weight,
            )  # fmt: skip
            landing.written.created(criterion)
        _mark(row, landing, review, criterion=criterion)
        for number, points in enumerate(row.experts, start=1):
            seat_row = _seat(row, points)
            _mark(seat_row, landing, review, criterion=criterion, seat=f"专家{number}")


def _seat(row: IncomingRow, points: Decimal | None) -> IncomingRow:
    return type(row)(
        level1=row.level1, level2=row.level2, name=row.name, weight=row.weight, points=points, cell=row.cell
    )


# ---- the form's own results ----------------------------------------------------------------------------------------


def _results(form: Incoming, landing: Landing, review: Review) -> None:
    review.published_points, review.published_grade = form.total, form.grade[:10]
    review.file = landing.file
    if form.suggestions and [s.text for s in review.suggestions.all()] != form.suggestions:
        for suggestion in set_suggestions(
            review=review, texts=form.suggestions, by=landing.by, synthetic=landing.synthetic,
        ):  # fmt: skip
            landing.written.created(suggestion)
    if form.problems:
        review.conclusion = "\n".join(form.problems)
    if review.state == Review.State.WAITING:
        review.state = Review.State.FILLING
    review.save(
        update_fields=[
            "published_points", "published_grade", "file", "conclusion", "state", "budget", "executed", "audited", "target",
            "execution_weight", "published_execution_points",
        ],
    )  # fmt: skip
