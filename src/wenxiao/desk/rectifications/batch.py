"""成批延期、督办: many rectifications at once with one day and one reason, each told alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse

from wenxiao.followup import services
from wenxiao.followup.selectors.ledger import rectifications_seen_by
from wenxiao.pages.acts import day_of, person, text_of
from wenxiao.pages.outcomes import BatchOutcome
from wenxiao.pages.request_values import ticked
from wenxiao.pages.views import put_under, view
from wenxiao.store.clock import today

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from wenxiao.followup.models import Rectification

ENTRY = "desk:rectifications"
MOST = 300
TITLES = {"extend": "成批延期", "escalate": "成批督办"}


@view("confirm_finding", methods=("POST",))
def batch(request: HttpRequest) -> HttpResponse:
    """Give the ticked items more time, or put the overdue ones before the units' heads."""
    act = request.POST.get("act", "")
    if act not in TITLES:
        raise Http404
    wanted = ticked(request)
    if not 0 < len(wanted) <= MOST:
        refusal = (
            "没有勾选任何一项。"
            if not wanted
            else f"一次最多办 {MOST} 项，您勾选了 {len(wanted)} 项。"
        )
        messages.error(request, refusal)
        return redirect(ENTRY)
    put_under(request, ENTRY)
    outcome = BatchOutcome(TITLES[act], "整改台账", reverse(ENTRY))
    rows = rectifications_seen_by(person(request)).filter(pk__in=wanted)
    for row in rows.order_by("unit__path", "pk"):
        name = f"{row.unit.name} · {row.finding.dossier.subject.name}：{row.finding.text}"
        outcome.carry(name, _done, request, act, row, wanted[row.pk])
    return outcome.shown(request)


def _done(request: HttpRequest, act: str, row: Rectification, version: int) -> str:
    by, why = person(request), text_of(request, "why", 500)
    if act == "escalate":
        services.escalate(item=row, by=by, on=today(), why=why)
        return "已督办，单位负责人的待办里有这一项"
    to = day_of(request, "to", "新期限")
    services.extend_deadline(item=row, by=by, to=to, why=why, version=version)
    return f"期限改为 {to.year}年{to.month}月{to.day}日"
