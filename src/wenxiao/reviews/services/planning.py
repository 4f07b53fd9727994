"""年度评价计划: the year's objects chosen and reasoned, approved, and issued as one task."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from wenxiao.budget.models import Dossier, Round
from wenxiao.budget.money import money_of
from wenxiao.budget.services import open_round
from wenxiao.orgs.permissions import require
from wenxiao.records.services import record
from wenxiao.reviews.kinds import JUDGED
from wenxiao.reviews.models import EvaluationPlan
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed, change

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from wenxiao.orgs.models import Division, User


@transaction.atomic
def draft_plan(
    *,
    division: Division,
    kind: str,
    name: str,
    work_year: int,
    fiscal_year: int,
    dossiers: Sequence[int],
    reason: str,
    by: User | None,
    criteria: Mapping[str, str] | None = None,
    synthetic: bool = False,
) -> EvaluationPlan:
    """Draw up a plan: its objects, the conditions they were chosen by, the reason.
    Raises Refused, NotAllowed.

    An object stands in one plan of a kind and a work year only.
    """
    require(by, "manage_round", division=division)
    if kind not in JUDGED:
        raise NotAllowed("评价计划只列财政评价或部门评价。")
    if not name.strip() or not reason.strip():
        raise NotAllowed("请写明计划名称和选取理由。")
    rows = list(
        Dossier.objects.filter(
            pk__in=list(dossiers), subject__division=division, fiscal_year=fiscal_year
        ).select_related("subject")
    )
    if not rows:
        raise NotAllowed("请至少选一个对象。")
    _refuse_twice(rows, division, kind, work_year)
    amount, unknown = _amount([row.pk for row in rows])
    plan = EvaluationPlan.objects.create(
        division=division,
        kind=kind,
        name=name.strip()[:100],
        work_year=work_year,
        fiscal_year=fiscal_year,
        criteria=dict(criteria or {}),
        dossiers=sorted(row.pk for row in rows),
        amount=amount,
        unknown=unknown,
        reason=reason.strip(),
        by=by,
        synthetic=synthetic,
    )
    record(
        division=division,
        by=by,
        act="拟定评价计划",
        target=plan,
        why=reason,
        label=plan.name,
        data={"objects": len(rows), "amount": amount, "criteria": plan.criteria},
    )
    return plan


def _refuse_twice(rows: list[Dossier], division: Division, kind: str, work_year: int) -> None:
    others = EvaluationPlan.objects.filter(division=division, kind=kind, work_year=work_year)
    planned = {pk: other.name for other in others for pk in other.dossiers}
    for row in rows:
        if row.pk in planned:
            raise NotAllowed(f"“{row.subject.name}”已列入“{planned[row.pk]}”，不能重复列入。")


def _amount(dossiers: list[int]) -> tuple[Decimal | None, int]:
    """The opening budgets' sum and of how many none is known; None where nobody's is."""
    known = [one.opening for one in money_of(dossiers).values() if one.opening is not None]
    return (sum(known, Decimal(0)) if known else None), len(dossiers) - len(known)


@transaction.atomic
def issue_plan(
    *,
    plan: EvaluationPlan,
    approval: str,
    approved_on: date,
    by: User | None,
    deadline: date | None = None,
    version: int | None = None,
) -> Round:
    """Issue an approved plan as a task over exactly its objects.
    Raises Refused, NotAllowed, Stale.
    """
    require(by, "manage_round", division=plan.division)
    if plan.round_id:
        raise NotAllowed(f"“{plan.name}”已经下达，不能重复下达。")
    if not approval.strip():
        raise NotAllowed("请写明批准计划的会议纪要或文号。")
    if approved_on > today():
        raise NotAllowed(f"批准日期 {approved_on} 还没有到，请改正。")
    opened = open_round(
        division=plan.division,
        kind=plan.kind,
        name=plan.name,
        work_year=plan.work_year,
        fiscal_year=plan.fiscal_year,
        by=by,
        scope={"dossiers": plan.dossiers},
        deadline=deadline,
        synthetic=plan.synthetic,
        why=f"按批准的评价计划下达（{approval.strip()}）",
    )
    change(
        plan,
        version=version,
        approval=approval.strip()[:120],
        approved_on=approved_on,
        round=opened,
    )
    record(
        division=plan.division,
        by=by,
        act="下达评价计划",
        target=plan,
        label=plan.name,
        data={"approval": approval, "approved_on": approved_on, "round": opened},
    )
    return opened


@transaction.atomic
def drop_plan(*, plan: EvaluationPlan, by: User | None, why: str) -> None:
    """Drop a plan that was not issued, with a reason."""
    require(by, "manage_round", division=plan.division)
    if plan.round_id:
        raise NotAllowed("计划已经下达，不能撤销；不评的对象在任务里逐个写明理由。")
    if not why.strip():
        raise NotAllowed("撤销评价计划须写明理由。")
    record(
        division=plan.division,
        by=by,
        act="撤销评价计划",
        target=plan,
        why=why,
        label=plan.name,
        data={"objects": plan.dossiers, "amount": plan.amount},
    )
    EvaluationPlan.objects.filter(pk=plan.pk, round=None).delete()
