"""自评复核的抽取: the bureau draws among all that was handed in, a 主管部门 among its subordinates, never a unit its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from django.db import transaction

from wenxiao.orgs.permissions import require
from wenxiao.records.services import record
from wenxiao.reviews.models import RecheckSample
from wenxiao.reviews.rechecks import handed_in, self_evaluations
from wenxiao.rulebook.numbers import plain
from wenxiao.rulebook.recheck import DrawingLine, least_share, sample
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from decimal import Decimal

    from wenxiao.budget.models import Round
    from wenxiao.orgs.models import Unit, User

LARGEST_SEED = 10**9


class StoredReason(TypedDict):
    """One reason as a drawing keeps it."""

    code: str
    title: str
    text: str


class StoredLine(TypedDict):
    """One drawn self-evaluation as a drawing keeps it."""

    review: int
    rank: int
    drawn: str | None
    reasons: list[StoredReason]
    not_asked: list[str]


@transaction.atomic
def draw_recheck(
    *,
    round: Round,
    seed: int,
    by: User | None,
    why: str,
    share: Decimal | None = None,
    department: Unit | None = None,
) -> RecheckSample:
    """Draw the re-check of a round of self-evaluation: by reasons, and ``share`` percent at random (None: the rule's).

    The share is never below the rule's. Each drawing stays with its share and seed, so that drawing until it pleases is seen.
    """
    if department is None:
        require(by, "manage_round", division=round.division)
    else:
        require(by, "check_department", unit=department, division=round.division)
    if round.kind != "selfeval":
        raise NotAllowed(f"“{round.name}”不是单位自评任务，没有可以抽取复核的自评。")
    if not why.strip():
        raise NotAllowed("请写明抽取的依据，如复核方案或通知；再次抽取的写明理由。")
    if not 0 <= seed <= LARGEST_SEED:
        raise NotAllowed(f"种子应为 0 至 {LARGEST_SEED} 的整数，现为 {seed}。")
    own, year = round.division.own_rules, round.fiscal_year
    wanted = _share(share, least_share(year, own))
    reviews = list(handed_in(round, department).order_by("pk"))
    if not reviews:
        raise NotAllowed("还没有报送的自评，没有可以抽取的。")
    drawn = sample(self_evaluations(reviews), seed=seed, share=wanted, on=year, overrides=own)
    lines = sorted((one for one in drawn.lines if one.drawn), key=lambda one: one.rank)
    stored = RecheckSample.objects.create(
        round=round,
        department=department,
        share=wanted,
        seed=seed,
        total=len(reviews),
        lines=[_line(one) for one in lines],
        why=why.strip()[:300],
        by=by,
    )
    record(
        division=round.division,
        by=by,
        act="抽取自评复核",
        target=round,
        why=why,
        data={
            "sample": stored.pk,
            "department": department,
            "share": wanted,
            "seed": seed,
            "total": len(reviews),
            "risk": drawn.count("risk"),
            "random": drawn.count("random"),
        },
    )
    return stored


def _share(share: Decimal | None, least: Decimal) -> Decimal:
    """The share asked for; NotAllowed below the rule's."""
    wanted = least if share is None else share
    if not least <= wanted <= 100:
        raise NotAllowed(
            f"随机比例应在 {plain(least)}%（规则）至 100% 之间，现为 {plain(wanted)}%。"
        )
    return wanted


def _line(one: DrawingLine) -> StoredLine:
    return {
        "review": int(one.id),
        "rank": one.rank,
        "drawn": one.drawn,
        "reasons": [
            {"code": why.code, "title": why.title, "text": why.text} for why in one.reasons
        ],
        "not_asked": list(one.not_asked),
    }
