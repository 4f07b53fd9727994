"""第三方与专家: who evaluates from outside, and which reviews they were let in to, until when."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse

from wenxiao.orgs import selectors
from wenxiao.orgs.services import add_agency, add_expert
from wenxiao.pages.acts import Typed, carry_out, day_of, text_of
from wenxiao.pages.frame import work_year
from wenxiao.pages.views import division_of, person, view
from wenxiao.reviews.services import assign_reviewer, unassign_reviewer
from wenxiao.reviews.services.assigning import DUTIES
from wenxiao.reviews.worklists import assignments_of_year, reviews_visible_to
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from wenxiao.orgs.models import Division, User
    from wenxiao.reviews.models import Review

ENTRY = "desk:agencies"
ASSIGNABLE = ("finance_evaluation", "department_evaluation", "ex_ante", "recheck")
"""Kinds of work outsiders may be assigned to; the units' own filing is none of them."""
MOST = 300


@view("manage_round")
def agencies(request: HttpRequest) -> HttpResponse:
    """The firms, the expert pool, and the year's assignments."""
    division, year = division_of(request, ENTRY), work_year(request)
    assignments = list(assignments_of_year(person(request), year)[:200])
    open_reviews = (
        _reviews(request)
        .exclude(state__in=("confirmed", "issued"))
        .order_by("round", "dossier__unit__path", "pk")
    )
    values = {
        "agencies": list(selectors.agencies_of(division)[:200]),
        "experts": list(selectors.experts_of(division)[:200]),
        "assignments": assignments,
        "reviews": list(open_reviews[:MOST]),
        "duties": DUTIES,
        "today": today(),
        "list_year": year,
        "people": _people(division),
        "settled": _reviews(request).filter(state__in=("confirmed", "issued")).count(),
        "until": date(max(today().year, year), 12, 31),
    }
    return render(request, "desk/office/agencies/index.html", values)


def _reviews(request: HttpRequest) -> QuerySet[Review]:
    rows = reviews_visible_to(person(request)).filter(
        round__work_year=work_year(request), kind__in=ASSIGNABLE
    )
    return rows.select_related("round", "dossier__subject", "dossier__unit", "agency")


def _people(division: Division) -> list[User]:
    """Accounts that may be assigned: active, and not of any budget unit (those have a side)."""
    rows = selectors.users_of(division).filter(is_active=True, unit=None).order_by("name", "pk")
    inside = selectors.grants_in_force().exclude(role__in=("agency", "expert")).values("user")
    return list(rows.exclude(pk__in=inside)[:200])


@view("manage_round", methods=("POST",))
def add(request: HttpRequest) -> HttpResponse:
    """A firm enters the list."""
    division = division_of(request, ENTRY)

    def run() -> str:
        name, code = text_of(request, "name", 100), text_of(request, "credit_code", 18)
        add_agency(
            division=division,
            name=name,
            by=person(request),
            credit_code=code,
            lead=text_of(request, "lead", 60),
            phone=text_of(request, "phone", 40),
        )
        return f"已登记“{name}”。"

    return carry_out(
        request, run, reverse(ENTRY), [Typed("机构名称", "", text_of(request, "name", 100))]
    )


@view("manage_round", methods=("POST",))
def expert(request: HttpRequest) -> HttpResponse:
    """A person enters the expert pool. Namesakes are told apart by their field."""
    division = division_of(request, ENTRY)

    def run() -> str:
        name, what = text_of(request, "name", 60), text_of(request, "field", 60)
        add_expert(division=division, name=name, by=person(request), field=what)
        return f"已把“{name}”列入专家库。"

    return carry_out(
        request, run, reverse(ENTRY), [Typed("姓名", "", text_of(request, "name", 60))]
    )


@view("manage_round", methods=("POST",))
def assign(request: HttpRequest) -> HttpResponse:
    """Assign one person to one review until a day."""
    division = division_of(request, ENTRY)

    def run() -> str:
        review = _chosen(_reviews(request), request, "review", "评审")
        user = _chosen(selectors.users_of(division), request, "user", "人员")
        agency = (
            _chosen(selectors.agencies_of(division), request, "agency", "机构")
            if request.POST.get("agency")
            else None
        )
        why = text_of(request, "why", 200)
        assignment = assign_reviewer(
            review=review,
            user=user,
            duty=request.POST.get("duty", ""),
            until=day_of(request, "until", "截止日期"),
            by=person(request),
            why=why,
            agency=agency,
        )
        return f"已把“{review.dossier.subject.name}”分派给{user}（{assignment.duty}），截止日后自动看不到。"

    return carry_out(
        request, run, reverse(ENTRY), [Typed("依据", "", text_of(request, "why", 200))]
    )


def _chosen(rows: Any, request: HttpRequest, name: str, word: str) -> Any:
    text = request.POST.get(name, "")
    chosen = rows.filter(pk=int(text)).first() if text.isdecimal() and len(text) < 18 else None
    if chosen is None:
        raise NotAllowed(f"请选择{word}。")
    return chosen


@view("manage_round", methods=("POST",))
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """The assignment ends, and with it what its person may see."""
    division_of(request, ENTRY)
    row = assignments_of_year(person(request), None).filter(pk=pk).first()
    if row is None:
        raise Http404

    def run() -> str:
        unassign_reviewer(assignment=row, by=person(request), why=text_of(request, "why", 500))
        return f"已撤销{row.user}的分派，已交的评分留着，没交的不再计入。"

    return carry_out(request, run, reverse(ENTRY))
