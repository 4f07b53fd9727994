"""Points by first level (决策, 过程, 产出, 效益) of each review's own score sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Sum

from wenxiao.reviews.models import Mark
from wenxiao.reviews.selectors import LevelSum

if TYPE_CHECKING:
    from collections.abc import Sequence


def levels_of(reviews: Sequence[int]) -> dict[int, dict[str, LevelSum]]:
    """By review (ids) and first level, over rows with a weight and one mark alone. One query."""
    rows = (
        Mark.objects.filter(review__in=reviews, seat="", expert=None)
        .filter(points__isnull=False, criterion__weight__isnull=False)
        .order_by()
        .values("review", "criterion__level1")
        .annotate(weight=Sum("criterion__weight"), earned=Sum("points"), n=Count("pk"))
    )
    levels: dict[int, dict[str, LevelSum]] = {}
    for row in rows:
        if row["weight"]:
            name = row["criterion__level1"]
            levels.setdefault(row["review"], {})[name] = LevelSum(
                name, row["weight"], row["earned"], row["n"]
            )
    return levels
