"""签发 and what comes after: the signed edition, its files, its correction,
and leaders' instructions on it.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from wenxiao.desk.report.public_issue import filled, number_of_issue, public_part, signed_of
from wenxiao.desk.report.report import (
    TITLES,
    bureau_of,
    figure_part,
    is_text,
    parts_of,
    sent_file,
    version_for,
)
from wenxiao.orgs.permissions import role_label
from wenxiao.pages.acts import Typed, carry_out, day_of, text_of
from wenxiao.pages.views import held, person, put_under, view
from wenxiao.reports import instructions, services
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from wenxiao.orgs.models import Division
    from wenxiao.reports.facts import Version
    from wenxiao.reports.models import Signed
    from wenxiao.reports.structure import Report

VERSIONS = ("internal", "public")


@view("sign_report", methods=("POST",))
def sign(request: HttpRequest, year: int) -> HttpResponse:
    """签发 what the signer had before him; a second click finds it signed and changes nothing."""
    division = bureau_of(request)
    draft = services.draft_of(division, year)
    if draft is None:
        raise NotAllowed(f"{year} 年度还没有起草报告，请财政绩效科先起草。")

    def run() -> str:
        signed = services.sign_report(
            draft=draft,
            issue_number=number_of_issue(request),
            signer=text_of(request, "signer", 60),
            signed_on=day_of(request, "day", "签发日期"),
            by=person(request),
            shown=request.POST.get("shown", ""),
        )
        return f"第{signed.issue_number}期已签发，此后不再改动。"

    done = carry_out(request, run, reverse("desk:report", args=[year]), filled(request))
    return _to_newest(done, division, year)


def _to_newest(done: HttpResponse, division: Division, year: int) -> HttpResponse:
    """After signing, the signed sheet; a refusal stays as it is."""
    if done.status_code != HTTPStatus.FOUND:
        return done
    return redirect("desk:signed", pk=services.signed_reports(division, year)[0].pk)


def _paper(signed: Signed, version: Version) -> tuple[Report | None, str]:
    """The signed sheet, or why it can't be shown."""
    try:
        return services.signed_report(signed, version), ""
    except NotAllowed as refusal:
        return None, str(refusal)


@view("see_unit")
def edition(request: HttpRequest, pk: int) -> HttpResponse:
    """The signed sheet, frozen; whether it is intact, its files, what the
    rows say now, and the instructions on it.
    """
    signed, version, holding = signed_of(request, pk), version_for(request), held(request)
    (paper, unshown), division = _paper(signed, version), signed.division
    opened = paper.figures.get(request.GET.get("figure", "")) if paper else None
    put_under(request, "desk:report_now")
    editions = services.signed_reports(division, signed.work_year)
    current = services.current(division, signed.work_year, version=version).report
    newest = not any(row.corrects_id == signed.pk for row in editions)
    draft = services.draft_of(division, signed.work_year)
    given = instructions.instructions_on(signed)
    values: dict[str, object] = {
        "signed": signed,
        "paper": paper,
        "unshown": unshown,
        "opened": opened,
        "parts": parts_of(request, opened),
        "is_text": is_text,
        "intact": services.is_intact(signed),
        "editions": editions,
        "newest": newest,
        "report_year": signed.work_year,
        "versions": VERSIONS if version == "internal" else ("public",),
        "titles": TITLES,
        "differs": services.differences(signed, current),
        "instructions": given,
        "today": today(),
        "closable": {
            row.pk
            for row in given
            if row.closed_on is None and instructions.may_close(holding, row)
        },
        "instructs": holding.can("instruct", division=division.pk),
        "takers": [(role, role_label(role)) for role in instructions.TAKERS],
        "corrects": newest
        and version == "internal"
        and draft is not None
        and holding.can("sign_report", division=division.pk),
        "handed": draft is not None and draft.state == "handed",
        "own": draft is not None and person(request).pk in {draft.by_id, draft.handed_by_id},
        "fingerprint": services.fingerprint(current),
        "next_number": max(row.issue_number for row in editions) + 1,
        **public_part(request, signed, newest=newest),
        "figure_href": lambda ident: reverse("desk:signed_figure", args=[pk, ident]),
        "shut_href": reverse("desk:signed", args=[pk]),
    }
    return render(request, "desk/report/edition.html", values)


@view("see_unit")
def signed_figure(request: HttpRequest, pk: int, ident: str) -> HttpResponse:
    """A figure as it was signed, with the rows it had then."""
    paper, _ = _paper(signed_of(request, pk), version_for(request))
    opened = paper.figures.get(ident) if paper else None
    if opened is None:
        raise Http404
    back = reverse("desk:signed", args=[pk])
    if not request.htmx:  # type: ignore[attr-defined]  # set by its middleware
        return redirect(f"{back}?figure={ident}#drawer")
    return figure_part(request, opened, back)


@view("see_unit")
def signed_file(request: HttpRequest, pk: int, version: str, name: str) -> HttpResponse:
    """A file as it was signed; the internal version only for those who see restricted subjects."""
    signed = signed_of(request, pk)
    if version not in VERSIONS or (version == "internal" and version_for(request) == "public"):
        raise Http404
    kind: Version = "internal" if version == "internal" else "public"
    public = "，公开稿" if kind == "public" else ""
    title = f"{signed.work_year}年度{TITLES.get(name, '')}（第{signed.issue_number}期{public}）"
    return sent_file(name, title, services.signed_file(signed, name, kind))


@view("sign_report", methods=("POST",))
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """更正: a new edition from today's draft, with its reason; the old one stays."""
    signed = signed_of(request, pk)

    def run() -> str:
        corrected = services.correct_report(
            signed=signed,
            issue_number=number_of_issue(request),
            signer=text_of(request, "signer", 60),
            signed_on=day_of(request, "day", "签发日期"),
            by=person(request),
            why=text_of(request, "why"),
            shown=request.POST.get("shown", ""),
        )
        return f"已更正为第{corrected.issue_number}期；第{signed.issue_number}期照原样保留。"

    back = reverse("desk:signed", args=[pk])
    done = carry_out(
        request, run, back, filled(request, Typed("更正原因", "", text_of(request, "why")))
    )
    return _to_newest(done, signed.division, signed.work_year)


# --- 领导批示 -----------------------------------------------------------------------------------------


@view("instruct", methods=("POST",))
def instruct(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter what a leader wrote on the report, for whom and until when."""
    signed = signed_of(request, pk)

    def run() -> str:
        due = day_of(request, "due", "办结期限") if request.POST.get("due") else None
        recorded = instructions.record_instruction(
            signed=signed,
            leader=text_of(request, "leader", 60),
            text=text_of(request, "text"),
            by=person(request),
            given_on=day_of(request, "given", "批示日期"),
            taker=text_of(request, "taker", 20),
            due_on=due,
        )
        return f"批示已登记，交{recorded.assigned_to}办理。"

    typed = [
        Typed(word, "", text_of(request, name))
        for word, name in (("批示领导", "leader"), ("批示内容", "text"), ("批示日期", "given"))
    ]
    return carry_out(request, run, reverse("desk:signed", args=[pk]) + "#instructions", typed)


@view("see_unit")
def instruction(request: HttpRequest, pk: int) -> HttpResponse:
    """Where an instruction's to-do leads: the report it stands on."""
    division = person(request).division
    instructed = instructions.instruction_in(division, pk) if division else None
    if instructed is None or not (
        instructions.may_close(held(request), instructed) or held(request).can("write_report")
    ):
        raise Http404
    values = {
        "row": instructed,
        "today": today(),
        "closes": instructed.closed_on is None
        and instructions.may_close(held(request), instructed),
        "report": reverse("desk:signed", args=[instructed.about_id]),
    }
    put_under(request, "desk:report_now")
    return render(request, "desk/report/instruction.html", values)


@view("see_unit", methods=("POST",))
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """办结: what came of an instruction, by whoever was told to carry it out
    or who enters instructions.
    """
    division = person(request).division
    instructed = instructions.instruction_in(division, pk) if division else None
    if instructed is None:
        raise Http404

    def run() -> str:
        instructions.carry_out_instruction(
            instruction=instructed,
            outcome=text_of(request, "outcome"),
            on=day_of(request, "day", "办结日期"),
            by=person(request),
        )
        return "批示已办结。"

    back = reverse("desk:instruction", args=[pk])
    return carry_out(
        request, run, back, [Typed("办理结果", "outcome", text_of(request, "outcome"))]
    )
