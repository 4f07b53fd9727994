"""委托第三方: a third party or an expert is asked to say what they think of a
target that is under review.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from wenxiao.orgs.models import Grant, Role
from wenxiao.orgs.permissions import require
from wenxiao.orgs.services.letting_in import let_in, refuse_party
from wenxiao.records.services import make_todo
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed
from wenxiao.targets.services.reviewing import must_be_under_review
from wenxiao.targets.services.rows import record_act

if TYPE_CHECKING:
    from datetime import date

    from wenxiao.orgs.models import User
    from wenxiao.targets.models import Target

ENGAGED = {"agency": Role.AGENCY, "expert": Role.EXPERT}
"""As what one is engaged, and the role the grant gives."""


@transaction.atomic
def engage_reviewer(
    *, target: Target, user: User, role: str, until: date, by: User | None, why: str
) -> Grant:
    """The person sees this subject alone until the end of a day and is
    asked for the opinion of the seat 第三方.
    """
    dossier = target.dossier
    require(by, "manage_round", subject=dossier.subject)
    must_be_under_review(target)
    if role not in ENGAGED:
        raise NotAllowed("受托人应是第三方机构或评审专家。")
    refuse_party(user=user, assigner=by, unit=dossier.unit, subject_unit=dossier.subject.unit_id)
    if not why.strip():
        raise NotAllowed("委托须写明依据，如委托合同或审核方案。")
    if until < today():
        raise NotAllowed(f"截止日期 {until} 早于今天，请改正。")
    open_grants = Grant.objects.filter(user=user, role=ENGAGED[role], subjects=dossier.subject_id)
    if open_grants.in_force().exists():
        raise NotAllowed(f"“{user}”已经可以审核这个项目，不必再委托。")
    new_grant = let_in(
        user=user,
        role=ENGAGED[role],
        subject=dossier.subject_id,
        division=dossier.subject.division_id,
        until=until,
        why=why,
    )
    make_todo(
        division=dossier.subject.division,
        kind="target",
        title=f"{dossier.subject.name}（{dossier.fiscal_year}）的绩效目标请写第三方审核意见",
        user=user,
        target=target,
        due_on=until,
    )
    more = {"user": user, "role": role, "until": until, "grant": new_grant.pk}
    record_act(target, [], act="委托第三方审核目标", by=by, why=why, more=more)
    return new_grant
