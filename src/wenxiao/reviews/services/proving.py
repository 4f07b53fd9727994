"""采信 and 不采信 as part of judging: the share of points resting on accepted proof follows at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from wenxiao.evidence.services import judge_material
from wenxiao.reviews.kinds import KINDS
from wenxiao.reviews.models import Review
from wenxiao.reviews.services.scoring import score_review
from wenxiao.reviews.states import SETTLED

if TYPE_CHECKING:
    from wenxiao.evidence.models import Material
    from wenxiao.orgs.models import User

_SCORED = [kind.code for kind in KINDS.values() if kind.scores and kind.rows == "indicators"]


@transaction.atomic
def judge_proof(
    *,
    material: Material,
    by: User | None,
    accepted: bool,
    why: str = "",
    version: int | None = None,
) -> int:
    """Accept a proof or not, then score again what it stands behind.
    Settled results stay as they are; returns how many do.
    """
    judge_material(material=material, by=by, accepted=accepted, why=why, version=version)
    proven = material.indicators.all()
    own = Q(target__indicators__in=proven, kind__in=_SCORED)
    rows = Review.objects.filter(own | Q(criteria__indicators__in=proven)).distinct()
    for review in rows.exclude(state__in=SETTLED).select_related("round__division", "target"):
        score_review(review=review, by=by)
    return rows.filter(state__in=SETTLED).count()
