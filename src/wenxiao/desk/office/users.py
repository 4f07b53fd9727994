"""用户与授权: accounts by the system administrator, grants by the security
administrator, neither by the other.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Count, Prefetch, Q
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from wenxiao.desk.office.units import ANY, ENTRY, named_unit, tabs
from wenxiao.orgs import selectors, services
from wenxiao.orgs.permissions import HELD, POWERS, THIRD_PARTIES
from wenxiao.pages.acts import Typed, carry_out, text_of
from wenxiao.pages.views import division_of, held, need_any, person, view
from wenxiao.records.selectors import trail_of
from wenxiao.store.keyset import page
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from wenxiao.orgs.models import User

SIZE = 50


def granted_roles() -> list[tuple[str, str, str]]:
    """Role, its name, what it may do; third parties are let in by assignments and not here."""
    names = dict(selectors.roles())
    return [
        (role, names[role], "、".join(word for power, word in POWERS.items() if power in powers))
        for role, powers in HELD.items()
        if role not in THIRD_PARTIES
    ]


@view("login")
def users(request: HttpRequest) -> HttpResponse:
    """The division's accounts with what each may do now."""
    need_any(request, *ANY)
    division = division_of(request, ENTRY)
    q, off = request.GET.get("q", "").strip()[:60], request.GET.get("off") == "1"
    bare = request.GET.get("bare") == "1"
    rows = selectors.users_without_grants(division) if bare else selectors.users_of(division)
    accounts = rows if off else rows.filter(is_active=True)
    for one in q.split():
        accounts = accounts.filter(
            Q(name__icontains=one) | Q(username__icontains=one) | Q(unit__name__icontains=one)
        )
    in_force = selectors.grants_in_force().select_related("unit")
    shown = page(
        accounts.select_related("unit").prefetch_related(
            Prefetch("grants", queryset=in_force, to_attr="held_now")
        ),
        ["username", "pk"],
        size=SIZE,
        token=request.GET.get("at"),
    )
    values = {
        "shown": shown,
        "q": q,
        "off": off,
        "bare": bare,
        "total": accounts.count(),
        "tabs": tabs("users"),
        "may_users": held(request).can("manage_users"),
        "may_grant": held(request).can("grant"),
    }
    return render(request, "desk/office/people/users.html", values)


@view("login")
def user(request: HttpRequest, pk: int) -> HttpResponse:
    """One account: its grants, now and before, and the acts on it."""
    need_any(request, *ANY)
    return _page(request, _user(request, pk))


def _page(request: HttpRequest, row: User) -> HttpResponse:
    grants = list(
        row.grants.select_related("unit")
        .annotate(listed=Count("subjects"))
        .order_by("-since", "-pk")
    )
    now = timezone.now()
    values = {
        "row": row,
        "waits": row.is_active and not row.has_usable_password(),
        "roles": granted_roles(),
        "trail": list(trail_of(row)[:30]),
        "grants": [(grant, grant.until is None or grant.until >= now) for grant in grants],
        "may_users": held(request).can("manage_users"),
        "may_grant": held(request).can("grant"),
        "mine": row.pk == person(request).pk,
    }
    return render(request, "desk/office/people/user.html", values)


def _user(request: HttpRequest, pk: int) -> User:
    row = (
        selectors.users_of(division_of(request, ENTRY))
        .filter(pk=pk)
        .select_related("unit", "division")
        .first()
    )
    if row is None:
        raise Http404
    return row


@view("manage_users", methods=("POST",))
def add(request: HttpRequest) -> HttpResponse:
    """A new account without a password: the person asks for one on the
    login page, two administrators agree.
    """
    division = division_of(request, ENTRY)
    back = reverse("desk:users")

    def run() -> str:
        username, name = text_of(request, "username", 60), text_of(request, "name", 60)
        if not username or not name:
            raise NotAllowed("账号和姓名都要填写。")
        services.create_user(
            division=division,
            username=username,
            name=name,
            by=person(request),
            unit=named_unit(request, "unit", "所在单位", needed=False),
            phone=text_of(request, "phone", 40),
            must_change_password=False,
            why=text_of(request, "why", 200),
        )
        return (
            f"账号 {username} 已建。下一步：安全管理员授权；"
            f"{name}在登录页点“忘记密码”，报来申请号后办理。"
        )

    typed = [
        Typed(word, "", text_of(request, name, 60))
        for name, word in (("username", "账号"), ("name", "姓名"), ("unit", "所在单位"))
    ]
    return carry_out(request, run, back, typed)


@view("manage_users", methods=("POST",))
def act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Disable, enable."""
    row, why = _user(request, pk), text_of(request, "why", 500)
    if act not in {"disable", "enable"}:
        raise Http404
    back = reverse("desk:user", args=[pk])

    def run() -> str:
        if act == "disable":
            services.disable_user(user=row, by=person(request), why=why)
            return f"“{row}”的账号已停用，留痕中的姓名不变。"
        services.enable_user(user=row, by=person(request), why=why)
        return f"“{row}”的账号已恢复使用。"

    return carry_out(request, run, back)


# ---- grants --------------------------------------------------------------------------------------


@view("grant", methods=("POST",))
def grant(request: HttpRequest, pk: int) -> HttpResponse:
    """Role × scope × period for one account."""
    row = _user(request, pk)

    def run() -> str:
        role, why = request.POST.get("role", ""), text_of(request, "why", 200)
        names = {code: word for code, word, _ in granted_roles()}
        if role not in names:
            raise NotAllowed("请选择角色。第三方机构和专家在“第三方与专家”里按评审分派。")
        if row.division is None:
            raise NotAllowed(f"账号“{row}”不属于任何财政区划，不能授权。")
        unit = named_unit(request, "unit", "单位范围", needed=False)
        if unit is None and request.POST.get("whole") != "1":
            raise NotAllowed("请填写单位范围；确实要授全区划的，勾选“全区划”。")
        services.grant(
            user=row,
            role=role,
            division=row.division,
            by=person(request),
            unit=unit,
            until=until_of(request),
            why=why,
        )
        return f"已授予“{row}”{names[role]}（{unit or '全区划'}）。"

    return carry_out(request, run, reverse("desk:user", args=[pk]))


def until_of(request: HttpRequest) -> date | None:
    """The day a grant ends as typed; None for one without an end."""
    text = text_of(request, "until", 10)
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise NotAllowed("截止日期应写作 2021-12-31。") from error


@view("grant", methods=("POST",))
def end_grant(request: HttpRequest, pk: int) -> HttpResponse:
    """The grant ends now and stays on record."""
    division = division_of(request, ENTRY)
    row = selectors.grants_of(division).filter(pk=pk).select_related("user").first()
    if row is None:
        raise Http404
    why = text_of(request, "why", 500)

    def run() -> str:
        services.end_grant(grant=row, by=person(request), why=why)
        return f"“{row.user}”的{row.get_role_display()}授权已终止。"

    return carry_out(request, run, reverse("desk:user", args=[row.user_id]))
