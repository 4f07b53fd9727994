"""结果确认人: who confirms results beside 财政绩效科, and whether the bureau is a small office.
A leader decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse

from wenxiao.orgs.permissions import role_label
from wenxiao.orgs.services import NAMEABLE, name_confirmers, set_small_office
from wenxiao.pages.acts import carry_out, text_of
from wenxiao.pages.views import division_of, held, person, view
from wenxiao.records.selectors import trail_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

ENTRY = "desk:confirmers"
ACTS = ("name", "small", "not-small")
DECISIONS = ("指定确认人", "按小机构办理", "不再按小机构办理")


@view("see_unit")
def confirmers(request: HttpRequest) -> HttpResponse:
    """Who confirms now, and every decision about it."""
    division = division_of(request, ENTRY)
    values = {
        "roles": [(str(role), role_label(role), role in division.confirmers) for role in NAMEABLE],
        "named": [role_label(role) for role in division.confirmers],
        "small": division.small_office,
        "may": held(request).can("sign_report"),
        "decided": list(trail_of(division).filter(act__in=DECISIONS)[:20]),
    }
    return render(request, "desk/office/people/confirmers.html", values)


@view("sign_report", methods=("POST",))
def act(request: HttpRequest, act: str) -> HttpResponse:
    """The leader's decision with its reason; services say what is possible."""
    if act not in ACTS:
        raise Http404
    division, by, why = division_of(request, ENTRY), person(request), text_of(request, "why", 500)

    def run() -> str:
        if act == "name":
            roles = request.POST.getlist("role")
            name_confirmers(division=division, roles=roles, by=by, why=why)
            return "结果确认人已改，从现在起照此办理。"
        set_small_office(division=division, on=act == "small", by=by, why=why)
        return "已按小机构办理。" if act == "small" else "不再按小机构办理。"

    return carry_out(request, run, reverse(ENTRY))
