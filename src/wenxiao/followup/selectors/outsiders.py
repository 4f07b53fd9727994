"""Third-party evaluators and experts as their work shows them: contracts, cases, who judged one
object again, and a record of quality worked out from rows alone.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from wenxiao.followup.selectors.ledger import reviews_seen_by
from wenxiao.records.models import Entry
from wenxiao.records.trail import target_of
from wenxiao.reviews.contract import AgencyContract
from wenxiao.reviews.models import Assignment, Exchange, Mark, Objection, Review
from wenxiao.reviews.panels import EXPERT, blind_reviews
from wenxiao.reviews.states import RETURNED
from wenxiao.rulebook.numbers import rate_percent
from wenxiao.store.clock import today

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from django.db.models import QuerySet

    from wenxiao.orgs.models import Agency, Expert, User

GIVEN_BACK = "退回专家评分"
"""The act with which an expert's scores are given back, as the trail names it."""


@dataclass(frozen=True, slots=True)
class OutsideCase:
    """One review an agency or an expert worked on. ``late``: days after the deadline, None without
    one; ``moved``: points from what was told to the unit to what stands; ``again``: judged the
    same object in the year before; ``apart``: an expert's mean distance from the panel in percent
    of the weight.
    """

    review: Review
    returns: int
    late: int | None
    open_late: bool
    objections: int
    accepted: int
    moved: Decimal | None
    again: bool
    apart: Decimal | None = None


@dataclass(frozen=True, slots=True)
class QualityRecord:
    """What the cases add up to; ``dated``: cases that had a deadline and are in or overdue."""

    cases: int
    returns: int
    late: int
    dated: int
    objections: int
    accepted: int
    moved: int
    again: int
    apart: Decimal | None = None


def contracts_of(agency: Agency) -> QuerySet[AgencyContract]:
    """An agency's contracts, the latest first."""
    return AgencyContract.objects.filter(agency=agency).select_related("round", "by", "accepted_by")


def cases_of_agency(user: User | None, agency: Agency) -> list[OutsideCase]:
    """The reviews an agency was engaged for, the latest first. Queries per list, not per row."""
    rows = reviews_seen_by(user).filter(agency=agency)
    reviews = list(rows.order_by("-round__work_year", "-pk")[:300])
    returns = _entries(reviews, RETURNED)
    again = _again({(one.round.work_year, one.dossier.subject_id) for one in reviews})
    exchanges = _told(reviews)
    return [_case(row, returns[row.pk], exchanges, again, row.submitted_at) for row in reviews]


def cases_of_expert(user: User | None, expert: Expert) -> list[OutsideCase]:
    """The reviews a person of this name scored as an expert, the latest first; scores nobody may
    see yet are left out.
    """
    rows = reviews_seen_by(user).filter(
        pk__in=Mark.objects.filter(
            seat=expert.name[:30], review__round__division=expert.division
        ).values("review")
    )
    reviews = list(rows.order_by("-round__work_year", "-pk")[:300])
    blind = blind_reviews(one.pk for one in reviews)
    reviews = [one for one in reviews if one.pk not in blind]
    handed = dict(
        Assignment.objects.filter(
            review__in=reviews, duty=EXPERT, user__name=expert.name
        ).values_list("review", "scores_in_at")
    )
    returns = _entries(reviews, GIVEN_BACK, ending=f"：{expert.name}")
    again = _again({(one.round.work_year, one.dossier.subject_id) for one in reviews})
    apart = _apart(reviews, expert.name[:30])
    return [
        _case(row, returns[row.pk], {}, again, handed.get(row.pk) or row.submitted_at, apart)
        for row in reviews
    ]


def _case(
    row: Review,
    returns: int,
    exchanges: dict[int, Exchange],
    again: set[tuple[int, int]],
    done_at: object,
    apart: dict[int, Decimal] | None = None,
) -> OutsideCase:
    due, exchange = row.round.deadline, exchanges.get(row.pk)
    done: date | None = done_at.date() if hasattr(done_at, "date") else None
    late = (((done or today()) - due).days) if due is not None else None
    objections = list(exchange.objections.all()) if exchange is not None else []
    moved = None
    if exchange is not None and exchange.points is not None and row.points is not None:
        moved = row.points - exchange.points
    return OutsideCase(
        row,
        returns,
        None if late is None else max(late, 0),
        done is None,
        len(objections),
        sum(
            one.verdict in {Objection.Verdict.ACCEPTED, Objection.Verdict.PARTLY}
            for one in objections
        ),
        moved,
        (row.round.work_year - 1, row.dossier.subject_id) in again,
        (apart or {}).get(row.pk),
    )


def _told(reviews: Iterable[Review]) -> dict[int, Exchange]:
    rows = Exchange.objects.filter(review__in=list(reviews)).prefetch_related("objections")
    return {one.review_id: one for one in rows}


def _entries(reviews: list[Review], act: str, ending: str = "") -> Counter[int]:
    if not reviews:
        return Counter()
    kind, _ = target_of(reviews[0])
    rows = Entry.objects.filter(act=act, target_type=kind, target_id__in=[r.pk for r in reviews])
    if ending:
        rows = rows.filter(label__endswith=ending)
    return Counter(pk for pk in rows.values_list("target_id", flat=True) if pk is not None)


def _again(judged: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """The (work year, subject) of which the next year's stands too."""
    return {one for one in judged if (one[0] + 1, one[1]) in judged}


def _apart(reviews: list[Review], seat: str) -> dict[int, Decimal]:
    """By review the mean distance of a seat's points from the mean of all seats, in percent of the
    row's weight; only where several scored.
    """
    marks = Mark.objects.filter(review__in=reviews, indicator=None, points__isnull=False)
    by_row: dict[tuple[int, int], dict[str, tuple[Decimal, Decimal]]] = {}
    names = ("review", "criterion", "criterion__weight", "seat", "points")
    for review, row, weight, who, points in marks.exclude(seat="").values_list(*names):
        if weight and points is not None:
            by_row.setdefault((review, row or 0), {})[who] = (points, weight)
    shares: dict[int, list[Decimal]] = {}
    for (review, _), given in by_row.items():
        if seat not in given or len(given) < 2:
            continue
        mean = sum((points for points, _ in given.values()), Decimal(0)) / len(given)
        points, weight = given[seat]
        shares.setdefault(review, []).append(abs(points - mean) / weight * 100)
    return {
        review: (sum(each, Decimal(0)) / len(each)).quantize(Decimal("0.1"))
        for review, each in shares.items()
    }


def quality_of(cases: Iterable[OutsideCase]) -> QualityRecord:
    """The cases added up."""
    rows = list(cases)
    dated = [one for one in rows if one.late is not None and not (one.open_late and not one.late)]
    apart = [one.apart for one in rows if one.apart is not None]
    return QualityRecord(
        cases=len(rows),
        returns=sum(one.returns for one in rows),
        late=sum(bool(one.late) for one in dated),
        dated=len(dated),
        objections=sum(one.objections for one in rows),
        accepted=sum(one.accepted for one in rows),
        moved=sum(bool(one.moved) for one in rows),
        again=sum(one.again for one in rows),
        apart=(sum(apart, Decimal(0)) / len(apart)).quantize(Decimal("0.1")) if apart else None,
    )


def late_share(quality: QualityRecord) -> Decimal | None:
    """Percent of the dated cases that were late; None without any."""
    return rate_percent(Decimal(quality.late), Decimal(quality.dated)) if quality.dated else None
