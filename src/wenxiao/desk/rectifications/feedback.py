"""反馈函: results told to units with a deadline, mending ordered with it, and
the receipt (签收) entered.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse

from wenxiao.desk.rectifications.letters import packs_of
from wenxiao.desk.rectifications.rectifications import ENTRY, tabs
from wenxiao.followup import services
from wenxiao.followup.selectors.ledger import (
    letters_sent,
    notice_seen_by,
    notices_about,
    orderable,
    reviews_seen_by,
    to_feed_back,
)
from wenxiao.followup.services.notices import READ_BY
from wenxiao.pages.acts import Typed, carry_out, day_of, person, text_of, who
from wenxiao.pages.frame import work_year
from wenxiao.pages.request_values import whole
from wenxiao.pages.views import held, put_under, view
from wenxiao.rulebook import basis
from wenxiao.store.clock import today
from wenxiao.store.keyset import page

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from wenxiao.followup.models import Finding
    from wenxiao.orgs.models import Division
    from wenxiao.reviews.models import Review

RULE = "rectification"
ORDER = ["dossier__subject__kind", "dossier__unit__path", "pk"]


def deadline_rule(division: Division, on: date) -> tuple[int, str, str, str]:
    """Days a unit has to answer, the basis, how far that basis was read (原文 · 旁证 · 未核), and the one
    province whose rule it is where it is only a stand-in.
    """
    value = basis.in_force(RULE, on, division.own_rules if division else None)
    borrowed = value.basis == basis.in_force(RULE, on).basis
    province = str(value.content.get("applies_to", "")) if borrowed else ""
    return int(value.content["plan_days"]), value.basis, value.standing, province


@view("see_unit")
def feedback(request: HttpRequest) -> HttpResponse:
    """Who was told, who signed, who not yet; for the bureau the form that sends and orders."""
    put_under(request, ENTRY)
    year, on, division = work_year(request), today(), person(request).division
    rows = to_feed_back(person(request), year)
    shown = page(rows, ORDER, size=60, token=request.GET.get("at"))
    sent = notices_about([row.pk for row in shown.rows])
    asked = request.GET.get("review", "")
    chosen = rows.filter(pk=int(asked)).first() if asked.isdecimal() and len(asked) < 18 else None
    days, cited, standing, province = deadline_rule(division, on)
    total = rows.count()
    waiting = (
        orderable(person(request), chosen).select_related("item").order_by("item__order")
        if chosen
        else []
    )
    values = {
        "tabs": tabs(request, "feedback"),
        "lines": [(row, sent.get(row.pk, [])) for row in shown.rows],
        "shown": shown,
        "total": total,
        "chosen": chosen,
        "told": notices_about([chosen.pk])[chosen.pk] if chosen else [],
        "waiting": waiting,
        "on": on,
        "due": on + timedelta(days=days),
        "days": days,
        "cited": cited,
        "province": province,
        "standing": standing,
        "sends": held(request).can("confirm_finding"),
        "fills": held(request).can("fill"),
        "reads": any(held(request).can(power) for power in READ_BY),
        "list_year": year,
        "who": who,
        "any_sent": any(sent.values()),
        "packs": packs_of(letters_sent(rows)),
        "unsigned": sum(bool(n) and not n[-1].received_on for n in sent.values()),
    }
    return render(request, "desk/rectifications/feedback.html", values)


@view("confirm_finding", methods=("POST",))
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the notice and order the mending of the ticked findings by the
    same day, in one act or not at all.
    """
    row = reviews_seen_by(person(request)).filter(pk=pk).first()
    if row is None:
        raise Http404
    number = text_of(request, "number", 60)

    def carry() -> str:
        issued, due = day_of(request, "on", "发出日期"), day_of(request, "due", "整改期限")
        ticked = [
            key for key in map(whole, request.POST.getlist("finding")[:500]) if key is not None
        ]
        seen = whole(request.POST.get("told"))
        return deliver(
            row,
            person(request),
            issued=issued,
            due=due,
            number=number,
            told=-1 if seen is None else seen,
            findings=orderable(person(request), row).filter(pk__in=ticked),
        )

    return carry_out(
        request, carry, f"{reverse('desk:feedback')}?review={row.pk}", [Typed("编号", "", number)]
    )


def deliver(
    row: Review,
    by: Any,
    *,
    issued: date,
    due: date,
    number: str,
    told: int,
    findings: QuerySet[Finding],
) -> str:
    """Send one letter and order the mending of these findings by its day, both or neither; what
    was done, in words.
    """
    with transaction.atomic():
        notice = services.send_feedback(
            review=row, by=by, issued_on=issued, due_on=due, number=number, told=told
        )
        ordered = list(findings)
        for finding in ordered:
            services.order_rectification(finding=finding, by=by, deadline=due, notice=notice)
    return (
        f"反馈函{number and f'（{number}）'}已发出，下达整改 {len(ordered)} 项，"
        f"期限 {due.year}年{due.month}月{due.day}日。"
    )


@view("fill", methods=("POST",))
def receive(request: HttpRequest, pk: int) -> HttpResponse:
    """The unit signs for a notice (签收), once."""
    notice = notice_seen_by(person(request), pk)
    if notice is None:
        raise Http404
    name = text_of(request, "name", 60)

    def carry() -> str:
        services.receive_feedback(notice=notice, by=person(request), on=today(), name=name)
        return "已签收。"

    return carry_out(
        request, carry, reverse("desk:feedback"), [Typed("签收人", "received_by", name)]
    )
