"""Who works on a review: a third party or an expert, let in for this one
subject and this period by the assignment itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from wenxiao.orgs import permissions
from wenxiao.orgs.models import Grant, Role
from wenxiao.orgs.services.letting_in import let_in, refuse_party
from wenxiao.records.services import record
from wenxiao.reviews.models import Assignment
from wenxiao.reviews.states import SETTLED
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed, change

if TYPE_CHECKING:
    from datetime import date

    from wenxiao.orgs.models import Agency, User
    from wenxiao.reviews.models import Review

DUTIES = {"lead": ("主评人", Role.AGENCY), "expert": ("专家", Role.EXPERT)}
"""Duty → its word and the role its grant gives."""


@transaction.atomic
def assign_reviewer(
    *,
    review: Review,
    user: User,
    duty: str,
    until: date,
    by: User | None,
    why: str,
    agency: Agency | None = None,
) -> Assignment:
    """Assign one person to one review until the end of a day: an Assignment and the Grant (this
    subject alone) in one act.

    The evaluated unit has no say: neither may its people assign, nor be assigned, nor anybody who
    files for it.
    """
    subject = review.dossier.subject
    permissions.require(by, "manage_round", subject=subject)
    if duty not in DUTIES:
        raise NotAllowed("分工应为主评人或专家。")
    refuse_party(user=user, assigner=by, unit=review.dossier.unit, subject_unit=subject.unit_id)
    if not why.strip():
        raise NotAllowed("分派须写明依据，如采购合同或评审方案。")
    if until < today():
        raise NotAllowed(f"授权截止日期 {until} 早于今天，请改正。")
    if review.state in SETTLED:
        raise NotAllowed(f"“{review}”的结果已经确认，不再分派。")
    word, role = DUTIES[duty]
    if Assignment.objects.filter(review=review, user=user, duty=word).exists():
        raise NotAllowed(f"“{user}”已经分派到这项评审。")
    assignment = Assignment.objects.create(
        review=review,
        user=user,
        duty=word,
        grant=let_in(
            user=user,
            role=role,
            subject=subject.pk,
            division=review.round.division_id,
            until=until,
            why=why,
        ),
    )
    if agency is not None and review.agency_id != agency.pk:
        change(review, agency=agency)
    record(
        division=review.round.division,
        by=by,
        act="分派评审",
        target=review,
        why=why,
        label=f"{review} → {user}（{word}）",
        data={"user": user, "duty": word, "until": until, "agency": agency}
        | {"grant": assignment.grant_id},
    )
    return assignment


@transaction.atomic
def unassign_reviewer(*, assignment: Assignment, by: User | None, why: str) -> None:
    """The assignment ends and with it the grant; what was marked stays."""
    review = assignment.review
    permissions.require(by, "manage_round", subject=review.dossier.subject)
    if not why.strip():
        raise NotAllowed("撤销分派须写明理由。")
    if assignment.grant_id:
        open_ended = Q(until=None) | Q(until__gt=timezone.now())
        Grant.objects.filter(open_ended, pk=assignment.grant_id).update(until=timezone.now())
    Assignment.objects.filter(pk=assignment.pk).delete()
    record(
        division=review.round.division,
        by=by,
        act="撤销分派",
        target=review,
        why=why,
        label=f"{review} → {assignment.user}",
        data={"grant": assignment.grant_id, "duty": assignment.duty},
    )
