"""自评: how far a round is, who has not handed in, and what stands beside
each self-score so that one need not believe it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import render

from wenxiao.budget.selectors import rounds_visible_to
from wenxiao.pages.frame import show_year, work_year
from wenxiao.pages.views import held, person, put_under, view
from wenxiao.reviews.census import APART, FULL, UNJUDGED
from wenxiao.reviews.checks import Check, checks_in, doubts_in, rows_of
from wenxiao.reviews.kinds import FILED
from wenxiao.reviews.near import page_by_tree, reviews_of_round
from wenxiao.reviews.returns import last_returns
from wenxiao.reviews.services.road import STEPS
from wenxiao.reviews.states import OPEN
from wenxiao.reviews.worklists import (
    RECEIVED,
    parts_of,
    reviews_visible_to,
    rounds_of_year,
    to_fill,
)
from wenxiao.rulebook.numbers import rate_percent

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from wenxiao.budget.models import Round
    from wenxiao.reviews.models import Review
    from wenxiao.reviews.near import CountedReviews

KINDS = ("selfeval", "recheck")


@dataclass(frozen=True)
class SelfEvaluationLine:
    """One self-evaluation: the form's own score, ours, the difference, the
    share of proved points, what to doubt.
    """

    review: Review
    rate: Decimal | None
    difference: Decimal | None
    proved: Decimal | None
    doubts: list[Check]


@view("see_unit")
def selfeval(request: HttpRequest) -> HttpResponse:
    """The year's self-evaluation: its round at once where there is one, else which there are."""
    year = work_year(request)
    rounds = [row for kind in KINDS for row in rounds_of_year(person(request), year, kind)]
    return _page(request, rounds, rounds[0] if rounds else None, year)


@view("see_unit")
def selfeval_round(request: HttpRequest, pk: int) -> HttpResponse:
    """One round of self-evaluation or re-check."""
    one = (
        rounds_visible_to(person(request))
        .filter(pk=pk, kind__in=KINDS)
        .select_related("division")
        .first()
    )
    if one is None:
        raise Http404
    show_year(request, one.work_year)
    put_under(request, "desk:selfeval")
    rounds = [row for kind in KINDS for row in rounds_of_year(person(request), one.work_year, kind)]
    return _page(request, rounds, one, one.work_year)


def _page(request: HttpRequest, rounds: list[Round], one: Round | None, year: int) -> HttpResponse:
    if one is None:
        return render(
            request,
            "desk/selfeval/index.html",
            {"list_year": year, "rounds": [], "one": None, "shown": None},
        )
    user, holding = person(request), held(request)
    rows = reviews_visible_to(user).filter(round=one)
    asked = {"q": request.GET.get("q", "").strip()[:60], "only": request.GET.get("only", "")}
    counted = reviews_of_round(user, one.pk)
    holds = _ONLY[asked["only"]].counts if asked["only"] in _ONLY else _every
    chosen = _narrow(rows, asked)
    shown, total = page_by_tree(
        chosen.select_related("target"),
        None if asked["q"] else counted,
        holds,
        request.GET.get("at"),
    )
    of_units = [(row.unit, row.state, row.arrived, row.excused, row.n) for row in counted or ()]
    parts, chips = parts_of(user, one, of_units), _chips(rows, counted, asked)
    owed = to_fill(user, holding, one)
    values = {
        "list_year": year,
        "rounds": rounds,
        "one": one,
        "shown": shown,
        "lines": _lines(shown.rows),
        "asked": asked,
        "total": total,
        "parts": parts,
        "missing": [part for part in parts if part.lacking],
        "chases": held(request).can("manage_round") and not (one and one.past),
        "chips": chips,
        "checks_office": holding.can("check_office") or holding.can("check_department"),
        "fills": holding.can("fill"),
        "open": OPEN,
        "kind": one.kind,
        "owed": owed,
        "returned": last_returns(
            [*shown.rows, *(line.review for line in owed if line.review is not None)]
        ),
        "receives": one.kind in FILED and (holding.can("submit_for") or holding.can("import")),
        "waiting": next((n for word, n, *_ in chips if word == _ONLY["received"].word), 0),
        "rechecks": one.kind == "selfeval"
        and (holding.can("check_office") or holding.can("check_department")),
        "settles": any(holding.can(power) for power in (*STEPS.values(), "confirm", "submit")),
        "handed": sum(part.received for part in parts),
        "due": sum(part.due for part in parts),
    }
    return render(request, "desk/selfeval/index.html", values)


class OnlyChip(NamedTuple):
    """A part of the list one may look at alone: its word, its rows, and their kept counts."""

    word: str
    rows: Q
    counts: Callable[[CountedReviews], bool]


_ONLY = {
    "open": OnlyChip(
        "填报中", Q(state__in=OPEN) & ~RECEIVED, lambda one: one.state in OPEN and not one.arrived
    ),
    "received": OnlyChip("已收到待报送", RECEIVED, lambda one: one.state in OPEN and one.arrived),
    "submitted": OnlyChip("待审核", Q(state="submitted"), lambda one: one.state == "submitted"),
    "apart": OnlyChip("与计算不符", APART, lambda one: one.apart),
    "unjudged": OnlyChip("未评完", UNJUDGED, lambda one: one.unjudged),
    "full": OnlyChip("满分", FULL, lambda one: one.full_points),
}


def _every(_: CountedReviews) -> bool:
    return True


def _narrow(rows: QuerySet[Review], asked: dict[str, str]) -> QuerySet[Review]:
    for word in asked["q"].split():
        rows = rows.filter(
            Q(dossier__subject__name__icontains=word) | Q(dossier__unit__name__icontains=word)
        )
    return rows.filter(_ONLY[asked["only"]].rows) if asked["only"] in _ONLY else rows


def _chips(
    rows: QuerySet[Review], counted: list[CountedReviews] | None, asked: dict[str, str]
) -> list[tuple[str, int, str, bool]]:
    """How many each part would leave: from the kept counts, else from the rows."""
    if counted is None:
        counts = rows.order_by().aggregate(
            **{code: Count("pk", filter=only.rows) for code, only in _ONLY.items()}
        )
    else:
        counts = {
            code: sum(one.n for one in counted if only.counts(one)) for code, only in _ONLY.items()
        }
    return [
        (
            only.word,
            counts[code],
            "?" if asked["only"] == code else f"?only={code}",
            asked["only"] == code,
        )
        for code, only in _ONLY.items()
        if counts[code] or asked["only"] == code
    ]


def _lines(reviews: list[Review]) -> list[SelfEvaluationLine]:
    checks = checks_in(reviews, rows_of(reviews))
    return [_line(review, checks[review.pk]) for review in reviews]


def _line(review: Review, checks: list[Check]) -> SelfEvaluationLine:
    published, points = review.published_points, review.points
    return SelfEvaluationLine(
        review,
        rate_percent(review.executed, review.budget),
        published - points if published is not None and points is not None else None,
        rate_percent(review.proved, points) if points else None,
        doubts_in(checks),
    )
