"""账号发放单: a unit's first codes on paper, printed once two administrators released them and seen
nowhere else.

系统管理员 lists the accounts, 安全管理员 releases the list; only then is it printed. A code opens one account
once, within fourteen days. Administrators, leaders and 绩效科 stand on no sheet: they ask on the login
page (resetting.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from wenxiao.orgs import permissions
from wenxiao.orgs.models import AccountSheet, Grant, PasswordReset, Role, User
from wenxiao.orgs.permissions import TWO_CONSENT, Refused, require
from wenxiao.orgs.services.resetting import code_digest, free_number, fresh_code
from wenxiao.records.services import record
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from wenxiao.orgs.models import Division, Unit

DAYS = 14
"""How long a printed code opens its account."""


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """One account on the paper; the code is stored nowhere."""

    name: str
    roles: str
    username: str
    code: str


@dataclass(frozen=True, slots=True)
class PrintedSheet:
    """The paper of one unit, and the names of those who were listed and may no longer be on it."""

    sheet: AccountSheet
    lines: list[PrintedLine]
    left_out: list[str]


def accounts_to_hand_out(division: Division) -> QuerySet[User]:
    """Accounts of units that work on something now and that nobody entered yet, by unit.

    Without a password, or still with the one-time password of ``init``; never one whose reset takes
    two administrators.
    """
    above = Grant.objects.filter(
        Q(until=None) | Q(until__gte=timezone.now()), user=OuterRef("pk"), role__in=TWO_CONSENT
    )
    working = Grant.objects.in_force().filter(user=OuterRef("pk"))
    return (
        User.objects.filter(
            Q(must_change_password=True) | Q(password__startswith=UNUSABLE_PASSWORD_PREFIX),
            Exists(working),
            ~Exists(above),
            division=division,
            is_active=True,
            unit__isnull=False,
        )
        .select_related("unit")
        .order_by("unit__path", "unit", "name", "pk")
    )


def accounts_waiting(division: Division) -> QuerySet[User]:
    """Of these, the ones that stand on no sheet that is still good."""
    return accounts_to_hand_out(division).exclude(account_sheets__in=open_sheets(division))


def sheets_of(division: Division) -> QuerySet[AccountSheet]:
    """The division's sheets, latest first."""
    return (
        AccountSheet.objects.filter(unit__division=division)
        .select_related("unit__division", "prepared_by", "released_by")
        .order_by("-pk")
    )


def open_sheets(division: Division) -> QuerySet[AccountSheet]:
    """Sheets that wait, or whose codes still open."""
    good = Q(printed_at=None) | Q(until__gt=timezone.now())
    return sheets_of(division).filter(good, closed_at=None)


@transaction.atomic
def prepare_account_sheet(*, unit: Unit, by: User, why: str) -> AccountSheet:
    """系统管理员 lists the unit's accounts that wait and so releases them on his
    side; nothing can be printed yet.
    """
    require(by, "manage_users", division=unit.division)
    if not why.strip():
        raise NotAllowed("请写明名单的依据，如“2021年经办人名册”，它会写进留痕。")
    people = list(accounts_waiting(unit.division).filter(unit=unit))
    if not people:
        raise NotAllowed(
            f"“{unit}”没有等着发放的账号：已授权而还没有人用过的业务账号才列入，已在有效发放单上的不重复列。"
        )
    sheet = AccountSheet.objects.create(unit=unit, prepared_by=by)
    sheet.users.set(people)
    _note(sheet, by, "列出账号发放单", why, users=[one.username for one in people])
    return sheet


@transaction.atomic
def release_account_sheet(*, sheet: AccountSheet, by: User, why: str) -> AccountSheet:
    """安全管理员, another person, agrees that these people get these accounts;
    now the sheet may be printed.
    """
    require(by, "consent_reset", division=_division(sheet, by))
    if by.pk == sheet.prepared_by_id:
        raise Refused("列出和同意须由系统管理员、安全管理员两个人办理。")
    if not why.strip():
        raise NotAllowed("请写明怎样核对了名单，它会写进留痕。")
    waiting = AccountSheet.objects.filter(pk=sheet.pk, released_by=None, closed_at=None)
    if waiting.update(released_by=by) != 1:
        raise NotAllowed("这份发放单已由他人同意或已作废。")
    sheet.refresh_from_db()
    _note(sheet, by, "同意账号发放单", why)
    return sheet


@transaction.atomic
def print_account_sheet(*, sheet: AccountSheet, by: User) -> PrintedSheet:
    """The codes, this once: they are drawn here, go on the paper and are
    stored as digests alone.
    """
    require(by, "manage_users", division=_division(sheet, by))
    if sheet.released_by_id is None:
        raise NotAllowed("还要安全管理员同意，才能打印领取码。")
    now = timezone.now()
    until = now + timedelta(days=DAYS)
    waiting = AccountSheet.objects.filter(pk=sheet.pk, printed_at=None, closed_at=None)
    if waiting.update(printed_at=now, until=until) != 1:
        raise NotAllowed(
            "这份发放单已经打印过或已作废，领取码不再显示；没有打好、丢失时请作废，重新列一份。"
        )
    sheet.refresh_from_db()
    may = {one.pk: one for one in accounts_to_hand_out(sheet.unit.division)}
    listed = list(sheet.users.order_by("name", "pk"))
    people = [may[one.pk] for one in listed if one.pk in may]
    roles = _roles(people)
    lines = []
    for one in people:
        code = fresh_code()
        _store(sheet, one, code, now, until)
        lines.append(PrintedLine(one.name, roles.get(one.pk, ""), one.username, code))
    left_out = [one.name for one in listed if one.pk not in may]
    _note(sheet, by, "打印账号发放单", "", users=[one.username for one in people], left=left_out)
    return PrintedSheet(sheet, lines, left_out)


def _store(sheet: AccountSheet, user: User, code: str, now: datetime, until: datetime) -> None:
    PasswordReset.objects.create(
        user=user,
        username=user.username,
        number=free_number(),
        digest=code_digest(user.username, code),
        asked_at=now,
        until=until,
        approved_by=sheet.prepared_by,
        consented_by=sheet.released_by,
        sheet=sheet,
    )


def _roles(people: list[User]) -> dict[int, str]:
    words: dict[int, list[str]] = {}
    rows = Grant.objects.in_force().filter(user__in=people).order_by("role", "pk")
    for user, role in rows.values_list("user", "role"):
        listed = words.setdefault(user, [])
        word = str(Role(role).label)
        if word not in listed:
            listed.append(word)
    return {user: "、".join(listed) for user, listed in words.items()}


@transaction.atomic
def withdraw_account_sheet(*, sheet: AccountSheet, by: User, why: str) -> AccountSheet:
    """Either administrator ends it: what was not printed never is, codes
    not yet used open nothing any more.
    """
    division = _division(sheet, by)
    if not permissions.can(by, "consent_reset"):
        require(by, "manage_users", division=division)
    if not why.strip():
        raise NotAllowed("请写明作废的理由，它会写进留痕。")
    now = timezone.now()
    if AccountSheet.objects.filter(pk=sheet.pk, closed_at=None).update(closed_at=now) != 1:
        raise NotAllowed("这份发放单已经作废。")
    PasswordReset.objects.filter(sheet=sheet, closed_at=None).update(closed_at=now)
    sheet.refresh_from_db()
    _note(sheet, by, "作废账号发放单", why)
    return sheet


def _division(sheet: AccountSheet, by: User) -> Division:
    division = sheet.unit.division
    if division.pk != by.division_id:
        raise NotAllowed("没有这份发放单。")
    return division


def _note(sheet: AccountSheet, by: User, act: str, why: str, **data: object) -> None:
    record(
        division=sheet.unit.division,
        by=by,
        act=act,
        target=sheet,
        label=str(sheet),
        why=why,
        data={"unit": sheet.unit, **data},
    )
