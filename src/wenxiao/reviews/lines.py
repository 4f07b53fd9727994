"""Reviews as a list of dossiers shows them: plain rows of what stands in a line."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from wenxiao.budget.models import period_of
from wenxiao.reviews.models import Review
from wenxiao.reviews.selectors import told_to
from wenxiao.rulebook.numbers import rate_percent
from wenxiao.store.among import IDS, exact, prepared

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from wenxiao.orgs.models import User

_FIELDS = (
    "kind",
    "state",
    "points",
    "grade",
    "complete",
    "proved",
    "budget",
    "executed",
    "round__from_month",
    "round__through_month",
)
_KINDS = dict(Review._meta.get_field("kind").flatchoices)
STATE_WORDS = {one.value: str(one.label) for one in Review.State}
"""The states of a review with their words."""


class Window(NamedTuple):
    """The months a round looks at."""

    from_month: int | None
    through_month: int | None

    @property
    def period(self) -> str:
        """As :attr:`wenxiao.budget.models.Round.period`."""
        return period_of(*self)


class ReviewLine(NamedTuple):
    """A review by the names of its model; money and points as there."""

    kind: str
    state: str
    points: Decimal | None
    grade: str
    complete: bool
    proved: Decimal | None
    budget: Decimal | None
    executed: Decimal | None
    round: Window

    def get_kind_display(self) -> str:
        """The kind in Chinese."""
        return str(_KINDS.get(self.kind, self.kind))

    def get_state_display(self) -> str:
        """The state in Chinese."""
        return STATE_WORDS.get(self.state, self.state)

    @property
    def proved_share(self) -> Decimal | None:
        """As :attr:`wenxiao.reviews.models.Review.proved_share`."""
        if self.points is None or self.proved is None:
            return None
        return rate_percent(self.proved, self.points)


def review_lines(dossiers: Iterable[int], user: User | None) -> dict[int, list[ReviewLine]]:
    """The reviews whose rows this person may read by dossier, in the order of their rounds'
    periods. One query.
    """
    readable = told_to(user)

    def question() -> Any:
        rows = Review.objects.filter(readable, dossier__among=IDS)
        ordered = rows.order_by("round__work_year", "round__through_month", "pk")
        return ordered.values_list("dossier", *_FIELDS)

    by_dossier: dict[int, list[ReviewLine]] = defaultdict(list)
    for pk, kind, state, points, grade, complete, proved, budget, executed, *months in prepared(
        ("review lines", str(readable)), question, dossiers
    ):
        by_dossier[pk].append(
            ReviewLine(
                kind,
                state,
                exact(points),
                grade,
                bool(complete),
                exact(proved),
                exact(budget),
                exact(executed),
                Window(*months),
            )
        )
    return by_dossier
