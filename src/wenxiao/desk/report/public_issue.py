"""公开稿 of a signed report: who was handed it, its correction once something in it was closed, and
telling each holder.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse

from wenxiao.desk.report.report import bureau_of, version_for
from wenxiao.pages.acts import Typed, carry_out, day_of, text_of
from wenxiao.pages.request_values import whole
from wenxiao.pages.views import held, person, view
from wenxiao.reports import public_issue, services
from wenxiao.store.fields import ends_of
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from wenxiao.reports.models import Signed


def number_of_issue(request: HttpRequest) -> int:
    """The posted 期号; NotAllowed says what was received."""
    text = text_of(request, "number", 10)
    if not text.isdecimal() or not 1 <= int(text) <= 9999:
        raise NotAllowed(f"期号应为正整数，收到“{text}”。")
    return int(text)


def filled(request: HttpRequest, *more: Typed) -> list[Typed]:
    """What a form of signing held, to be shown again where it was refused."""
    fields = (("期号", "number"), ("签发人", "signer"), ("签发日期", "day"))
    return [*(Typed(word, "", text_of(request, name, 60)) for word, name in fields), *more]


def signed_of(request: HttpRequest, pk: int) -> Signed:
    """One signed report of this person's division; 404 for any other."""
    signed = services.signed_edition(bureau_of(request), pk)
    if signed is None:
        raise Http404
    return signed


def public_part(request: HttpRequest, signed: Signed, *, newest: bool) -> dict[str, Any]:
    """What the page of a signed report says of its public text."""
    holding, division = held(request), signed.division_id
    closed, holders = public_issue.closed_in(signed), public_issue.holders_of(signed)
    for row in holders:
        row.reach = ends_of(row.contact)  # type: ignore[attr-defined]  # for the list alone
    discloses = holding.can("disclose", division=division)
    corrected = next(
        (
            row
            for row in services.signed_reports(signed.division, signed.work_year)
            if row.corrects_id == signed.pk
        ),
        None,
    )
    draft = services.draft_of(signed.division, signed.work_year)
    return {
        "closed": closed,
        "holders": holders if discloses else [],
        "enters": discloses,
        "tells": discloses
        and closed
        and corrected is not None
        and any(row.told_on is None for row in holders),
        "public_corrected": corrected,
        "corrects_public": closed
        and newest
        and version_for(request) == "internal"
        and draft is not None
        and draft.by_id != person(request).pk
        and holding.can("sign_report", division=division),
    }


@view("sign_report", methods=("POST",))
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """更正公开稿: a new public issue without what was closed; the internal one stays."""
    signed = signed_of(request, pk)
    why = text_of(request, "why")

    def run() -> str:
        corrected = public_issue.correct_public(
            signed=signed,
            issue_number=number_of_issue(request),
            signer=text_of(request, "signer", 60),
            signed_on=day_of(request, "day", "签发日期"),
            by=person(request),
            why=why,
        )
        return f"公开稿已更正为第{corrected.issue_number}期，请逐个告知收件人。"

    back = reverse("desk:signed", args=[pk])
    done = carry_out(request, run, back, filled(request, Typed("更正原因", "", why)))
    if done.status_code != HTTPStatus.FOUND:
        return done
    return redirect(f"{back}#public")


@view("disclose", methods=("POST",))
def enter(request: HttpRequest, pk: int) -> HttpResponse:
    """登记收件人."""
    signed = signed_of(request, pk)
    name, contact = text_of(request, "name", 100), text_of(request, "contact", 100)

    def run() -> str:
        row = public_issue.enter_holder(
            signed=signed,
            name=name,
            contact=contact,
            given_on=day_of(request, "given", "送达日期"),
            by=person(request),
        )
        return f"已登记 {row.name}。"

    back = reverse("desk:signed", args=[pk]) + "#public"
    return carry_out(request, run, back, [Typed("收件人", "", name)])


@view("disclose", methods=("POST",))
def tell(request: HttpRequest, pk: int) -> HttpResponse:
    """登记告知."""
    signed = signed_of(request, pk)
    chosen, how = whole(request.POST.get("holder")), text_of(request, "how", 100)
    holder = next((row for row in public_issue.holders_of(signed) if row.pk == chosen), None)
    if holder is None:
        raise Http404

    def run() -> str:
        on = day_of(request, "told", "告知日期")
        public_issue.tell_holder(holder=holder, on=on, how=how, by=person(request))
        return f"已登记告知 {holder.name}。"

    back = reverse("desk:signed", args=[pk]) + "#public"
    return carry_out(request, run, back, [Typed("怎样告知的", "", how)])
