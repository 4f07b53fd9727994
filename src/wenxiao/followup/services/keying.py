"""财政重点: whether a round is the bureau's own, changed while nothing rests on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from wenxiao.budget.services import KEYED
from wenxiao.followup.models import Rectification, Use
from wenxiao.followup.selectors.ledger import REVIEW_TYPE
from wenxiao.orgs.permissions import require
from wenxiao.records.models import Notice
from wenxiao.records.services import record
from wenxiao.reviews.models import Review
from wenxiao.store.moves import NotAllowed, change

if TYPE_CHECKING:
    from wenxiao.budget.models import Round
    from wenxiao.orgs.models import User


@transaction.atomic
def set_round_key(
    *, round: Round, key: bool, by: User | None, why: str, version: int | None = None
) -> Round:
    """改财政重点, with a reason.
    Taken off only while no notice, rectification or use came of the round's results.
    """
    require(by, "manage_round", division=round.division)
    if round.kind not in KEYED:
        raise NotAllowed(f"{round.get_kind_display()}不分财政重点和日常。")
    if round.key == key:
        raise NotAllowed(f"“{round}”已经{'是' if key else '不是'}财政重点。")
    if not why.strip():
        raise NotAllowed("请写明改动的理由。")
    if not key and (rests := resting_on(round)):
        raise NotAllowed(f"“{round}”的结果已有{rests}，不能改为日常。")
    change(round, version=version, key=key)
    record(
        division=round.division,
        by=by,
        act="改财政重点",
        target=round,
        why=why,
        data={"before": not key, "after": key},
    )
    return round


def resting_on(round: Round) -> str:
    """What came of a round's results, in words; empty where nothing did."""
    reviews = Review.objects.filter(round=round).values("pk")
    notices = Notice.objects.filter(
        kind=Notice.Kind.FEEDBACK, target_type=REVIEW_TYPE, target_id__in=reviews
    ).count()
    mending = Rectification.objects.filter(finding__review__round=round).count()
    uses = Use.objects.filter(review__round=round).count()
    words = ((notices, "反馈函"), (mending, "整改"), (uses, "结果应用"))
    return "、".join(f"{word} {n} 件" for n, word in words if n)
