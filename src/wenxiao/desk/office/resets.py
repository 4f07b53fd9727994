"""密码重置: requests that wait, approved by the system administrator, consented to by a second one.
No secret is shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse

from wenxiao.desk.office.units import RESETS
from wenxiao.orgs.services import resetting
from wenxiao.pages.acts import carry_out, text_of
from wenxiao.pages.views import division_of, held, need_any, person, view
from wenxiao.store.keyset import page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

ENTRY = "desk:resets"
SIZE = 50
ACTS = {
    "approve": (resetting.approve_reset, "已批准“{0}”的申请 {1}。"),
    "consent": (resetting.consent_reset, "已同意“{0}”的申请 {1}。"),
    "refuse": (resetting.refuse_reset, "申请 {1} 不予办理，“{0}”的密码不变。"),
}


@view("login")
def resets(request: HttpRequest) -> HttpResponse:
    """What waits, with what this administrator may do on each."""
    need_any(request, *RESETS)
    division, me, holding = division_of(request, ENTRY), person(request), held(request)
    shown = page(resetting.open_resets(division), ["pk"], size=SIZE, token=request.GET.get("at"))
    lines: list[dict[str, object]] = []

    def at(token: str) -> str:
        return f"{reverse(ENTRY)}?at={token}"

    needed = resetting.consents_needed(row.user for row in shown.rows)
    for row in shown.rows:
        second = resetting.consent_for(row, needed.get(row.user_id, ""))
        others = me.pk != row.user_id
        lines.append(
            {
                "row": row,
                "second": second,
                "approves": others and row.approved_by is None and holding.can("manage_users"),
                "consents": others and second and row.consented_by is None and holding.can(second),
            }
        )
    values = {"shown": shown, "lines": lines, "hours": resetting.HOURS, "at": at}
    return render(request, "desk/office/people/resets.html", values)


@view("login", methods=("POST",))
def act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Approve, consent or refuse, with how one made sure of who asks."""
    need_any(request, *RESETS)
    row = resetting.open_resets(division_of(request, ENTRY)).filter(pk=pk).first()
    if row is None or act not in ACTS:
        raise Http404
    carry, done_text = ACTS[act]

    def run() -> str:
        carry(reset=row, by=person(request), why=text_of(request, "why", 500))
        return done_text.format(row.user, row.number)

    return carry_out(request, run, reverse(ENTRY))
