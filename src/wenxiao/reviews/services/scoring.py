"""From facts to points: a review's rows through the rulebook, written back
with their explanations.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction

from wenxiao.budget.models import Spending
from wenxiao.budget.money import money
from wenxiao.evidence.models import Actual, Material
from wenxiao.reviews.kinds import kind_of
from wenxiao.reviews.models import Mark, Review
from wenxiao.reviews.panels import criterion_points, without_blind
from wenxiao.reviews.states import OPEN
from wenxiao.rulebook import grading
from wenxiao.rulebook.expressions import parse
from wenxiao.rulebook.numbers import plain
from wenxiao.rulebook.profiles import Profile, profile
from wenxiao.rulebook.readback import unread
from wenxiao.rulebook.rows import Outcome, Row
from wenxiao.rulebook.scoring import execution, score_one
from wenxiao.store.bulk import insert_rows, update_rows
from wenxiao.targets.selectors import target_in_force

if TYPE_CHECKING:
    from wenxiao.orgs.models import User
    from wenxiao.targets.models import Indicator


@transaction.atomic
def score_review(*, review: Review, by: User | None = None) -> Review:
    """Compute points, total and grade of one review from its rows.
    Writing it back is no act of a person: no entry.

    ``by`` is taken so that acts can pass it on; scores carry the rule as their author.
    """
    del by
    if not kind_of(review.kind).scores:
        return review
    if kind_of(review.kind).rows == "criteria":
        return _score_sheet(review)
    return _score_indicators(review)


def _grade(review: Review, points: Decimal | None) -> str:
    if points is None or not 0 <= points <= 100:
        return ""
    return grading.grade(points, review.round.fiscal_year, review.round.division.own_rules)


# ---- indicator rows: self-evaluation and its re-check --------------------------------------------


@dataclass(slots=True)
class Tally:
    """Points collected while a table is scored."""

    points: Decimal = Decimal(0)
    weight: Decimal = Decimal(0)
    proved: Decimal = Decimal(0)
    missing: list[str] = field(default_factory=list)

    def take(
        self, *, name: str, weight: Decimal | None, points: Decimal | None, proved: bool
    ) -> None:
        """Add one row: without points it is missing, unless it carries no weight."""
        if not weight:
            return
        self.weight += weight
        if points is None:
            self.missing.append(name)
            return
        self.points += points
        if proved:
            self.proved += points


def _stand_on_target(review: Review) -> None:
    """An open form that was begun without a target stands on the one in force."""
    in_force = target_in_force(review.dossier) if review.target_id is None else None
    if in_force is not None and review.state in OPEN:
        review.target = in_force
        Review.objects.filter(pk=review.pk, target=None).update(target=in_force)


def _score_indicators(review: Review) -> Review:
    _stand_on_target(review)
    year = review.round.fiscal_year
    rules = profile(None, year, review.round.division.own_rules)
    indicators = list(review.target.indicators.all()) if review.target else []
    actuals = {
        a.indicator_id: a
        for a in Actual.objects.filter(
            indicator__in=indicators, stage=kind_of(review.kind).stage, through_month=12
        )
    }
    marks = {m.indicator_id: m for m in review.marks.filter(criterion=None, seat="")}
    proved = _proved(indicators)
    tally, new, old = Tally(), [], []
    for indicator in indicators:
        mark = marks.get(indicator.pk)
        actual = actuals.get(indicator.pk)
        outcome = score_one(_row(indicator, actual, mark, year), rules)
        status, points = _settled(outcome, mark, actual, indicator.expression)
        tally.take(
            name=indicator.name,
            weight=indicator.weight,
            points=points,
            proved=indicator.pk in proved,
        )
        explanation = explain(outcome, indicator, actual)
        if mark is None:
            new.append(
                (review.pk, indicator.pk, status, points, explanation, 1, "", "", "", "", False)
            )
        elif (mark.status, mark.points, mark.explanation) != (status, points, explanation):
            old.append((mark.pk, status, points, explanation, mark.note, mark.version + 1))
    columns = (
        "review",
        "indicator",
        "status",
        "points",
        "explanation",
        "version",
        "seat",
        "tier",
        "reason_code",
        "note",
        "synthetic",
    )
    insert_rows(Mark, [*columns, "cell"], [(*row, "") for row in new])
    update_rows(Mark, ["status", "points", "explanation", "note", "version"], old)
    _add_execution(review, rules, tally)
    return _write_total(review, tally)


def _proved(indicators: list[Indicator]) -> set[int]:
    through = Material.indicators.through
    rows = through.objects.filter(indicator__in=indicators, material__state=Material.State.VERIFIED)
    return set(rows.values_list("indicator_id", flat=True))


def _row(indicator: Indicator, actual: Actual | None, mark: Mark | None, year: int) -> Row:
    return Row(
        weight=indicator.weight,
        level1=indicator.level1 or None,
        level2=indicator.level2 or None,
        name=indicator.name or None,
        target=parse(indicator.expression, "target") if indicator.expression else None,
        actual=parse(actual.value, "actual") if actual and actual.value else None,
        year=year,
        published=published_of(mark, actual),
    )


def published_of(mark: Mark | None, actual: Actual | None) -> Decimal | None:
    """A form's own points for a row; None once the value is no longer the
    one the form came with (``actual.cell``).
    """
    if mark is None or (actual is not None and actual.value and not actual.cell):
        return None
    return mark.published_points


def _settled(
    outcome: Outcome, mark: Mark | None, actual: Actual | None, expression: str
) -> tuple[str, Decimal | None]:
    """Status and points of a row: the rule's, or a person's where only a person can say.

    A mark somebody set by hand stays. A form's own points for a row no rule can score are its
    author's judgement, as long as the value is still the one the form came with (``actual.cell``)
    and can be read: 「约14项」 keeps no points, typed or handed in.
    """
    if mark is not None and mark.status == "judged" and mark.by_id is not None:
        return "judged", mark.points
    published = published_of(mark, actual)
    if outcome.status != "needs_judgement" or published is None:
        return outcome.status, outcome.points
    if actual is not None and unread(expression, actual.value):
        return outcome.status, None
    return "judged", published


def explain(outcome: Outcome, indicator: Indicator, actual: Actual | None) -> dict[str, Any]:
    """What opens when somebody asks where the points come from."""
    return {
        "formula": outcome.formula,
        "reason": outcome.reason,
        "rule": outcome.rule,
        "assumed": outcome.assumed,
        "basis": outcome.basis,
        "standing": outcome.standing,
        "inputs": {
            "目标": indicator.expression,
            "实际": actual.value if actual else "",
            "分值": plain(indicator.weight) if indicator.weight is not None else "",
        },
    }


def score_when_paid(*, review: Review, by: User | None) -> None:
    """Score again where treasury or accounts have told more since the last row was filled."""
    if carry_money(review):
        score_review(review=review, by=by)


def carry_money(review: Review) -> bool:
    """Budget and spending of a form filled on line, from treasury or accounts, until it is handed
    in; whether they moved.

    A form that came as a file keeps its own figures; what neither treasury nor accounts know stays
    as the unit typed it.
    """
    if review.state not in OPEN or (
        review.file_id is not None and (review.budget, review.executed) != (None, None)
    ):
        return False
    known = money(review.dossier, through_month=review.round.through_month or 12)
    official = known.source not in {"", Spending.Source.FORM.value}
    own = review.budget if known.budget is None else known.budget
    budget = own if official or review.budget is None else review.budget
    executed = known.spent if official else review.executed
    if (budget, executed) == (review.budget, review.executed):
        return False
    review.budget, review.executed = budget, executed
    Review.objects.filter(pk=review.pk).update(budget=budget, executed=executed)
    return True


def _add_execution(review: Review, rules: Profile, tally: Tally) -> None:
    carry_money(review)
    weight = rules.execution_weight if review.execution_weight is None else review.execution_weight
    result = execution(
        full_year=review.budget,
        initial=None,
        executed=review.executed,
        profile=rules,
        weight=weight,
    )
    review.execution_points = result.points
    if result.points is None and result.status == "needs_judgement":
        review.execution_points = review.published_execution_points
    tally.take(name="预算执行率", weight=weight, points=review.execution_points, proved=False)


# ---- score sheets: department and finance evaluation ---------------------------------------------


def _score_sheet(review: Review) -> Review:
    tally = Tally()
    seats: dict[int, list[Mark]] = {}
    for mark in without_blind(review.marks.filter(indicator=None).order_by("seat")):
        seats.setdefault(mark.criterion_id or 0, []).append(mark)
    proved = _proved_criteria(review)
    for criterion in review.criteria.all():
        points = criterion_points(seats.get(criterion.pk, []))
        tally.take(
            name=criterion.name,
            weight=criterion.weight,
            points=points,
            proved=criterion.pk in proved,
        )
    return _write_total(review, tally)


def _proved_criteria(review: Review) -> set[int]:
    """Criteria that rest on verified proof: facts the unit signed for, or
    an accepted material of a linked indicator.
    """
    signed = review.working_papers.filter(
        kind="facts", signed_on__isnull=False, criterion__isnull=False
    ).values_list("criterion_id", flat=True)
    accepted = review.criteria.filter(indicators__materials__state=Material.State.VERIFIED)
    return {pk for pk in signed if pk is not None} | set(accepted.values_list("pk", flat=True))


def _write_total(review: Review, tally: Tally) -> Review:
    """Total = exact sum of what is printed; the grade is taken from it, and
    only when no row is missing.
    """
    review.complete = not tally.missing and tally.weight > 0
    review.points = tally.points if tally.weight > 0 else None
    review.grade = _grade(review, review.points) if review.complete else ""
    review.proved = tally.proved
    fields = ["execution_points", "points", "grade", "complete", "proved"]
    Review.objects.filter(pk=review.pk).update(**{name: getattr(review, name) for name in fields})
    return review
