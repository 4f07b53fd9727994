"""开始填报: what a unit still has to fill in for a round, and the first step of
what nobody began yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect

from wenxiao.budget.selectors import dossiers_of, dossiers_visible_to, rounds_visible_to
from wenxiao.pages.views import person, view
from wenxiao.reviews.kinds import KINDS
from wenxiao.reviews.services import start_review
from wenxiao.reviews.worklists import reviews_visible_to

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@view("fill", methods=("POST",))
@transaction.atomic
def begin(request: HttpRequest, pk: int, dossier: int) -> HttpResponse:
    """Open the form of one dossier in a round that asks for it; a second
    click finds the form opened by the first.
    """
    user = person(request)
    # Locked, so that two clicks at once open one form.
    asking = rounds_visible_to(user).select_for_update(of=("self",)).filter(pk=pk).first()
    if asking is None or not dossiers_visible_to(user).filter(pk=dossier).exists():
        raise Http404
    row = dossiers_of(asking).select_related("unit", "subject").filter(pk=dossier).first()
    if row is None or asking.kind not in KINDS or KINDS[asking.kind].fill != "fill":
        raise Http404
    review = reviews_visible_to(user).filter(round=asking, dossier=row).first()
    if review is None:
        review = start_review(dossier=row, round=asking, by=user, synthetic=asking.synthetic)
    return redirect("desk:filling", pk=review.pk)
