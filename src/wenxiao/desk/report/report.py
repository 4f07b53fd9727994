"""年度工作报告 as paper on a desk: every figure opens its rows, every paragraph
of the author's can be rewritten.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from wenxiao.followup.selectors.sources import dossiers_behind
from wenxiao.orgs.permissions import READ_RESTRICTED, Refused
from wenxiao.pages.downloads import attachment
from wenxiao.pages.frame import work_year
from wenxiao.pages.views import held, person, put_under, view
from wenxiao.reports import services
from wenxiao.reports.briefs import BRIEFS
from wenxiao.reports.structure import Paragraph
from wenxiao.reviews.worklists import settled_apart
from wenxiao.store.clock import today

if TYPE_CHECKING:
    from django.http import HttpRequest

    from wenxiao.orgs.models import Division
    from wenxiao.reports.facts import Version
    from wenxiao.reports.figures import Figure
    from wenxiao.reports.models import Draft
    from wenxiao.reports.services import Edition

READERS = ("write_report", "sign_report", "instruct", "watch_trail")
"""Powers of which one opens the report before it is published."""
KEYS = {
    "opening": "开头",
    "overall": "部门整体支出",
    "projects": "项目支出",
    "problems": "共性问题引语",
    "monitored": "重点监控",
    "plan": "下一步计划",
}
"""The paragraphs an author may rewrite, as the desk calls them."""
TITLES = {
    "annual.docx": "预算绩效管理工作情况",
    "annual.pdf": "预算绩效管理工作情况",
    "summary.xlsx": "财政重点绩效评价情况表",
    "summary.docx": "财政重点绩效评价情况表",
    "figures.docx": "财政重点绩效评价附图",
    "figures.json": "报告数据",
}
"""The files of a report and what they are called when saved."""


def bureau_of(request: HttpRequest) -> Division:
    """The division whose report this person may read; Refused for anybody else."""
    holding, division = held(request), person(request).division
    if division is None or not any(holding.can(power, division=division.pk) for power in READERS):
        raise Refused(
            "年度工作报告由财政绩效科编写、局领导签发；签发并公开后，在公开页面可以查看。"
        )
    return division


def version_for(request: HttpRequest) -> Version:
    """Restricted subjects only for those whose grants show them."""
    internal = any(scope.whole and scope.role in READ_RESTRICTED for scope in held(request).scopes)
    return "internal" if internal else "public"


def edition_for(request: HttpRequest, year: int) -> tuple[Division, Edition, Draft | None]:
    """The report as this person may read it, and the draft it is made of."""
    if not 2000 <= year <= 2100:
        raise Http404
    division = bureau_of(request)
    draft = services.draft_of(division, year)
    return (
        division,
        services.current(division, year, version=version_for(request), draft=draft),
        draft,
    )


@view("see_unit")
def now(request: HttpRequest) -> HttpResponse:
    """The report of the year chosen in the frame: its latest signed issue,
    unless a draft stands before the leader.
    """
    division, year = person(request).division, work_year(request)
    signed = services.signed_reports(division, year) if division else []
    draft = services.draft_of(division, year) if division else None
    if signed and (draft is None or draft.state == "writing"):
        return redirect("desk:signed", pk=signed[0].pk)
    return redirect("desk:report", year=year)


def desk(
    request: HttpRequest,
    year: int,
    *,
    drawer: dict[str, object] | None = None,
    opened: str = "",
    status: int = 200,
) -> HttpResponse:
    """The whole page; ``drawer`` is a part's template and values instead of a figure."""
    division, edition, draft = edition_for(request, year)
    paper, signed = edition.report, services.signed_reports(division, year)
    figure_open = paper.figures.get(opened)
    put_under(request, "desk:report_now")
    holding = held(request)
    stale = services.stale_figures(draft, paper) if draft else ()
    internal = paper.version == "internal"
    writes, state = (
        holding.can("write_report", division=division.pk) and internal,
        draft.state if draft else "",
    )
    leads = holding.can("sign_report", division=division.pk) and internal
    mine = person(request).pk
    values = {
        "paper": paper,
        "opened": figure_open,
        "parts": parts_of(request, figure_open),
        "apart": settled_apart(person(request), year) if internal and writes else [],
        "empty": not paper.sections or not edition.facts.reported,
        "shown": len(paper.shown_figures()),
        "stale": stale,
        "draft": draft,
        "signed": signed,
        "is_text": is_text,
        "report_year": year,
        "drawer": drawer,
        "writes": writes and state != "handed",
        "hands_in": writes and draft is not None and state != "handed",
        "takes_back": writes and state == "handed",
        "signs": leads and state == "handed" and not signed,
        "waits_for_writers": leads and not writes and not signed and state != "handed",
        "own_draft": draft is not None and mine in {draft.by_id, draft.handed_by_id},
        "fingerprint": services.fingerprint(paper),
        "differs": services.differences(signed[0], paper) if signed else (),
        "choices": edition.choices,
        "today": today(),
        "saved": request.GET.get("saved", ""),
        "figure_href": lambda ident: reverse("desk:figure", args=[year, ident]),
        "shut_href": reverse("desk:report", args=[year]),
        "write_href": lambda key: reverse("desk:report_write", args=[year, key]),
        "key_names": KEYS,
        "briefs": BRIEFS,
    }
    return render(request, "desk/report/report.html", {**values, **(drawer or {})}, status=status)


def is_text(block: object) -> bool:
    """Whether a block is a paragraph; else it is a table."""
    return isinstance(block, Paragraph)


@view("see_unit")
def figure(request: HttpRequest, year: int, ident: str) -> HttpResponse:
    """One figure opened: what it is, how it was computed, its rows."""
    paper = edition_for(request, year)[1].report
    opened = paper.figures.get(ident)
    if opened is None:
        raise Http404
    back = reverse("desk:report", args=[year])
    if not request.htmx:  # type: ignore[attr-defined]  # set by its middleware
        return redirect(f"{back}?figure={ident}#drawer")
    return figure_part(request, opened, back)


def figure_part(request: HttpRequest, opened: Figure, back: str) -> HttpResponse:
    """A figure for the drawer."""
    values = {"opened": opened, "parts": parts_of(request, opened), "shut_href": back}
    return render(request, "desk/report/figure_part.html", values)


def parts_of(request: HttpRequest, opened: Figure | None) -> list[tuple[str, Any, str]]:
    """The rows behind a figure: name, what it adds, and the dossier it leads to."""
    if opened is None:
        return []
    dossiers = dossiers_behind(person(request), opened.rows)
    return [
        (
            part.label or part.row,
            part.value,
            reverse("desk:dossier", args=[dossiers[part.row]]) if part.row in dossiers else "",
        )
        for part in opened.parts
    ]


@view("see_unit")
def changes(request: HttpRequest, year: int) -> HttpResponse:
    """What changed since the author last saved, or since the report was
    signed: old, new, and the rows that made it.
    """
    division, edition, draft = edition_for(request, year)
    signed = services.signed_reports(division, year)
    against_signed = request.GET.get("signed") == "1" and bool(signed)
    if against_signed:
        changed = services.differences(signed[0], edition.report)
    else:
        changed = services.stale_figures(draft, edition.report) if draft else ()
    values = {
        "found": changed,
        "report_year": year,
        "since_signed": against_signed,
        "draft": draft,
        "known": edition.report.figures,
        "writes": held(request).can("write_report", division=division.pk) and not against_signed,
    }
    if request.htmx:  # type: ignore[attr-defined]  # set by its middleware
        return render(request, "desk/report/changes_part.html", values)
    return desk(request, year, drawer={"template": "desk/report/changes_part.html", **values})


@view("see_unit")
def draft_file(request: HttpRequest, year: int, name: str) -> HttpResponse:
    """The report as the rows stand now, as a file; who may not see
    restricted subjects gets the public version.
    """
    _, edition, _ = edition_for(request, year)
    public = (
        "，公开稿"
        if edition.report.version == "public" or request.GET.get("version") == "public"
        else ""
    )
    if public and edition.report.version == "internal":
        division = bureau_of(request)
        edition = services.current(division, year, version="public")
    return sent_file(
        name,
        f"{year}年度{TITLES.get(name, '')}（草稿{public}）",
        services.edition_file(edition, name),
    )


def sent_file(name: str, title: str, content: bytes | None) -> HttpResponse:
    """A report's file under a name a person recognises; 404 for a file it does not have."""
    if content is None:
        raise Http404
    return attachment(content, title, name.rsplit(".", 1)[1])
