"""Coming in and going out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import authenticate, get_user_model, login, logout
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from wenxiao.pages.views import view

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

BACKEND = "django.contrib.auth.backends.ModelBackend"


def demo_accounts() -> list[tuple[str, str, str, str]]:
    """Accounts of demonstration divisions one may try: account, name, roles, unit. Empty outside demonstration mode."""
    if not settings.DEMO:
        return []
    people = get_user_model().objects.filter(is_active=True, division__demo=True).select_related("unit")
    found = []
    for person in people.prefetch_related("grants").order_by("pk")[:30]:
        roles = "、".join(dict.fromkeys(grant.get_role_display() for grant in person.grants.all()))
        found.append((person.username, person.name, roles, person.unit.name if person.unit else ""))
    return found


def _demo_person(username: str) -> Any:
    """The demonstration account of this name; None outside demonstration mode, so that no door opens without a password."""
    if not settings.DEMO:
        return None
    return get_user_model().objects.filter(username=username, is_active=True, division__demo=True).first()


@view("login")
def home(request: HttpRequest) -> HttpResponse:
    """Where the day begins."""
    del request
    return redirect("desk:subjects")


@view("anyone", methods=("GET", "POST"))
def enter(request: HttpRequest) -> HttpResponse:
    """The login page; in a demonstration it lists the accounts one may try."""
    onward = request.POST.get("next") or request.GET.get("next") or "/"
    if not url_has_allowed_host_and_scheme(onward, {request.get_host()}, require_https=request.is_secure()):
        onward = "/"
    error, username = "", request.POST.get("username", "").strip()
    if request.method == "POST":
        user = _demo_person(request.POST["demo"]) if "demo" in request.POST else None
        user = user or authenticate(request, username=username, password=request.POST.get("password", ""))
        if user is not None:
            login(request, user, backend=BACKEND)
            return redirect(onward)
        error = "账号或密码不对，请核对后重填。忘记密码时请系统管理员重设。"
    values = {
        "error": error, "username": username, "onward": onward,
        "accounts": demo_accounts(),
    }  # fmt: skip
    return render(request, "desk/login.html", values, status=401 if error else 200)


@view("anyone", methods=("POST",))
def leave(request: HttpRequest) -> HttpResponse:
    """Log out."""
    logout(request)
    return redirect("desk:login")
