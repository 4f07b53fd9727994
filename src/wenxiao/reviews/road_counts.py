"""Reviews of the rounds at work, counted for desks by state and by step of their road."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Count, Exists, OuterRef, Q

from wenxiao.budget.models import Exemption
from wenxiao.budget.questions import ME, rows_seen
from wenxiao.budget.selectors import seen_with
from wenxiao.orgs.permissions import once
from wenxiao.reviews.census import counted_reviews, reviews_counted
from wenxiao.reviews.models import Review
from wenxiao.reviews.selectors import side_of, told_on
from wenxiao.reviews.states import OPEN, SETTLED
from wenxiao.reviews.worklists import rounds_at_work, rounds_of_year
from wenxiao.store.among import IDS

if TYPE_CHECKING:
    from decimal import Decimal

    from django.db.models import QuerySet

    from wenxiao.orgs.models import User
    from wenxiao.orgs.selectors import Sight
    from wenxiao.reviews.selectors import Side


class RoadCount(NamedTuple):
    """Reviews of one round that are alike in all that desks count by; ``n`` of them."""

    round: int
    kind: str
    state: str
    step: int
    arrived: bool
    excused: bool
    n: int


def reviews_at_work(user: User | None, work_year: int) -> list[RoadCount] | None:
    """The reviews of the rounds at work in a year that the user sees, from the kept counts: one
    query for a whole page; None for who sees parts of a division.
    """
    if user is None:
        return None

    def read() -> list[RoadCount] | None:
        rounds = [one.pk for one in rounds_at_work(user, work_year)]
        rows = reviews_counted(user, *RoadCount._fields[:-1], round__in=rounds)
        return None if rows is None else [RoadCount._make(row) for row in rows]

    return once(user, f"reviews at work {work_year}", read)


ON_THE_ROAD = ("submitted", "checked")


def waiting_at_steps(
    user: User, work_year: int, *, but_own: bool
) -> dict[tuple[int, str, str, int], int]:
    """How many handed-in reviews of the rounds at work the user sees, by round, kind, state and
    step; ``but_own``: without what they handed in or wrote themselves.
    """
    counts: Counter[tuple[int, str, str, int]] = Counter()
    rounds, side = [one.pk for one in rounds_at_work(user, work_year)], side_of(user)
    kept = reviews_at_work(user, work_year)
    if kept is None:
        rows = rows_seen(
            user,
            _on_the_road_question,
            side,
            "own" if but_own else "",
            lists={IDS: rounds},
            raw=True,
        )
        return {(pk, kind, state, step): n for pk, kind, state, step, n in rows}
    for one in kept:
        if one.state in ON_THE_ROAD:
            counts[one.round, one.kind, one.state, one.step] += one.n
    if but_own and counts:  # found by who wrote them; the rounds are told apart here
        for *key, n in rows_seen(user, _own_question, side, raw=True):
            if tuple(key) in counts:
                counts[tuple(key)] -= n
    return dict(+counts)


_ROAD = ("round", "kind", "state", "step")


def _on_the_road_question(sight: Sight, side: Side, left_out: str) -> QuerySet[Any, Any]:
    rows = Review.objects.filter(
        seen_with(sight), told_on(side), round__among=IDS, state__in=ON_THE_ROAD
    )
    return _by_step(rows.exclude(_own()) if left_out else rows)


def _own_question(sight: Sight, side: Side) -> QuerySet[Any, Any]:
    return _by_step(Review.objects.filter(seen_with(sight), told_on(side)).filter(_own()))


def _own() -> Q:
    """What the person who asks handed in or wrote."""
    written = Review.authors.through.objects.filter(user__among=ME)
    return Q(submitted_by__among=ME) | Q(pk__in=written.values("review"))


def _by_step(rows: QuerySet[Review]) -> QuerySet[Any, Any]:
    counted: QuerySet[Any, Any] = rows.order_by().values_list(*_ROAD).annotate(n=Count("pk"))
    return counted


RESULTS = 200
"""Results drawn at most, the best first."""


class BestResult(NamedTuple):
    """A settled result: of which dossier and subject, its points, grade and proved points."""

    dossier: int
    name: str
    points: Decimal
    grade: str
    kind: str
    proved: Decimal | None
    synthetic: bool


def best_results(user: User | None, work_year: int) -> list[BestResult]:
    """The settled results of the key finance evaluations of a year, the best first,
    :data:`RESULTS` at most; ordered by points alone, then read.
    """
    rounds = [one.pk for one in rounds_of_year(user, work_year, "finance_evaluation") if one.key]
    if not rounds:
        return []
    lists = {IDS: rounds}
    return [BestResult(*row) for row in rows_seen(user, _best_question, side_of(user), lists=lists)]


def _best_question(sight: Sight, side: Side) -> QuerySet[Any, Any]:
    settled = Review.objects.filter(
        seen_with(sight),
        told_on(side),
        round__among=IDS,
        kind="finance_evaluation",
        state__in=SETTLED,
        points__isnull=False,
    )
    best = settled.order_by("-points", "pk").values("pk")[:RESULTS]
    read: QuerySet[Any, Any] = (
        Review.objects.filter(pk__in=best)
        .order_by("-points", "pk")
        .values_list(
            "dossier",
            "dossier__subject__name",
            "points",
            "grade",
            "dossier__subject__kind",
            "proved",
            "dossier__subject__synthetic",
        )
    )
    return read


def states_of_year(user: User | None, work_year: int) -> dict[tuple[str, bool, str], int]:
    """How many reviews of a work year the user sees, by kind, key round or not, and state; excused
    ones don't count. One query.

    What arrived and is not handed in counts as ``received``, whatever its state is called.
    """
    counts: Counter[tuple[str, bool, str]] = Counter()
    kept = reviews_at_work(user, work_year)
    if kept is None:
        counted = [
            (kind, own, state, came, n)
            for kind, own, state, came, n in rows_seen(user, _states_question, work_year)
        ]
    else:
        key = {one.pk: one.key for one in rounds_of_year(user, work_year)}
        counted = [
            (one.kind, key[one.round], one.state, one.arrived, one.n)
            for one in kept
            if one.round in key and not one.excused
        ]
    for kind, own, state, arrived, n in counted:
        counts[kind, bool(own), "received" if arrived and state in OPEN else state] += n
    return dict(counts)


def _states_question(sight: Sight, work_year: int) -> QuerySet[Any, Any]:
    excused = Exemption.objects.filter(round=OuterRef("round"), dossier=OuterRef("dossier"))
    rows = Review.objects.filter(~Exists(excused), seen_with(sight), round__work_year=work_year)
    return counted_reviews(rows, "kind", "round__key", "state", "arrived")
