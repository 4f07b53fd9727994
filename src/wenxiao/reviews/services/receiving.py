"""收表 and 代单位报送: that a unit's form arrived is one fact, that it is handed in is another.

Received: from whom, on which day, by which road; a form with faults that block stands as 已收到·待更正.
Handed in: it passed the checks. Who hands in for the unit is the hand, never the submitter: the
unit signed its paper.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from wenxiao.orgs.permissions import Refused, can, require, require_for, require_one
from wenxiao.records.services import record
from wenxiao.reviews.kinds import FILED, kind_of
from wenxiao.reviews.models import Review
from wenxiao.reviews.services.road import hand_in, refuse_blocked, start_review
from wenxiao.reviews.states import OPEN, SETTLED
from wenxiao.reviews.worklists import reviews_visible_to
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed, Stale, change

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from wenxiao.budget.models import Dossier, Round
    from wenxiao.orgs.models import User
    from wenxiao.records.models import StoredFile


ROADS = [(str(road.value), str(road.label)) for road in (Review.Road.PAPER, Review.Road.FILE)]
"""How a form may have come that somebody registers, with its words."""


def receives(by: User | None, review: Review) -> bool:
    """Whether what this person brings counts as received: the bureau and
    the 主管部门 receive, a unit only fills in.
    """
    return can(by, "import") or can(
        by, "submit_for", unit=review.dossier.unit, subject=review.dossier.subject
    )


def arrival(by: User | None, road: str, on: date | None = None, sender: str = "") -> dict[str, Any]:
    """The columns that say a form arrived. NotAllowed for a day to come."""
    day = on or today()
    if day > today():
        raise NotAllowed(f"收到日期 {day} 还没有到，请填表实际交来的日期。")
    return {
        "received_on": day,
        "received_from": sender.strip()[:60],
        "received_road": road,
        "received_by": by,
    }


@transaction.atomic
def register_received(
    *,
    dossier: Dossier,
    round: Round,
    by: User | None,
    on: date,
    road: str = Review.Road.PAPER,
    sender: str = "",
    why: str = "",
) -> Review:
    """登记收到: a unit's form arrived, on paper or as a file, before anybody typed or imported it.

    A day that stands is corrected only with ``why``; lateness is judged by this day, not by that of
    the entry.
    """
    require_one(
        by,
        ("import", "submit_for"),
        what="登记收到",
        division=round.division_id,
        unit=dossier.unit,
        subject=dossier.subject,
    )
    if round.kind not in FILED:
        raise NotAllowed(f"“{round.name}”不由单位报送，没有要收的表。")
    if road not in dict(ROADS):
        raise NotAllowed("收到方式请从“交来的电子表”“交来的纸质表”里选。")
    review = Review.objects.filter(dossier=dossier, round=round).first()
    if review is None:
        review = start_review(dossier=dossier, round=round, by=by, synthetic=round.synthetic)
    if review.state in SETTLED:
        raise NotAllowed(f"现为“{review.get_state_display()}”，收到日期不能再改。")
    before = {"on": review.received_on, "from": review.received_from, "road": review.received_road}
    if review.received_on not in {None, on} and not why.strip():
        raise NotAllowed(f"已登记 {review.received_on} 收到，改日期须写明理由。")
    change(review, **arrival(by, road, on, sender))
    after = {"on": review.received_on, "from": review.received_from, "road": review.received_road}
    record(
        division=round.division,
        by=by,
        act="登记收到",
        target=review,
        label=str(review),
        why=why,
        data={"before": before, "after": after},
    )
    return review


@transaction.atomic
def correct_received_day(*, review: Review, on: date, by: User | None, why: str) -> Review:
    """更正收到日期: a form imported or typed later than it came gets the day it really came.
    Road and sender stay; why is always asked.
    """
    require_one(
        by,
        ("import", "submit_for"),
        what="更正收到日期",
        division=review.round.division_id,
        unit=review.dossier.unit,
        subject=review.dossier.subject,
    )
    if review.received_on is None:
        raise NotAllowed("还没有登记收到，请先登记收到。")
    if review.state in SETTLED:
        raise NotAllowed(f"现为“{review.get_state_display()}”，收到日期不能再改。")
    if not why.strip():
        raise NotAllowed(f"已登记 {review.received_on} 收到，改日期须写明理由。")
    if on > today():
        raise NotAllowed(f"收到日期 {on} 还没有到，请填表实际交来的日期。")
    before = {"on": review.received_on}
    change(review, received_on=on)
    record(
        division=review.round.division,
        by=by,
        act="更正收到日期",
        target=review,
        label=str(review),
        why=why,
        data={"before": before, "after": {"on": on}},
    )
    return review


@transaction.atomic
def submit_for_unit(
    *,
    review: Review,
    by: User | None,
    signed: StoredFile | None = None,
    why: str = "",
    version: int | None = None,
) -> Review:
    """代单位报送: what was received from the unit is handed in as its own, once nothing blocks.

    The unit is the submitter with its ``signed`` paper, ``by`` the hand. By bureau or 主管部门, never
    from outside.
    """
    require_for(by, "submit_for", review.dossier)
    if kind_of(review.kind).fill != "fill":
        raise NotAllowed(f"{review.get_kind_display()}不由单位报送，不能代报。")
    if review.state in OPEN and review.received_on is None:
        raise NotAllowed("还没有收到单位的表：先导入或登记收到，再代单位报送。")
    warned = refuse_blocked(review)
    return hand_in(
        review,
        by=by,
        act="代单位报送",
        why=why or warned,
        version=version,
        data={
            "unit": review.dossier.unit,
            "signed": [signed.sha256] if signed else [],
            "received": review.received_on,
        },
        submitted_by=None,
        hand=by,
        signed=signed,
    )


Told = list[tuple[Review, str]]
"""What became of each of many: the review, and why it could not be handed in ("" where it was)."""


@transaction.atomic
def submit_for_units(
    *, reviews: Mapping[int, int], by: User | None, signed: StoredFile | None = None, why: str = ""
) -> Told:
    """代单位报送 for many at once, by number with the version seen; each passes
    or is refused by itself.
    """
    require(by, "submit_for")
    outcome: Told = []
    rows = reviews_visible_to(by).filter(pk__in=reviews)
    for review in rows.order_by("dossier__unit__path", "dossier__subject__code", "pk"):
        try:
            with transaction.atomic():
                submit_for_unit(
                    review=review, by=by, signed=signed, why=why, version=reviews[review.pk]
                )
        except (NotAllowed, Refused, Stale) as refusal:
            outcome.append((review, str(refusal)))
        else:
            outcome.append((review, ""))
    return outcome
