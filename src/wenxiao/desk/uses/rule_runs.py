"""Rules over a whole round, begun from a page: results become proposals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from wenxiao.desk.findings.rule_runs import Drawing, drawn, start
from wenxiao.followup import tasks
from wenxiao.pages.views import view

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

CONSEQUENCES = Drawing(
    tasks.propose,
    "decide_use",
    frozenset({"monitoring", "finance_evaluation", "department_evaluation"}),
    "按规则提建议",
    "提建议",
    "提出建议",
    "desk:uses",
    "desk:uses_draw",
    "desk:uses_drawn",
)


@view("decide_use", methods=("POST",))
def propose(request: HttpRequest) -> HttpResponse:
    """Begin to propose uses from one round's results."""
    return start(request, CONSEQUENCES)


@view("decide_use")
def uses_drawn(request: HttpRequest) -> HttpResponse:
    """The panel alone, fetched again while something runs."""
    return render(request, "desk/findings/drawn.html", {"drawn": drawn(request, CONSEQUENCES)})
