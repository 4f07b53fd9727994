"""结转新年度: looked at, done in one act, taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse

from wenxiao.budget.selectors import KINDS
from wenxiao.followup import services
from wenxiao.followup.selectors.turning import done_since, turn_of
from wenxiao.pages.acts import Typed, carry_out, person, text_of
from wenxiao.pages.frame import work_year
from wenxiao.pages.request_values import whole
from wenxiao.pages.views import division_of, view

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

ENTRY = "desk:rounds"


@view("manage_round")
def preview(request: HttpRequest) -> HttpResponse:
    """What turning the year would do, before it is done; after it what it
    made, with the way back.
    """
    turn = turn_of(division_of(request, ENTRY), work_year(request))
    values = {"turn": turn, "kinds": KINDS, "since": done_since(turn.done) if turn.done else []}
    return render(request, "desk/rounds/turn.html", values)


def _back(request: HttpRequest) -> str:
    return f"{reverse('desk:year_turn')}?year={work_year(request)}"


@view("manage_round", methods=("POST",))
def turn(request: HttpRequest) -> HttpResponse:
    """Do it."""
    why, unsaid = text_of(request, "why", 500), request.POST.get("unsaid") == "1"
    seen, extra = whole(request.POST.get("seen")), whole(request.POST.get("more"))

    def carry() -> str:
        batch = services.roll_over(
            division=division_of(request, ENTRY),
            year=work_year(request),
            by=person(request),
            seen=(seen or 0) + (extra or 0 if unsaid else 0),
            unsaid=unsaid,
            why=why,
        )
        return f"已结转：{batch.accepted} 个档案进入 {work_year(request) + 1} 年，任务待逐项下达。"

    return carry_out(request, carry, _back(request), [Typed("说明", "", why)])


@view("manage_round", methods=("POST",))
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it back, with a reason."""
    turned = turn_of(division_of(request, ENTRY), work_year(request)).done
    if turned is None or turned.pk != pk:
        raise Http404
    why = text_of(request, "why", 500)

    def carry() -> str:
        services.undo_roll_over(batch=turned, by=person(request), why=why)
        return "结转已撤销，只去掉了它建的档案、待下达任务和申报范围。"

    return carry_out(request, carry, _back(request), [Typed("理由", "", why)])
