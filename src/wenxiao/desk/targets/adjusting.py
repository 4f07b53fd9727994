"""目标调整: the change request with its reason, budget change and proof; and
targets whose budget changed without them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect, render
from django.urls import reverse

from wenxiao.desk.targets.target import ENTRY, target_of
from wenxiao.desk.uploads.handing_in import hand_in, set_aside
from wenxiao.pages.acts import Typed, carry_out, signed_wan, text_of, version_of
from wenxiao.pages.frame import work_year
from wenxiao.pages.request_values import whole
from wenxiao.pages.views import held, person, put_under, view
from wenxiao.reviews.services import request_adjustment, running_of
from wenxiao.targets import services
from wenxiao.targets.budget_changes import asked_about

if TYPE_CHECKING:
    from decimal import Decimal

    from django.http import HttpRequest, HttpResponse

    from wenxiao.records.models import Upload
    from wenxiao.targets.models import Target


@view("fill", methods=("POST",), files=True)
def adjust(request: HttpRequest, pk: int) -> HttpResponse:
    """目标调整: a draft of the next version; what is under way by the present one is named."""
    row, back = target_of(request, pk), reverse("desk:target", args=[pk])
    why, proof = text_of(request, "why"), request.FILES.get("proof")
    typed = [Typed("调整理由", "", why)]
    if proof is not None:
        return hand_in(request, lambda: _with_proof(request, row, why, back, typed), back, typed)
    drafts: list[Target] = []

    def run() -> str:
        drafts.append(
            request_adjustment(
                target=row, by=person(request), why=why, budget_change=_change(request)
            )
        )
        running = "、".join(running_of([row.dossier_id]).get(row.dossier_id, []))
        conflict = f"{running}正按现行版办理，批复后改按新版。" if running else ""
        return f"已起草第 {drafts[0].number} 版，批复前仍按第 {row.number} 版执行。{conflict}"

    answer = carry_out(request, run, back, typed)
    return redirect("desk:target_fill", pk=drafts[0].pk) if drafts else answer


def _change(request: HttpRequest) -> Decimal | None:
    text = text_of(request, "budget_change", 30)
    return signed_wan(text, "预算变动") if text else None


def _with_proof(
    request: HttpRequest, row: Target, why: str, back: str, typed: list[Typed]
) -> Upload:
    change = _change(request)
    return set_aside(
        request,
        division=row.dossier.subject.division,
        act="target_adjustment",
        values={
            "target": row.pk,
            "why": why,
            "budget_change": None if change is None else str(change),
        },
        files=[request.FILES["proof"]],
        back=back,
        target=row.pk,
        typed=typed,
    )


@view("fill", methods=("POST",))
def keep(request: HttpRequest, pk: int) -> HttpResponse:
    """A changed budget leaves the target as it is, with a reason."""
    row, why = target_of(request, pk), text_of(request, "why", 500)

    def run() -> str:
        services.keep_target(target=row, by=person(request), why=why, version=version_of(request))
        return f"已记明{row.dossier.subject.name}的目标不随预算调整；预算再变会再问。"

    return carry_out(request, run, reverse("desk:target", args=[pk]), [Typed("理由", "", why)])


@view("see_unit")
def budget_changes(request: HttpRequest) -> HttpResponse:
    """The approved targets of a budget year whose budget changed while they stayed, unanswered."""
    put_under(request, ENTRY)
    year = whole(request.GET.get("fy")) or work_year(request)
    values = {
        "list_year": year,
        "lines": asked_about(person(request), year),
        "fills": held(request).can("fill"),
    }
    return render(request, "desk/targets/budget_changes.html", values)
