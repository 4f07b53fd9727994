"""成批发反馈函: the ticked results told to their units at once, each by the single act, each alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse

from wenxiao.desk.rectifications.feedback import deliver
from wenxiao.desk.rectifications.rectifications import ENTRY
from wenxiao.followup.selectors.ledger import orderable, reviews_seen_by
from wenxiao.pages.acts import day_of, person, text_of
from wenxiao.pages.outcomes import BatchOutcome
from wenxiao.pages.request_values import ticked, whole
from wenxiao.pages.views import put_under, view

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from wenxiao.reviews.models import Review

HOME = "desk:feedback"
MOST = 100
COUNTED = "#"
"""Where in a number the count of the letter stands."""


@view("confirm_finding", methods=("POST",))
def send_many(request: HttpRequest) -> HttpResponse:
    """Send the letters of the ticked results with one day and one deadline; what one is refused for
    stands beside it, and the others go out.
    """
    wanted = ticked(request)
    if not 0 < len(wanted) <= MOST:
        refusal = (
            "没有勾选任何一份。"
            if not wanted
            else f"一次最多发 {MOST} 份，您勾选了 {len(wanted)} 份。"
        )
        messages.error(request, refusal)
        return redirect(HOME)
    put_under(request, ENTRY)
    outcome = BatchOutcome("成批发反馈函", "反馈函", reverse(HOME))
    first = whole(request.POST.get("first"), 6) or 1
    rows = reviews_seen_by(person(request)).filter(pk__in=wanted).select_related("round__division")
    for row in rows.order_by("dossier__unit__path", "pk"):
        name = f"{row.dossier.unit.name} · {row.dossier.subject.name}：{row.round.name}"
        count = first + len(outcome.done)
        outcome.carry(name, _sent, request, row, wanted[row.pk], count)
    return outcome.shown(request)


def _sent(request: HttpRequest, row: Review, told: int, count: int) -> str:
    by = person(request)
    number = text_of(request, "number", 60).replace(COUNTED, str(count))
    findings = orderable(by, row) if request.POST.get("order") else orderable(by, row).none()
    return deliver(
        row,
        by,
        issued=day_of(request, "on", "发出日期"),
        due=day_of(request, "due", "整改期限"),
        number=number,
        told=told,
        findings=findings,
    )
