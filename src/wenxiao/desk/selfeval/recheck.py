"""自评复核: which self-evaluations were drawn and why, and the re-check's score
beside the unit's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from wenxiao.budget.selectors import rounds_visible_to
from wenxiao.desk.selfeval.rechecking import inflation
from wenxiao.orgs.permissions import Refused
from wenxiao.pages.acts import Typed, carry_out, number_of, text_of
from wenxiao.pages.frame import show_year
from wenxiao.pages.request_values import whole
from wenxiao.pages.views import held, person, put_under, view
from wenxiao.reviews.rechecks import departments_of, handed_in, recheck_of, samples_of, score_of
from wenxiao.reviews.services import draw_recheck
from wenxiao.reviews.worklists import reviews_visible_to
from wenxiao.rulebook.recheck import least_share, most_by_reason
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from decimal import Decimal

    from django.http import HttpRequest, HttpResponse

    from wenxiao.budget.models import Round
    from wenxiao.orgs.models import Unit
    from wenxiao.reviews.models import RecheckSample, Review
    from wenxiao.reviews.services.rechecking import StoredLine

WHO = "自评复核由财政绩效科、财政业务科室办理，主管部门复核所属单位的；填报单位不办。"
MOST = 300
"""How many drawn ones stand on the page."""


@dataclass(frozen=True)
class DrawnReview:
    """One drawn self-evaluation: how and why, the unit's own score and the re-check beside it."""

    review: Review
    line: StoredLine
    score: Decimal | None
    recheck: Review | None

    @property
    def difference(self) -> Decimal | None:
        """The re-check's score less the unit's own."""
        whole = self.recheck is not None and self.recheck.complete
        points = self.recheck.points if whole and self.recheck is not None else None
        return points - self.score if points is not None and self.score is not None else None


def _round(request: HttpRequest, pk: int) -> Round:
    """A round of self-evaluation, for whoever re-checks it."""
    holding = held(request)
    rows = rounds_visible_to(person(request)).filter(pk=pk, kind="selfeval")
    one = rows.select_related("division").first()
    if one is None:
        raise Http404
    if not (holding.can("check_office") or holding.can("check_department")):
        raise Refused(WHO)
    show_year(request, one.work_year)
    put_under(request, "desk:selfeval")
    return one


@view("see_unit")
def recheck(request: HttpRequest, pk: int) -> HttpResponse:
    """The drawings this person may see, the latest of them with its objects."""
    one, holding = _round(request, pk), held(request)
    departments, bureau = departments_of(person(request), one), holding.can("check_office")
    listed = list(samples_of(one, None if bureau else departments)[:20])
    asked = whole(request.GET.get("sample"))
    shown = next((row for row in listed if row.pk == asked), listed[0] if listed else None)
    draws = holding.can("manage_round", division=one.division_id)
    values = {
        "one": one,
        "samples": listed,
        "shown": shown,
        "lines": _lines(request, shown) if shown is not None else [],
        "most": MOST,
        "departments": [] if draws else departments,
        "draws": draws or bool(departments),
        "least": least_share(one.fiscal_year, one.division.own_rules),
        "most_by_reason": most_by_reason(one.fiscal_year, one.division.own_rules),
        "seed": f"{today():%Y%m%d}",
        "inflation": inflation(one),
        "begins": shown is not None
        and (draws or (shown.department is not None and shown.department in departments)),
        "handed": handed_in(one).filter(pk__in=reviews_visible_to(person(request))).count(),
    }
    return render(request, "desk/selfeval/recheck.html", values)


def _lines(request: HttpRequest, shown: RecheckSample) -> list[DrawnReview]:
    """The drawn ones this person may see, in the order of the drawing."""
    wanted = {row["review"]: row for row in shown.lines[:MOST]}
    rows = {row.pk: row for row in reviews_visible_to(person(request)).filter(pk__in=wanted)}
    again = recheck_of(list(rows.values()))
    return [
        DrawnReview(rows[key], line, score_of(rows[key]), again.get(rows[key].dossier_id))
        for key, line in wanted.items()
        if key in rows
    ]


@view("see_unit", methods=("GET", "POST"))
def draw(request: HttpRequest, pk: int) -> HttpResponse:
    """Draw: the bureau among all that was handed in, a 主管部门 among its subordinates."""
    one, back = _round(request, pk), reverse("desk:recheck", args=[pk])
    if request.method != "POST":
        return redirect(back)
    share, seed = text_of(request, "share", 10), text_of(request, "seed", 12)
    why = text_of(request, "why", 300)
    typed = [Typed("随机比例", "", share), Typed("种子", "", seed), Typed("依据", "", why)]

    def run() -> str:
        if not seed.isascii() or not seed.isdecimal():
            raise NotAllowed(f"种子应为整数，如 20211105，现为“{seed}”。")
        stored = draw_recheck(
            round=one,
            department=_chosen(request, one),
            share=number_of(share, "随机比例") if share else None,
            seed=int(seed),
            by=person(request),
            why=why,
        )
        return f"已从 {stored.total} 份已报送的自评中抽取 {len(stored.lines)} 份复核。"

    return carry_out(request, run, back, typed)


def _chosen(request: HttpRequest, one: Round) -> Unit | None:
    """Whose drawing it is: None the bureau's, else the 主管部门 chosen among the person's own."""
    if held(request).can("manage_round", division=one.division_id):
        return None
    mine = departments_of(person(request), one)
    asked = whole(request.POST.get("department"))
    chosen = next((unit for unit in mine if unit.pk == asked), mine[0] if len(mine) == 1 else None)
    if chosen is None:
        raise Refused("抽取由财政绩效科或主管部门办理；财政业务科室复核抽中的。")
    return chosen
