"""Letting a third party or an expert in for one subject and one period: by
the act that gives them the work.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from wenxiao.orgs.models import Grant
from wenxiao.orgs.permissions import HELD, Refused
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from datetime import date

    from wenxiao.orgs.models import Role, Unit, User


def refuse_party(
    *, user: User, assigner: User | None, unit: Unit, subject_unit: int | None
) -> None:
    """The judged unit has no say: neither may its people assign, nor be
    assigned, nor anybody who files for it.
    """
    if assigner is not None and assigner.unit_id in {unit.pk, subject_unit} - {None}:
        raise Refused("被评价单位不得选择自己的评价人；由其他财政绩效科人员分派。")
    if assigner is not None and assigner.pk == user.pk:
        raise Refused("不能把评审分派给自己。")
    if user.division_id != unit.division_id or not user.is_active:
        raise NotAllowed(f"“{user}”不是本区划在用的账号。")
    if user.unit_id in {unit.pk, subject_unit}:
        raise Refused(f"“{user}”在被评价单位“{unit}”工作，应当回避。")
    filers = [role for role, powers in HELD.items() if powers & {"fill", "submit", "check_unit"}]
    if Grant.objects.filter(user=user, role__in=filers).in_force().exists():
        raise Refused(f"“{user}”负责单位填报或审核，不能担任评价人。")


def let_in(*, user: User, role: Role, subject: int, division: int, until: date, why: str) -> Grant:
    """The grant over this subject alone, through the last day."""
    end = timezone.make_aware(datetime.combine(until, time(23, 59, 59, 999999)))
    new_grant = Grant.objects.create(
        user=user,
        role=role,
        division_id=division,
        by_subjects=True,
        until=max(end, _soonest()),
        why=why[:200],
    )
    new_grant.subjects.set([subject])
    return new_grant


def _soonest() -> datetime:
    """In the demonstration the story's day lies in the past: what is
    assigned there holds for a year of the calendar.
    """
    now = timezone.localtime()
    return now + timedelta(days=365) if now.date() != today() else now
