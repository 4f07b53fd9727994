"""交换意见: the preliminary conclusion beside what the unit objects to, each objection decided, the
change settled by another.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from wenxiao.desk.evaluations.steps import may, review_of
from wenxiao.evidence.selectors import materials_seen_by
from wenxiao.followup.services import WHICH
from wenxiao.pages.acts import Typed, carry_out, day_of, in_wan, points_of, text_of, version_of
from wenxiao.pages.downloads import attachment
from wenxiao.pages.frame import show_year
from wenxiao.pages.request_values import whole
from wenxiao.pages.views import held, person, put_under, view
from wenxiao.reports.opinions import opinions_docx
from wenxiao.reviews import services
from wenxiao.reviews.selectors import UNIT_SIDE, exchange_seen_by, sheets_of
from wenxiao.reviews.services.exchanging import points_of_rows
from wenxiao.rulebook.grading import bands_in_force, grade
from wenxiao.rulebook.numbers import rate_percent
from wenxiao.store.clock import today

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from wenxiao.budget.models import AuditedAmount
    from wenxiao.evidence.models import Material
    from wenxiao.reviews.models import Criterion, Exchange, Objection
    from wenxiao.rulebook.grading import Bands

VERDICTS = {"accepted": "采纳", "partly": "部分采纳", "refused": "不采纳"}
WIDE = Decimal(600)
"""Units across the line that shows the way from the preliminary to the revised points."""


@dataclass(frozen=True)
class OpinionLine:
    """One objection with the points of its row as told and as they would become."""

    objection: Objection
    was: Decimal | None

    @property
    def now(self) -> Decimal | None:
        """The row's points if this is settled."""
        return self.objection.points if self.objection.points is not None else self.was

    @property
    def moved(self) -> Decimal | None:
        """By how much."""
        return None if self.was is None or self.now is None else self.now - self.was


@dataclass(frozen=True)
class GradeMove:
    """The way from preliminary to revised points on one axis, in units of the drawing."""

    start: int
    end: int
    line: int | None
    low: Decimal
    high: Decimal
    limit: Decimal | None


def _exchange(request: HttpRequest, pk: int) -> Exchange:
    exchange = exchange_seen_by(person(request), pk)
    if exchange is None:
        raise Http404
    show_year(request, exchange.review.round.work_year)
    put_under(request, "desk:evaluations")
    return exchange


def _unit_side(request: HttpRequest) -> bool:
    roles = {scope.role for scope in held(request).scopes}
    return bool(roles) and roles <= UNIT_SIDE


def _lines(exchange: Exchange) -> list[OpinionLine]:
    rows = exchange.objections.select_related("criterion", "material", "by", "decided_by")
    return [OpinionLine(one, _was(exchange, one.criterion)) for one in rows]


def _was(exchange: Exchange, row: Criterion | None) -> Decimal | None:
    text = exchange.rows.get(str(row.pk)) if row is not None else None
    return Decimal(text) if text and text != "None" else None


def revised_points(exchange: Exchange, lines: Sequence[OpinionLine]) -> Decimal | None:
    """What the whole sheet would come to: the preliminary points and what the decided rows move."""
    if exchange.points is None:
        return None
    last = {one.objection.criterion_id: one for one in lines if one.objection.points is not None}
    return exchange.points + sum((one.moved or Decimal(0) for one in last.values()), Decimal(0))


@view("see_unit")
def opinions(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole exchange. The unit sees the preliminary conclusion and its
    own objections; the outcome once settled.
    """
    exchange = _exchange(request, pk)
    review, lines = exchange.review, _lines(exchange)
    unit_side = _unit_side(request)
    open_to_all = bool(exchange.closed_on)
    points = review.points if open_to_all else revised_points(exchange, lines)
    year, own = review.round.fiscal_year, review.round.division.own_rules
    worth = grade(points, year, own) if points is not None else ""
    decides = may(request, "evaluate", review) and not open_to_all
    decided = any(one.objection.decided_by_id == person(request).pk for one in lines)
    audited = review.audited
    sheet = sheets_of([review.pk])[review.pk]
    marks = points_of_rows(review)
    values = {
        "exchange": exchange,
        "review": review,
        "dossier": review.dossier,
        "lines": lines,
        "shows": open_to_all or not unit_side,
        "unit_side": unit_side,
        "points": points,
        "grade": worth,
        "move": _move(exchange.points, points, bands_in_force(year, own)),
        "left": sum(not one.objection.verdict for one in lines),
        "moved": sum(one.objection.points is not None for one in lines),
        "decides": decides,
        "closes": may(request, "confirm", review) and not open_to_all,
        "own": decided,
        "objects": _objects(request, exchange),
        "signs": _signs(request, exchange),
        "verdicts": VERDICTS,
        "criteria": [(row, _was(exchange, row), marks.get(row.pk)) for row in sheet.criteria],
        "reasons": {
            row.pk: "；".join(
                m.note for m in sheet.marks.get(row.pk, []) if m.seat == "" and m.note
            )
            for row in sheet.criteria
        },
        "audited": audited,
        "differences": _differences(audited),
        "rate": rate_percent(audited.used, audited.arranged) if audited else None,
        "materials": list(_materials(request, review.dossier_id)[:100]),
        "late": exchange.due_on < today(),
    }
    return render(request, "desk/evaluations/opinions.html", values)


def _differences(audited: AuditedAmount | None) -> list[dict[str, str]]:
    """The listed differences with their amount in 万元."""
    listed = audited.differences if audited is not None else []
    return [
        {**one, "wan": in_wan(Decimal(one["amount"])), "word": WHICH.get(one["which"], "")}
        for one in listed
        if "which" in one
    ]


def _materials(request: HttpRequest, dossier: int) -> QuerySet[Material]:
    """The unit's proofs of the dossier that stand."""
    rows = materials_seen_by(person(request)).filter(dossier=dossier, side="unit")
    return rows.exclude(state__in=("replaced", "withdrawn"))


def _fills(request: HttpRequest, exchange: Exchange) -> bool:
    review = exchange.review
    return may(request, "fill", review) or may(request, "check_unit", review)


def _objects(request: HttpRequest, exchange: Exchange) -> bool:
    over = exchange.answered_on or exchange.closed_on
    return not over and _fills(request, exchange)


def _signs(request: HttpRequest, exchange: Exchange) -> bool:
    settled = bool(exchange.closed_on) and not exchange.signed_on
    return settled and _fills(request, exchange)


def _move(start: Decimal | None, end: Decimal | None, bands: Bands) -> GradeMove | None:
    """The axis of the drawing: from half a point below the lower to half a
    point above the higher, whole halves.
    """
    if start is None or end is None:
        return None
    half = Decimal("0.5")
    low = (min(start, end) - half) // half * half
    high = (max(start, end) + half) // half * half + half
    limits = [one.at_least for one in bands.bands if low < one.at_least < high]

    def at(value: Decimal) -> int:
        return int((value - low) * WIDE / (high - low))

    limit = limits[0] if limits else None
    return GradeMove(at(start), at(end), None if limit is None else at(limit), low, high, limit)


@view("evaluate", methods=("POST",))
def tell(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the preliminary conclusion to the unit."""
    row = review_of(request, pk)
    text = text_of(request, "conclusion", 2000)
    opened: list[int] = []

    def run() -> str:
        exchange = services.open_exchange(
            review=row,
            text=text,
            due_on=day_of(request, "due", "意见期限"),
            by=person(request),
            version=version_of(request),
        )
        opened.append(exchange.pk)
        return f"初步结论已送{row.dossier.unit.name}，等单位提意见。"

    answer = carry_out(
        request, run, reverse("desk:review", args=[pk]), [Typed("初步结论", "", text)]
    )
    return redirect("desk:opinions", pk=opened[0]) if opened else answer


@view("evaluate", methods=("POST",))
def decide(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """One objection accepted, partly accepted or not, with its reason and the row's new points."""
    exchange = _exchange(request, pk)
    objection = exchange.objections.filter(number=number).first()
    if objection is None:
        raise Http404
    objection.exchange = exchange
    reason, points = text_of(request, "reason", 1000), text_of(request, "points", 12)

    def run() -> str:
        services.decide_objection(
            objection=objection,
            verdict=request.POST.get("verdict", ""),
            reason=reason,
            points=points_of(points, "得分") if points else None,
            by=person(request),
            version=version_of(request),
        )
        return f"意见 {number} 已处理，由另一人定稿后改分。"

    back = reverse("desk:opinions", args=[pk])
    typed = [Typed("理由", "reason", reason), Typed("得分", "points", points)]
    return carry_out(request, run, f"{back}#o{number}", typed)


@view("see_unit", methods=("POST",))
def act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """The unit objects, has no more to say, signs; a second person of the bureau settles."""
    exchange, by = _exchange(request, pk), person(request)
    text, name = text_of(request, "text", 2000), text_of(request, "name", 60)
    why, proof = text_of(request, "why", 500), text_of(request, "proof", 300)

    def object_to() -> str:
        review = exchange.review
        services.raise_objection(
            exchange=exchange,
            text=text,
            criterion=review.criteria.filter(pk=whole(request.POST.get("row")) or 0).first(),
            proof=proof,
            material=_materials(request, review.dossier_id)
            .filter(pk=whole(request.POST.get("material")) or 0)
            .first(),
            by=by,
        )
        return "意见已记下；都提完后报出。"

    def finish() -> str:
        services.finish_objections(exchange=exchange, name=name, by=by)
        return "已报出，等评价组处理。"

    def close() -> str:
        services.close_exchange(
            exchange=exchange, by=by, why=why, version=version_of(request) or None
        )
        return "意见处理已定稿，单位可以看到结果并签字。"

    def sign() -> str:
        services.sign_exchange(exchange=exchange, name=name, by=by)
        return "已签字。"

    runs = {"object": object_to, "finish": finish, "close": close, "sign": sign}
    if act not in runs:
        raise Http404
    typed = [Typed("意见", "", text), Typed("佐证", "", proof), Typed("理由", "", why)]
    return carry_out(request, runs[act], reverse("desk:opinions", args=[pk]), typed)


@view("see_unit")
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """意见处理表 as .docx; before it is settled a unit's copy holds its own objections alone."""
    exchange = _exchange(request, pk)
    decided = bool(exchange.closed_on) or not _unit_side(request)
    lines = [(one.objection, one.was) for one in _lines(exchange)]
    name = f"{exchange.review.dossier.subject.name}意见处理表"
    return attachment(opinions_docx(exchange, lines, decided=decided), name, "docx")
