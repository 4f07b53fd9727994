"""监控: 资金 · 目标 · 合规 side by side, every light beside its sum, worst first;
progress of a round and who has not handed in.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from wenxiao.budget.selectors import dossiers_visible_to, sees_all_of
from wenxiao.desk.monitoring.lights import (
    WORDS,
    beside,
    counts_of,
    narrowed,
    of_dossier,
    rows_of_table,
    rule_of,
    table_of,
    told,
)
from wenxiao.followup.selectors.ordering import orderable_at_once
from wenxiao.followup.selectors.problems import catalogue
from wenxiao.followup.services.keeping import look_after
from wenxiao.followup.watch.overview import money_by_goals
from wenxiao.orgs.permissions import Refused
from wenxiao.pages.acts import Typed, carry_out, text_of, version_of
from wenxiao.pages.downloads import attachment
from wenxiao.pages.frame import show_year, work_year
from wenxiao.pages.views import held, person, put_under, view
from wenxiao.reports.facts import facts
from wenxiao.reports.letters import NothingToTellError, monitoring_docx
from wenxiao.reports.monitoring import write_monitoring_report, write_project_report
from wenxiao.reviews.returns import last_returns
from wenxiao.reviews.services import record_field_notes, set_suggestions
from wenxiao.reviews.states import OPEN, SETTLED
from wenxiao.reviews.worklists import parts_of, reviews_visible_to, rounds_of_year, to_fill
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.http import HttpRequest, HttpResponse

    from wenxiao.budget.models import Round
    from wenxiao.followup.watch.sentences import WatchRow

DAYS_TO_MEND = 30
"""For how long a problem may be mended where nobody chose another day."""
SIZE = 60
"""Rows a page: lights need the whole round, pages only keep the sheet short."""


@view("see_unit")
def monitoring(request: HttpRequest) -> HttpResponse:
    """The year's key monitoring over all its periods; without any, the first round there is."""
    year = work_year(request)
    rounds = rounds_of_year(person(request), year, "monitoring")
    look_after(rounds, person(request))
    key = [row for row in rounds if row.key]
    if table_of(key, person(request)) is not None or not rounds:
        return _page(request, rounds, key, None, year)
    mine = next(
        (row for row in reversed(rounds) if table_of([row], person(request)) is not None), rounds[0]
    )
    return _page(request, rounds, [mine], mine, year)


@view("see_unit")
def monitoring_round(request: HttpRequest, pk: int) -> HttpResponse:
    """One round: its period, its lights, how far handing in is."""
    user = person(request)
    shown_round = next((row for row in _rounds_around(request, pk) if row.pk == pk), None)
    if shown_round is None:
        raise Http404
    show_year(request, shown_round.work_year)
    put_under(request, "desk:monitoring")
    return _page(
        request,
        rounds_of_year(user, shown_round.work_year, "monitoring"),
        [shown_round],
        shown_round,
        shown_round.work_year,
    )


def _rounds_around(request: HttpRequest, pk: int) -> list[Round]:
    from wenxiao.budget.selectors import rounds_visible_to

    return list(
        rounds_visible_to(person(request))
        .filter(pk=pk, kind="monitoring")
        .select_related("division", "basis")
    )


def _page(
    request: HttpRequest,
    rounds: Sequence[Round],
    chosen: Sequence[Round],
    one: Round | None,
    year: int,
) -> HttpResponse:
    user = person(request)
    table = table_of(chosen, user)
    asked = (request.GET.get("light", ""), request.GET.get("goal", ""))
    wanted = narrowed(table, *asked)
    at = (
        int(request.GET["page"])
        if request.GET.get("page", "").isdecimal() and len(request.GET["page"]) < 6
        else 1
    )
    rows = rows_of_table(wanted, max(at - 1, 0) * SIZE, max(at, 1) * SIZE)
    parts = parts_of(user, one) if one else []
    irregular, above = beside(table)
    values = {
        "list_year": year,
        "rounds": rounds,
        "one": one,
        "rows": rows,
        "total": len(wanted or ()),
        "page_at": at,
        "pages": -(-len(wanted or ()) // SIZE),
        "counts": counts_of(table),
        "words": told(counts_of(table)),
        "all": len(table or ()),
        "matrix": money_by_goals(table)[:3] if table else [],
        "light_words": WORDS,
        "rule": rule_of(user.division) if user.division else None,
        "asked": asked,
        "here": request.path,
        "named": any(not row.synthetic for row in rows),
        "key": bool(chosen) and all(r.key for r in chosen),
        "owed": (owed := to_fill(user, held(request), one)),
        "returned": last_returns([line.review for line in owed if line.review is not None]),
        "hands_in": sum(row.review is not None for row in owed) > 1 and held(request).can("submit"),
        "writes": _writes_all(request),
        "irregular": irregular,
        "above": above,
        "behind": table.behind if table is not None else None,
        "parts": parts,
        "receives": held(request).can("submit_for") or held(request).can("import"),
        "missing": [part for part in parts if part.lacking],
        "chases": held(request).can("manage_round") and not (one and one.past),
    }
    return render(request, "desk/monitoring/index.html", values)


# --- One monitored project ------------------------------------------------------------------------


def _watched(request: HttpRequest, pk: int, dossier: int) -> tuple[Round, WatchRow]:
    """A round and its row of one dossier, if the person may see both."""
    nearby = _rounds_around(request, pk)
    row = of_dossier(table_of(nearby, person(request)), dossier)
    if row is None:
        raise Http404
    put_under(request, "desk:monitoring")
    return nearby[0], row


def fills_dossier(request: HttpRequest, dossier: int) -> bool:
    """Whether the person fills in for the dossier's unit."""
    row = (
        dossiers_visible_to(person(request))
        .select_related("unit", "subject")
        .filter(pk=dossier)
        .first()
    )
    return row is not None and held(request).can("fill", unit=row.unit, subject=row.subject)


@view("see_unit")
def monitored(request: HttpRequest, pk: int, dossier: int) -> HttpResponse:
    """One project watched: its three sides in full, what was seen on the
    spot, the bureau's advice.
    """
    one, row = _watched(request, pk, dossier)
    review = reviews_visible_to(person(request)).filter(pk=row.review or 0).first()
    holding = held(request)
    subject = review.dossier.subject if review else None
    settled = bool(review and review.state in SETTLED)
    values = {
        "round": one,
        "row": row,
        "review": review,
        "rule": rule_of(one.division),
        "settled": settled,
        "notes": bool(subject and holding.can("evaluate", subject=subject) and not settled),
        "advice": "\n".join(row.suggestions),
        "orderable": orderable_at_once(person(request), dossier)
        if holding.can("confirm_finding")
        else [],
        "items": catalogue(one.division, active=True),
        "due": today() + timedelta(days=DAYS_TO_MEND),
        "begins": not review and one.state == "open" and fills_dossier(request, dossier),
        "fills": bool(
            review and subject and holding.can("fill", subject=subject) and review.state in OPEN
        ),
    }
    return render(request, "desk/monitoring/dossier.html", values)


@view("see_unit")
def monitoring_report(request: HttpRequest, pk: int) -> HttpResponse:
    """The window's monitoring report as .docx, of what the person may see."""
    one = next(iter(_rounds_around(request, pk)), None)
    if one is None:
        raise Http404
    return attachment(
        _written(lambda: write_monitoring_report(one, person(request))),
        f"{one.name}监控报告",
        "docx",
    )


def _writes_all(request: HttpRequest) -> bool:
    """Whether the year's paper over all units is this person's: an office
    that serves some of them gets none.
    """
    division = person(request).division
    return (
        division is not None
        and held(request).can("confirm_finding")
        and sees_all_of(person(request), [division.pk])
    )


@view("confirm_finding")
def key_report(request: HttpRequest, year: int) -> HttpResponse:
    """The year's key monitoring over all its windows as one .docx, for
    whoever sees the whole division.
    """
    division = person(request).division
    if division is None:
        raise Http404
    if not _writes_all(request):
        raise Refused(
            "全区财政重点监控报告含所有单位和限制知悉的项目，由财政绩效科导出；您可以在监控页导出授权范围内的报告。"
        )
    return attachment(
        _written(lambda: monitoring_docx(facts(division, year))),
        f"{year}年度财政重点绩效监控报告",
        "docx",
    )


@view("see_unit")
def monitored_report(request: HttpRequest, pk: int, dossier: int) -> HttpResponse:
    """One project's monitoring report as .docx."""
    one, row = _watched(request, pk, dossier)
    document = _written(lambda: write_project_report(one, dossier, person(request)))
    return attachment(document, f"{row.name}{one.period}监控报告", "docx")


def _written(write: Callable[[], bytes]) -> bytes:
    try:
        return write()
    except NothingToTellError as error:
        raise NotAllowed(str(error)) from error


@view("evaluate", methods=("GET", "POST"))
def monitoring_notes(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the notes from the spot and the numbered advice, one a line; a
    settled report is not written on.
    """
    row = reviews_visible_to(person(request)).filter(pk=pk, kind="monitoring").first()
    if row is None:
        raise Http404
    back = reverse("desk:monitored", args=[row.round_id, row.dossier_id])
    if request.method != "POST":
        return redirect(back)
    user = person(request)
    text, lines = text_of(request, "notes"), text_of(request, "advice")
    texts = [line.strip() for line in lines.splitlines() if line.strip()][:30]

    def write() -> str:
        record_field_notes(review=row, by=user, text=text, version=version_of(request))
        set_suggestions(review=row, texts=texts, by=user)
        return "现场情况和建议已保存。"

    return carry_out(
        request, write, back, [Typed("现场情况", "field_notes", text), Typed("建议", "", lines)]
    )
