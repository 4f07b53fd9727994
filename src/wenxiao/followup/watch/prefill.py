"""What a unit need not type in a monitoring window: the money the system
knows, and what it said of each goal last time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wenxiao.budget.money import money
from wenxiao.evidence.models import Actual
from wenxiao.followup.watch.sentences import SOURCES
from wenxiao.targets.models import Indicator

if TYPE_CHECKING:
    from decimal import Decimal

    from wenxiao.reviews.models import Review


@dataclass(frozen=True, slots=True)
class GoalToFill:
    """One row of the form: the promise, what was filled for this window,
    and the window before it.
    """

    indicator: Indicator
    filled: Actual | None
    before: Actual | None


@dataclass(frozen=True, slots=True)
class Prefilled:
    """A unit's monitoring form.
    Money in 元; ``money_known`` says that treasury or accounts gave it: nothing to type.
    """

    budget: Decimal | None
    executed: Decimal | None
    source: str
    money_known: bool
    goals: tuple[GoalToFill, ...]

    @property
    def said_before(self) -> dict[int, Actual]:
        """What the window before was told, by indicator."""
        return {
            goal.indicator.pk: goal.before
            for goal in self.goals
            if goal.before and goal.before.value
        }


def prefilled(review: Review) -> Prefilled:
    """The form of one review, in five queries.
    A figure the unit filed counts only where no payment is recorded.
    """
    through = review.round.through_month or 12
    known = money(review.dossier, through_month=through)
    official = known.source not in {"", "form"}
    filed = known.spent if review.executed is None else review.executed
    rows = list(review.target.indicators.all()) if review.target else []
    actuals: dict[int, dict[bool, Actual]] = {row.pk: {} for row in rows}
    earlier = Actual.objects.filter(
        indicator__in=rows, stage="monitoring", through_month__lte=through
    )
    for actual in earlier.order_by("through_month"):
        actuals[actual.indicator_id][actual.through_month == through] = actual
    return Prefilled(
        budget=known.budget if review.budget is None else review.budget,
        executed=known.spent if official else filed,
        source=SOURCES[known.source if official else "form" if filed is not None else ""],
        money_known=official,
        goals=tuple(
            GoalToFill(row, actuals[row.pk].get(True), actuals[row.pk].get(False)) for row in rows
        ),
    )
