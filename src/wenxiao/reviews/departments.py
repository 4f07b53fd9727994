"""部门整体: a department's own results, and its projects' beside them, counted and never averaged."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wenxiao.budget.models import Dossier, Round, Subject
from wenxiao.budget.money import money_of
from wenxiao.budget.selectors import dossiers_visible_to
from wenxiao.reviews.models import Review
from wenxiao.reviews.selectors import told_to
from wenxiao.reviews.states import SETTLED

if TYPE_CHECKING:
    from decimal import Decimal

    from wenxiao.orgs.models import Unit, User

KINDS = (Round.Kind.SELFEVAL, Round.Kind.RECHECK, Round.Kind.DEPARTMENT, Round.Kind.FINANCE)
"""The kinds of results that grade an object."""


@dataclass(frozen=True, slots=True)
class GradedKind:
    """How many projects one kind of result is settled for, and their grades by count."""

    word: str
    count: int
    grades: list[tuple[str, int]]


@dataclass(slots=True)
class DepartmentProjects:
    """The projects of a unit and of those below it in one year. ``unknown``: without a budget."""

    count: int = 0
    budget: Decimal | None = None
    spent: Decimal | None = None
    unknown: int = 0
    unspent: int = 0
    kinds: list[GradedKind] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class WholeDepartment:
    """The dossiers of a department as a whole in one year with their latest results."""

    dossier: Dossier
    results: list[Review]


def projects_below(user: User | None, unit: Unit, fiscal_year: int) -> DepartmentProjects:
    """What a department's projects add up to; every object is counted once, no score is
    averaged.
    """
    rows = dossiers_visible_to(user).filter(
        unit__path__startswith=unit.path, fiscal_year=fiscal_year
    )
    rows = rows.exclude(subject__kind=Subject.Kind.DEPARTMENT)
    money = money_of(rows)
    budgets = [one.budget for one in money.values() if one.budget is not None]
    spent = [one.spent for one in money.values() if one.spent is not None]
    projects = DepartmentProjects(
        count=len(money),
        budget=_sum(budgets),
        spent=_sum(spent),
        unknown=len(money) - len(budgets),
        unspent=len(money) - len(spent),
    )
    latest: dict[tuple[str, int], str] = {}
    settled = Review.objects.filter(
        told_to(user), dossier__in=list(money), kind__in=KINDS, state__in=SETTLED
    ).order_by("round__work_year", "pk")
    for kind, dossier, grade in settled.values_list("kind", "dossier", "grade"):
        latest[kind, dossier] = grade or "未评等级"
    for kind in KINDS:
        grades = Counter(grade for (one, _), grade in latest.items() if one == kind)
        if grades:
            ordered = sorted(grades.items(), key=lambda pair: _ORDER.find(pair[0]) % 9)
            projects.kinds.append(GradedKind(str(kind.label), grades.total(), ordered))
    return projects


_ORDER = "优良中差"


def _sum(amounts: list[Decimal]) -> Decimal | None:
    return sum(amounts[1:], amounts[0]) if amounts else None


def whole_departments(user: User | None, unit: Unit, fiscal_year: int) -> list[WholeDepartment]:
    """The unit's own dossiers as a department, each with its graded results, oldest first."""
    rows = dossiers_visible_to(user).filter(
        unit=unit, fiscal_year=fiscal_year, subject__kind=Subject.Kind.DEPARTMENT
    )
    dossiers = list(rows.select_related("subject__division", "unit").order_by("pk"))
    reviews = Review.objects.filter(told_to(user), dossier__in=dossiers, kind__in=KINDS)
    results: dict[int, list[Review]] = {}
    for review in reviews.order_by("round__work_year", "pk"):
        results.setdefault(review.dossier_id, []).append(review)
    return [WholeDepartment(one, results.get(one.pk, [])) for one in dossiers]
