"""Rules over a whole round, begun from a page: here contradictions, which become candidates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse

from wenxiao.followup import tasks
from wenxiao.followup.selectors.runs import last_runs
from wenxiao.orgs.permissions import require
from wenxiao.pages.acts import carry_out, person, text_of
from wenxiao.pages.frame import work_year
from wenxiao.pages.views import view
from wenxiao.reviews.worklists import rounds_of_year
from wenxiao.store.moves import NotAllowed
from wenxiao.store.progress import share_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from wenxiao.budget.models import Round
    from wenxiao.followup.selectors.runs import Run


@dataclass(frozen=True)
class Drawing:
    """One kind of rule work: its task, who may begin it, over which kinds
    of rounds, its words and its addresses.
    """

    task: Any
    power: str
    kinds: frozenset[str]
    title: str
    verb: str
    result: str
    back: str
    start: str
    look: str


CONTRADICTIONS = Drawing(
    tasks.draw,
    "confirm_finding",
    frozenset({"monitoring", "selfeval", "recheck"}),
    "按规则核对矛盾",
    "核对",
    "提出疑点",
    "desk:findings",
    "desk:findings_draw",
    "desk:findings_drawn",
)


def drawn(request: HttpRequest, what: Drawing) -> dict[str, Any]:
    """What the panel shows: each round of the year with its latest run."""
    rounds = [
        row for row in rounds_of_year(person(request), work_year(request)) if row.kind in what.kinds
    ]
    runs = last_runs(what.task, [row.pk for row in rounds])
    lines: list[tuple[Round, Run | None]] = [(row, runs.get(row.pk)) for row in rounds]
    busy = any(run.busy for run in runs.values())
    return {
        "what": what,
        "lines": lines,
        "busy": busy,
        "shares": {pk: share_of(f"{what.task.name}-{pk}") for pk, run in runs.items() if run.busy},
        "ran": len(runs),
        "list_year": work_year(request),
    }


def start(request: HttpRequest, what: Drawing) -> HttpResponse:
    """Begin over one round; while one runs over it, nothing is begun twice."""
    asked = text_of(request, "round", 18)
    round_to_run = next(
        (row for row, _ in drawn(request, what)["lines"] if str(row.pk) == asked), None
    )
    if round_to_run is None:
        raise Http404

    def carry() -> str:
        require(person(request), what.power)
        run = last_runs(what.task, [round_to_run.pk]).get(round_to_run.pk)
        if run and run.busy:
            raise NotAllowed(
                f"“{round_to_run.name}”正在{what.verb}，没有重复开始；做完后结果列在页面上。"
            )
        what.task.enqueue(round_to_run.pk, person(request).pk)
        return f"“{round_to_run.name}”已开始{what.verb}，可以离开这一页，稍后回来看结果。"

    return carry_out(request, carry, f"{reverse(what.back)}?year={work_year(request)}#drawn")


@view("confirm_finding", methods=("POST",))
def draw(request: HttpRequest) -> HttpResponse:
    """Begin to look for contradictions in one round."""
    return start(request, CONTRADICTIONS)


@view("confirm_finding")
def findings_drawn(request: HttpRequest) -> HttpResponse:
    """The panel alone, fetched again while something runs."""
    return render(request, "desk/findings/drawn.html", {"drawn": drawn(request, CONTRADICTIONS)})
