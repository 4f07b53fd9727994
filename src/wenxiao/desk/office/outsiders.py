"""One agency or expert: contracts, cases, rotation, and the quality record of its rows."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse

from wenxiao.budget.selectors import rounds_visible_to
from wenxiao.desk.office.agencies import ENTRY
from wenxiao.followup.selectors.outsiders import (
    cases_of_agency,
    cases_of_expert,
    contracts_of,
    late_share,
    quality_of,
)
from wenxiao.orgs import selectors
from wenxiao.pages.acts import Typed, carry_out, day_of, text_of, version_of, yuan_of
from wenxiao.pages.request_values import whole
from wenxiao.pages.views import division_of, person, put_under, view
from wenxiao.reviews.kinds import JUDGED
from wenxiao.reviews.services import accept_contract, add_contract
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from wenxiao.orgs.models import Agency

VERDICTS = {"accepted": "验收合格", "mended": "整改后合格", "refused": "验收不合格"}


def _agency(request: HttpRequest, pk: int) -> Agency:
    row = selectors.agencies_of(division_of(request, ENTRY)).filter(pk=pk).first()
    if row is None:
        raise Http404
    put_under(request, ENTRY)
    return row


@view("manage_round")
def agency(request: HttpRequest, pk: int) -> HttpResponse:
    """One agency: its contracts and their acceptance, its cases, its quality record."""
    row = _agency(request, pk)
    cases = cases_of_agency(person(request), row)
    quality = quality_of(cases)
    rounds = rounds_visible_to(person(request)).filter(kind__in=JUDGED).order_by("-work_year", "pk")
    values = {
        "agency": row,
        "expert": None,
        "contracts": [(one, one.by_id != person(request).pk) for one in contracts_of(row)],
        "cases": cases,
        "quality": quality,
        "late_share": late_share(quality),
        "rounds": list(rounds[:100]),
        "verdicts": VERDICTS,
        "today": today(),
        "due": today() + timedelta(days=90),
    }
    return render(request, "desk/office/agencies/agency.html", values)


@view("manage_round", methods=("POST",))
def contract(request: HttpRequest, pk: int) -> HttpResponse:
    """A contract is entered."""
    row = _agency(request, pk)
    number, work = text_of(request, "number", 60), text_of(request, "work", 1000)
    rounds = rounds_visible_to(person(request)).filter(kind__in=JUDGED)

    def run() -> str:
        price = yuan_of(request, "price", "合同价")
        if price is None:
            raise NotAllowed("请填合同价（万元）。")
        add_contract(
            agency=row,
            number=number,
            work=work,
            price=price,
            signed_on=day_of(request, "signed", "签订日期"),
            due_on=day_of(request, "due", "完成期限"),
            round=rounds.filter(pk=whole(request.POST.get("round")) or 0).first(),
            by=person(request),
        )
        return f"合同“{number}”已登记，做完由另一人验收。"

    back = reverse("desk:agency", args=[pk])
    return carry_out(
        request, run, back, [Typed("合同编号", "", number), Typed("服务内容", "", work)]
    )


@view("manage_round", methods=("POST",))
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """How the work of a contract was accepted."""
    row = next(
        (
            one
            for firm in selectors.agencies_of(division_of(request, ENTRY))
            for one in contracts_of(firm).filter(pk=pk)
        ),
        None,
    )
    if row is None:
        raise Http404
    acceptance = text_of(request, "acceptance", 1000)

    def run() -> str:
        accept_contract(
            contract=row,
            verdict=request.POST.get("verdict", ""),
            acceptance=acceptance,
            accepted_on=day_of(request, "on", "验收日期"),
            paid=yuan_of(request, "paid", "验收支付额"),
            by=person(request),
            version=version_of(request),
        )
        return f"合同“{row.number}”的验收已登记。"

    back = reverse("desk:agency", args=[row.agency_id])
    return carry_out(request, run, back, [Typed("验收意见", "", acceptance)])


@view("manage_round")
def expert(request: HttpRequest, pk: int) -> HttpResponse:
    """One expert: the reviews scored, how far from the panel, what was given back."""
    row = selectors.experts_of(division_of(request, ENTRY)).filter(pk=pk).first()
    if row is None:
        raise Http404
    put_under(request, ENTRY)
    cases = cases_of_expert(person(request), row)
    quality = quality_of(cases)
    namesakes = selectors.experts_of(row.division).filter(name=row.name).count()
    values = {
        "expert": row,
        "cases": cases,
        "quality": quality,
        "late_share": late_share(quality),
        "namesakes": namesakes,
    }
    return render(request, "desk/office/agencies/expert.html", values)
