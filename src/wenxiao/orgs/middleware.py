"""A session ends when nobody worked in it for a while, and some hours after it began, whatever was
done in it.

When somebody last worked stands in a signed cookie bound to the session, so that looking at a page
writes nothing. Pages that ask by themselves say so (X-Unattended) and do not count as work.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.core import signing

from wenxiao.orgs.services.account_policy import policy_of
from wenxiao.orgs.services.entering import note_left
from wenxiao.store.callers import client_address

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

COOKIE, ENTERED = "seen", "entered"
RENEWED_AFTER = 60


def keep_entered(*, request: HttpRequest, **_: Any) -> None:
    """When somebody logs in: the moment the session began."""
    request.session[ENTERED] = int(time.time())


def _seen(request: HttpRequest) -> int:
    """When somebody last worked in this session, by its cookie; 0 where it says nothing true."""
    try:
        key, at = signing.loads(request.COOKIES.get(COOKIE, ""), salt=COOKIE)
    except (signing.BadSignature, ValueError, TypeError):
        return 0
    return int(at) if key == request.session.session_key else 0


def session_limits(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """End what is over before the page is made; renew the moment of work after it."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
            return get_response(request)
        now, seen = int(time.time()), _seen(request)
        if why := _over(request, now, seen):
            user: Any = request.user
            note_left(user, client_address(request), why)
            logout(request)
            messages.info(request, why)
            return get_response(request)
        response = get_response(request)
        if now - seen >= RENEWED_AFTER and "x-unattended" not in request.headers:
            _renew(request, response, now)
        return response

    return answer


def _over(request: HttpRequest, now: int, seen: int) -> str:
    user: Any = request.user
    policy = policy_of(user.division)
    entered = int(request.session.get(ENTERED, 0))
    if now - entered >= policy.session * 3600:
        return f"登录已满 {policy.session} 小时，请重新登录。"
    if now - max(entered, seen) >= policy.idle * 60:
        return f"已有 {policy.idle} 分钟没有操作，已自动退出，请重新登录。"
    return ""


def _renew(request: HttpRequest, response: HttpResponseBase, now: int) -> None:
    key = request.session.session_key
    if not key or not request.user.is_authenticated:
        return
    response.set_cookie(
        COOKIE,
        signing.dumps([key, now], salt=COOKIE),
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
