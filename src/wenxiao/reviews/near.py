"""A long list of a round's reviews in the order of the tree: the units that hold the page are known
from the kept counts, so that only their reviews are sorted.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import F

from wenxiao.budget.models import Dossier
from wenxiao.orgs.models import Unit
from wenxiao.reviews.census import reviews_counted
from wenxiao.store.among import Among
from wenxiao.store.keyset import Page, page, place_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet

    from wenxiao.orgs.models import User
    from wenxiao.reviews.models import Review

ORDER = ["dossier__unit__path", "dossier__subject__code", "pk"]
"""Of lists by the tree: the unit, then the project code."""
SIZE = 50


@dataclass(frozen=True, slots=True)
class CountedReviews:
    """Reviews of one unit and round that are alike in all a list is narrowed by; ``n`` of them."""

    unit: int
    state: str
    arrived: bool
    excused: bool
    unjudged: bool
    apart: bool
    full_points: bool
    n: int


def reviews_of_round(user: User | None, round: int) -> list[CountedReviews] | None:
    """A round's reviews the user sees, counted by unit; None for who sees parts of a division."""
    names = ("unit", "state", "arrived", "excused", "unjudged", "apart", "full_points")
    rows = reviews_counted(user, *names, round__in=[round])
    return None if rows is None else [CountedReviews(*row) for row in rows]


def page_by_tree(
    rows: QuerySet[Review],
    counted: list[CountedReviews] | None,
    holds: Callable[[CountedReviews], bool],
    token: str | None,
) -> tuple[Page, int]:
    """A page of ``rows`` in :data:`ORDER`, and how many there are.

    ``counted``: their counts, of which those that ``holds`` accepts are in the list; None where
    they are not known.
    """
    if counted is None:
        return page(rows, ORDER, size=SIZE, token=token), rows.count()
    counts: Counter[int] = Counter()
    for one in counted:
        if holds(one):
            counts[one.unit] += one.n
    units = units_of_page(counts, token)
    if units is not None:
        # Asked of each review: the database begins with the dossiers of these few units.
        near: Any = Dossier.objects.filter(unit__in=units).values("pk")
        rows = rows.filter(dossier__in=near)
    return page(rows, ORDER, size=SIZE, token=token), counts.total()


def units_of_page(counts: Counter[int], token: str | None) -> list[int] | None:
    """The units that surely hold the page and the row after it; None where the token's unit has no
    rows any more. ``counts``: rows by unit.
    """
    tree = list(
        Unit.objects.filter(Among(F("pk"), list(counts)))
        .order_by("path", "pk")
        .values_list("pk", "path")
    )
    place = place_of(token, ORDER)
    if place is not None:
        at = next((n for n, (_, path) in enumerate(tree) if path == place.values[0]), None)
        if at is None:
            return None
        tree = tree[at::-1] if place.backwards else tree[at:]
    units: list[int] = []
    sure = 0
    for number, (pk, _) in enumerate(tree):
        if sure > SIZE:
            break
        units.append(pk)
        sure += counts[pk] if place is None or number else 0
    return units
