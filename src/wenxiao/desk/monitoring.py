"""监控: 资金 · 目标 · 合规 side by side, every light beside its sum, worst first; progress of a round and who has not handed in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from wenxiao.desk.acts import carry_out, text_of, version_of
from wenxiao.desk.home import address
from wenxiao.desk.lights import RANK, WORDS, lit, matrix, monitored, rule_of, tally, told
from wenxiao.orgs.permissions import require
from wenxiao.pages.frame import work_year
from wenxiao.pages.views import held, person, view
from wenxiao.reviews.services import record_field_notes, set_suggestions
from wenxiao.reviews.states import OPEN, SETTLED
from wenxiao.reviews.worklists import parts_of, reviews_visible_to, rounds_of_year
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse

SIZE = 60
"""Rows a page: lights need the whole round, pages only keep the sheet short."""


@view("see_unit")
def monitoring(request: HttpRequest) -> HttpResponse:
    """The year's key monitoring over all its periods; without any, the first round there is."""
    year = work_year(request)
    rounds = rounds_of_year(person(request), year, "monitoring")
    key = [row for row in rounds if row.key]
    return _page(request, rounds, key or rounds[:1], None, year)


@view("see_unit")
def monitoring_round(request: HttpRequest, pk: int) -> HttpResponse:
    """One round: its period, its lights, how far handing in is."""
    user = person(request)
    found = next((row for row in _rounds_around(request, pk) if row.pk == pk), None)
    if found is None:
        raise Http404
    request.wenxiao_entry = "desk:monitoring"  # type: ignore[attr-defined]  # the menu entry this page stands under
    return _page(request, rounds_of_year(user, found.work_year, "monitoring"), [found], found, found.work_year)


def _rounds_around(request: HttpRequest, pk: int) -> list[Any]:
    from wenxiao.budget.selectors import rounds_visible_to

    return list(rounds_visible_to(person(request)).filter(pk=pk, kind="monitoring").select_related("division", "basis"))


def _page(request: HttpRequest, rounds: Sequence[Any], chosen: Sequence[Any], one: Any, year: int) -> HttpResponse:
    user = person(request)
    seen = monitored(reviews_visible_to(user)).filter(round__in=[row.pk for row in chosen])
    rows = lit(user, seen)
    wanted = _narrow(request, rows)
    at = int(request.GET["page"]) if request.GET.get("page", "").isdecimal() else 1
    parts = parts_of(user, one) if one else []
    values = {
        "list_year": year, "rounds": rounds, "one": one, "rows": wanted[(at - 1) * SIZE : at * SIZE], "total": len(wanted),
        "page_at": at, "pages": -(-len(wanted) // SIZE), "counts": tally(rows), "words": told(tally(rows)), "all": len(rows),
        "matrix": matrix(rows), "rule": rule_of(user.division) if user.division else None, "light_words": WORDS,
        "asked": (request.GET.get("light", ""), request.GET.get("goal", "")), "here": request.path,
        "named": any(not row.dossier.subject.synthetic for row in rows), "key": bool(chosen) and all(r.key for r in chosen),
        "irregular": sum(bool(row.findings) for row in rows), "above": sum(row.pace.above_pace for row in rows),
        "parts": parts, "missing": [part for part in parts if part.missing], "manages": held(request).can("manage_round"),
        "notes": held(request).can("evaluate"), "report_address": address("desk:monitoring_report", one.pk) if one else "",
    }  # fmt: skip
    return render(request, "desk/monitoring.html", values)


def _narrow(request: HttpRequest, rows: list[Any]) -> list[Any]:
    """The rows of one light, or of one cell of money × goals."""
    money, goal = request.GET.get("light", ""), request.GET.get("goal", "")
    return [
        row for row in rows
        if (money not in RANK or row.pace.light == money) and (goal not in RANK or row.goals.light == goal)
    ]  # fmt: skip


# --- One monitored project --------------------------------------------------------------------------------------------


def _review(request: HttpRequest, pk: int) -> Any:
    row = monitored(reviews_visible_to(person(request))).filter(pk=pk).first()
    if row is None:
        raise Http404
    request.wenxiao_entry = "desk:monitoring"  # type: ignore[attr-defined]  # the menu entry this page stands under
    return row


@view("see_unit")
def monitored_review(request: HttpRequest, pk: int) -> HttpResponse:
    """One project watched: its three sides in full, what was seen on the spot, the bureau's advice."""
    row = _review(request, pk)
    one = lit(person(request), [row])[0]
    holding = held(request)
    values = {
        "row": one, "review": row, "rule": rule_of(row.round.division), "settled": row.state in SETTLED,
        "notes": holding.can("evaluate", subject=row.dossier.subject) and row.state not in SETTLED,
        "advice": "\n".join(advice.text for advice in row.suggestions.all()),
        "fills": holding.can("fill", subject=row.dossier.subject) and row.state in OPEN,
    }  # fmt: skip
    return render(request, "desk/monitored.html", values)


@view("evaluate", methods=("GET", "POST"))
def monitoring_notes(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the notes from the spot and the numbered advice, one a line; a settled report is not written on."""
    row = _review(request, pk)
    back = reverse("desk:monitored", args=[pk])
    if request.method != "POST":
        return redirect(back)
    user = person(request)
    require(user, "evaluate", unit=row.dossier.unit, subject=row.dossier.subject)
    text, lines = text_of(request, "notes"), text_of(request, "advice")
    texts = [line.strip() for line in lines.splitlines() if line.strip()][:30]

    def write() -> str:
        if row.state in SETTLED:
            raise NotAllowed("监控结果已确认，现场情况和建议不能再改；如确需更改，请财政绩效科重开。")
        record_field_notes(review=row, by=user, text=text, version=version_of(request))
        set_suggestions(review=row, texts=texts, by=user)
        return "现场情况和建议已保存。"

    from wenxiao.desk.acts import Typed

    return carry_out(request, write, back, [Typed("现场情况", "field_notes", text), Typed("建议", "", lines)])
