"""填报协助 as whoever got the link sees it: one row, one answer, nothing else;
no account, no session, no way on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import render

from wenxiao.intake.assistance import TAKEN, take_answer
from wenxiao.orgs.services.entering import begin_link, forget_try, succeed
from wenxiao.pages.views import view
from wenxiao.portal.links import MANY, unlisted
from wenxiao.reviews.services.assisting import CLOSED, waiting_by_token
from wenxiao.store.callers import client_address
from wenxiao.store.moves import NotAllowed, Stale

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from wenxiao.reviews.assistance import Assistance

FIELDS = ("value", "note", "answered_by", "phone")


@view("anyone", methods=("GET", "POST"), files=True)
def assist(request: HttpRequest, token: str) -> HttpResponse:
    """The row a link opens, and its one answer.
    Wrong links and refused answers are counted by address.
    """
    tried = begin_link(client_address(request))
    if tried.until is not None:
        return _page(request, None, MANY, status=429)
    row = waiting_by_token(token)
    if row is None:
        return _page(request, None, CLOSED, status=404)
    if request.method != "POST":
        forget_try(tried)
        return _page(request, row)
    typed = {name: request.POST.get(name, "") for name in FIELDS}
    try:
        take_answer(token=token, upload=request.FILES.get("file"), **typed)
    except (NotAllowed, Stale) as refusal:
        return _page(request, row, str(refusal), typed, status=422)
    succeed(tried)
    return _page(request, row, answered=True)


def _page(
    request: HttpRequest,
    row: Assistance | None,
    error: str = "",
    typed: dict[str, str] | None = None,
    *,
    answered: bool = False,
    status: int = 200,
) -> HttpResponse:
    values: dict[str, Any] = {
        "row": row,
        "error": error,
        "typed": typed or dict.fromkeys(FIELDS, ""),
        "answered": answered,
        "taken": ",".join(TAKEN),
    }
    return unlisted(render(request, "portal/assist.html", values, status=status))
