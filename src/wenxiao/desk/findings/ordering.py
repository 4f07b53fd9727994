"""确认并下达整改: a deviation seen in monitoring is ordered to be mended at once,
without waiting for a letter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.urls import reverse

from wenxiao.desk.findings.findings import coded_item
from wenxiao.followup.selectors.problems import findings_seen_by
from wenxiao.followup.services import order_rectification
from wenxiao.followup.services.confirming import confirm_and_order
from wenxiao.pages.acts import Typed, carry_out, day_of, person, text_of, version_of
from wenxiao.pages.views import view

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@view("confirm_finding", methods=("POST",))
def order(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm a candidate and order its mending, or order a confirmed
    one's; back to the watched project.
    """
    row = findings_seen_by(person(request)).filter(pk=pk).first()
    if row is None:
        raise Http404
    round_ = text_of(request, "round", 12)
    back = reverse("desk:findings")
    if round_.isdecimal():
        back = reverse("desk:monitored", args=[int(round_), row.dossier_id])
    why = text_of(request, "why", 200)

    def carry() -> str:
        deadline = day_of(request, "deadline", "整改期限")
        if row.state == "candidate":
            confirm_and_order(
                finding=row,
                by=person(request),
                deadline=deadline,
                item=coded_item(row, text_of(request, "item", 20)),
                why=why,
                version=version_of(request),
            )
        else:
            order_rectification(finding=row, by=person(request), deadline=deadline)
        return f"已下达整改：{row.text[:30]}，期限 {deadline.month}月{deadline.day}日，单位的待办里有这一项。"

    return carry_out(request, carry, back, [Typed("理由", "why", why)])
