"""未报送: whose forms have not arrived, with whom to call; 本次免报."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import redirect, render

from wenxiao.budget.reasons import EXEMPTION_REASONS, NEEDS_NOTE
from wenxiao.budget.selectors import dossiers_of
from wenxiao.budget.services import exempt
from wenxiao.desk.imports.reminder_letters import packs_of
from wenxiao.desk.imports.upload import ENTRY, said, tabs
from wenxiao.followup.selectors.reminders import reminders_of
from wenxiao.intake.lists import rounds_asked, standing_of_round
from wenxiao.pages.frame import work_year
from wenxiao.pages.request_values import whole
from wenxiao.pages.texts import text_of
from wenxiao.pages.views import person, put_under, view
from wenxiao.reviews.kinds import ASKED, FILED
from wenxiao.reviews.worklists import received_open_count
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from wenxiao.budget.models import Round


def _rounds(request: HttpRequest) -> list[Any]:
    put_under(request, ENTRY)
    division = person(request).division
    return rounds_asked(division, work_year(request)) if division is not None else []


def round_of(request: HttpRequest, pk: int) -> Round:
    """A round of the person's own division, whatever its work year."""
    from wenxiao.budget.selectors import rounds_visible_to

    put_under(request, ENTRY)
    row = (
        rounds_visible_to(person(request)).filter(pk=pk).select_related("division", "basis").first()
    )
    if row is None:
        raise Http404
    return row


@view("manage_round")
def missing(request: HttpRequest) -> HttpResponse:
    """One round of the work year: progress by department, who is missing, who is excused."""
    rounds = _rounds(request)
    asked = request.GET.get("round", "")
    chosen = next((row for row in rounds if str(row.pk) == asked), None)
    if asked and chosen is None:
        raise Http404
    return _show(request, rounds, chosen or (rounds[0] if rounds else None))


def _show(
    request: HttpRequest, rounds: list[Round], chosen: Any, *, error: str = "", status: int = 200
) -> HttpResponse:
    standing = standing_of_round(chosen) if chosen else None
    missing_ids = _missing_options(chosen, standing) if chosen else []
    values = {
        "rounds": rounds,
        "chosen": chosen,
        "standing": standing,
        "tabs": tabs(request, "desk:missing"),
        "handed_in": chosen is not None and chosen.kind in ASKED and not chosen.past,
        "to_hand_in": received_open_count(person(request), chosen)
        if chosen is not None and chosen.kind in FILED
        else 0,
        "error": error,
        "reasons": EXEMPTION_REASONS,
        "needs_note": NEEDS_NOTE,
        "options": missing_ids,
        "posted": request.POST,
        "reminders": reminders_of(chosen) if chosen else {},
        "reason_words": EXEMPTION_REASONS,
        "packs": packs_of(len(standing.missing)) if standing else 0,
        "by": request.GET.get("by", "") if day_of(request.GET.get("by", "")) else "",
    }
    return render(request, "desk/imports/missing.html", values, status=status)


def _missing_options(row: Any, standing: Any) -> list[tuple[int, str]]:
    """What may be excused: up to a few hundred missing dossiers, by unit."""
    if not standing.missing or sum(one.lacking for one in standing.missing) > 400:
        return []
    names = {name for one in standing.missing for name in one.subjects}
    dossiers = (
        dossiers_of(row).filter(subject__name__in=names).order_by("unit__path", "subject__code")
    )
    left = {(one.unit, name) for one in standing.missing for name in one.subjects}
    rows = dossiers.values_list("pk", "unit__name", "subject__name")
    return [(pk, f"{unit} · {name}") for pk, unit, name in rows if (unit, name) in left]


@view("manage_round", methods=("POST",))
def excuse(request: HttpRequest, pk: int) -> HttpResponse:
    """本次免报 for one dossier, with a listed reason."""
    row = round_of(request, pk)
    dossier = dossiers_of(row).filter(pk=whole(request.POST.get("dossier")) or 0).first()
    try:
        if dossier is None:
            raise NotAllowed("请选择要免报的对象；不在本任务范围内的无须免报。")  # noqa: TRY301 - shown on the same page
        exempt(
            round=row,
            dossier=dossier,
            reason=request.POST.get("reason", ""),
            note=text_of(request, "note", 200),
            by=person(request),
        )
    except NotAllowed as refusal:
        return _show(
            request, rounds_asked(row.division, row.work_year), row, error=str(refusal), status=422
        )
    said(request, f"“{dossier.subject.name}”本次免报。")
    return redirect(_address(row))


def _address(row: Any) -> str:
    from django.urls import reverse

    return f"{reverse('desk:missing')}?year={row.work_year}&round={row.pk}"


def day_of(told: str) -> date | None:
    """A day as a date field sends it; None for anything else."""
    try:
        return date.fromisoformat(told)
    except ValueError:
        return None
