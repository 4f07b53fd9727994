"""审核: what a checker does with a form handed in: passes it on, gives it
back, or takes the signature on paper.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from wenxiao.desk.uploads.handing_in import hand_in, set_aside
from wenxiao.pages.acts import Typed, carry_out, text_of, version_of
from wenxiao.pages.downloads import as_received
from wenxiao.pages.request_values import whole
from wenxiao.pages.views import person, view
from wenxiao.reviews import services
from wenxiao.reviews.kinds import CHECKERS, FILED
from wenxiao.reviews.worklists import reviews_visible_to
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest

    from wenxiao.orgs.models import User
    from wenxiao.records.models import Upload
    from wenxiao.reviews.models import Review

ON_PAPER = ("confirm", "refuse")
"""What another person does with a signature on paper."""


@view("see_unit", methods=("GET", "POST"), files=True)
def judge(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Pass a handed-in form on, give it back with a reason, hand in the signature on paper or
    decide on it; services say who may.
    """
    row = reviews_visible_to(person(request)).filter(pk=pk, kind__in=FILED).first()
    if row is None or act not in {"pass", "return", "paper", *ON_PAPER}:
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


def _judged(request: HttpRequest, row: Review, act: str, why: str) -> str:
    by, version, name = person(request), version_of(request), row.dossier.subject.name
    if act == "return":
        marked = [pk for pk in map(whole, request.POST.getlist("mark")) if pk is not None]
        services.return_review(review=row, by=by, why=why, version=version, marked=marked)
        return f"{name}已退回。"
    if act in ON_PAPER:
        return _decided(row, by, act, why)
    services.check_review(review=row, by=by, why=why, version=version)
    return f"{name}已审核通过{_next(row)}。"


def _decided(row: Review, by: User, act: str, why: str) -> str:
    paper = services.pending_paper(row)
    if paper is None:
        raise NotAllowed("没有等待核对的签字件，可能已有人办理，或表在此后改动过。")
    if act == "refuse":
        services.refuse_paper(paper=paper, by=by, why=why)
        return "签字件没有采用，请单位重新提交。"
    reviewed = services.confirm_paper(paper=paper, by=by, why=why)
    return f"签字件已确认，代替线上审核{_next(reviewed)}。"


@view("see_unit")
def scan(request: HttpRequest, pk: int) -> HttpResponse:
    """The scan that waits, byte for byte, for whoever compares it with the form."""
    row = reviews_visible_to(person(request)).filter(pk=pk, kind__in=FILED).first()
    paper = services.pending_paper(row) if row is not None else None
    if paper is None:
        raise Http404
    return as_received(paper.file)


def _signed(request: HttpRequest, row: Review, why: str, back: str, typed: list[Typed]) -> Upload:
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


def _next(row: Review) -> str:
    role = services.waiting_for(row)
    return f"，等{CHECKERS[role]}审核" if role else ""
