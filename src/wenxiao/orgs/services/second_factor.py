"""动态口令: a six-digit code from the person's own phone beside the password (TOTP, RFC 6238), and
codes for when it is lost.

Who must have one is said by the division's 账号安全要求; whoever has one is asked for it at every login.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from wenxiao.orgs.models import Phone, RecoveryCode, sealed_for
from wenxiao.orgs.permissions import Refused
from wenxiao.orgs.services.entering import LoginAttempt, begin_secret, note_failed, succeed
from wenxiao.records.services import record
from wenxiao.store.moves import NotAllowed
from wenxiao.store.sealing import seal

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from wenxiao.orgs.models import User

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODES, CODE_LENGTH = 10, 12
PHONE = "手机"
SECRET_BYTES = 20


def _digest(user: User, code: str) -> str:
    plain = "".join(letter for letter in code.upper() if letter in LETTERS)
    return hashlib.sha256(f"{user.pk}\n{plain}".encode()).hexdigest()


def _confirmed(user: User) -> QuerySet[Phone]:
    phones: QuerySet[Phone] = Phone.objects.filter(user=user, confirmed=True)
    return phones


def has_second_factor(user: User) -> bool:
    """Whether the person enrolled a phone."""
    return _confirmed(user).exists()


def codes_left(user: User) -> int:
    """How many recovery codes were not used."""
    return RecoveryCode.objects.filter(user=user, used_at=None).count()


@transaction.atomic
def begin_enrolment(user: User) -> Phone:
    """The phone that is being enrolled: its secret stays the same until a
    code of it was typed once.
    """
    if has_second_factor(user):
        raise NotAllowed("已经启用动态口令；换手机请先填现在的动态口令或恢复码。")
    sealed = seal(secrets.token_bytes(SECRET_BYTES), of=sealed_for(user.pk))
    device: Phone = Phone.objects.get_or_create(
        user=user, confirmed=False, name=PHONE, defaults={"key": sealed}
    )[0]
    return device


def finish_enrolment(*, user: User, code: str) -> list[str]:
    """The first right code makes the phone count; the recovery codes, shown this once.
    NotAllowed when it is wrong.
    """
    device = begin_enrolment(user)
    tried = begin_secret(user, "code")
    _refuse_pause(tried)
    with transaction.atomic():
        right = device.verify_token(_digits(code))
        if right:
            Phone.objects.filter(pk=device.pk).update(confirmed=True)
            codes = _new_codes(user)
            _record(user, user, "启用动态口令")
    if not right:
        raise NotAllowed("动态口令不对：请核对手机时间是否准确，等下一个六位数再填。")
    succeed(tried)
    return codes


def _refuse_pause(tried: LoginAttempt) -> None:
    if tried.until is not None:
        at = timezone.localtime(tried.until).strftime("%H:%M:%S")
        raise NotAllowed(f"动态口令连续输错，{at} 以后再试。")


def _digits(code: str) -> str:
    return "".join(letter for letter in code if letter.isdigit())


def verify_code(*, user: User, code: str, address: str) -> str:
    """How the code was right: 动态口令, or 恢复码, each taken once; NotAllowed
    when it is wrong or one has to wait.
    """
    tried = begin_secret(user, "code")
    _refuse_pause(tried)
    with transaction.atomic():
        how = _taken(user, code.strip())
    if not how:
        note_failed(user, address, tried, "动态口令不对")
        raise NotAllowed("动态口令不对，或已经用过；请等下一个六位数再填，也可以填一个恢复码。")
    succeed(tried)
    return how


def _taken(user: User, code: str) -> str:
    """A code of the phone counts once, and so does a recovery code; the rows are locked for it."""
    if len(_digits(code)) == 6 and len(code) <= 7:
        devices = _confirmed(user).select_for_update()
        return "动态口令" if any(one.verify_token(_digits(code)) for one in devices) else ""
    unused = RecoveryCode.objects.filter(user=user, digest=_digest(user, code), used_at=None)
    return "恢复码" if unused.update(used_at=timezone.now()) == 1 else ""


def _new_codes(user: User) -> list[str]:
    RecoveryCode.objects.filter(user=user).delete()
    drawn = ["".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH)) for _ in range(CODES)]
    RecoveryCode.objects.bulk_create(
        [RecoveryCode(user=user, digest=_digest(user, code)) for code in drawn]
    )
    return ["-".join(code[at : at + 4] for at in range(0, CODE_LENGTH, 4)) for code in drawn]


def renew_codes(*, user: User, code: str, address: str) -> list[str]:
    """New recovery codes for who still has the phone; the old ones end."""
    verify_code(user=user, code=code, address=address)
    with transaction.atomic():
        codes = _new_codes(user)
        _record(user, user, "重设恢复码")
    return codes


def change_phone(*, user: User, code: str, address: str) -> None:
    """The person gives the phone up with a code of it; where the division
    asks for one, the next is enrolled at once.
    """
    verify_code(user=user, code=code, address=address)
    drop_second_factor(user=user, by=user, why="更换手机")


@transaction.atomic
def drop_second_factor(*, user: User, by: User | None, why: str) -> None:
    """No code is asked for any more: by the person, by a reset two
    administrators agreed to, or at the machine.
    """
    if by is not None and by.pk != user.pk:
        raise Refused("动态口令由本人申请重置，两名管理员同意后解除；管理员不能直接解除。")
    Phone.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    _record(user, by, "解除动态口令", why)


def _record(user: User, by: User | None, act: str, why: str = "") -> None:
    if user.division is not None:
        record(division=user.division, by=by, act=act, target=user, why=why)
