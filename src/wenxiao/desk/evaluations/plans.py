"""年度评价计划: objects chosen from the list by criteria, with totals, reason and
approval; issued as one task.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from wenxiao.budget.selectors import KINDS as SUBJECT_KINDS
from wenxiao.budget.selectors import dossiers_visible_to
from wenxiao.followup.selectors.plannable import (
    NEVER_WITHIN,
    PlanCriteria,
    budgets,
    objects_of,
    plan_of,
    plannable,
    plans_of,
)
from wenxiao.pages.acts import Typed, carry_out, day_of, number_of, text_of, version_of
from wenxiao.pages.frame import work_year
from wenxiao.pages.request_values import whole
from wenxiao.pages.views import division_of, person, view
from wenxiao.reviews.kinds import JUDGED, KINDS
from wenxiao.reviews.services import draft_plan, drop_plan, issue_plan
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from wenxiao.reviews.models import EvaluationPlan

ENTRY = "desk:evaluations"
MOST = 400
GRADES = "优良中差"


@view("manage_round")
def plans(request: HttpRequest) -> HttpResponse:
    """The work year's plans: issued ones with their task, drafts with what is missing."""
    division, year = division_of(request, ENTRY), work_year(request)
    values = {"list_year": year, "plans": list(plans_of(division, year)), "kinds": KINDS}
    return render(request, "desk/evaluations/plans.html", values)


@view("manage_round", methods=("GET", "POST"))
def choose(request: HttpRequest) -> HttpResponse:
    """The list narrowed by criteria, with totals in number and money; the ticked become a plan."""
    division, year = division_of(request, ENTRY), work_year(request)
    if request.method == "POST":
        return _draft(request, year)
    fiscal = whole(request.GET.get("fy")) or year - 1
    asked, error = PlanCriteria(), ""
    words: dict[str, str] = {}
    try:
        asked, words = _criteria(request)
    except NotAllowed as refusal:
        error = str(refusal)
    rows = plannable(person(request), fiscal, year, asked)
    total, unknown = budgets(rows)
    values = {
        "list_year": year,
        "fiscal": fiscal,
        "asked": request.GET,
        "grades": GRADES,
        "chosen_grades": request.GET.getlist("grade"),
        "told": words,
        "error": error,
        "rows": rows[:MOST],
        "count": len(rows),
        "total": total,
        "unknown": unknown,
        "most": MOST,
        "subject_kinds": SUBJECT_KINDS,
        "kinds": [(code, KINDS[code].title) for code in reversed(JUDGED)],
        "never": NEVER_WITHIN,
        "tags": _tags(request, fiscal),
        "division": division,
    }
    return render(request, "desk/evaluations/plan_choose.html", values)


def _tags(request: HttpRequest, fiscal: int) -> list[str]:
    rows = dossiers_visible_to(person(request)).filter(fiscal_year=fiscal)
    names = {tag for tags in rows.values_list("subject__tags", flat=True) for tag in tags or ()}
    return sorted(names)


def _criteria(request: HttpRequest) -> tuple[PlanCriteria, dict[str, str]]:
    """The conditions asked for, and each in words for the plan."""
    get = request.GET
    least = number_of(text, "年初预算") if (text := get.get("least", "").strip()[:20]) else None
    rate = number_of(low, "执行率") if (low := get.get("rate", "").strip()[:20]) else None
    grades = tuple(one for one in get.getlist("grade") if one in GRADES)
    kind = get.get("kind", "") if get.get("kind", "") in SUBJECT_KINDS else ""
    asked = PlanCriteria(
        kind=kind,
        tag=get.get("tag", "").strip()[:30],
        least=None if least is None else least * 10_000,
        rate_below=rate,
        grades=grades,
        repeated=bool(get.get("repeated")),
        never=bool(get.get("never")),
        name=get.get("q", "").strip()[:60],
    )
    words = {
        "类型": SUBJECT_KINDS.get(kind, ""),
        "领域标签": asked.tag,
        "年初预算（万元）不低于": text,
        "执行率（%）低于": low,
        "上次等级": "、".join(grades),
        "同一问题重复出现": "是" if asked.repeated else "",
        f"近{NEVER_WITHIN}年未评价": "是" if asked.never else "",
        "名称含": asked.name,
    }
    return asked, {word: value for word, value in words.items() if value}


def _draft(request: HttpRequest, year: int) -> HttpResponse:
    ids = [pk for pk in map(whole, request.POST.getlist("dossier")) if pk is not None][:MOST]
    name, reason = text_of(request, "name", 100), text_of(request, "reason", 1000)
    seen = dossiers_visible_to(person(request)).filter(pk__in=ids).values_list("pk", flat=True)
    drafted: list[EvaluationPlan] = []

    def run() -> str:
        _, words = _criteria(request)
        plan = draft_plan(
            division=division_of(request, ENTRY),
            kind=request.POST.get("plan_kind", ""),
            name=name,
            work_year=year,
            fiscal_year=whole(request.POST.get("fy")) or 0,
            dossiers=list(seen),
            criteria=words,
            reason=reason,
            by=person(request),
        )
        drafted.append(plan)
        return f"计划已拟定，{len(plan.dossiers)} 个对象。批准后下达。"

    back = f"{reverse('desk:plan_choose')}?{request.GET.urlencode()}"
    answer = carry_out(request, run, back, [Typed("名称", "", name), Typed("选取理由", "", reason)])
    return redirect("desk:evaluation_plan", pk=drafted[0].pk) if drafted else answer


def _plan(request: HttpRequest, pk: int) -> EvaluationPlan:
    division = division_of(request, ENTRY)
    row = plan_of(division, pk)
    if row is None:
        raise Http404
    return row


@view("manage_round")
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """One plan: its objects and money, conditions, reason, approval, and what came of it."""
    row = _plan(request, pk)
    rows = objects_of(person(request), row)
    values = {
        "plan": row,
        "kind": KINDS[row.kind],
        "rows": rows,
        "hidden": len(row.dossiers) - len(rows),
    }
    return render(request, "desk/evaluations/plan.html", values)


@view("manage_round", methods=("POST",))
def act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Issue an approved plan as a task, or drop a draft."""
    row, by = _plan(request, pk), person(request)
    if act not in {"issue", "drop"}:
        raise Http404
    approval, why = text_of(request, "approval", 120), text_of(request, "why", 500)

    def issue() -> str:
        opened = issue_plan(
            plan=row,
            approval=approval,
            approved_on=day_of(request, "on", "批准日期"),
            deadline=day_of(request, "deadline", "期限") if request.POST.get("deadline") else None,
            by=by,
            version=version_of(request),
        )
        return f"已下达“{opened.name}”。请发评价通知书、分派评价人。"

    def drop() -> str:
        drop_plan(plan=row, by=by, why=why)
        return "计划已撤销。"

    back = reverse("desk:evaluation_plan", args=[pk]) if act == "issue" else reverse("desk:plans")
    return carry_out(
        request,
        issue if act == "issue" else drop,
        back,
        [Typed("批准文件", "", approval), Typed("理由", "", why)],
    )
