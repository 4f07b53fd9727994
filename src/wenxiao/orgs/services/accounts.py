"""Accounts: who may log in, with which password, whether still.
What they may do is granted elsewhere (granting.py).
"""

from __future__ import annotations

import re
import secrets
import string
from typing import TYPE_CHECKING

from django.db import transaction

from wenxiao.orgs.models import User
from wenxiao.orgs.permissions import Refused, require
from wenxiao.orgs.services.passwords import CLASSES, refuse_used, refuse_weak, remember
from wenxiao.orgs.services.second_factor import drop_second_factor
from wenxiao.records.services import record
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from wenxiao.orgs.models import Division, Unit


LETTERS = string.ascii_letters + string.digits
ASKS_WHY = "请写明理由，它会写进留痕。"


@transaction.atomic
def create_user(
    *,
    division: Division,
    username: str,
    name: str,
    by: User | None,
    unit: Unit | None = None,
    password: str | None = None,
    phone: str = "",
    must_change_password: bool = True,
    why: str = "",
) -> User:
    """A person who may log in and, until somebody else grants, sees nothing.
    Without a password nobody can log in.
    """
    require(by, "manage_users", division=division)
    if not username.strip() or not name.strip():
        raise NotAllowed("账号和姓名都要填写。")
    taken = User.objects.filter(username__iexact=username).first()
    if taken is not None:
        other = "" if taken.username == username else f"（{taken.username}，大小写不算不同）"
        raise NotAllowed(f"账号 {username} 已被使用{other}，账号不重复使用。")
    user = User(
        division=division,
        username=username,
        name=name,
        unit=unit,
        phone=phone,
        must_change_password=must_change_password,
    )
    set_password(user, password)
    user.save()
    record(
        division=division,
        by=by,
        act="新增用户",
        target=user,
        why=why,
        data={"username": username, "unit": unit},
    )
    return user


@transaction.atomic
def reset_password(*, user: User, by: User | None, why: str, second_factor: bool = False) -> str:
    """For whoever sits at the machine: a one-time password, returned once, to be changed at the
    next login.

    From a page nobody ever sees another's password: there the person asks and administrators agree
    (resetting.py).
    """
    if by is not None:
        raise Refused("重置密码由本人在登录页申请，系统管理员批准；管理员看不到密码。")
    password = one_time_password()
    set_password(user, password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    record(division=division_of(user), by=by, act="重置密码", target=user, why=why)
    if second_factor:
        drop_second_factor(user=user, by=None, why=why)
    return password


@transaction.atomic
def change_password(*, user: User, password: str) -> None:
    """The person's own new password; NotAllowed with the policy's sentences when it is too weak."""
    set_password(user, password)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    record(division=division_of(user), by=user, act="修改密码", target=user)


@transaction.atomic
def disable_user(*, user: User, by: User | None, why: str) -> User:
    """The person can no longer log in; the account stays, so that the trail keeps its names."""
    require(by, "manage_users", division=division_of(user))
    if by is not None and by.pk == user.pk:
        raise NotAllowed("不能停用自己的账号；请由其他系统管理员办理。")
    if not why.strip():
        raise NotAllowed(ASKS_WHY)
    user.is_active = False
    user.save(update_fields=["is_active"])
    record(division=division_of(user), by=by, act="停用用户", target=user, why=why)
    return user


@transaction.atomic
def enable_user(*, user: User, by: User | None, why: str) -> User:
    """A disabled account may log in again."""
    require(by, "manage_users", division=division_of(user))
    if not why.strip():
        raise NotAllowed(ASKS_WHY)
    user.is_active = True
    user.save(update_fields=["is_active"])
    record(division=division_of(user), by=by, act="恢复用户", target=user, why=why)
    return user


def one_time_password() -> str:
    """Fourteen letters and digits drawn by chance, of every class the policy can ask for."""
    while True:
        text = "".join(secrets.choice(LETTERS) for _ in range(14)) + secrets.choice("-+=")
        if all(re.search(one, text) for one in CLASSES):
            return text


def set_password(user: User, password: str | None) -> None:
    """Put a password on the account, not yet saved; NotAllowed with the
    policy's sentences when it is too weak.
    """
    if password is not None:
        refuse_weak(password, user)
        refuse_used(password, user)
    remember(user)
    user.set_password(password)


def division_of(user: User) -> Division:
    """The account's division; NotAllowed for one without."""
    if user.division is None:
        raise NotAllowed(f"用户“{user}”没有财政区划。")
    return user.division
