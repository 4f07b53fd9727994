"""年度工作报告 as paper on a desk: every figure opens its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from wenxiao.budget.selectors import dossiers_visible_to
from wenxiao.orgs.permissions import READ_RESTRICTED, Refused
from wenxiao.pages.frame import work_year
from wenxiao.pages.views import held, person, view
from wenxiao.reports import services
from wenxiao.reports.structure import Paragraph

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from wenxiao.orgs.models import Division
    from wenxiao.reports.figures import Figure
    from wenxiao.reports.services import Edition

READERS = ("write_report", "sign_report", "instruct", "watch_trail")
"""Powers of which one opens the report before it is published."""


def _edition(request: HttpRequest, year: int) -> tuple[Division, Edition]:
    """The report as this person may read it: restricted subjects only for those whose grants show them."""
    holding, division = held(request), person(request).division
    if division is None or not any(holding.can(power, division=division.pk) for power in READERS):
        raise Refused("年度工作报告由财政绩效科编写、局领导签发；签发并公开后，在公开页面可以查看。")
    internal = any(scope.whole and scope.role in READ_RESTRICTED for scope in holding.scopes)
    return division, services.current(division, year, version="internal" if internal else "public")


@view("see_unit")
def now(request: HttpRequest) -> HttpResponse:
    """The report of the work year chosen in the frame."""
    return redirect("desk:report", year=work_year(request))


@view("see_unit")
def report(request: HttpRequest, year: int) -> HttpResponse:
    """The sheet, its sections at the left, the opened figure at the right."""
    division, edition = _edition(request, year)
    paper, draft = edition.report, services.draft_of(division, year)
    asked = request.GET.get("figure", "")
    opened = paper.figures.get(asked)
    request.wenxiao_entry = "desk:report_now"  # type: ignore[attr-defined]  # the menu entry this page stands under
    values = {
        "paper": paper, "opened": opened, "parts": _parts(request, opened), "empty": not paper.sections or not edition.facts.reported,
        "shown": len(paper.shown_figures()), "stale": services.stale_figures(draft, paper) if draft else (),
        "draft": draft, "signed": services.signed_reports(division, year), "is_text": lambda b: isinstance(b, Paragraph),
        "report_year": year,
    }  # fmt: skip
    return render(request, "desk/report.html", values)


@view("see_unit")
def figure(request: HttpRequest, year: int, ident: str) -> HttpResponse:
    """One figure opened: what it is, how it was computed, its rows."""
    paper = _edition(request, year)[1].report
    opened = paper.figures.get(ident)
    if opened is None:
        raise Http404
    if not request.htmx:  # type: ignore[attr-defined]  # set by its middleware
        return redirect(f"{reverse('desk:report', args=[year])}?figure={ident}#drawer")
    values = {"opened": opened, "parts": _parts(request, opened), "report_year": year}
    return render(request, "desk/figure_part.html", values)


def _parts(request: HttpRequest, opened: Figure | None) -> list[tuple[str, Any, str]]:
    """The rows behind a figure: name, what it adds, and the dossier it leads to."""
    if opened is None:
        return []
    dossiers = {int(part.row.split(":")[1]) for part in opened.parts if part.row.startswith("budget.Dossier:")}
    reviews = {int(part.row.split(":")[1]) for part in opened.parts if part.row.startswith("reviews.Review:")}
    seen = dossiers_visible_to(person(request))
    open_dossiers = set(seen.filter(pk__in=dossiers).values_list("pk", flat=True)) if dossiers else set()
    by_review = dict(seen.filter(reviews__in=reviews).values_list("reviews", "pk")) if reviews else {}
    found = []
    for part in opened.parts:
        kind, _, key = part.row.partition(":")
        pk = int(key) if kind == "budget.Dossier" and int(key) in open_dossiers else None
        pk = by_review.get(int(key)) if kind == "reviews.Review" else pk
        found.append((part.label or part.row, part.value, reverse("desk:dossier", args=[pk]) if pk else ""))
    return found
