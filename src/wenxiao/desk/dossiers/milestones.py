"""计划节点: a works project's own steps (招标, 开工, 验收 …), by which its money is
judged instead of by months.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from wenxiao.desk.dossiers.dossier import dossier_of
from wenxiao.orgs.permissions import who_can
from wenxiao.pages.acts import Typed, carry_out, day_of, text_of, version_of
from wenxiao.pages.views import held, person, view
from wenxiao.reviews.services.monitoring import plan_milestones, reach_milestone
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from wenxiao.budget.models import Dossier

MOST = 12
"""How many steps one plan may have."""
USUAL = ("招标", "合同签订", "开工", "完工", "验收", "结算")


@view("see_unit", methods=("GET", "POST"))
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """The steps with the day due and the day done; whoever fills for the
    unit plans and reports them.
    """
    row = dossier_of(request, pk)
    back = reverse("desk:milestones", args=[pk])
    if request.method == "POST":
        return _save(request, row, back)
    steps = list(row.milestones.order_by("order", "due"))
    values = {
        "dossier": row,
        "steps": steps,
        "today": today(),
        "late": [s for s in steps if not s.done and s.due < today()],
        "spare": range(len(steps), MOST),
        "shown": max(3, len(steps) + 1),
        "usual": USUAL,
        "who_fills": who_can("fill"),
        "fills": held(request).can("fill", unit=row.unit, subject=row.subject),
    }
    return render(request, "desk/dossiers/milestones.html", values)


def _save(request: HttpRequest, row: Dossier, back: str) -> HttpResponse:
    """All steps of the form as the new plan; a step without name is left out."""
    why = text_of(request, "why", 200)
    named = [
        (text_of(request, f"n{at}", 60), text_of(request, f"d{at}", 10), at) for at in range(MOST)
    ]
    typed = [
        Typed(f"第 {at + 1} 个节点", "", f"{name} {day}".strip())
        for name, day, at in named
        if name or day
    ]

    def write() -> str:
        steps: dict[str, date] = {}
        for name, day, at in named:
            if not name and not day:
                continue
            if not name:
                raise NotAllowed(f"第 {at + 1} 个节点写了日期，没有写名称。")
            if name in steps:
                raise NotAllowed(f"节点“{name}”写了两次。")
            steps[name] = day_of(request, f"d{at}", f"“{name}”的应完成日期")
        steps_planned = plan_milestones(dossier=row, steps=steps, by=person(request), why=why)
        return (
            f"计划节点已保存，共 {len(steps_planned)} 个；监控的资金灯按节点判。"
            if steps_planned
            else "计划节点已清空，资金灯按月份判。"
        )

    return carry_out(request, write, back, [*typed, Typed("理由", "", why)])


@view("fill", methods=("GET", "POST"))
def step_done(request: HttpRequest, pk: int, step: int) -> HttpResponse:
    """Report the day a step was done."""
    row = dossier_of(request, pk)
    back = reverse("desk:milestones", args=[pk])
    milestone = (
        row.milestones.filter(pk=step)
        .select_related("dossier__unit", "dossier__subject__division")
        .first()
    )
    if milestone is None:
        raise Http404
    if request.method != "POST":
        return redirect(back)
    why = text_of(request, "why", 200)

    def write() -> str:
        on = day_of(request, "on", "完成日期")
        reach_milestone(
            milestone=milestone, on=on, by=person(request), why=why, version=version_of(request)
        )
        return f"“{milestone.name}”已于 {on} 完成。"

    return carry_out(
        request,
        write,
        back,
        [Typed("完成日期", "done", text_of(request, "on", 10)), Typed("理由", "", why)],
    )
