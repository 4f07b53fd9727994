"""The experts of a panel: who handed the own scores in, and whose marks nobody else sees yet."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from wenxiao.reviews.models import Assignment
from wenxiao.reviews.states import SETTLED
from wenxiao.rulebook.numbers import round_points

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from wenxiao.reviews.models import Mark, Review

EXPERT = "专家"
"""The duty of those who score for themselves."""


def experts_of(review: Review) -> QuerySet[Assignment]:
    """The experts assigned to a review, each with the account and when the own scores came in."""
    rows = Assignment.objects.filter(review=review, duty=EXPERT)
    return rows.select_related("user").order_by("pk")


def blind_reviews(reviews: Iterable[int]) -> set[int]:
    """Those of the reviews in which an assigned expert has not handed in:
    nobody sees another's scores there.
    """
    rows = Assignment.objects.filter(
        review__in=list(reviews), duty=EXPERT, scores_in_at=None
    ).exclude(review__state__in=SETTLED)
    return set(rows.values_list("review_id", flat=True))


def without_blind(marks: Iterable[Mark], seat: str = "") -> list[Mark]:
    """The marks but those of experts nobody may see yet; ``seat`` always sees its own."""
    rows = list(marks)
    seated = {mark.review_id for mark in rows if mark.seat}
    blind = blind_reviews(seated) if seated else set()
    return [one for one in rows if one.seat in {"", seat} or one.review_id not in blind]


def criterion_points(marks: list[Mark]) -> Decimal | None:
    """The points of one criterion: the panel's own mark (seat "") if there is one, else the mean of
    the seats.

    A mean is rounded half-up once, per criterion. None while somebody's mark is missing.
    """
    own = [m for m in marks if m.seat == ""]
    if own:
        return own[0].points
    points = [m.points for m in marks]
    if not points or any(p is None for p in points):
        return None
    return round_points(sum((p for p in points if p is not None), Decimal(0)) / len(points))
