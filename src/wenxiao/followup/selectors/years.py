"""Results of one kind of evaluation over the years: how many of each grade,
and the mean of like objects.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from django.db.models import Count, Q, Sum

from wenxiao.budget.models import Round
from wenxiao.followup.selectors.ledger import reviews_seen_by
from wenxiao.reviews.states import SETTLED
from wenxiao.rulebook.numbers import rate_percent, round_points

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from wenxiao.orgs.models import User
    from wenxiao.reviews.models import Review

GRADES = "优良中差"


@dataclass(frozen=True, slots=True)
class YearOfResults:
    """One work year's settled results of projects, and of departments as a whole beside them; means
    never mix the two.

    ``mean`` is half-up to two decimals, None where nothing was settled; ``grades`` counts projects.
    """

    year: int
    grades: dict[str, int]
    projects: int
    mean: Decimal | None
    departments: int
    department_mean: Decimal | None


def results_over_years(user: User | None, kind: str) -> list[YearOfResults]:
    """The settled results of a kind that the user sees, by work year, oldest first. One query."""
    rows = (
        reviews_seen_by(user)
        .filter(round__in=Round.objects.filter(kind=kind).values("pk"))
        .filter(kind=kind, state__in=SETTLED, complete=True)
        .exclude(points=None)
    )
    points: dict[tuple[int, bool], list[Decimal]] = defaultdict(list)
    grades: dict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(GRADES, 0))
    names = ("round__work_year", "dossier__subject__kind", "grade", "points")
    for year, subject, grade, given in rows.order_by().values_list(*names):
        whole = subject == "department_overall"
        points[year, whole].append(given)
        if not whole and grade in GRADES:
            grades[year][grade] += 1
    return [
        YearOfResults(
            year,
            dict(grades[year]),
            len(points[year, False]),
            _mean(points[year, False]),
            len(points[year, True]),
            _mean(points[year, True]),
        )
        for year in sorted({year for year, _ in points})
    ]


def _mean(given: list[Decimal]) -> Decimal | None:
    return round_points(Fraction(sum(given, Decimal(0))) / len(given)) if given else None


@dataclass(frozen=True, slots=True)
class DepartmentYears:
    """One department as a whole over the years: points and grade of each, None where none was
    given.
    """

    name: str
    cells: tuple[tuple[Decimal, str] | None, ...]

    @property
    def change(self) -> Decimal | None:
        """The last result less the one before it."""
        known = [cell[0] for cell in self.cells if cell]
        return known[-1] - known[-2] if len(known) > 1 else None


def departments_over_years(
    user: User | None, kind: str
) -> tuple[tuple[int, ...], list[DepartmentYears]]:
    """The settled results of departments as a whole by work year, the largest fall first. One
    query.
    """
    rows = (
        reviews_seen_by(user)
        .filter(kind=kind, state__in=SETTLED, complete=True)
        .filter(dossier__subject__kind="department_overall")
        .exclude(points=None)
        .order_by("round__work_year", "pk")
        .values_list("dossier__unit__name", "round__work_year", "points", "grade")
    )
    results: dict[str, dict[int, tuple[Decimal, str]]] = defaultdict(dict)
    for name, year, points, grade in rows:
        if points is not None:
            results[name][year] = (points, grade)
    years = tuple(sorted({year for of in results.values() for year in of}))
    lines = [
        DepartmentYears(name, tuple(of.get(year) for year in years)) for name, of in results.items()
    ]
    lines.sort(key=lambda one: (one.change is None, one.change or Decimal(0), one.name))
    return years, lines


@dataclass(frozen=True, slots=True)
class FieldResults:
    """The settled results of one field's projects: how many of each grade, their audited money."""

    name: str
    grades: dict[str, int]
    arranged: Decimal
    used: Decimal

    @property
    def results(self) -> int:
        """How many there are."""
        return sum(self.grades.values())

    @property
    def rate(self) -> Decimal | None:
        """Used as per cent of arranged, over those audited."""
        return rate_percent(self.used, self.arranged)


def results_by_field(reviews: QuerySet[Review]) -> list[FieldResults]:
    """The settled projects among reviews of one kind and fiscal year by their tags (教育, 三农 …), most
    results first; a project of two fields counts in both. One query.
    """
    settled = reviews.filter(state__in=SETTLED, dossier__subject__kind="project").order_by()
    both = Q(audited__arranged__isnull=False, audited__used__isnull=False)
    rows = settled.values_list("dossier__subject__tags", "grade").annotate(
        n=Count("pk"),
        arranged=Sum("audited__arranged", filter=both),
        used=Sum("audited__used", filter=both),
    )
    grades: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(GRADES, 0))
    money: dict[str, list[tuple[Decimal, Decimal]]] = defaultdict(list)
    for tags, grade, n, arranged, used in rows:
        for tag in dict.fromkeys(tags or ()):
            if grade in GRADES:
                grades[tag][grade] += n
            if arranged is not None and used is not None:
                money[tag].append((arranged, used))
    fields = [
        FieldResults(
            tag,
            of,
            sum((pair[0] for pair in money[tag]), Decimal(0)),
            sum((pair[1] for pair in money[tag]), Decimal(0)),
        )
        for tag, of in grades.items()
    ]
    return sorted(fields, key=lambda one: (-one.results, one.name))
