"""Coming in and going out."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import (
    authenticate,
    get_user_model,
    login,
    logout,
    update_session_auth_hash,
)
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.http import HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from wenxiao.orgs.selectors import is_demonstration
from wenxiao.orgs.services import change_password, entering
from wenxiao.orgs.services.account_policy import policy_of
from wenxiao.orgs.services.second_factor import has_second_factor, verify_code
from wenxiao.pages.acts import text_of
from wenxiao.pages.views import SECOND, person, view
from wenxiao.store.callers import BROWSER, client_address, from_this_machine, known_browser
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

    from wenxiao.orgs.models import User

HALF, HALF_SECONDS = "half", 300
"""Whose password was right and whose code is still to come, for five minutes."""
BACKEND = "wenxiao.orgs.backends.PausingBackend"


def demo_accounts(request: HttpRequest) -> list[tuple[str, str, str, str]]:
    """Accounts of demonstration divisions one may try: account, name, roles, unit.
    Empty where a password is needed.
    """
    if not settings.ENTER_WITHOUT_PASSWORD or not from_this_machine(request):
        return []
    people = (
        get_user_model().objects.filter(is_active=True, division__demo=True).select_related("unit")
    )
    people = people.exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX)
    accounts = []
    for one in people.prefetch_related("grants").order_by("pk")[:30]:
        roles = "、".join(dict.fromkeys(grant.get_role_display() for grant in one.grants.all()))
        accounts.append((one.username, one.name, roles, one.unit.name if one.unit else ""))
    return accounts


def _demo_person(request: HttpRequest) -> User | None:
    """The demonstration account that was clicked; None outside a
    demonstration and for whoever comes from elsewhere.
    """
    username = request.POST.get("demo", "")
    if not username or not settings.ENTER_WITHOUT_PASSWORD:
        return None
    if not from_this_machine(request) or not is_demonstration():
        return None
    return (
        get_user_model()
        .objects.filter(username=username, is_active=True, division__demo=True)
        .first()
    )


def _why_not(request: HttpRequest, username: str) -> str:
    until = entering.paused_until(username, client_address(request), known_browser(request))
    if until is None:
        return "账号或密码不对，请核对后重填。忘记密码时在下面申请重置。"
    return f"连续多次没有输对，{_moment(until)} 以后再试；以前登录过的电脑不受他人输错的影响。"


def _moment(until: datetime) -> str:
    return timezone.localtime(until).strftime("%H:%M:%S")


def ask_code(request: HttpRequest, user: User, onward: str) -> HttpResponse | None:
    """On to the second factor, with nobody logged in yet; None for who has none."""
    if not has_second_factor(user):
        return None
    request.session.flush()
    request.session[HALF] = {
        "user": user.pk,
        "hash": user.get_session_auth_hash(),
        "at": int(time.time()),
        "onward": onward,
    }
    return redirect("desk:login_code")


def _half_in(request: HttpRequest) -> tuple[User | None, str]:
    """Whose password was right within the last minutes, and where they go
    on; None where nobody's was.
    """
    half = request.session.get(HALF) or {}
    if time.time() - half.get("at", 0) > HALF_SECONDS:
        return None, "/"
    user = get_user_model().objects.filter(pk=half["user"], is_active=True)
    account = user.select_related("division").first()
    if account is None or account.get_session_auth_hash() != half["hash"]:
        return None, "/"
    return account, half["onward"]


@view("anyone", methods=("GET", "POST"))
def code(request: HttpRequest) -> HttpResponse:
    """The code of the phone, or a recovery code, after a right password."""
    user, onward = _half_in(request)
    if user is None:
        return redirect("desk:login")
    error = ""
    if request.method == "POST":
        try:
            how = verify_code(
                user=user, code=text_of(request, "code", 40), address=client_address(request)
            )
        except NotAllowed as refusal:
            error = str(refusal)
        else:
            request.session.flush()
            response = come_in(request, user, f"密码和{how}", onward)
            request.session[SECOND] = True
            return response
    values = {"error": error, "name": user.name}
    return render(request, "desk/home/code.html", values, status=401 if error else 200)


def come_in(request: HttpRequest, user: User, how: str, onward: str) -> HttpResponse:
    """Log the person in, keep it in the trail, and know their browser from now on."""
    browser = known_browser(request) or secrets.token_urlsafe(18)
    login(request, user, backend=BACKEND)
    entering.know_browser(user.username, browser)
    entering.note_entered(user, client_address(request), how)
    response = HttpResponseRedirect(onward)
    response.set_signed_cookie(
        BROWSER,
        browser,
        salt=BROWSER,
        max_age=int(entering.KNOWN_FOR.total_seconds()),
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
    return response


@view("login", methods=("GET", "POST"))
def password(request: HttpRequest) -> HttpResponse:
    """The person's own new password; the first login with a one-time
    password leads here and nowhere else.
    """
    user, errors = person(request), {}
    if request.method == "POST":
        old, new, again = (request.POST.get(name, "") for name in ("old", "new", "again"))
        tried = entering.begin_secret(user, "password")
        if tried.until is not None:
            errors["old"] = f"现在的密码连续输错，{_moment(tried.until)} 以后再试。"
        elif not user.check_password(old):
            errors["old"] = "现在的密码不对。"
            entering.note_failed(user, client_address(request), tried, "改密时旧密码不对")
            if tried.shut_until is not None:
                return _sent_out(request, "现在的密码连续输错，已退出登录。")
        elif new != again:
            errors["again"] = "两次填写的新密码不一样。"
        elif new == old:
            errors["new"] = "新密码不能与现在的相同。"
        else:
            try:
                change_password(user=user, password=new)
            except NotAllowed as refusal:
                errors["new"] = str(refusal)
        if "old" not in errors:
            entering.succeed(tried)
        if not errors:
            update_session_auth_hash(request, user)
            messages.success(request, "密码已修改，下次用新密码登录。")
            return redirect("desk:home")
    return render(
        request,
        "desk/home/password.html",
        {"errors": errors, "forced": user.must_change_password, "policy": policy_of(user.division)},
        status=422 if errors else 200,
    )


@view("anyone", methods=("GET", "POST"))
def enter(request: HttpRequest) -> HttpResponse:
    """The login page; in a demonstration it lists the accounts one may try."""
    onward = request.POST.get("next") or request.GET.get("next") or "/"
    if not url_has_allowed_host_and_scheme(
        onward, {request.get_host()}, require_https=request.is_secure()
    ):
        onward = "/"
    error, username = "", request.POST.get("username", "").strip()
    if request.method == "POST":
        if (chosen := _demo_person(request)) is not None:
            return come_in(request, chosen, "演示免密码", onward)
        user = authenticate(request, username=username, password=request.POST.get("password", ""))
        if user is not None:
            return ask_code(request, user, onward) or come_in(request, user, "密码", onward)
        error = _why_not(request, username)
    values = {
        "error": error,
        "username": username,
        "onward": onward,
        "accounts": demo_accounts(request),
        "demo_closed": settings.DEMO
        and not (settings.ENTER_WITHOUT_PASSWORD and from_this_machine(request)),
    }
    return render(request, "desk/home/login.html", values, status=401 if error else 200)


@view("anyone", methods=("POST",))
def leave(request: HttpRequest) -> HttpResponse:
    """Log out."""
    if request.user.is_authenticated:
        entering.note_left(person(request), client_address(request), "本人退出")
    logout(request)
    return redirect("desk:login")


def _sent_out(request: HttpRequest, why: str) -> HttpResponse:
    entering.note_left(person(request), client_address(request), why)
    logout(request)
    messages.error(request, why)
    return redirect("desk:login")
