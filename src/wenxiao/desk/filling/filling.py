"""填报: the grid a unit's clerk fills for a monitoring or self-evaluation review; every row is saved
by itself, with its version.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse

from wenxiao.desk.dossiers.materials import asked_row, panel
from wenxiao.desk.filling.before_hand_in import grouped, lacking_proofs, open_items
from wenxiao.desk.filling.next_form import next_form
from wenxiao.desk.monitoring.lights import of_dossier, table_of
from wenxiao.evidence.selectors import shelf_of
from wenxiao.followup.watch.prefill import prefilled
from wenxiao.orgs.permissions import who_can
from wenxiao.pages.acts import carry_out, in_wan, points_of, text_of, version_of
from wenxiao.pages.formats import STATUS
from wenxiao.pages.frame import show_year
from wenxiao.pages.views import held, person, put_under, view
from wenxiao.reviews.checks import Check, checks_of, rows_of
from wenxiao.reviews.form_selectors import words_of_last_year
from wenxiao.reviews.kinds import CHECKERS, kind_of
from wenxiao.reviews.readback import readback_of
from wenxiao.reviews.returns import returned_of
from wenxiao.reviews.services import (
    barred_in,
    record_actual,
    record_mark,
    route_of,
    submit_review,
    waiting_for,
)
from wenxiao.reviews.services.describing import SIDES, SOURCES, funds_of, whole_of_form
from wenxiao.reviews.services.paper import may_confirm, pending_paper
from wenxiao.reviews.services.road import STEPS, blocking_texts, skipped_by
from wenxiao.reviews.states import OPEN
from wenxiao.reviews.worklists import reviews_visible_to
from wenxiao.rulebook.choice_columns import choice_columns
from wenxiao.rulebook.form_packs import page_columns
from wenxiao.rulebook.numbers import rate_percent
from wenxiao.store.moves import NotAllowed, Stale

if TYPE_CHECKING:
    from decimal import Decimal

    from django.http import HttpRequest, HttpResponse

    from wenxiao.reviews.checks import FilledRow
    from wenxiao.reviews.models import Review
    from wenxiao.rulebook.form_packs import PageColumn

FILLED = ("selfeval", "monitoring")
HOME = {"selfeval": ("desk:selfeval", "自评"), "monitoring": ("desk:monitoring", "监控")}
SELF_MARKED = frozenset({"needs_judgement", "judged"})
"""Rows no rule can score: the unit proposes its own points, with a reason
where it takes some off.
"""


@dataclass
class Answer:
    """What came of saving some rows: how many were written, and what was wrong, by indicator."""

    written: list[int] = field(default_factory=list)
    errors: dict[int, str] = field(default_factory=dict)
    typed: dict[int, dict[str, str]] = field(default_factory=dict)


def review_of(request: HttpRequest, pk: int) -> Review:
    """The review, if its dossier is in the person's scope and its kind is filled by units."""
    row = (
        reviews_visible_to(person(request))
        .select_related("target")
        .filter(pk=pk, kind__in=FILLED)
        .first()
    )
    if row is None:
        raise Http404
    show_year(request, row.round.work_year)
    put_under(request, HOME[row.kind][0])
    return row


def may_fill(request: HttpRequest, row: Review) -> bool:
    """Whether this person may write on it now."""
    power = kind_of(row.kind).fill
    return row.state in OPEN and held(request).can(
        power, unit=row.dossier.unit, subject=row.dossier.subject
    )


def _may_judge(request: HttpRequest, row: Review) -> bool:
    """Whether this person may pass it or give it back; never whoever filled
    it in or handed it in.
    """
    if barred_in([row], person(request), confirms=False):
        return False
    holding, subject = held(request), row.dossier.subject
    powers = {*kind_of(row.kind).check, *(STEPS[role] for role in route_of(row)[row.step :])}
    return any(holding.can(power, unit=row.dossier.unit, subject=subject) for power in powers)


def _road(row: Review) -> list[tuple[str, str]]:
    """The checks of the round's route with where each stands: 已过, 现在, 未到."""
    now = (
        row.step
        if row.state == "submitted"
        else (len(row.round.route) if row.state not in OPEN else -1)
    )
    return [
        (CHECKERS[role], "已过" if at < now else "现在" if at == now else "未到")
        for at, role in enumerate(route_of(row))
    ]


@view("see_unit")
def filling(request: HttpRequest, pk: int) -> HttpResponse:
    """The grid with the checks beside it."""
    return _show(request, review_of(request, pk), Answer())


def _show(request: HttpRequest, row: Review, answer: Answer, status: int = 200) -> HttpResponse:
    rows = rows_of([row])[row.pk]
    checks = checks_of(row, rows)
    holding, shelf = held(request), shelf_of(person(request), row.dossier_id)
    lacking = lacking_proofs(row, rows, shelf.by_row)
    origin, asked = f"filling:{row.pk}", asked_row(request)
    paper = pending_paper(row)
    values = {
        "paper": paper,
        "decides_paper": paper is not None and may_confirm(person(request), row, paper),
        "shelf": shelf,
        "origin": origin,
        "asked": asked,
        "hands": holding.can("fill", unit=row.dossier.unit, subject=row.dossier.subject),
        "proofs": panel(request, row.dossier, asked, origin, "#proof-box", shelf)
        if asked
        else None,
        "review": row,
        "returned": returned_of(row),
        "rows": rows,
        "groups": grouped(checks),
        "lacking": lacking,
        "open_items": open_items(row, rows, checks, lacking),
        **_beside_rows(row),
        "numbers": _numbers(checks),
        "blocking": blocking_texts(row, checks),
        "came_with": row.problems if row.state in OPEN else [],
        "for_unit": row.state in OPEN
        and row.received_on is not None
        and holding.can("submit_for", unit=row.dossier.unit, subject=row.dossier.subject),
        "fills": may_fill(request, row),
        "answered": set(
            row.assistances.filter(state="answered").values_list("indicator", flat=True)
        ),
        "answer": answer,
        "rate": rate_percent(row.executed, row.budget),
        "home": HOME[row.kind],
        "self_marked": SELF_MARKED,
        "readback": {one.indicator.pk: readback_of(one) for one in rows},
        "columns": page_columns(row.kind),
        "choices": choices_of(row),
        "submits": row.state in OPEN
        and holding.can("submit", unit=row.dossier.unit, subject=row.dossier.subject),
        "who_fills": who_can("fill"),
        "judges": row.state == "submitted" and _may_judge(request, row),
        "scores": kind_of(row.kind).scores,
        "road": _road(row),
        "skips": [CHECKERS[role] for role in skipped_by(row, person(request))],
        "on_paper": paper is None
        and waiting_for(row) in {"head", "department"}
        and holding.can("submit", unit=row.dossier.unit, subject=row.dossier.subject),
        "form": prefilled(row) if row.kind == "monitoring" else None,
        "in_wan": in_wan,
        "lit": of_dossier(table_of([row.round], person(request)), row.dossier_id)
        if row.kind == "monitoring"
        else None,
    }
    acts = values["fills"] or values["judges"]
    values["next_form"] = None if acts else next_form(request, row)
    return render(request, "desk/filling/filling.html", values, status=status)


def _beside_rows(row: Review) -> dict[str, Any]:
    """What stands beside the rows of the form: money, the goal as a whole,
    what was written last year.
    """
    return {
        "whole": whole_of_form(row),
        "goal": row.target.text if row.target else "",
        "before": words_of_last_year(row),
        "sources": SOURCES.get(row.kind, {}),
        "sides": SIDES,
        "funds": funds_of(row),
    }


def typed_columns(row: Review) -> list[PageColumn]:
    """The columns of a row that are typed, as the form of its kind declares them."""
    return [column for column in page_columns(row.kind) if column.typed]


def choices_of(row: Review) -> dict[str, list[str]]:
    """The words a column is chosen from, by its field: those of the monitoring rule in the review's
    year, the division's own where it has one.
    """
    listed = choice_columns(row.kind, row.dossier.fiscal_year, row.round.division.own_rules)
    return {column.field: [*column.words.values()] for column in listed}


def _numbers(checks: list[Check]) -> dict[int, list[Check]]:
    """The checks that stand at a row, by indicator."""
    checks_of_row: dict[int, list[Check]] = {}
    for check in checks:
        if check.indicator:
            checks_of_row.setdefault(check.indicator, []).append(check)
    return checks_of_row


# --- Saving ---------------------------------------------------------------------------------------


@view("fill", methods=("GET", "POST"))
def save(request: HttpRequest, pk: int) -> HttpResponse:
    """Write one row (``row``) or all that changed.
    Each row is its own act; a stale one shows both values.

    Asked by script (``Accept: application/json``) the answer is the rows' new versions and points,
    else the page.
    """
    row = review_of(request, pk)
    if request.method != "POST":
        return redirect("desk:filling", pk=pk)
    asked = request.POST.get("row", "")
    answer = Answer()
    for one in rows_of([row])[row.pk]:
        if not asked or asked == str(one.indicator.pk):
            _save_row(request, row, one, answer)
    if request.headers.get("Accept", "").startswith("application/json"):
        return _told(request, row, answer)
    if answer.errors:
        return _show(request, row, answer, status=409)
    messages.success(
        request, f"已保存 {len(answer.written)} 行。" if answer.written else "没有改动。"
    )
    return redirect(reverse("desk:filling", args=[pk]) + (f"#row-{asked}" if asked else ""))


def _save_row(request: HttpRequest, review: Review, one: FilledRow, answer: Answer) -> None:
    pk = one.indicator.pk
    if f"a{pk}" not in request.POST:
        return
    typed = {
        column.field: text_of(request, column.name(pk), column.longest)
        for column in typed_columns(review)
    }
    typed["points"] = text_of(request, f"p{pk}", 20)
    old_value = one.actual.value if one.actual else ""
    try:
        before = one.mark.points if one.mark else None
        changed = _write_actual(request, review, one, typed)
        if changed and typed["value"] != old_value:
            typed["points"] = _points_now(request, pk, typed["points"], before)
        changed = _write_points(request, review, one, typed) or changed
    except Stale as refusal:
        answer.errors[pk] = _both(refusal, typed)
        answer.typed[pk] = typed
    except NotAllowed as refusal:
        answer.errors[pk] = str(refusal)
        answer.typed[pk] = typed
    else:
        if changed:
            answer.written.append(pk)


def _write_actual(
    request: HttpRequest, review: Review, one: FilledRow, typed: dict[str, str]
) -> bool:
    actual, pk = one.actual, one.indicator.pk
    columns = typed_columns(review)
    new: dict[str, Any] = {
        column.field: column.stored(typed[column.field])
        for column in columns
        if column.chosen(actual) != typed[column.field]
    }
    if not new:
        return False
    version = request.POST.get(f"v{pk}", "")
    record_actual(
        review=review,
        indicator=one.indicator,
        by=person(request),
        version=int(version) if version.isdecimal() and len(version) < 10 else None,
        **({"value": typed["value"]} | new),
    )
    return True


def _points_now(request: HttpRequest, pk: int, text: str, before: Decimal | None) -> str:
    """The points typed for a changed value: those ``before`` were given for the old one and don't
    count; undone, the value brings its own back (``b<row>``).
    """
    if back := text_of(request, f"b{pk}", 20):
        return back
    return "" if before is not None and text == f"{before:.2f}" else text


def _write_points(
    request: HttpRequest, review: Review, one: FilledRow, typed: dict[str, str]
) -> bool:
    if not typed["points"] or one.mark is None:
        return False
    points = points_of(typed["points"], "自评得分")
    one.mark.refresh_from_db()  # the value just written may have scored it
    if one.mark.status not in SELF_MARKED:
        return False
    if one.mark.status == "judged" and one.mark.points == points:
        return False
    record_mark(
        review=review,
        row=one.indicator,
        by=person(request),
        points=points,
        note=typed["note"],
        version=one.mark.version,
    )
    return True


def _both(refusal: Stale, typed: dict[str, str]) -> str:
    """Who changed it to what, and what was typed."""
    row: Any = refusal.row
    row.refresh_from_db()
    by = row.by.name if getattr(row, "by", None) else "他人"
    now = getattr(row, "value", "") or getattr(row, "points", "")
    return f"{by}刚改为“{now}”，您填的是“{typed['value']}”。核对后再存一次，就以您的为准。"


def _told(request: HttpRequest, review: Review, answer: Answer) -> HttpResponse:
    """What the grid's script needs to repaint: versions, points, words, the checks."""
    review.refresh_from_db()
    rows = rows_of([review])[review.pk]
    checks = checks_of(review, rows)
    fills, typed = may_fill(request, review), answer.typed
    lacking = lacking_proofs(review, rows, shelf_of(person(request), review.dossier_id).by_row)
    blocking = blocking_texts(review, checks)
    opened = {"open_items": open_items(review, rows, checks, lacking)}
    repainted = {one.indicator.pk: _row_told(request, one, typed, fills=fills) for one in rows}
    part = render_to_string(
        "desk/filling/checks_part.html",
        {
            "groups": grouped(checks),
            "blocking": blocking,
            "review": review,
            "came_with": review.problems,
        },
        request,
    )
    return JsonResponse(
        {
            "rows": repainted,
            "written": answer.written,
            "errors": answer.errors,
            "checks": part,
            "blocked": len(blocking),
            "open": render_to_string("desk/filling/open_part.html", opened, request),
            "total": f"{review.points:.2f}" if review.points is not None else "未评完",
            "version": review.version,
            "numbers": {
                pk: [[check.number, check.level == "阻断"] for check in some]
                for pk, some in _numbers(checks).items()
            },
        },
        status=409 if answer.errors else 200,
    )


def _row_told(
    request: HttpRequest, one: FilledRow, typed: dict[int, dict[str, str]], *, fills: bool
) -> dict[str, object]:
    """One row as it is stored now: version, value, points as text and as
    they stand on the page, how it was read.
    """
    pk, readback = one.indicator.pk, readback_of(one)
    part = {"row": one, "fills": fills, "self_marked": SELF_MARKED, "typed": typed.get(pk)}
    return {
        "version": one.actual.version if one.actual else "",
        "points": f"{one.mark.points:.2f}" if one.mark and one.mark.points is not None else "",
        "status": STATUS.get(one.mark.status, (one.mark.status, ""))[0] if one.mark else "",
        "value": one.actual.value if one.actual else "",
        "points_cell": render_to_string("desk/filling/points_part.html", part, request),
        "readback": readback.text,
        "unread": readback.unread,
    }


@view("submit", methods=("GET", "POST"))
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand it in; the service refuses by name what the checks block."""
    row = review_of(request, pk)
    if request.method != "POST":
        return redirect("desk:filling", pk=pk)

    def hand_in() -> str:
        submit_review(review=row, by=person(request), version=version_of(request))
        return f"{row.dossier.subject.name}的{row.get_kind_display()}已报送。"

    return carry_out(request, hand_in, reverse("desk:filling", args=[pk]))
