"""An approved target arrives while reviews already stand on one that only
came along with a sheet.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Q

from wenxiao.budget.models import Round
from wenxiao.records.services import record
from wenxiao.reviews.exante import limit_of, warning_of
from wenxiao.reviews.kinds import KINDS, kind_of
from wenxiao.reviews.models import Review
from wenxiao.reviews.services.hands import result_of
from wenxiao.reviews.services.monitoring import replace_milestones
from wenxiao.reviews.services.scoring import score_review
from wenxiao.reviews.states import OPEN, SETTLED
from wenxiao.store.moves import NotAllowed
from wenxiao.targets.models import Target, TargetAmount
from wenxiao.targets.plan import milestones_of
from wenxiao.targets.selectors import target_in_force
from wenxiao.targets.services import Contents, approve_filed, approve_target, begin_adjustment

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from wenxiao.budget.models import Dossier
    from wenxiao.orgs.models import User
    from wenxiao.records.models import Document, ImportBatch, StoredFile
    from wenxiao.targets.services import TargetRow

BY_INDICATOR = tuple(code for code, kind in KINDS.items() if kind.rows == "indicators")
"""Kinds that are filled along the target's own rows."""


@transaction.atomic
def receive_approval(
    *,
    dossier: Dossier,
    rows: Sequence[TargetRow],
    by: User | None,
    why: str,
    contents: Contents | None = None,
    approval: Document | None = None,
    joins: Mapping[int, int | None] | None = None,
    batch: ImportBatch | None = None,
    synthetic: bool = False,
) -> Target:
    """:func:`~wenxiao.targets.services.approve_target`, and the dossier's reviews stand on the
    approved target.

    What is still being filled is scored anew by the approved values; what was handed in or settled
    keeps its points.
    """
    before = target_in_force(dossier)
    target = approve_target(
        dossier=dossier,
        rows=rows,
        by=by,
        why=why,
        contents=contents or Contents(),
        approval=approval,
        joins=joins,
        batch=batch,
        synthetic=synthetic,
    )
    _follow(before, target, by=by)
    _plan_of(target, by=by)
    return target


@transaction.atomic
def approve_filed_target(
    *, target: Target, approval: Document, by: User | None, version: int, why: str = ""
) -> Target:
    """:func:`~wenxiao.targets.services.approve_filed`, and the dossier's reviews stand on the
    new version.
    """
    warned = ex_ante_warning(target)
    subject, year = target.dossier.subject, target.dossier.fiscal_year
    if warned and limit_of(subject.division, year).blocks:
        raise NotAllowed(f"{warned}，按本级规定不能批复；请先办事前评估。")
    notes = [why, f"提示：{warned}" if warned else "", _met_by(target)]
    why = "；".join(part for part in notes if part)
    before = approve_filed(target=target, approval=approval, by=by, version=version, why=why)
    _follow(before, target, by=by)
    _plan_of(target, by=by)
    return target


@transaction.atomic
def request_adjustment(
    *,
    target: Target,
    by: User | None,
    why: str,
    budget_change: Decimal | None = None,
    proof: StoredFile | None = None,
) -> Target:
    """:func:`~wenxiao.targets.services.begin_adjustment`, with what is under way by the present
    version on record.
    """
    return begin_adjustment(
        target=target,
        by=by,
        why=why,
        budget_change=budget_change,
        proof=proof,
        running=running_of([target.dossier_id]).get(target.dossier_id, ()),
    )


def _met_by(target: Target) -> str:
    """What an adjustment meets under way; empty for a first target."""
    running = running_of([target.dossier_id]).get(target.dossier_id, [])
    first = not target.dossier.targets.filter(state=Target.State.APPROVED).exists()
    return "" if first or not running else f"正在办理的改按新版：{'、'.join(running)}"


def ex_ante_warning(target: Target) -> str:
    """What the ex-ante evaluation says against this target's money; empty where nothing does."""
    funds = [one.amount for one in target.amounts.all() if one.kind == TargetAmount.Kind.FUND]
    known = [amount for amount in funds if amount is not None]
    return warning_of(target.dossier, sum(known, Decimal(0)) if known else None)


def _plan_of(target: Target, *, by: User | None) -> None:
    """The approved plan's steps of its year become the milestones the dossier's money is judged by;
    a plan without days doesn't.
    """
    dossier = target.dossier
    year = dossier.fiscal_year
    steps = {name: due for name, due in milestones_of(target.plan).items() if due.year == year}
    if not steps:
        return
    before = {one.name: one.due for one in dossier.milestones.all()}
    if before == steps:
        return
    replace_milestones(dossier, steps, synthetic=target.synthetic)
    record(
        division=dossier.subject.division,
        by=by,
        act="按批复的计划定节点",
        target=dossier,
        label=str(dossier),
        why=f"目标第 {target.number} 版的实施进度计划",
        data={"before": before, "after": steps},
    )


def _follow(before: Target | None, target: Target, *, by: User | None) -> None:
    """The reviews of the replaced target go on with the one that holds now;
    so do open ones begun before there was any.
    """
    waiting = Q(dossier=target.dossier, target=None, state__in=OPEN, kind__in=BY_INDICATOR)
    rows = Review.objects.filter(waiting if before is None else waiting | Q(target=before))
    standing = list(rows.order_by("pk"))
    Review.objects.filter(pk__in=[row.pk for row in standing]).update(
        target=target, version=F("version") + 1
    )
    moved = {}
    for review in standing:
        if review.state in OPEN and kind_of(review.kind).scores:
            review.refresh_from_db()
            worth = result_of(review)
            score_review(review=review, by=by)
            if worth != result_of(review):
                moved[review.pk] = (worth, result_of(review))
    if moved:
        record(
            division=target.dossier.subject.division,
            by=by,
            act="按批复的目标重新计分",
            target=target,
            label=str(target.dossier),
            data={
                "before": {pk: old for pk, (old, _) in moved.items()},
                "after": {pk: new for pk, (_, new) in moved.items()},
            },
        )


def running_of(dossiers: Iterable[int]) -> dict[int, list[str]]:
    """By dossier the monitoring and self-evaluations that are still under
    way: an adjustment meets them. One query.
    """
    rows = Review.objects.filter(
        dossier__in=list(dossiers),
        kind__in=(Round.Kind.MONITORING, Round.Kind.SELFEVAL),
        round__state=Round.State.OPEN,
    ).exclude(state__in=SETTLED)
    running: dict[int, list[str]] = {}
    for row in rows.select_related("round").order_by("pk"):
        names = running.setdefault(row.dossier_id, [])
        names.append(f"{row.round.name}（{row.get_state_display()}）")
    return running
