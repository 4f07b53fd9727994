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
from wenxiao.reviews.panels import EXPERT, experts_of
from wenxiao.reviews.services.scoring import score_review
from wenxiao.reviews.states import MARKABLE, SETTLED
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
    if role == Role.EXPERT:
        _refuse_namesake(review, user)
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


def _refuse_namesake(review: Review, user: User) -> None:
    """NotAllowed for a second expert of the same name: marks are kept by the name."""
    if experts_of(review).filter(user__name=user.name).exists():
        raise NotAllowed(
            f"这项评审已有一位同名的专家“{user.name}”，两人的评分会混在一起；请先在账号里把姓名区分开。"
        )


@transaction.atomic
def unassign_reviewer(*, assignment: Assignment, by: User | None, why: str) -> None:
    """The assignment ends and with it the grant; what was handed in stays, an expert's unfinished
    marks go into the entry and hold nobody up.
    """
    review = assignment.review
    permissions.require(by, "manage_round", subject=review.dossier.subject)
    if not why.strip():
        raise NotAllowed("撤销分派须写明理由。")
    if assignment.grant_id:
        open_ended = Q(until=None) | Q(until__gt=timezone.now())
        Grant.objects.filter(open_ended, pk=assignment.grant_id).update(until=timezone.now())
    left = _take_unfinished(assignment)
    Assignment.objects.filter(pk=assignment.pk).delete()
    if assignment.duty == EXPERT and review.state in MARKABLE:
        score_review(review=review, by=by)
    record(
        division=review.round.division,
        by=by,
        act="撤销分派",
        target=review,
        why=why,
        label=f"{review} → {assignment.user}",
        data={"grant": assignment.grant_id, "duty": assignment.duty, "not_handed_in": left},
    )


def _take_unfinished(assignment: Assignment) -> dict[str, str]:
    """The points an expert leaves without having handed in, by criterion, taken out of the sheet;
    none of a settled result.
    """
    review = assignment.review
    if assignment.duty != EXPERT or assignment.scores_in_at or review.state not in MARKABLE:
        return {}
    marks = review.marks.filter(seat=str(assignment.user.name)[:30], indicator=None)
    points = {str(one.criterion_id): str(one.points) for one in marks}
    marks.delete()
    return points
