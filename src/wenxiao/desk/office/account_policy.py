"""账号安全要求: the division's values for passwords, pauses and sessions, each
with where it comes from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.urls import reverse

from wenxiao.desk.office.units import ANY, ENTRY, tabs
from wenxiao.orgs import selectors
from wenxiao.orgs.services.account_policy import (
    LIMITS,
    open_assist_links,
    policy_of,
    set_account_policy,
    source_of,
)
from wenxiao.pages.acts import carry_out, text_of
from wenxiao.pages.request_values import whole
from wenxiao.pages.views import division_of, held, need_any, person, view
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@view("login")
def policy(request: HttpRequest) -> HttpResponse:
    """Every value with its source."""
    need_any(request, *ANY)
    division = division_of(request, ENTRY)
    now = policy_of(division)
    values = {
        "lines": [
            (limit, getattr(now, limit.name), source_of(division, limit.name)) for limit in LIMITS
        ],
        "roles": [(code, word, code in now.second_factor) for code, word in selectors.roles()],
        "second_source": source_of(division, "second_factor"),
        "links": division.assist_links,
        "tabs": tabs("policy"),
        "may": held(request).can("manage_accounts_policy"),
    }
    return render(request, "desk/office/people/policy.html", values)


@view("manage_accounts_policy", methods=("POST",))
def change(request: HttpRequest) -> HttpResponse:
    """The security administrator's values."""
    division = division_of(request, ENTRY)

    def run() -> str:
        chosen = {}
        for limit in LIMITS:
            number = whole(text_of(request, limit.name, 4))
            if number is None:
                raise NotAllowed(f"“{limit.word}”应填整数（{limit.unit}）。")
            chosen[limit.name] = number
        set_account_policy(
            division=division,
            values=chosen,
            second_factor=request.POST.getlist("second_factor"),
            by=person(request),
            why=text_of(request, "why", 500),
        )
        return "账号安全要求已改，从现在起按新值执行。"

    return carry_out(request, run, reverse("desk:account_policy"))


@view("manage_accounts_policy", methods=("POST",))
def assist_links(request: HttpRequest) -> HttpResponse:
    """Open or close the door by which a row of a form may be answered without an account."""
    division, on = division_of(request, ENTRY), request.POST.get("on") == "1"

    def run() -> str:
        open_assist_links(
            division=division, on=on, by=person(request), why=text_of(request, "why", 500)
        )
        return f"填报协助的免登录链接已{'开放' if on else '关闭，发出去的都不能再用'}。"

    return carry_out(request, run, reverse("desk:account_policy"))
