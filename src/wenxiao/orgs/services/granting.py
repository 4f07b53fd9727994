"""Grants: role × scope × period, given and ended by the security
administrator, never to oneself.
"""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from wenxiao.orgs.models import Grant, Role, User
from wenxiao.orgs.permissions import Refused, duty_of, require
from wenxiao.records.services import record
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from wenxiao.budget.models import Subject
    from wenxiao.orgs.models import Division, Unit


@transaction.atomic
def grant(
    *,
    user: User,
    role: str,
    division: Division,
    by: User | None,
    unit: Unit | None = None,
    subjects: Iterable[Subject] | None = None,
    since: datetime | None = None,
    until: datetime | date | None = None,
    why: str = "",
) -> Grant:
    """Role × scope × period.
    Scope: a unit subtree, the listed ``subjects``, or (both None) the whole division.

    A date as ``until`` holds through that day; one in the past is refused. Nobody grants to
    themselves; the three administrators stay three people.
    """
    require(by, "grant", division=division)
    if by is not None and not why.strip():
        raise NotAllowed("授权须写明依据。")
    if by is not None and by.pk == user.pk:
        raise Refused("不能给自己授权；请由其他安全管理员办理。")
    _settle_duty(user, role)
    if unit is not None and unit.division_id != division.pk:
        raise NotAllowed(f"“{unit}”不属于{division}。")
    if role in {Role.AGENCY, Role.EXPERT} and subjects is None:
        raise Refused("第三方机构和评审专家只能按所分派的对象授权，不能按单位或全区授权。")
    ends = _end_of(until)
    if ends is not None and ends < timezone.now():
        day = timezone.localtime(ends).date()
        raise NotAllowed(f"“{user}”授权的截止日期 {day} 已经过去，授权不会生效，请改正。")
    new_grant = Grant(
        user=user,
        role=role,
        division=division,
        unit=unit,
        by_subjects=subjects is not None,
        until=ends,
        why=why,
    )
    if since is not None:
        new_grant.since = since
    new_grant.save()
    listed = list(subjects or ())
    new_grant.subjects.set(listed)
    record(
        division=division,
        by=by,
        act="授权",
        target=user,
        why=why,
        label=f"{user}：{Role(role).label}",
        data={"role": role, "unit": unit, "subjects": [s.pk for s in listed], "until": until},
    )
    return new_grant


def _end_of(until: datetime | date | None) -> datetime | None:
    if until is None or isinstance(until, datetime):
        return until
    return timezone.make_aware(datetime.combine(until, time(23, 59, 59, 999999)))


def _settle_duty(user: User, role: str) -> None:
    """三员与业务互不兼任: an account is for one of them for ever, grants that ended or have not begun
    included.

    The conditional update locks the account, so of two grants at once the second sees the first. No
    rule or setting of a division softens it, however small its bureau.
    """
    duty = duty_of(role)
    allowed = {"", duty}
    settled = User.objects.filter(pk=user.pk, duty__in=allowed).update(duty=duty)
    held = Grant.objects.filter(user=user).values_list("role", flat=True)
    clashing = sorted({one for one in held if duty_of(one) not in allowed})
    if settled == 1 and not clashing:
        user.duty = duty
        return
    was = "、".join(Role(one).label for one in clashing) or "其他类别的账号"
    raise Refused(
        f"“{user}”已是{was}（已终止和将来生效的授权也算），不能再任{Role(role).label}："
        "系统、安全、审计管理员与业务岗位互不兼任，请为这项工作另建账号。"
    )


@transaction.atomic
def end_grant(*, grant: Grant, by: User | None, why: str, at: datetime | None = None) -> Grant:
    """The grant ends now (or at ``at``); it stays on record.
    Nobody ends their own, as nobody grants to themselves.
    """
    require(by, "grant", division=grant.division)
    if by is not None and not why.strip():
        raise NotAllowed("终止授权须写明理由。")
    if by is not None and by.pk == grant.user_id:
        raise Refused("不能终止自己的授权；请由其他安全管理员办理。")
    ended = Grant.objects.filter(Q(until=None) | Q(until__gt=at or timezone.now()), pk=grant.pk)
    if ended.update(until=at or timezone.now()) != 1:
        raise NotAllowed("这项授权已经终止。")
    grant.refresh_from_db()
    record(
        division=grant.division,
        by=by,
        act="终止授权",
        target=grant.user,
        why=why,
        label=f"{grant.user}：{grant.get_role_display()}",
        data={"grant": grant.pk},
    )
    return grant
