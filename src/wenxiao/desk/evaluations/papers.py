"""工作底稿 of an evaluation: 取证单, interviews, visits written down, printed for
signature, the signature entered; 打分说明书.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse

from wenxiao.desk.evaluations.steps import may, review_of
from wenxiao.pages.acts import Typed, carry_out, day_of, text_of, version_of
from wenxiao.pages.downloads import attachment
from wenxiao.pages.request_values import whole
from wenxiao.pages.views import held, person, view
from wenxiao.reports.working_papers import papers_docx, scoring_note_docx
from wenxiao.reviews.kinds import JUDGED
from wenxiao.reviews.packaging import criterion_cells
from wenxiao.reviews.services import confirm_facts, write_criterion_facts, write_paper
from wenxiao.reviews.services.seats import seat_of
from wenxiao.reviews.states import SETTLED
from wenxiao.store.clock import today

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from wenxiao.reviews.models import Review

KINDS = {"facts": "取证单", "interview": "访谈记录", "visit": "现场勘查记录"}


def _review(request: HttpRequest, pk: int) -> Review:
    row = review_of(request, pk)
    if row.kind not in JUDGED or not may(request, "evaluate", row):
        raise Http404
    return row


def _readable(request: HttpRequest, pk: int) -> Review:
    """For whoever reads the sheet: an auditor always, the unit once the result is settled."""
    row = review_of(request, pk)
    if row.kind not in JUDGED:
        raise Http404
    return row


@view("evaluate", methods=("GET", "POST"))
def papers(request: HttpRequest, pk: int) -> HttpResponse:
    """The evaluation's working papers, and the form for one more."""
    row = _review(request, pk)
    if request.method == "POST":
        return _write(request, row)
    every = list(row.working_papers.select_related("criterion", "by"))
    listed = [one for one in every if one.kind in KINDS]
    written = {one.criterion_id: one for one in every if one.kind not in KINDS}
    seat = seat_of(person(request), held(request))
    sheet = [(one, written.get(one.pk), cells) for one, cells in criterion_cells(row, seat)]
    values = {
        "review": row,
        "papers": listed,
        "sheet": sheet,
        "empty": sum(paper is None for _, paper, _ in sheet),
        "unsigned": sum(one.signed_on is None for one in listed),
        "kinds": KINDS,
        "criteria": list(row.criteria.all()),
        "writes": row.state not in SETTLED,
        "today": today(),
    }
    return render(request, "desk/evaluations/papers.html", values)


def _write(request: HttpRequest, row: Review) -> HttpResponse:
    facts, source = text_of(request, "facts", 4000), text_of(request, "source", 300)
    method, people = text_of(request, "method", 300), text_of(request, "people", 200)

    def run() -> str:
        paper = write_paper(
            review=row,
            kind=request.POST.get("kind", ""),
            facts=facts,
            source=source,
            method=method,
            people=people,
            done_on=day_of(request, "on", "日期"),
            criterion=row.criteria.filter(pk=whole(request.POST.get("row")) or 0).first(),
            by=person(request),
        )
        return f"已记{paper}，打印后请单位签字盖章。"

    typed = [Typed("事实", "", facts), Typed("来源", "", source), Typed("核对方法", "", method)]
    return carry_out(request, run, reverse("desk:working_papers", args=[row.pk]), typed)


@view("evaluate", methods=("POST",))
def rows(request: HttpRequest, pk: int) -> HttpResponse:
    """The 评分底稿 of one criterion: facts, source, how they were checked."""
    row = _review(request, pk)
    criterion = row.criteria.filter(pk=whole(request.POST.get("row")) or 0).first()
    if criterion is None:
        raise Http404
    facts, source = text_of(request, "facts", 4000), text_of(request, "source", 300)
    method = text_of(request, "method", 300)

    def run() -> str:
        write_criterion_facts(
            review=row,
            criterion=criterion,
            facts=facts,
            source=source,
            method=method,
            by=person(request),
            version=whole(request.POST.get("version")) or None,
        )
        return f"“{criterion.name}”的评分底稿已存。"

    typed = [Typed("事实", "", facts), Typed("来源", "", source), Typed("核对方法", "", method)]
    return carry_out(request, run, reverse("desk:working_papers", args=[pk]), typed)


@view("evaluate", methods=("POST",))
def signed(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Enter the unit's signature on a printed paper."""
    row = _review(request, pk)
    paper = row.working_papers.filter(pk=number).first()
    if paper is None:
        raise Http404
    name, opinion = text_of(request, "name", 60), text_of(request, "opinion", 1000)

    def run() -> str:
        confirm_facts(
            paper=paper,
            signed_on=day_of(request, "on", "确认日期"),
            signed_by=name,
            opinion=opinion,
            by=person(request),
            version=version_of(request),
        )
        return f"{paper}的单位确认已登记。"

    back = reverse("desk:working_papers", args=[pk])
    return carry_out(request, run, back, [Typed("确认人", "", name), Typed("意见", "", opinion)])


@view("see_unit")
def printed(request: HttpRequest, pk: int) -> HttpResponse:
    """All working papers of an evaluation as .docx, or one (``?paper=``)."""
    row = _readable(request, pk)
    rows = row.working_papers.filter(kind__in=KINDS).select_related("criterion", "by")
    if asked := whole(request.GET.get("paper")):
        rows = rows.filter(pk=asked)
    name = f"{row.dossier.subject.name}工作底稿"
    return attachment(papers_docx(row, list(rows)), name, "docx")


@view("see_unit")
def scoring_note(request: HttpRequest, pk: int) -> HttpResponse:
    """打分说明书 as .docx."""
    row = _readable(request, pk)
    name = f"{row.dossier.subject.name}打分说明书"
    return attachment(scoring_note_docx(row), name, "docx")
