"""重置密码: the person asks and alone holds the code; administrators agree by number and never see a
secret.

For administrators, leaders and 绩效科 a second administrator of another duty consents: nobody becomes
somebody else alone.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from wenxiao.orgs import permissions
from wenxiao.orgs.models import Grant, PasswordReset, Role, User
from wenxiao.orgs.permissions import TWO_CONSENT, Refused, require
from wenxiao.orgs.services.accounts import set_password
from wenxiao.orgs.services.entering import unlock
from wenxiao.orgs.services.second_factor import drop_second_factor
from wenxiao.records.services import record
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from wenxiao.orgs.models import Division

HOURS = 24
MOST_AN_HOUR = 10
"""Requests from one address within an hour; more are refused, whatever names they give."""
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
NOBODY = "未登录"
KEPT_DAYS = 60


def code_digest(username: str, code: str) -> str:
    """What is stored of a code: it opens this account alone, however it is typed."""
    plain = "".join(letter for letter in code.upper() if letter in LETTERS)
    return hashlib.sha256(f"{username.strip().lower()}\n{plain}".encode()).hexdigest()


@transaction.atomic
def ask_reset(
    *, username: str, address: str | None, second_factor: bool = False
) -> tuple[PasswordReset, str]:
    """The person's own request: its number, which administrators are told, and the code, which
    nobody is.

    For a name nobody has the answer looks the same and leads nowhere. The old password stays until
    a new one is chosen.
    """
    now, name = timezone.now(), username.strip()[:60]
    if not name:
        raise NotAllowed("请填写账号。")
    PasswordReset.objects.filter(asked_at__lt=now - timedelta(days=KEPT_DAYS)).delete()
    recent = PasswordReset.objects.filter(address=address, asked_at__gt=now - timedelta(hours=1))
    if recent.count() >= MOST_AN_HOUR:
        raise NotAllowed(
            f"从这台机器一小时内已申请 {MOST_AN_HOUR} 次，请稍后再试，或直接联系系统管理员。"
        )
    user = User.objects.filter(username__iexact=name, is_active=True).first()
    code = fresh_code()
    reset = PasswordReset.objects.create(
        user=user,
        username=name,
        number=free_number(),
        digest=code_digest(name, code),
        second_factor=second_factor,
        address=address,
        asked_at=now,
        until=now + timedelta(hours=HOURS),
    )
    if user is not None and user.division is not None:
        record(
            division=user.division,
            by=None,
            by_name=NOBODY,
            act="申请重置密码",
            target=user,
            label=f"{user}：申请号 {reset.number}",
            data={"number": reset.number, "address": address, "second_factor": second_factor},
        )
    return reset, code


def fresh_code() -> str:
    """Fifteen letters and digits drawn by chance, in three groups for reading from paper."""
    code = "".join(secrets.choice(LETTERS) for _ in range(15))
    return "-".join(code[at : at + 5] for at in range(0, 15, 5))


def free_number() -> str:
    """Six digits no request has."""
    while True:
        number = f"{secrets.randbelow(900_000) + 100_000}"
        if not PasswordReset.objects.filter(number=number).exists():
            return number


def consents_needed(users: Iterable[User]) -> dict[int, str]:
    """Accounts whose reset a second administrator must consent to, with the power for it: never
    their own duty's.

    Grants that have not begun count, those that ended do not. One query.
    """
    powers: dict[int, str] = {}
    rows = Grant.objects.filter(
        Q(until=None) | Q(until__gte=timezone.now()), user__in=list(users), role__in=TWO_CONSENT
    )
    for user, role in rows.values_list("user", "role"):
        if role == Role.SECURITY:
            powers[user] = "consent_security_reset"
        else:
            powers.setdefault(user, "consent_reset")
    return powers


def needs_consent(user: User) -> str:
    """The power with which a second administrator must consent to a new
    password; empty where none must.
    """
    return consents_needed([user]).get(user.pk, "")


def consent_for(reset: PasswordReset, needed: str) -> str:
    """The power to consent with: that of the account; a first password or a
    dropped second factor always takes two.
    """
    first = reset.user is not None and not reset.user.has_usable_password()
    return needed or ("consent_reset" if reset.second_factor or first else "")


def _consent_of(reset: PasswordReset, user: User) -> str:
    return consent_for(reset, needs_consent(user))


def open_resets(division: Division) -> QuerySet[PasswordReset]:
    """Requests of the division's accounts that still wait, latest first."""
    return (
        PasswordReset.objects.filter(
            user__division=division, closed_at=None, until__gt=timezone.now(), sheet=None
        )
        .select_related("user__unit", "user__division", "approved_by", "consented_by")
        .order_by("-asked_at")
    )


def _of(reset: PasswordReset, by: User, why: str) -> tuple[User, Division]:
    user = reset.user
    if user is None or user.division is None or user.division_id != by.division_id:
        raise NotAllowed("没有这个申请。")
    if user.pk == by.pk:
        raise Refused(
            "不能办理自己的重置；由其他管理员办理，没有时在服务器上执行 wenxiao users reset-password。"
        )
    if reset.closed_at is not None or reset.until <= timezone.now():
        raise NotAllowed("这个申请已办结或已过期，请本人重新申请。")
    if not why.strip():
        raise NotAllowed("请写明怎样核对了本人，它会写进留痕。")
    return user, user.division


@transaction.atomic
def approve_reset(*, reset: PasswordReset, by: User, why: str) -> PasswordReset:
    """系统管理员 agrees after making sure who asks; for accounts above, it waits
    for the second administrator.
    """
    require(by, "manage_users")
    user, division = _of(reset, by, why)
    if by.pk == reset.consented_by_id:
        raise Refused("批准和同意须由两个人办理。")
    waiting = PasswordReset.objects.filter(pk=reset.pk, approved_by=None, closed_at=None)
    if waiting.update(approved_by=by) != 1:
        raise NotAllowed("这个申请已由他人批准或办结。")
    _note(reset, user, division, by, "批准重置密码", why)
    return reset


@transaction.atomic
def consent_reset(*, reset: PasswordReset, by: User, why: str) -> PasswordReset:
    """A second administrator, of another duty than who asks, consents."""
    user, division = _of(reset, by, why)
    power = _consent_of(reset, user)
    if not power:
        raise NotAllowed("这个账号的重置不需要第二名管理员同意。")
    require(by, power)
    if by.pk == reset.approved_by_id:
        raise Refused("批准和同意须由两个人办理。")
    waiting = PasswordReset.objects.filter(pk=reset.pk, consented_by=None, closed_at=None)
    if waiting.update(consented_by=by) != 1:
        raise NotAllowed("这个申请已由他人同意或办结。")
    _note(reset, user, division, by, "同意重置密码", why)
    return reset


@transaction.atomic
def refuse_reset(*, reset: PasswordReset, by: User, why: str) -> PasswordReset:
    """Nobody knows who asked: the request ends, the password stays."""
    user, division = _of(reset, by, why)
    if not permissions.can(by, _consent_of(reset, user) or "manage_users"):
        require(by, "manage_users")
    waiting = PasswordReset.objects.filter(pk=reset.pk, closed_at=None)
    if waiting.update(closed_at=timezone.now()) != 1:
        raise NotAllowed("这个申请已办结。")
    _note(reset, user, division, by, "不予重置密码", why)
    return reset


def _note(
    reset: PasswordReset, user: User, division: Division, by: User, act: str, why: str
) -> None:
    reset.refresh_from_db()
    record(
        division=division,
        by=by,
        act=act,
        target=user,
        label=f"{user}：申请号 {reset.number}",
        why=why,
        data={
            "number": reset.number,
            "address": reset.address,
            "second": bool(_consent_of(reset, user)),
            "second_factor": reset.second_factor,
        },
    )


@transaction.atomic
def claim_reset(*, username: str, code: str, password: str) -> User:
    """The person chooses a new password with the code; NotAllowed says what is still missing."""
    reset = (
        PasswordReset.objects.filter(digest=code_digest(username, code), until__gt=timezone.now())
        .select_related("user__division")
        .first()
    )
    if reset is None or reset.user is None or reset.closed_at or not reset.user.is_active:
        if reset is not None and reset.user is None:
            raise NotAllowed("申请还没有批准，请联系系统管理员。")
        raise NotAllowed("账号与领取码对不上，或申请已过期、已办结；请核对，或重新申请。")
    user = reset.user
    if reset.sheet_id is not None:
        _refuse_late(user)
    if reset.approved_by_id is None:
        raise NotAllowed("申请还没有批准，请联系系统管理员。")
    if _consent_of(reset, user) and reset.consented_by_id is None:
        raise NotAllowed("这个账号的重置还要第二名管理员同意，请等他办理。")
    waiting = PasswordReset.objects.filter(pk=reset.pk, closed_at=None)
    if waiting.update(closed_at=timezone.now()) != 1:
        raise NotAllowed("这个领取码已经用过。")
    set_password(user, password)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    unlock(user.username)
    if reset.second_factor:
        drop_second_factor(user=user, by=user, why=f"两名管理员同意，申请号 {reset.number}")
    assert user.division is not None
    record(
        division=user.division,
        by=user,
        act="凭领取码重设密码",
        target=user,
        data={"number": reset.number},
    )
    return user


def _refuse_late(user: User) -> None:
    """A code from a printed sheet is for a first entry alone, and for
    nobody who by now needs two administrators.
    """
    if user.has_usable_password() and not user.must_change_password:
        raise NotAllowed("这个账号已经设过密码，发放单上的领取码不再有效；忘记密码请在登录页申请。")
    if needs_consent(user):
        raise NotAllowed(
            "管理员、局领导和绩效科的账号不用发放单；请在登录页点“忘记密码”申请，由两名管理员办理。"
        )
