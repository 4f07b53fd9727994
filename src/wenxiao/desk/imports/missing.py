"""未报送: whose forms have not arrived, with whom to call; reminders on paper; 本次免报."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import redirect, render

from wenxiao.budget.reasons import EXEMPTION_REASONS, NEEDS_NOTE
from wenxiao.budget.selectors import dossiers_of
from wenxiao.budget.services import exempt
from wenxiao.desk.imports.upload import ENTRY, said, tabs
from wenxiao.files.out.notices import Letterhead, Reminder, reminder_letter
from wenxiao.followup.selectors.reminders import letters_about, reminders_of
from wenxiao.followup.services import send_reminder
from wenxiao.intake.lists import missing_dossiers, rounds_asked, standing_of_round
from wenxiao.pages.downloads import attachment
from wenxiao.pages.formats import full_day
from wenxiao.pages.frame import work_year
from wenxiao.pages.request_values import whole
from wenxiao.pages.texts import text_of
from wenxiao.pages.views import person, put_under, view
from wenxiao.reviews.kinds import ASKED, FILED
from wenxiao.reviews.worklists import received_open
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from wenxiao.budget.models import Round
    from wenxiao.records.models import Notice


def _rounds(request: HttpRequest) -> list[Any]:
    put_under(request, ENTRY)
    division = person(request).division
    return rounds_asked(division, work_year(request)) if division is not None else []


def _round(request: HttpRequest, pk: int) -> Round:
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
        "handed_in": chosen is not None and chosen.kind in ASKED,
        "to_hand_in": received_open(person(request), chosen).count()
        if chosen is not None and chosen.kind in FILED
        else 0,
        "error": error,
        "reasons": EXEMPTION_REASONS,
        "needs_note": NEEDS_NOTE,
        "options": missing_ids,
        "posted": request.POST,
        "reminders": reminders_of(chosen) if chosen else {},
        "reason_words": EXEMPTION_REASONS,
        "by": request.GET.get("by", "") if _date(request.GET.get("by", "")) else "",
    }
    return render(request, "desk/imports/missing.html", values, status=status)


def _missing_options(row: Any, standing: Any) -> list[tuple[int, str]]:
    """What may be excused: up to a few hundred missing dossiers, by unit."""
    if not standing.missing or sum(one.lacking for one in standing.missing) > 400:
        return []
    names = {name for one in standing.missing for name in one.subjects}
    found = dossiers_of(row).filter(subject__name__in=names).order_by("unit__path", "subject__code")
    left = {(one.unit, name) for one in standing.missing for name in one.subjects}
    rows = found.values_list("pk", "unit__name", "subject__name")
    return [(pk, f"{unit} · {name}") for pk, unit, name in rows if (unit, name) in left]


@view("manage_round", methods=("POST",))
def excuse(request: HttpRequest, pk: int) -> HttpResponse:
    """本次免报 for one dossier, with a listed reason."""
    row = _round(request, pk)
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


@view("manage_round", methods=("POST",))
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """催办函 to one unit as Word, on record and counted: what is missing and until when it is now expected."""
    row = _round(request, pk)
    unit = request.POST.get("unit", "")
    rows = missing_dossiers(row, unit)
    if not rows:
        raise Http404
    by_day = _date(request.POST.get("by", ""))
    if by_day is not None and by_day < today():
        raise NotAllowed(f"要求报送的日期 {full_day(by_day)} 已经过去，请改日期后再印。")
    notice = send_reminder(round=row, missing=rows, by=person(request), on=today(), due_on=by_day)
    times = (
        list(letters_about(row).filter(unit=notice.unit).values_list("pk", flat=True)).index(
            notice.pk
        )
        + 1
    )
    return attachment(_paper(row, unit, rows, notice, times), f"催办函（{unit}）", "docx")


def _paper(row: Any, unit: str, rows: list[Any], notice: Notice, times: int) -> bytes:
    due = str(full_day(row.deadline)) if row.deadline else "未定"
    what = f"{row.get_kind_display()}材料"
    head = Letterhead(
        row.division.bureau,
        "",
        str(full_day(notice.issued_on)),
        watermark="演示" if row.division.demo else None,
    )
    return reminder_letter(
        head,
        Reminder(
            addressee=unit,
            round_name=row.name,
            missing=[(dossier.subject.name, what, due) for dossier in rows],
            submit_by=str(full_day(notice.due_on)) if notice.due_on else "　　年　　月　　日",
            basis=[str(row.basis)] if row.basis else [],
            times=times,
        ),
    )


def _date(told: str) -> date | None:
    try:
        return date.fromisoformat(told)
    except ValueError:
        return None
