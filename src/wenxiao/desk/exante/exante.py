"""事前评估: what of a budget year must be evaluated before it gets money, and
one evaluation from request to conclusion.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from wenxiao.budget.selectors import dossiers_of, dossiers_visible_to, rounds_visible_to
from wenxiao.pages.acts import carry_out, day_of, text_of, version_of, yuan_of
from wenxiao.pages.downloads import attachment
from wenxiao.pages.frame import work_year
from wenxiao.pages.request_values import whole
from wenxiao.pages.views import division_of, held, person, put_under, view
from wenxiao.reports.ex_ante_report import ex_ante_docx
from wenxiao.reviews import services
from wenxiao.reviews.exante import due_of_year, ex_ante_visible_to, limit_of, terms_asked
from wenxiao.reviews.states import MARKABLE, SETTLED
from wenxiao.store.clock import today

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from wenxiao.reviews.models import ExAnte

ENTRY = "desk:targets"
MOST = 200


@view("see_unit")
def index(request: HttpRequest) -> HttpResponse:
    """What is due, asked for, under way and concluded; whose term ends.
    The threshold and its standing are said.
    """
    division = division_of(request, ENTRY)
    put_under(request, ENTRY)
    user = person(request)
    year = whole(request.GET.get("fy"), 4) or work_year(request) + 1
    rounds = list(
        rounds_visible_to(user)
        .filter(division=division, kind="ex_ante", fiscal_year=year, state="open")
        .order_by("pk")
    )
    asked = {one.pk: set(dossiers_of(one).values_list("pk", flat=True)) for one in rounds}
    named = {pk for one in rounds if one.scope.get("dossiers") for pk in asked[one.pk]}
    due = due_of_year(user, division, year, named)
    lines = [
        (one, next((row for row in rounds if one.dossier.pk in asked[row.pk]), None))
        for one in due[:MOST]
    ]
    values = {
        "list_year": year,
        "lines": lines,
        "total": len(due),
        "settled": sum(1 for one in due if _settled(one.evaluation)),
        "limit": limit_of(division, year),
        "rounds": rounds,
        "terms": terms_asked(user, today()),
        "today": today(),
        "holding": held(request),
        "runs": held(request).can("manage_round"),
    }
    return render(request, "desk/exante/index.html", values)


def _settled(ex_ante: ExAnte | None) -> bool:
    return bool(ex_ante and ex_ante.review and ex_ante.review.state in SETTLED)


@view("fill", methods=("GET", "POST"))
def request_form(request: HttpRequest, pk: int, dossier: int) -> HttpResponse:
    """申请: what a unit asks for before there is any money."""
    user = person(request)
    round = rounds_visible_to(user).filter(pk=pk, kind="ex_ante").first()
    row = dossiers_visible_to(user).select_related("unit", "subject").filter(pk=dossier).first()
    if round is None or row is None or not dossiers_of(round).filter(pk=row.pk).exists():
        raise Http404
    put_under(request, ENTRY)
    begun = ex_ante_visible_to(user).filter(dossier=row, round=round).first()
    if begun is not None:
        return redirect("desk:ex_ante_one", pk=begun.pk)
    if request.method != "POST":
        return render(request, "desk/exante/request.html", {"round": round, "dossier": row})

    def run() -> str:
        services.request_ex_ante(
            dossier=row,
            round=round,
            requested=yuan_of(request, "requested", "申请金额"),
            term_years=whole(text_of(request, "term_years", 3)),
            why=text_of(request, "why"),
            basis_text=text_of(request, "basis"),
            by=user,
        )
        return f"{row.subject.name}的事前评估已申请。"

    return carry_out(request, run, reverse("desk:ex_ante_request", args=[round.pk, row.pk]))


def _one(request: HttpRequest, pk: int) -> ExAnte:
    row = ex_ante_visible_to(person(request)).filter(pk=pk).first()
    if row is None:
        raise Http404
    put_under(request, ENTRY)
    return row


@view("see_unit")
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One evaluation: the request, the points by item, the meetings, the
    conclusion with its money.
    """
    row = _one(request, pk)
    evaluates = held(request).can("evaluate", unit=row.dossier.unit, subject=row.dossier.subject)
    review = row.review
    values = {
        "row": row,
        "review": review,
        "begins": evaluates and review is None,
        "leads": evaluates
        and review is not None
        and review.state in MARKABLE
        and not _outside(request),
        "conclusions": row.Conclusion.choices,
        "settled": _settled(row),
        "today": today(),
    }
    return render(request, "desk/exante/one.html", values)


def _outside(request: HttpRequest) -> bool:
    return {scope.role for scope in held(request).scopes} <= {"expert"}


def _act(request: HttpRequest, pk: int, act: Callable[[ExAnte], str]) -> HttpResponse:
    row = _one(request, pk)
    return carry_out(request, lambda: act(row), reverse("desk:ex_ante_one", args=[pk]))


@view("evaluate", methods=("POST",))
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin to evaluate by the frame of its kind."""

    def act(row: ExAnte) -> str:
        services.begin_ex_ante(ex_ante=row, by=person(request), version=version_of(request))
        return "事前评估已开始。请定各项权重，由另一人核对定稿后评分。"

    return _act(request, pk, act)


@view("evaluate", methods=("POST",))
def meeting(request: HttpRequest, pk: int) -> HttpResponse:
    """Note a meeting of the panel."""

    def act(row: ExAnte) -> str:
        services.note_meeting(
            ex_ante=row,
            on=day_of(request, "on", "会议日期"),
            place=text_of(request, "place", 100),
            people=text_of(request, "people", 500),
            summary=text_of(request, "summary"),
            by=person(request),
            version=version_of(request),
        )
        return "评估会已登记。"

    return _act(request, pk, act)


@view("evaluate", methods=("POST",))
def conclude(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the conclusion with its money."""

    def act(row: ExAnte) -> str:
        services.conclude_ex_ante(
            ex_ante=row,
            conclusion=text_of(request, "conclusion", 10),
            supported=yuan_of(request, "supported", "支持金额"),
            opinion=text_of(request, "opinion"),
            by=person(request),
            version=version_of(request),
        )
        return f"结论已写：{row.get_conclusion_display()}。确认结果后生效。"

    return _act(request, pk, act)


@view("see_unit")
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """The report as a Word document."""
    row = _one(request, pk)
    if row.review is None:
        raise Http404
    return attachment(ex_ante_docx(row), f"{row.dossier.subject.name}事前绩效评估报告", "docx")
