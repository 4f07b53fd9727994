"""What may be chosen for the year's evaluation, and what is known of each: money, last grade,
problems that came back.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wenxiao.budget.models import Dossier
from wenxiao.budget.money import money_of
from wenxiao.budget.selectors import seen_by
from wenxiao.followup.models import Finding
from wenxiao.orgs.selectors import units_visible_to
from wenxiao.records.models import Notice
from wenxiao.records.trail import target_of
from wenxiao.reviews.kinds import JUDGED
from wenxiao.reviews.models import EvaluationPlan, Review
from wenxiao.reviews.states import SETTLED
from wenxiao.rulebook.numbers import rate_percent

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from django.db.models import QuerySet

    from wenxiao.budget.models import Round
    from wenxiao.orgs.models import Division, User

NEVER_WITHIN = 5
"""Years without any evaluation after which an object is offered for its turn."""


@dataclass(frozen=True, slots=True)
class PlanCriteria:
    """What the list is narrowed by; None or empty: not asked."""

    kind: str = ""
    tag: str = ""
    least: Decimal | None = None
    rate_below: Decimal | None = None
    grades: tuple[str, ...] = ()
    repeated: bool = False
    never: bool = False
    name: str = ""


@dataclass(frozen=True, slots=True)
class Plannable:
    """One object with the facts it may be chosen by.
    Money in 元, ``rate`` in percent: spent by budget, else as audited.
    """

    dossier: Dossier
    opening: Decimal | None
    rate: Decimal | None
    grade: str
    evaluated: int | None
    repeated: int
    proved: Decimal | None = None

    def reasons(self, asked: PlanCriteria, before: int) -> bool:
        """Whether the object meets every condition asked for.
        ``before``: the first work year of the turn.
        """
        tests = (
            asked.least is None or (self.opening is not None and self.opening >= asked.least),
            asked.rate_below is None or (self.rate is not None and self.rate < asked.rate_below),
            not asked.grades or self.grade in asked.grades,
            not asked.repeated or self.repeated > 0,
            not asked.never or self.evaluated is None or self.evaluated < before,
        )
        return all(tests)


def plannable(
    user: User | None, fiscal_year: int, work_year: int, asked: PlanCriteria
) -> list[Plannable]:
    """The objects of a budget year that meet the conditions, the dearest first.
    Queries per list, not per row.
    """
    rows = Dossier.objects.filter(seen_by(user, ""), fiscal_year=fiscal_year)
    if asked.kind:
        rows = rows.filter(subject__kind=asked.kind)
    if asked.tag:
        rows = rows.filter(subject__tags__holds=asked.tag)
    for word in asked.name.split():
        rows = rows.filter(subject__name__icontains=word)
    money = money_of(rows)
    graded, repeated = _graded(rows, work_year), _repeated(rows)
    offered = []
    for row in rows.select_related("subject__division", "unit"):
        known = money[row.pk]
        year, grade, proved = graded.get(row.subject_id, (None, "", None))
        offered.append(
            Plannable(
                row,
                known.opening,
                rate_percent(known.spent, known.budget)
                or rate_percent(known.audited_used, known.audited_arranged),
                grade,
                year,
                repeated.get(row.subject_id, 0),
                proved,
            )
        )
    met = [one for one in offered if one.reasons(asked, work_year - NEVER_WITHIN)]
    return sorted(met, key=lambda one: (one.opening is None, -(one.opening or 0), one.dossier.pk))


def _graded(rows: QuerySet[Dossier], work_year: int) -> dict[int, tuple[int, str, Decimal | None]]:
    """The work year, grade and percent of proven points of the latest settled evaluation until now,
    by subject.
    """
    subjects = rows.order_by().values("subject")
    done = Review.objects.filter(
        kind__in=JUDGED,
        state__in=SETTLED,
        dossier__subject__in=subjects,
        round__work_year__lte=work_year,
    ).order_by("round__work_year", "pk")
    return {
        subject: (year, grade, rate_percent(proved, points))
        for subject, year, grade, points, proved in done.values_list(
            "dossier__subject", "round__work_year", "grade", "points", "proved"
        )
    }


def _repeated(rows: QuerySet[Dossier]) -> dict[int, int]:
    """How many catalogue problems were confirmed in more than one budget year, by subject."""
    seen: dict[tuple[int, int], set[int]] = defaultdict(set)
    confirmed = Finding.objects.filter(
        state=Finding.State.CONFIRMED,
        item__isnull=False,
        dossier__subject__in=rows.order_by().values("subject"),
    )
    for subject, item, year in confirmed.values_list(
        "dossier__subject", "item", "dossier__fiscal_year"
    ):
        seen[subject, item or 0].add(year)
    counted: dict[int, int] = defaultdict(int)
    for (subject, _), years in seen.items():
        counted[subject] += len(years) > 1
    return dict(counted)


def plans_of(division: Division, work_year: int) -> QuerySet[EvaluationPlan]:
    """The plans of a work year, latest first."""
    rows = EvaluationPlan.objects.filter(division=division, work_year=work_year)
    return rows.select_related("round", "by").order_by("-pk")


def plan_of(division: Division, pk: int) -> EvaluationPlan | None:
    """One plan of the division."""
    rows = EvaluationPlan.objects.filter(pk=pk, division=division)
    return rows.select_related("round", "by").first()


def objects_of(user: User | None, plan: EvaluationPlan) -> list[Plannable]:
    """A plan's objects with their facts, those this person sees."""
    chosen = set(plan.dossiers)
    every = plannable(user, plan.fiscal_year, plan.work_year, PlanCriteria())
    return [one for one in every if one.dossier.pk in chosen]


def budgets(rows: Iterable[Plannable]) -> tuple[Decimal | None, int]:
    """The opening budgets' sum and how many are unknown; None where all are."""
    listed = list(rows)
    known = [one.opening for one in listed if one.opening is not None]
    total = known[0] if known else None
    for one in known[1:]:
        total = one if total is None else total + one
    return total, len(listed) - len(known)


def notices_of_round(round: Round) -> QuerySet[Notice]:
    """The 评价通知书 of a task, by unit."""
    kind, pk = target_of(round)
    rows = Notice.objects.filter(kind=Notice.Kind.EVALUATION, target_type=kind, target_id=pk)
    return rows.select_related("unit", "division").order_by("unit__path", "pk")


def evaluation_notice_seen_by(user: User | None, pk: int) -> Notice | None:
    """A 评价通知书 to a unit this person sees; None otherwise."""
    rows = Notice.objects.filter(
        pk=pk, kind=Notice.Kind.EVALUATION, unit__in=units_visible_to(user).values("pk")
    )
    return rows.select_related("unit", "division").first()


def asked_materials(review: Review) -> list[str]:
    """What the 评价通知书 of the review's unit asks for beside the usual, one a line."""
    rows = notices_of_round(review.round).filter(unit=review.dossier.unit)
    lines = [
        line.strip() for text in rows.values_list("text", flat=True) for line in text.splitlines()
    ]
    return list(dict.fromkeys(line for line in lines if line))
