"""Every view names who may see it. A view without this decorator fails the address matrix."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect

from wenxiao.orgs.permissions import (
    POWERS,
    Holdings,
    Refused,
    grants_kept,
    holdings,
    lacking,
    who_can,
)
from wenxiao.orgs.services.account_policy import policy_of
from wenxiao.pages import errors, noted
from wenxiao.pages.request_values import brings_files, names_nothing, without_nul
from wenxiao.pages.texts import TooLong
from wenxiao.store.moves import NotAllowed, Stale
from wenxiao.store.races import one_wins

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from wenxiao.orgs.models import User

EXPIRED = "登录已经过期，刚才提交的没有写入。登录后回到原来的页面，填过的内容会放回去。"
SECOND_PAGE, SECOND = "/second-factor", "second"
"""Where a person whose role must have a second factor enrols it; the
session's word that it was given.
"""
PASSWORD_PAGE = "/password"  # noqa: S105 - an address
"""Where a person with a one-time password is led from every page until they
have chosen their own.
"""

OPEN = frozenset({"anyone", "login"})
"""Not powers: everybody on the network, and everybody who logged in."""


def held(request: HttpRequest) -> Holdings:
    """The user's grants in force, read once a request."""
    known: Holdings | None = getattr(request, "wenxiao_held", None)
    if known is None:
        known = request.wenxiao_held = holdings(person(request))  # type: ignore[attr-defined]  # one request's memory
    return known


def person(request: HttpRequest) -> User:
    """Who asks. Views behind "login" or a power have a person; for a
    stranger every selector answers with nothing.
    """
    return cast("User", request.user)


def put_under(request: HttpRequest, entry: str) -> None:
    """Put the page under a menu entry that is not its own address; the frame reads it."""
    request.wenxiao_entry = entry  # type: ignore[attr-defined]


def division_of(request: HttpRequest, entry: str) -> Any:
    """The person's division; Refused where the account has none.
    Puts the page under ``entry`` in the menu.
    """
    put_under(request, entry)
    division = person(request).division
    if division is None:
        raise Refused("您的账号不属于任何财政区划，请系统管理员核对账号。")
    return division


def need_any(request: HttpRequest, *powers: str) -> None:
    """Pass with one of ``powers``; Refused says who has which."""
    if not any(held(request).can(power) for power in powers):
        holders = "；".join(f"{POWERS[power]}由{who_can(power)}办理" for power in powers)
        raise Refused(f"{holders}。需要时请安全管理员授权。")


def view(
    power: str, *, methods: tuple[str, ...] = ("GET",), files: bool = False
) -> Callable[[Callable[..., HttpResponse]], Any]:
    """Let a request in if its user holds ``power`` somewhere; what exactly they may touch is asked
    below, by services.

    ``files``: the address takes files. No other does: what a request brings there is refused before
    anybody looks.

    ``power`` is one of the powers of orgs.permissions, "login" or "anyone". A refusal from below
    (Refused, NotAllowed, Stale) becomes a page that says who can, what state things are in, or that
    somebody else was faster.
    """
    if power not in OPEN and power not in POWERS:
        raise KeyError(power)

    # What only a button sends is never done for a HEAD, which no form protection looks at.
    allowed = {*methods, "HEAD"} if "GET" in methods else set(methods)

    def decorate(function: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(function)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method not in allowed:
                return errors.not_this_way(request, methods)
            if power != "anyone" and not request.user.is_authenticated:
                return _to_login(request)
            # Who only looks changes no grant: they are read once. Whoever acts asks again before
            # and after.
            keeps = request.method != "POST" and power != "anyone"
            with grants_kept(person(request) if keeps else None):
                if power != "anyone" and (first := _first_page(request)):
                    return redirect(first)
                if names_nothing(kwargs):
                    return errors.not_found(request)
                if not files and brings_files(request):
                    return errors.takes_no_files(request)
                without_nul(request)
                response = _answer(function, request, power, args, kwargs)
            if power != "anyone":
                noted.taken(request, response)
                response["Cache-Control"] = "private, no-store"
            return response

        guarded.methods = sorted(allowed)  # type: ignore[attr-defined]  # read by the list of addresses
        guarded.power = power  # type: ignore[attr-defined]  # read by the address matrix
        guarded.files = files  # type: ignore[attr-defined]  # likewise: the doors for files
        return guarded

    return decorate


def _first_page(request: HttpRequest) -> str:
    """Where the person must go before any other page: a password of their
    own, a second factor; empty for nowhere.
    """
    if person(request).must_change_password:
        return "" if request.path == PASSWORD_PAGE else PASSWORD_PAGE
    return SECOND_PAGE if _second_due(request) else ""


def _second_due(request: HttpRequest) -> bool:
    """Whether this person's role must have a second factor and this session
    was entered without one.
    """
    if request.session.get(SECOND) or request.path in {PASSWORD_PAGE, SECOND_PAGE}:
        return False
    must = policy_of(person(request).division).second_factor
    return bool(must) and any(scope.role in must for scope in held(request).scopes)


def _to_login(request: HttpRequest) -> HttpResponse:
    """To the login and back to this page; from a form, back to the page it stands on.

    A part of a page is only told: to lead away would lose what is being typed around it.
    """
    if getattr(request, "htmx", False):
        return errors.logged_out(request)
    if request.method in {"GET", "HEAD"}:
        return redirect_to_login(request.get_full_path())
    messages.error(request, EXPIRED)
    return redirect_to_login(_came_from(request))


def _came_from(request: HttpRequest) -> str:
    """The page of this site the request was sent from; the front page where
    the browser does not say.
    """
    came = urlsplit(request.META.get("HTTP_REFERER", ""))
    if came.netloc != request.get_host():
        return "/"
    return f"{came.path}?{came.query}" if came.query else came.path


def _answer(
    function: Callable[..., HttpResponse],
    request: HttpRequest,
    power: str,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> HttpResponse:
    if power not in OPEN and not held(request).can(power):
        return errors.forbidden(request, lacking(held(request), power))
    try:
        with one_wins():
            return function(request, *args, **kwargs)
    except Refused as refusal:
        return errors.forbidden(request, str(refusal))
    except TooLong as refusal:
        return errors.too_long(request, str(refusal))
    except (Stale, NotAllowed) as refusal:
        return errors.conflict(request, str(refusal))
    except PermissionDenied as refusal:
        return errors.forbidden(request, str(refusal) or "这一页不对您开放。")
    except Http404:
        return errors.not_found(request)
