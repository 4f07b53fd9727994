"""审核 and 批复: marks on rows and one return, passing on, and many approved at once by a paper."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.shortcuts import redirect, render
from django.urls import reverse

from wenxiao.budget.money import budgets_of
from wenxiao.budget.selectors import dossiers_visible_to
from wenxiao.desk.targets.target import ENTRY, target_of
from wenxiao.desk.targets.year import LEVELS, level_counts
from wenxiao.desk.uploads.handing_in import hand_in, set_aside
from wenxiao.orgs.permissions import Refused, who_can
from wenxiao.pages.acts import Typed, carry_out, text_of, version_of
from wenxiao.pages.formats import subject_title
from wenxiao.pages.outcomes import why_not
from wenxiao.pages.request_values import whole
from wenxiao.pages.views import division_of, held, person, put_under, view
from wenxiao.reviews.services import approve_filed_target
from wenxiao.store.keyset import page
from wenxiao.store.moves import NotAllowed
from wenxiao.targets import services
from wenxiao.targets.checks import asked_by, faults_of
from wenxiao.targets.selectors import REVIEW_ORDER, targets_for_step, targets_visible_to

if TYPE_CHECKING:
    from decimal import Decimal

    from django.http import HttpRequest, HttpResponse

    from wenxiao.orgs.models import Division
    from wenxiao.records.models import Document
    from wenxiao.targets.models import Target

    Outcome = list[tuple[Target, str]]

PAGE = 100


@view("see_unit", methods=("POST",))
def judge(request: HttpRequest, pk: int) -> HttpResponse:
    """Return with the whole list, or pass on; the services say who may."""
    row = target_of(request, pk)
    why, by, version = text_of(request, "why"), person(request), version_of(request)
    marks = [
        {"row": one.pk, "note": note}
        for one in row.indicators.all()
        if (note := text_of(request, f"note{one.pk}", 500))
    ]

    def run() -> str:
        name = row.dossier.subject.name
        if request.POST.get("act") == "return":
            services.return_target(target=row, marks=marks, why=why, by=by, version=version)
            return f"{name}的目标已退回，一次告知 {len(row.marks)} 处。"
        if marks:
            raise NotAllowed("行上写了意见，请退回；通过的不留意见。")
        services.check_target(target=row, by=by, version=version, why=why)
        return f"{name}的目标审核通过，等批复。"

    return carry_out(request, run, reverse("desk:target", args=[row.pk]))


@view("submit_for", methods=("POST",), files=True)
def submit_for(request: HttpRequest, pk: int) -> HttpResponse:
    """代单位报送 of one target, with the scan of the signed paper where there is one."""
    row, back = target_of(request, pk), reverse("desk:target", args=[pk])
    why, scan = text_of(request, "why", 300), request.FILES.get("scan")
    typed = [Typed("说明", "", why)]
    if scan is None:

        def run() -> str:
            services.submit_target_for_unit(
                target=row, by=person(request), version=version_of(request), why=why
            )
            return f"已代{row.dossier.unit.name}报送{row.dossier.subject.name}的目标。"

        return carry_out(request, run, back, typed)
    values = {"target": row.pk, "version": version_of(request), "why": why}
    return hand_in(
        request,
        lambda: set_aside(
            request,
            division=row.dossier.subject.division,
            act="target_for_unit",
            values=values,
            files=[scan],
            back=back,
            target=row.pk,
            typed=typed,
        ),
        back,
        typed,
    )


@view("see_unit", methods=("GET", "POST"))
def review(request: HttpRequest) -> HttpResponse:
    """What waits for this person to check, many passed at once; each has its own outcome."""
    put_under(request, ENTRY)
    powers = [one for one in ("check_department", "check_office") if held(request).can(one)]
    if not powers:
        raise Refused(f"目标由{who_can('check_department')}、{who_can('check_office')}审核。")
    rows = targets_for_step(person(request), powers)["审核"]
    outcome: Outcome = []
    if request.method == "POST":
        chosen = _ticked(request)
        targets = targets_visible_to(person(request)).filter(pk__in=chosen).order_by("pk")
        outcome = [
            (
                row,
                why_not(
                    services.check_target, target=row, by=person(request), version=chosen[row.pk]
                ),
            )
            for row in targets
        ]
    shown = page(rows, [*REVIEW_ORDER], size=PAGE, token=request.GET.get("at"))
    listed = list(shown.rows)
    faults = faults_of(listed)
    values = {
        "shown": shown,
        "lines": [(row, level_counts(faults[row.pk])) for row in listed],
        "levels": LEVELS,
        "outcome": _links(outcome),
        "outcome_title": _title("通过", outcome)
        if outcome
        else "没有勾选：先在名单左边勾上要通过的，再点下面的按钮",
        "posted": request.method == "POST",
    }
    return render(request, "desk/targets/review.html", values)


def _links(outcome: Outcome) -> list[tuple[str, str, str]]:
    """(name, address, "" or why not) of each."""
    return [
        (subject_title(row.dossier), reverse("desk:target", args=[row.pk]), why)
        for row, why in outcome
    ]


def _title(act: str, outcome: Outcome) -> str:
    refused = sum(1 for _, why in outcome if why)
    return f"{act} {len(outcome) - refused} 份，没有{act} {refused} 份"


def _ticked(request: HttpRequest) -> dict[int, int]:
    """The ticked targets with the version each was shown in."""
    return {
        key: whole(request.POST.get(f"v{key}")) or 0
        for text in request.POST.getlist("target")
        if (key := whole(text)) is not None
    }


@view("approve_target", methods=("GET", "POST"))
def approval(request: HttpRequest) -> HttpResponse:
    """The targets that passed, approved together by one paper; each has its own outcome."""
    division = division_of(request, ENTRY)
    rows = targets_visible_to(person(request)).filter(state="checked", filing=True)
    outcome: Outcome = []
    error = ""
    if request.method == "POST":
        try:
            outcome = _approve(request, division)
        except NotAllowed as refusal:
            error = str(refusal)
        else:
            if not outcome:
                return redirect("desk:target_approval")
    shown = page(rows, ["dossier__unit__path", "pk"], size=PAGE, token=request.GET.get("at"))
    listed = list(shown.rows)
    values = {
        "shown": shown,
        "lines": _with_money(request, listed),
        "outcome": _links(outcome),
        "outcome_title": _title("批复", outcome),
        "error": error,
        "posted": request.POST,
    }
    return render(request, "desk/targets/approval.html", values, status=422 if error else 200)


def _with_money(
    request: HttpRequest, listed: list[Target]
) -> list[tuple[Target, Decimal | None, Decimal | None]]:
    """Each target with the full-year budget of its project and the money it asks for, in 元."""
    dossiers = dossiers_visible_to(person(request)).filter(
        pk__in=[one.dossier_id for one in listed]
    )
    budgets, asked = budgets_of(dossiers), asked_by([one.pk for one in listed])
    return [
        (one, budgets[one.dossier_id].yuan if one.dossier_id in budgets else None, asked[one.pk])
        for one in listed
    ]


def _approve(request: HttpRequest, division: Division) -> Outcome:
    """(target, "" or why it was not approved) of each that was ticked."""
    chosen = _ticked(request)
    if not chosen:
        raise NotAllowed("请勾选要批复的目标。")
    number, title = text_of(request, "number", 60), text_of(request, "title", 200)
    day = text_of(request, "issued_on", 10)
    try:
        issued_on = date.fromisoformat(day) if day else None
    except ValueError as refusal:
        raise NotAllowed(f"批复日期应如 2022-01-20，收到“{day}”。") from refusal
    by, outcome = person(request), []
    document: Document | None = None
    for row in targets_visible_to(by).filter(pk__in=chosen).order_by("pk"):
        with (
            transaction.atomic()
        ):  # the paper is registered with the first target it really approves
            paper = document or services.approval_paper(
                division=division, number=number, title=title, issued_on=issued_on, by=by
            )
            if refused := why_not(
                approve_filed_target, target=row, approval=paper, by=by, version=chosen[row.pk]
            ):
                transaction.set_rollback(True)
            else:
                document = paper
        outcome.append((row, refused))
    return outcome
