"""Who settles results beside 财政绩效科: roles the division names, and the leader in a small office.
A leader decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from wenxiao.orgs.models import Division, Role
from wenxiao.orgs.permissions import Refused, require, role_label
from wenxiao.records.services import record
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wenxiao.orgs.models import User

NAMEABLE = (Role.LEADER, Role.OFFICE, Role.BUDGET, Role.TREASURY, Role.SECRETARIAT)
"""Roles of the bureau that may be named to confirm results; 财政绩效科 always does."""


@transaction.atomic
def name_confirmers(
    *, division: Division, roles: Sequence[str], by: User | None, why: str
) -> Division:
    """The roles that confirm results beside 财政绩效科 from now on. Raises Refused, NotAllowed."""
    division = _deciding(division, by, why)
    unknown = [role for role in roles if role not in NAMEABLE]
    if unknown:
        names = "、".join(role_label(role) for role in NAMEABLE)
        raise NotAllowed(f"能指定为确认人的是{names}，收到“{unknown[0]}”。")
    before, after = list(division.confirmers), [role for role in NAMEABLE if role in roles]
    if before == after:
        raise NotAllowed("没有改动：指定的确认人与现在相同。")
    Division.objects.filter(pk=division.pk).update(confirmers=[str(role) for role in after])
    division.refresh_from_db()
    record(
        division=division,
        by=by,
        act="指定确认人",
        target=division,
        why=why,
        data={"before": before, "after": [str(role) for role in after]},
    )
    return division


@transaction.atomic
def set_small_office(*, division: Division, on: bool, by: User | None, why: str) -> Division:
    """小机构: a leader may confirm what one officer worked on; every paper it touches says so.
    Raises Refused, NotAllowed.
    """
    division = _deciding(division, by, why)
    if bool(division.small_office) == on:
        raise NotAllowed("没有改动：" + ("已经按小机构办理。" if on else "现在没有按小机构办理。"))
    before = division.small_office
    after = {"since": today().isoformat(), "by": by.name if by else "", "why": why.strip()[:120]}
    Division.objects.filter(pk=division.pk).update(small_office=after if on else {})
    division.refresh_from_db()
    record(
        division=division,
        by=by,
        act="按小机构办理" if on else "不再按小机构办理",
        target=division,
        why=why,
        data={"before": before, "after": division.small_office},
    )
    return division


def _deciding(division: Division, by: User | None, why: str) -> Division:
    """The division, locked for a leader's decision with its reason."""
    if by is None:
        raise Refused("由局领导登录后决定，命令行不能代为决定。")
    require(by, "sign_report")
    if by.division_id != division.pk:
        raise Refused("只能决定本区划的确认人。")
    if not why.strip():
        raise NotAllowed("请写明理由，它会写进留痕和有关文书。")
    return Division.objects.select_for_update().get(pk=division.pk)
