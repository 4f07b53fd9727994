"""Short papers beside the annual report: the leaders' page and the
half-year brief, each figure opening to its rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from wenxiao.desk.report.report import (
    bureau_of,
    figure_part,
    is_text,
    parts_of,
    sent_file,
    version_for,
)
from wenxiao.files.out.pdf import NoChineseFontError
from wenxiao.pages.views import put_under, view
from wenxiao.reports import briefs
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from wenxiao.reports.structure import Report


def _paper(request: HttpRequest, year: int, name: str) -> Report:
    """The paper as this person may read it: without restricted objects for
    whoever may not see them.
    """
    if name not in briefs.BRIEFS or not 2000 <= year <= 2100:
        raise Http404
    put_under(request, "desk:report_now")
    return briefs.brief(bureau_of(request), year, name, version=version_for(request))


@view("see_unit")
def brief(request: HttpRequest, year: int, name: str) -> HttpResponse:
    """The paper with its figures; ``figure`` opens one beside it."""
    paper = _paper(request, year, name)
    opened = paper.figures.get(request.GET.get("figure", ""))
    values = {
        "paper": paper,
        "word": briefs.BRIEFS[name],
        "name": name,
        "report_year": year,
        "opened": opened,
        "parts": parts_of(request, opened),
        "is_text": is_text,
        "shown": len(paper.shown_figures()),
        "others": [(code, word) for code, word in briefs.BRIEFS.items() if code != name],
        "figure_href": lambda ident: reverse("desk:brief_figure", args=[year, name, ident]),
        "shut_href": reverse("desk:brief", args=[year, name]),
    }
    return render(request, "desk/report/brief.html", values)


@view("see_unit")
def figure(request: HttpRequest, year: int, name: str, ident: str) -> HttpResponse:
    """One figure of the paper opened."""
    opened = _paper(request, year, name).figures.get(ident)
    if opened is None:
        raise Http404
    back = reverse("desk:brief", args=[year, name])
    if not request.htmx:  # type: ignore[attr-defined]  # set by its middleware
        return redirect(f"{back}?figure={ident}#drawer")
    return figure_part(request, opened, back)


@view("see_unit")
def file(request: HttpRequest, year: int, name: str, file: str) -> HttpResponse:
    """The paper as Word or PDF, or its figures."""
    paper = _paper(request, year, name)
    public = "（公开稿）" if paper.version == "public" else ""
    try:
        content = briefs.brief_file(paper, file)
    except NoChineseFontError as error:
        raise NotAllowed(f"{error} 可先下载 Word 版。") from error
    return sent_file(file, f"{paper.title}{public}", content)
