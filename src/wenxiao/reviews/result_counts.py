"""A year's evaluations counted in one statement by all that their page tells apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Count, Q, Sum

from wenxiao.reviews.selectors import held_in
from wenxiao.reviews.worklists import reviews_visible_to

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from wenxiao.orgs.models import User


class ResultCell(NamedTuple):
    """``n`` reviews that are alike; of ``without`` nothing was audited, of the others the audited
    money in 元 (None: of none).
    """

    kind: str
    round: int
    round_name: str
    fiscal_year: int
    subject_kind: str
    grade: str
    state: str
    n: int
    without: int
    arranged: Decimal | None
    used: Decimal | None


def result_cells(user: User | None, work_year: int, kinds: Iterable[str]) -> list[ResultCell]:
    """The reviews of some kinds in a work year's rounds that the user sees. One query."""
    rows = reviews_visible_to(user).filter(held_in(work_year, kinds))
    by = ("kind", "round", "round__name", "round__fiscal_year", "dossier__subject__kind")
    counted = rows.order_by().values_list(*by, "grade", "state")
    counted = counted.annotate(
        n=Count("pk"),
        without=Count("pk", filter=Q(audited__arranged=None)),
        arranged=Sum("audited__arranged"),
        used=Sum("audited__used"),
    )
    return [ResultCell(*row) for row in counted]
