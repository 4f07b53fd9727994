"""专家评分: handed in unseen and locked, given back with a reason, joined by
mean, trimmed mean or a meeting's agreement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse

from wenxiao.desk.dossiers.tables import CriterionRow, score_sheets
from wenxiao.desk.evaluations.picture import spread_of
from wenxiao.desk.evaluations.steps import may, review_of
from wenxiao.orgs.selectors import holders_of, people_of, role_codes
from wenxiao.pages.acts import Typed, carry_out, day_of, person, points_of, text_of, version_of
from wenxiao.pages.frame import show_year
from wenxiao.pages.views import held, view
from wenxiao.reviews import services
from wenxiao.reviews.kinds import KINDS, kind_of
from wenxiao.reviews.panels import experts_of
from wenxiao.reviews.services.seats import seat_of
from wenxiao.reviews.states import MARKABLE
from wenxiao.rulebook.deductions import impossible_points
from wenxiao.rulebook.numbers import round_points
from wenxiao.store.clock import today

if TYPE_CHECKING:
    from decimal import Decimal

    from django.http import HttpRequest, HttpResponse

    from wenxiao.orgs.models import User
    from wenxiao.reviews.models import Review


def panel_of(user: User, review: Review, seat: str) -> dict[str, Any]:
    """What the review's page says of its experts: who handed in, whose own
    scores are locked, how they were joined.
    """
    if review.kind not in KINDS or KINDS[review.kind].rows != "criteria":
        return {"experts": [], "own_panel": None, "impossible": {}}
    experts = list(experts_of(review))
    own = next((one for one in experts if seat and one.user_id == user.pk), None)
    return {"experts": experts, "own_panel": own, "impossible": _impossible(review, seat)}


def _impossible(review: Review, seat: str) -> dict[int, str]:
    """By criterion why the points that stand cannot be, from the audited
    money; an expert's by the own marks.
    """
    audited = review.audited
    if audited is None:
        return {}
    sheets = score_sheets([review], seat=seat)
    rows = sheets[0].rows if sheets else ()
    refuted = {}
    for row in rows:
        points = _points_of(row, seat)
        text = impossible_points(
            row.criterion.name, row.criterion.weight, points, audited.arranged, audited.used
        )
        if text:
            refuted[row.criterion.pk] = text
    return refuted


def _points_of(row: CriterionRow, seat: str) -> Decimal | None:
    if not seat:
        return row.points
    return next((mark.points for mark in row.marks if mark.seat == seat), None)


def _address(row: Review) -> str:
    return reverse("desk:review", args=[row.pk])


@view("evaluate", methods=("POST",))
def panel(request: HttpRequest, pk: int) -> HttpResponse:
    """Join the experts' marks by the chosen method."""
    row = review_of(request, pk)

    def carry() -> str:
        services.settle_panel(
            review=row,
            method=text_of(request, "method", 12),
            by=person(request),
            why=text_of(request, "why"),
            version=version_of(request),
        )
        return "专家评分已汇总，办法已记入留痕。"

    return carry_out(request, carry, _address(row))


@view("evaluate", methods=("POST",))
def hand_in(request: HttpRequest, pk: int) -> HttpResponse:
    """An expert's own scores are final."""
    row = review_of(request, pk)

    def carry() -> str:
        services.hand_in_scores(review=row, by=person(request))
        return "您的评分已交，不能再改；其他专家交齐后互相看得到。"

    return carry_out(request, carry, _address(row))


@view("evaluate", methods=("POST",))
def give_back(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Give one expert's scores back to be changed."""
    row, why = review_of(request, pk), text_of(request, "why", 500)
    one = experts_of(row).filter(pk=number).first()
    if one is None:
        raise Http404

    def carry() -> str:
        services.return_scores(assignment=one, by=person(request), why=why)
        return f"{one.user.name}的评分已退回，改好后再交。"

    return carry_out(request, carry, _address(row), [Typed("理由", "", why)])


@view("evaluate", methods=("GET", "POST"))
def consensus(request: HttpRequest, pk: int) -> HttpResponse:
    """The meeting's page: the experts' points, spread and mean of each row,
    and what was agreed instead.
    """
    row = review_of(request, pk)
    show_year(request, row.round.work_year)
    holding = held(request)
    writes = (
        row.state in MARKABLE
        and may(request, kind_of(row.kind).fill, row)
        and not seat_of(person(request), holding)
    )
    sheets = score_sheets([row])
    lines = sheets[0].rows if sheets else ()
    if request.method == "POST":
        return carry_out(
            request, lambda: _agree(request, row, lines), _address(row), _typed(request, lines)
        )
    experts = list(experts_of(row))
    waiting = [one.user.name for one in experts if one.scores_in_at is None]
    values = {
        "involved": _involved(person(request), row, [one.user.name for one in experts]),
        "review": row,
        "lines": [(line, _mean(line)) for line in lines],
        "seats": list(
            dict.fromkeys(mark.seat for line in lines for mark in line.marks if mark.seat)
        ),
        "waiting": waiting,
        "spread": None if waiting else spread_of(lines),
        "writes": writes and not waiting,
        "today": today(),
    }
    return render(request, "desk/evaluations/consensus.html", values)


def _involved(user: User, row: Review, experts: list[str]) -> list[str]:
    """Who may have sat in the meeting, each name once: its experts, whoever else is assigned, the
    one who writes it down; of the bureau and the evaluated unit only to people of the house.
    """
    names = [*experts, *row.assignments.order_by("pk").values_list("user__name", flat=True)]
    names.append(user.name)
    if "agency" not in role_codes(user):
        offices = holders_of(row.round.division, ["performance", "office"], most=50)
        names += [one.name for people in offices.values() for one in people]
        names += people_of(row.dossier.unit).values_list("name", flat=True)
    return [name for name in dict.fromkeys(names) if name]


def _mean(line: CriterionRow) -> Decimal | None:
    given = [mark.points for mark in line.marks if mark.seat]
    known = [points for points in given if points is not None]
    if not known or len(known) < len(given):
        return None
    return round_points(sum(known[1:], known[0]) / len(known))


def _agree(request: HttpRequest, row: Review, lines: tuple[CriterionRow, ...]) -> str:
    points, reasons = {}, {}
    for line in lines:
        key = line.criterion.pk
        typed = text_of(request, f"p{key}", 12)
        if typed:
            points[key] = points_of(typed, f"“{line.criterion.name}”的会商得分")
        reasons[key] = text_of(request, f"w{key}", 500)
    services.agree_panel(
        review=row,
        points=points,
        reasons=reasons,
        people=text_of(request, "people", 300),
        held_on=day_of(request, "on", "会商日期"),
        by=person(request),
        why=text_of(request, "why", 500),
        version=version_of(request),
    )
    return f"会商结果已记：改了 {len(row.panel.get('changed', []))} 行，参加人和理由一并留痕。"


def _typed(request: HttpRequest, lines: tuple[CriterionRow, ...]) -> list[Typed]:
    typed = [Typed("参加人", "", text_of(request, "people", 300))]
    for line in lines:
        given = text_of(request, f"p{line.criterion.pk}", 12)
        if given:
            typed.append(Typed(line.criterion.name, "", given))
    return typed
