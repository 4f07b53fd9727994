"""结果应用: a rule proposes, a person decides, both are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from wenxiao.followup.models import Use
from wenxiao.followup.states import USE
from wenxiao.orgs import permissions
from wenxiao.records.services import record
from wenxiao.reviews.states import SETTLED
from wenxiao.store.moves import NotAllowed, move

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from wenxiao.budget.models import Dossier
    from wenxiao.orgs.models import User
    from wenxiao.reviews.models import Review


@transaction.atomic
def propose_use(
    *,
    dossier: Dossier,
    kind: str,
    basis: str,
    by: User | None,
    review: Review | None = None,
    rule: str = "",
    amount: Decimal | None = None,
    synthetic: bool = False,
) -> Use:
    """A proposal (从严审核, 核减, 暂停支付建议 …) with the facts it rests on; the same one is made once.

    It rests on a settled result of the same dossier. Raises Refused, NotAllowed.
    """
    permissions.require_for(by, "decide_use", dossier)
    if kind not in Use.Kind.values or not basis.strip():
        raise NotAllowed("请选定对象和建议，并写明依据。")
    if review is not None and (review.dossier_id != dossier.pk or review.state not in SETTLED):
        raise NotAllowed("评价结果确认后才能提出结果应用建议。")
    if amount is not None and amount < 0:
        raise NotAllowed("涉及金额不能为负数。")
    use, created = Use.objects.get_or_create(
        dossier=dossier,
        review=review,
        kind=kind,
        rule=rule,
        state=Use.State.PROPOSED,
        defaults={"basis": basis, "amount": amount, "synthetic": synthetic},
    )
    if created:
        record(
            division=dossier.subject.division,
            by=by,
            act="提出结果应用建议",
            target=use,
            label=f"{dossier}：{use.get_kind_display()}",
            why=basis,
        )
    return use


@transaction.atomic
def decide_use(
    *,
    use: Use,
    by: User | None,
    accepted: bool,
    why: str,
    on: date,
    next_year_amount: Decimal | None = None,
    version: int | None = None,
) -> Use:
    """A person accepts or declines a proposal, with a reason."""
    permissions.require_for(by, "decide_use", use.dossier)
    if not why.strip():
        raise NotAllowed("请写明采纳或不采纳的理由。")
    if next_year_amount is not None and next_year_amount < 0:
        raise NotAllowed("下年度安排不能为负数。")
    before = _standing(use)
    move(
        use,
        allowed=USE,
        to="accepted" if accepted else "declined",
        version=version,
        why=why,
        decided_by=by,
        decided_on=on,
        next_year_amount=next_year_amount,
    )
    record(
        division=use.dossier.subject.division,
        by=by,
        act="决定结果应用",
        target=use,
        why=why,
        label=f"{use.dossier}：{use.get_kind_display()} {use.get_state_display()}",
        data={"before": before, "after": _standing(use)},
    )
    return use


def _standing(use: Use) -> dict[str, str]:
    amount = use.next_year_amount
    return {"state": use.state, "next_year_amount": "" if amount is None else str(amount)}
