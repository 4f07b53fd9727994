"""满意度问卷 as whoever got the link sees it: the questions and one answer, on a phone; no account,
nothing else of the system.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.shortcuts import render

from wenxiao.orgs.services.entering import begin_link, forget_try, succeed
from wenxiao.pages.views import view
from wenxiao.portal.links import MANY, unlisted
from wenxiao.reviews.services.surveying import CLOSED, answer_survey
from wenxiao.reviews.surveys import open_by_token, rule_of
from wenxiao.store.callers import client_address
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from wenxiao.reviews.survey import Survey

DEVICE = "survey"
"""The cookie that keeps one device to one answer; it says nothing of who holds it."""
KEPT = 60 * 60 * 24 * 90


@view("anyone", methods=("GET", "POST"))
def survey(request: HttpRequest, token: str) -> HttpResponse:
    """The questions a link opens, and one answer a device. Wrong links are counted by address."""
    tried = begin_link(client_address(request))
    if tried.until is not None:
        return _page(request, None, MANY, status=429)
    row = open_by_token(token)
    if row is None:
        return _page(request, None, CLOSED, status=404)
    forget_try(tried)
    if request.method != "POST":
        return _page(request, row)
    values = [request.POST.get(f"q{at}", "") for at in range(len(row.questions))]
    device = request.COOKIES.get(DEVICE, "") or "none"
    try:
        answer_survey(token=token, values=values, device=device, address=client_address(request))
    except NotAllowed as refusal:
        return _page(request, row, str(refusal), values, status=422)
    succeed(tried)
    return _page(request, row, answered=True)


def _page(
    request: HttpRequest,
    row: Survey | None,
    error: str = "",
    typed: list[str] | None = None,
    *,
    answered: bool = False,
    status: int = 200,
) -> HttpResponse:
    questions = row.questions if row is not None else []
    rule = rule_of(row) if row is not None else None
    values: dict[str, Any] = {
        "survey": row,
        "error": error,
        "answered": answered,
        "asked": [
            (at, one, rule.options(one["kind"]) if rule else (), (typed or [])[at : at + 1] or [""])
            for at, one in enumerate(questions)
        ],
    }
    response = unlisted(render(request, "portal/survey.html", values, status=status))
    if row is not None and DEVICE not in request.COOKIES:
        response.set_cookie(
            DEVICE,
            secrets.token_urlsafe(16),
            max_age=KEPT,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return response
