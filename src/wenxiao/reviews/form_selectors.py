"""What a person reads beside the rows of a form: who was asked for a row,
and what was written last year.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wenxiao.budget.selectors import seen_by
from wenxiao.reviews.assistance import Assistance
from wenxiao.reviews.models import Review

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from wenxiao.orgs.models import User


def assistances_visible_to(user: User | None) -> QuerySet[Assistance]:
    """The requests for help with a row of the forms a person may see, the latest first."""
    rows = Assistance.objects.filter(seen_by(user, "review__dossier"))
    linked = ("review__round__division", "review__dossier__subject", "review__dossier__unit")
    return rows.select_related(*linked, "indicator", "asked_by", "file").order_by("-pk")


def words_of_last_year(review: Review) -> Review | None:
    """The form of the same kind over the same object for the budget year
    before, where somebody wrote texts in it.
    """
    rows = Review.objects.filter(
        kind=review.kind,
        dossier__subject=review.dossier.subject_id,
        dossier__fiscal_year=review.dossier.fiscal_year - 1,
    ).exclude(goal_done="", remarks="")
    return rows.select_related("dossier").order_by("-pk").first()
