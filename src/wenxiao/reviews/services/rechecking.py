"""自评复核的抽取: the bureau draws among all that was handed in, a 主管部门 among its
subordinates, never a unit its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from django.db import transaction

from wenxiao.budget.models import Round
from wenxiao.budget.services import open_round
from wenxiao.evidence.models import Actual
from wenxiao.orgs.permissions import require
from wenxiao.records.services import record
from wenxiao.reviews.models import RecheckSample, Review
from wenxiao.reviews.rechecks import handed_in, recheck_of, self_evaluations
from wenxiao.reviews.services.hands import result_of
from wenxiao.reviews.services.road import start_review
from wenxiao.reviews.services.scoring import score_review
from wenxiao.rulebook.numbers import plain
from wenxiao.rulebook.recheck import DrawingLine, least_share, most_by_reason, sample
from wenxiao.store.moves import NotAllowed, change

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

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
    """Draw the re-check of a round of self-evaluation: by reasons, and ``share`` percent at random
    (None: the rule's).

    The share is never below the rule's. Each drawing stays with its share and seed, so that drawing
    until it pleases is seen.
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
    most = most_by_reason(year, own)
    facts = self_evaluations(reviews)
    drawn = sample(facts, seed=seed, share=wanted, most=most, on=year, overrides=own)
    drawn_by: dict[str, Decimal | int] = {"share": wanted, "seed": seed, "most": most}
    lines = sorted((one for one in drawn.lines if one.drawn), key=lambda one: one.rank)
    stored = RecheckSample.objects.create(
        round=round,
        department=department,
        **drawn_by,
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
            **drawn_by,
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


@transaction.atomic
def start_rechecks(
    *, sample: RecheckSample, by: User | None, deadline: date | None = None
) -> list[Review]:
    """Begin the re-check of every drawn self-evaluation that has none: the unit's values stand in
    it to be checked.

    The bureau's go into a task of their own, opened here; a 主管部门's into the running re-check task
    of the year. Raises Refused, NotAllowed.
    """
    asked, division = sample.round, sample.round.division
    if sample.department is None:
        require(by, "manage_round", division=division)
    else:
        require(by, "check_department", unit=sample.department, division=division)
    drawn = Review.objects.filter(pk__in=[line["review"] for line in sample.lines])
    rows = list(drawn.select_related("dossier__subject", "dossier__unit", "target").order_by("pk"))
    begun = recheck_of(rows)
    rows = [row for row in rows if row.dossier_id not in begun]
    if not rows:
        raise NotAllowed("抽中的都已经开始复核。")
    opened = _recheck_round(sample, [row.dossier_id for row in rows], by, deadline)
    rechecks = [_start(row, opened, by) for row in rows]
    record(
        division=division,
        by=by,
        act="开始自评复核",
        target=asked,
        data={"sample": sample.pk, "round": opened, "reviews": [one.pk for one in rechecks]},
    )
    return rechecks


def _recheck_round(
    sample: RecheckSample, dossiers: list[int], by: User | None, deadline: date | None
) -> Round:
    asked = sample.round
    if sample.department is None:
        return open_round(
            division=asked.division,
            kind=Round.Kind.RECHECK,
            name=f"{asked.name}复核"[:100],
            work_year=asked.work_year,
            fiscal_year=asked.fiscal_year,
            by=by,
            scope={"dossiers": sorted(dossiers)},
            deadline=deadline,
            synthetic=asked.synthetic,
            why=f"按第{sample.pk}次抽取下达",
        )
    running = Round.objects.filter(
        division=asked.division,
        kind=Round.Kind.RECHECK,
        fiscal_year=asked.fiscal_year,
        state=Round.State.OPEN,
    )
    latest = running.order_by("-pk").first()
    if latest is None:
        raise NotAllowed("还没有正在进行的自评复核任务，请财政绩效科先下达。")
    return latest


def _start(row: Review, opened: Round, by: User | None) -> Review:
    review = start_review(
        dossier=row.dossier,
        round=opened,
        by=by,
        target=row.target,
        synthetic=row.synthetic,
        outside=True,
    )
    change(
        review,
        state="filling",
        budget=row.budget,
        executed=row.executed,
        execution_weight=row.execution_weight,
    )
    given = Actual.objects.filter(
        indicator__target=row.target, stage=Actual.Stage.SELFEVAL, through_month=12
    )
    known = Actual.objects.filter(
        indicator__target=row.target, stage=Actual.Stage.RECHECK, through_month=12
    ).values_list("indicator", flat=True)
    Actual.objects.bulk_create(
        Actual(
            indicator_id=one.indicator_id,
            stage=Actual.Stage.RECHECK,
            value=one.value,
            note=one.note,
            by=one.by,
            synthetic=one.synthetic,
        )
        for one in given.exclude(indicator__in=list(known))
    )
    score_review(review=review, by=by)
    values = [one.value for one in given]
    record(
        division=opened.division,
        by=by,
        act="带入自评完成值",
        target=review,
        label=str(review),
        data={
            "before": {"state": Review.State.WAITING},
            "after": {"state": review.state, **result_of(review), "values": values},
        },
    )
    return review
