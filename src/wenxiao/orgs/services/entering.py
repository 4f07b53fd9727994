"""Coming in: tries counted in the database before a password is looked at, pauses that grow, and
what the trail keeps of it.

A pause never shuts out who comes from a browser they entered with before: such tries are counted
apart, so nobody can lock another out. All others are counted by name and address, by address, and
by name.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from wenxiao.orgs.models import Division, LoginTry, User
from wenxiao.orgs.services.account_policy import policy_of
from wenxiao.records.services import record

if TYPE_CHECKING:
    from datetime import datetime

Door = LoginTry.Door
MORE = {Door.ADDRESS: 6, Door.ACCOUNT: 4}
"""How many times as many failures as one person's an address and a name
from wherever may have before they pause.
"""
LINK_TRIES, LINK_PAUSE = 20, 60
"""How many wrong links in a row an address may ask for, and for how many
minutes it is shut out at most.
"""
FIRST_PAUSE = timedelta(minutes=1)
FORGOTTEN_AFTER = timedelta(hours=6)
KNOWN_FOR = timedelta(days=180)
NOBODY = "未登录"


@dataclass(frozen=True, slots=True)
class LoginAttempt:
    """One try: the doors it was counted at, until when it has to wait
    (None: go on), and whether it shut one itself.
    """

    doors: tuple[tuple[str, str], ...]
    until: datetime | None = None
    shut_until: datetime | None = None


def _name(username: str) -> str:
    return hashlib.sha256(username.strip().lower().encode()).hexdigest()[:32]


def _browser_key(username: str, browser: str) -> str:
    return f"{_name(username)}|{browser}"[:160]


def _doors(username: str, address: str, browser: str) -> tuple[tuple[str, str], ...]:
    """Where a try under this name is counted: a browser the person entered
    with before is a door of its own.
    """
    key = _browser_key(username, browser)
    since = timezone.now() - KNOWN_FOR
    if (
        browser
        and LoginTry.objects.filter(door=Door.BROWSER, key=key, succeeded_at__gt=since).exists()
    ):
        return ((Door.BROWSER, key),)
    name = _name(username)
    return (
        (Door.ACCOUNT, name),
        (Door.ADDRESS, address[:60]),
        (Door.PAIR, f"{name}|{address}"[:160]),
    )


def user_named(username: str) -> User | None:
    """The account of this name in whatever letters, with its division."""
    return (
        User.objects.filter(username__iexact=username.strip())
        .select_related("division", "unit")
        .first()
    )


def begin_login(username: str, address: str, browser: str, user: User | None) -> LoginAttempt:
    """Count a try before any password is hashed; refused ones cost a query and no hash."""
    policy = policy_of(user.division if user is not None else _house())
    return _begin(_doors(username, address, browser), policy.failures, policy.longest_pause)


def begin_link(address: str) -> LoginAttempt:
    """Count a try at a link that needs no account before it is looked up;
    whoever guesses is shut out by address.
    """
    return _begin(((Door.LINK, address[:60]),), LINK_TRIES, LINK_PAUSE)


def begin_secret(user: User, what: str) -> LoginAttempt:
    """Count a try at something of the person's own before it is looked at:
    the old password, a code.
    """
    policy = policy_of(user.division)
    return _begin(((Door.SECRET, f"{what}|{user.pk}"),), policy.failures, policy.longest_pause)


@transaction.atomic
def _begin(doors: tuple[tuple[str, str], ...], most: int, longest: int) -> LoginAttempt:
    now = timezone.now()
    rows = [_locked_row(door, key, now) for door, key in sorted(doors)]
    waits = [row.locked_until for row in rows if row.locked_until and row.locked_until > now]
    if waits:
        return LoginAttempt(doors, until=max(waits))
    shut = None
    for row in rows:
        failures = row.failures + 1 if row.last_at > now - FORGOTTEN_AFTER else 1
        over = failures - most * MORE.get(Door(row.door), 1)
        until = now + min(timedelta(minutes=longest), FIRST_PAUSE * 2**over) if over >= 0 else None
        LoginTry.objects.filter(pk=row.pk).update(
            failures=failures, last_at=now, locked_until=until
        )
        shut = max(filter(None, (shut, until)), default=None)
    return LoginAttempt(doors, shut_until=shut)


def _locked_row(door: str, key: str, now: datetime) -> LoginTry:
    row = LoginTry.objects.select_for_update().filter(door=door, key=key).first()
    if row is not None:
        return row
    LoginTry.objects.filter(last_at__lt=now - KNOWN_FOR).delete()
    LoginTry.objects.bulk_create([LoginTry(door=door, key=key, last_at=now)], ignore_conflicts=True)
    return LoginTry.objects.select_for_update().get(door=door, key=key)


@transaction.atomic
def succeed(tried: LoginAttempt) -> None:
    """The try was right: the person's own doors count from zero, shared
    ones forget this one try alone.
    """
    for door, key in sorted(tried.doors):
        row = LoginTry.objects.filter(door=door, key=key)
        if door in MORE:
            row.filter(failures__gt=0).update(failures=F("failures") - 1, locked_until=None)
        else:
            row.update(failures=0, locked_until=None)


@transaction.atomic
def forget_try(tried: LoginAttempt) -> None:
    """The try was no guess but nothing was done by it either: it alone is
    not counted, earlier ones stay.
    """
    for door, key in sorted(tried.doors):
        LoginTry.objects.filter(door=door, key=key, failures__gt=0).update(
            failures=F("failures") - 1, locked_until=None
        )


def know_browser(username: str, browser: str) -> None:
    """From now on tries under this name from this browser are counted apart."""
    now = timezone.now()
    LoginTry.objects.update_or_create(
        door=Door.BROWSER,
        key=_browser_key(username, browser),
        defaults={"last_at": now, "succeeded_at": now, "failures": 0, "locked_until": None},
    )


def paused_until(username: str, address: str, browser: str) -> datetime | None:
    """Until when a try under this name from here would be refused; None while it is open."""
    now = timezone.now()
    waits = [
        row.locked_until
        for door, key in _doors(username, address, browser)
        for row in LoginTry.objects.filter(door=door, key=key, locked_until__gt=now)
    ]
    return max((one for one in waits if one), default=None)


def unlock(username: str) -> None:
    """Count from zero again under this name, from wherever: administrators
    agreed to a new password.
    """
    name = _name(username)
    LoginTry.objects.filter(key__startswith=name, door__in=(Door.PAIR, Door.ACCOUNT)).delete()
    LoginTry.objects.filter(key__startswith=f"{name}|", door=Door.BROWSER).update(
        failures=0, locked_until=None
    )


# ---- what the trail keeps ------------------------------------------------------------------------


def _house() -> Division | None:
    """Whose trail keeps what concerns no account: the first division's."""
    return Division.objects.order_by("pk").first()


def note_entered(user: User, address: str, how: str) -> None:
    """Somebody came in."""
    _note(user, "登录", address, {"how": how}, by=user)


def note_left(user: User, address: str, how: str) -> None:
    """Somebody went out, or was sent out."""
    _note(user, "退出", address, {"how": how}, by=user)


def note_failed(
    user: User | None, address: str, tried: LoginAttempt, what: str = "登录失败"
) -> None:
    """A wrong password or code; where it shut the door, that too.
    A name nobody has is not kept: it may be a password.
    """
    _note(user, what, address, {})
    if tried.shut_until is not None:
        _note(user, "登录暂停", address, {"until": tried.shut_until})


def _note(
    user: User | None, act: str, address: str, data: dict[str, Any], by: User | None = None
) -> None:
    division = (user.division if user is not None else None) or _house()
    if division is None:
        return
    label = f"{user.name}（{user.username}）" if user is not None else "没有这个账号"
    record(
        division=division,
        by=by,
        by_name=NOBODY,
        act=act,
        label=label,
        data={**data, "address": address},
    )
