"""成批评价报告: the reports of a round begun, how far they are, cancelled, taken."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from django.http import FileResponse, Http404
from django.shortcuts import render
from django.urls import reverse

from wenxiao.budget.selectors import rounds_visible_to
from wenxiao.followup.selectors.ledger import EVALUATIONS, evaluations_to_report
from wenxiao.pages.acts import carry_out
from wenxiao.pages.downloads import CONTENT, to_keep
from wenxiao.pages.views import person, put_under, view
from wenxiao.reports import report_runs
from wenxiao.reports.tasks import write

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from wenxiao.budget.models import Round
    from wenxiao.orgs.permissions import Holdings
    from wenxiao.reports.models import ReportRun
    from wenxiao.reviews.result_counts import ResultCell

MOST_ROUNDS = 6


def _round(request: HttpRequest, pk: int) -> Round:
    row = rounds_visible_to(person(request)).filter(pk=pk, kind__in=EVALUATIONS).first()
    if row is None:
        raise Http404
    put_under(request, "desk:evaluations")
    return row


def _run(request: HttpRequest, pk: int) -> ReportRun:
    row = report_runs.runs_of(person(request)).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def rounds_to_report(holding: Holdings, cells: list[ResultCell]) -> list[tuple[int, str, int]]:
    """Rounds whose reports this person may have written in a batch: id, name, how many."""
    counts: Counter[tuple[int, str]] = Counter()
    for cell in cells if holding.can("evaluate") else []:
        if cell.kind in EVALUATIONS:
            counts[cell.round, cell.round_name] += cell.n
    return [(pk, name, n) for (pk, name), n in counts.most_common(MOST_ROUNDS)]


@view("evaluate", methods=("GET", "POST"))
def reports(request: HttpRequest, pk: int) -> HttpResponse:
    """The round's reports: begin; while they are written how far; afterwards the zip and what is
    missing.
    """
    row = _round(request, pk)
    if request.method == "POST":
        here = reverse("desk:evaluation_reports", args=[row.pk])
        return carry_out(request, lambda: _start(request, row), here)
    run = report_runs.runs_of(person(request)).filter(round=row).order_by("-pk").first()
    open_one = run is not None and run.state in report_runs.OPEN
    values = {
        "round": row,
        "run": run,
        "busy": open_one,
        "total": len(run.reviews) if run else 0,
        "count": evaluations_to_report(person(request), row).count(),
        "ready": run is not None and report_runs.written_zip(run) is not None,
    }
    return render(request, "desk/evaluations/reports.html", values)


def _start(request: HttpRequest, row: Round) -> str:
    run = report_runs.start_reports(round=row, by=person(request), task=write)
    return f"已开始写 {len(run.reviews)} 份评价报告，可以离开这一页，稍后回来取。"


@view("evaluate", methods=("POST",))
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop; what was written by then can be taken."""
    run = _run(request, pk)

    def carry() -> str:
        done = report_runs.cancel_reports(run=run, by=person(request))
        return f"已取消，写好的 {done.written} 份仍可以下载。"

    return carry_out(request, carry, reverse("desk:evaluation_reports", args=[run.round_id]))


@view("evaluate")
def packed(request: HttpRequest, pk: int) -> Any:
    """The written reports as one zip, sent as it lies on the disk."""
    run = _run(request, pk)
    path = report_runs.written_zip(run)
    if path is None:
        raise Http404
    stream = FileResponse(path.open("rb"), content_type=CONTENT["zip"])
    return to_keep(stream, f"{run.round.name}评价报告.zip")
