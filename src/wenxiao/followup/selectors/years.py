"""Results of one kind of evaluation over the years: how many of each grade,
and the mean of like objects.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from wenxiao.followup.selectors.ledger import reviews_seen_by
from wenxiao.reviews.states import SETTLED
from wenxiao.rulebook.numbers import round_points

if TYPE_CHECKING:
    from wenxiao.orgs.models import User

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
