"""审核: what a checker does with a form handed in: passes it on, gives it back, or takes the signature on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse

from wenxiao.desk.uploads.handing_in import hand_in, set_aside
from wenxiao.pages.acts import Typed, carry_out, text_of, version_of
from wenxiao.pages.views import person, view
from wenxiao.reviews import services
from wenxiao.reviews.kinds import CHECKERS, FILED
from wenxiao.reviews.worklists import reviews_visible_to
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@view("see_unit", methods=("GET", "POST"), files=True)
def judge(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Pass a handed-in form on, give it back with a reason, or hand in the signature on paper; services say who may."""
    row = reviews_visible_to(person(request)).filter(pk=pk, kind__in=FILED).first()
    if row is None or act not in {"pass", "return", "paper"}:
        raise Http404
    back = reverse("desk:filling", args=[pk])
    if request.method != "POST":
        return redirect(back)
    why = text_of(request, "why")

    typed = [Typed("理由", "", why)]
    if act == "paper":
        return hand_in(request, lambda: _signed(request, row, why, back, typed), back, typed)

    def run() -> str:
        return _judged(request, row, act, why)

    return carry_out(request, run, back, typed)


def _judged(request: HttpRequest, row: Any, act: str, why: str) -> str:
    by, version, name = person(request), version_of(request), row.dossier.subject.name
    if act == "return":
        services.return_review(review=row, by=by, why=why, version=version)
        return f"{name}已退回。"
    services.check_review(review=row, by=by, why=why, version=version)
    return f"{name}已审核通过{_next(row)}。"


def _signed(request: HttpRequest, row: Any, why: str, back: str, typed: list[Typed]) -> Any:
    upload = request.FILES.get("scan")
    if upload is None:
        raise NotAllowed("请选择签字盖章件的扫描件（PDF 或照片）。")
    return set_aside(
        request,
        division=row.round.division,
        act="signature",
        values={"review": row.pk, "why": why, "version": version_of(request)},
        files=[upload],
        back=back,
        target=row.pk,
        typed=typed,
    )


def _next(row: Any) -> str:
    role = services.waiting_for(row)
    return f"，等{CHECKERS[role]}审核" if role else ""
