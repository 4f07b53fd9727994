"""预算变动: the answer that a changed budget leaves the approved target as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from wenxiao.budget.money import money
from wenxiao.orgs.permissions import require_for
from wenxiao.store.moves import NotAllowed, change
from wenxiao.targets.models import Target
from wenxiao.targets.services.rows import record_act

if TYPE_CHECKING:
    from wenxiao.orgs.models import User


@transaction.atomic
def keep_target(*, target: Target, by: User | None, why: str, version: int) -> Target:
    """预算变动后目标不改: answered with a reason, for the budget as it stands; a later change asks again."""
    dossier = target.dossier
    require_for(by, "fill", dossier)
    if not why.strip():
        raise NotAllowed("目标不随预算调整，须写明理由，如追加的是上年应付款。")
    if target.state != Target.State.APPROVED:
        raise NotAllowed(f"只有批复的目标要答复，这一版现为“{target.get_state_display()}”。")
    amounts = money(dossier)
    if amounts.budget is None or amounts.budget == amounts.opening:
        raise NotAllowed("这份档案的预算没有调整，不用答复。")
    if target.budget_answered == amounts.budget:
        raise NotAllowed("已经答复过，预算此后没有再调整。")
    before = {"budget_answered": target.budget_answered}
    change(target, version=version, budget_answered=amounts.budget)
    more = {"before": before, "after": {"budget_answered": amounts.budget}}
    record_act(target, [], act="预算变动后目标不改", by=by, why=why.strip(), more=more)
    return target
