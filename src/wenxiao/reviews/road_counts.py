"""Reviews of the rounds at work, counted for desks by state and by step of their road."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Count, Exists, OuterRef, Q

from wenxiao.budget.models import Exemption
from wenxiao.budget.selectors import seen_by
from wenxiao.orgs.permissions import once
from wenxiao.reviews.census import counted_reviews, reviews_counted
from wenxiao.reviews.models import Review
from wenxiao.reviews.selectors import told_to
from wenxiao.reviews.states import OPEN, SETTLED
from wenxiao.reviews.worklists import rounds_at_work, rounds_of_year

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from wenxiao.orgs.models import User


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
    rounds = [one.pk for one in rounds_at_work(user, work_year)]
    rows = Review.objects.filter(
        seen_by(user), told_to(user), round__in=rounds, state__in=ON_THE_ROAD
    )
    own = Q(submitted_by=user) | Q(
        pk__in=Review.authors.through.objects.filter(user=user).values("review")
    )
    names = ("round", "kind", "state", "step")
    kept = reviews_at_work(user, work_year)
    if kept is None:
        asked = rows.exclude(own) if but_own else rows
        for *key, n in asked.order_by().values_list(*names).annotate(n=Count("pk")):
            counts[tuple(key)] += n
        return dict(counts)
    for one in kept:
        if one.state in ON_THE_ROAD:
            counts[one.round, one.kind, one.state, one.step] += one.n
    if but_own and counts:  # found by who wrote them; the rounds are told apart here
        mine = Review.objects.filter(seen_by(user), told_to(user)).filter(own).order_by()
        for *key, n in mine.values_list(*names).annotate(n=Count("pk")):
            if tuple(key) in counts:
                counts[tuple(key)] -= n
    return dict(+counts)


def best_results(user: User | None, work_year: int, most: int) -> QuerySet[Review]:
    """The settled results of the key finance evaluations of a year, the best first; ordered by
    points alone, then read.
    """
    rounds = [one.pk for one in rounds_of_year(user, work_year, "finance_evaluation") if one.key]
    settled = Review.objects.filter(
        seen_by(user),
        told_to(user),
        round__in=rounds,
        kind="finance_evaluation",
        state__in=SETTLED,
        points__isnull=False,
    )
    best = settled.order_by("-points", "pk").values("pk")[:most]
    return Review.objects.filter(pk__in=best).order_by("-points", "pk")


def states_of_year(user: User | None, work_year: int) -> dict[tuple[str, bool, str], int]:
    """How many reviews of a work year the user sees, by kind, key round or not, and state; excused
    ones don't count. One query.

    What arrived and is not handed in counts as ``received``, whatever its state is called.
    """
    counts: Counter[tuple[str, bool, str]] = Counter()
    kept = reviews_at_work(user, work_year)
    if kept is None:
        by = ("kind", "round__key", "state", "arrived")
        excused = Exemption.objects.filter(round=OuterRef("round"), dossier=OuterRef("dossier"))
        rows = Review.objects.filter(~Exists(excused), seen_by(user), round__work_year=work_year)
        counted = list(counted_reviews(rows, *by))
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
