"""评价通知书 and 工作方案 of an evaluation task, and its objects assigned many at a time."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse

from wenxiao.budget.selectors import dossiers_of, dossiers_visible_to, rounds_visible_to
from wenxiao.followup.selectors.plannable import evaluation_notice_seen_by, notices_of_round
from wenxiao.followup.services import announce_evaluation, receive_feedback
from wenxiao.orgs import selectors
from wenxiao.orgs.selectors import units_visible_to
from wenxiao.pages.acts import Typed, carry_out, day_of, text_of
from wenxiao.pages.downloads import attachment
from wenxiao.pages.frame import show_year
from wenxiao.pages.request_values import whole
from wenxiao.pages.views import held, person, put_under, view
from wenxiao.reports.evaluation_notice import MATERIALS, WorkPlan, notice_docx, work_plan_docx
from wenxiao.reports.wording import day_text
from wenxiao.reviews.kinds import JUDGED
from wenxiao.reviews.services import assign_batch
from wenxiao.reviews.services.batch_assigning import Assignees, judged_before
from wenxiao.reviews.worklists import reviews_visible_to
from wenxiao.store.clock import today

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from wenxiao.budget.models import Dossier, Round
    from wenxiao.orgs.models import Division

MOST = 300


def _round(request: HttpRequest, pk: int) -> Round:
    """An evaluation task this person may see."""
    rows = rounds_visible_to(person(request)).filter(pk=pk, kind__in=JUDGED)
    one = rows.select_related("division", "basis").first()
    if one is None:
        raise Http404
    show_year(request, one.work_year)
    put_under(request, "desk:evaluations")
    return one


def _objects(request: HttpRequest, row: Round) -> list[Dossier]:
    """The task's objects this person sees."""
    seen = dossiers_visible_to(person(request)).values("pk")
    rows = dossiers_of(row).filter(pk__in=seen).select_related("subject__division", "unit")
    return list(rows.order_by("unit__path", "subject__code", "pk")[:MOST])


@view("see_unit")
def notices(request: HttpRequest, pk: int) -> HttpResponse:
    """Who was told of the evaluation, who signed for it; for the bureau the form that sends."""
    row = _round(request, pk)
    sends = held(request).can("manage_round", division=row.division_id)
    seen = units_visible_to(person(request)).values("pk")
    known = list(notices_of_round(row).filter(unit__in=seen))
    waiting = {one.unit.name for one in _objects(request, row)} - {one.unit.name for one in known}
    values = {
        "row": row,
        "told": known,
        "waiting": sorted(waiting),
        "sends": sends,
        "fills": held(request).can("fill"),
        "unsigned": sum(one.received_on is None for one in known),
        "materials": MATERIALS,
        "today": today(),
    }
    return render(request, "desk/evaluations/notices.html", values)


@view("manage_round", methods=("POST",))
def announce(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the 评价通知书 to every unit of the task that has none."""
    row = _round(request, pk)
    number, asked = text_of(request, "number", 60), text_of(request, "materials", 2000)

    def run() -> str:
        results = announce_evaluation(
            round=row,
            number=number,
            issued_on=day_of(request, "on", "发出日期"),
            due_on=day_of(request, "due", "报送材料期限") if request.POST.get("due") else None,
            text=asked,
            by=person(request),
        )
        return f"评价通知书已发给 {len(results)} 个单位，签收后这里会显示。"

    back = reverse("desk:evaluation_notices", args=[pk])
    return carry_out(
        request, run, back, [Typed("文号", "", number), Typed("另需准备的材料", "", asked)]
    )


@view("fill", methods=("POST",))
def receive(request: HttpRequest, pk: int) -> HttpResponse:
    """The unit signs for its 评价通知书."""
    notice = evaluation_notice_seen_by(person(request), pk)
    if notice is None:
        raise Http404
    name = text_of(request, "name", 60)

    def run() -> str:
        receive_feedback(notice=notice, by=person(request), on=today(), name=name)
        return "评价通知书已签收。"

    back = reverse("desk:evaluation_notices", args=[notice.target_id])
    return carry_out(request, run, back, [Typed("签收人", "received_by", name)])


@view("see_unit")
def notice_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """One unit's 评价通知书 with its receipt slip as .docx."""
    notice = evaluation_notice_seen_by(person(request), pk)
    if notice is None:
        raise Http404
    row = _round(request, notice.target_id or 0)
    mine = [one for one in _objects(request, row) if one.unit_id == notice.unit_id]
    return attachment(notice_docx(notice, row, mine), f"{notice.unit.name}评价通知书", "docx")


@view("manage_round")
def work_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """The task's 工作方案 as .docx."""
    row = _round(request, pk)
    plan = getattr(row, "plan", None)
    sent = notices_of_round(row).first()
    facts = WorkPlan(
        number=sent.number if sent else "",
        approval=plan.approval if plan else "",
        reason=plan.reason if plan else "",
        due_on=day_text(sent.due_on) if sent and sent.due_on else "",
    )
    return attachment(work_plan_docx(row, facts), f"{row.name}工作方案", "docx")


# --- Assigning many -------------------------------------------------------------------------------


@view("manage_round", methods=("GET", "POST"))
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Many objects × agency, lead and experts; who judged the same object
    last year is named beside it.
    """
    row = _round(request, pk)
    rows = _objects(request, row)
    outcome: list[tuple[str, str, str]] = []
    if request.method == "POST":
        why, again = text_of(request, "why", 200), text_of(request, "again", 200)

        def run() -> str:
            results = assign_batch(
                round=row,
                dossiers=[one.pk for one in rows if str(one.pk) in request.POST.getlist("dossier")],
                to=_assignees(request, row.division),
                by=person(request),
                why=why,
                again_why=again,
            )
            outcome.extend(
                (
                    one.dossier.subject.name,
                    reverse("desk:dossier", args=[one.dossier.pk]),
                    one.refused,
                )
                for one in results
            )
            done = sum(not one.refused for one in results)
            return f"已分派 {done} 个，{len(results) - done} 个没有分派。"

        answer = carry_out(
            request,
            run,
            reverse("desk:evaluation_assign", args=[pk]),
            [Typed("依据", "", why), Typed("连续承担的理由", "", again)],
        )
        if not any(refused for *_, refused in outcome):
            return answer
    return _assign_page(request, row, rows, outcome)


def _assignees(request: HttpRequest, division: Division) -> Assignees:
    users = {user.pk: user for user in selectors.outside_people(division)}
    lead = users.get(whole(request.POST.get("lead")) or 0)
    experts = [
        users[key]
        for key in map(whole, request.POST.getlist("expert")[:10])
        if key in users and key is not None
    ]
    agency = selectors.agencies_of(division).filter(pk=whole(request.POST.get("agency")) or 0)
    return Assignees(day_of(request, "until", "截止日期"), lead, experts, agency.first())


def _assign_page(
    request: HttpRequest, row: Round, rows: list[Dossier], outcome: list[tuple[str, str, str]]
) -> HttpResponse:
    reviews = reviews_visible_to(person(request)).filter(round=row)
    begun = {
        one.dossier_id: one
        for one in reviews.select_related("agency").prefetch_related("assignments__user")
    }
    agencies = {one.pk: one.name for one in selectors.agencies_of(row.division)[:200]}
    people = selectors.outside_people(row.division)
    names = {one.pk: one.name for one in people}
    before = judged_before(row, rows)
    known = {
        subject: [agencies.get(pk, "") for pk in firms] + [names.get(pk, "") for pk in users]
        for subject, (firms, users) in before.items()
    }
    values = {
        "row": row,
        "lines": [
            (one, begun.get(one.pk), [n for n in known.get(one.subject_id, []) if n])
            for one in rows
        ],
        "agencies": agencies,
        "people": people,
        "outcome": outcome,
        "until": row.deadline or date(max(today().year, row.work_year), 12, 31),
    }
    status = 422 if outcome else 200
    return render(request, "desk/evaluations/assign.html", values, status=status)
