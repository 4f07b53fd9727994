"""Coming in: failed logins counted in the database, so that all workers see them, and the pause they lead to."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import F
from django.utils import timezone

from wenxiao.orgs.models import LoginTry

if TYPE_CHECKING:
    from datetime import datetime

MOST_FAILURES = 5
PAUSE = timedelta(minutes=15)
"""Five wrong passwords in a row lock the account name for a quarter of an hour; a right one counts from zero again."""


def locked_until(username: str) -> datetime | None:
    """Until when nobody may log in under this name; None while it is open."""
    found = LoginTry.objects.filter(
        username=_key(username), locked_until__gt=timezone.now()
    ).first()
    return found.locked_until if found else None


def unlock(username: str) -> None:
    """Count from zero again: after a success, or when the administrator reset the password."""
    LoginTry.objects.filter(username=_key(username)).delete()


def _key(username: str) -> str:
    return username.strip().lower()[:60]


def count_failure(username: str) -> None:
    """One more wrong password under this name."""
    now = timezone.now()
    row, _ = LoginTry.objects.get_or_create(username=_key(username), defaults={"last_at": now})
    since = now - PAUSE
    LoginTry.objects.filter(pk=row.pk, last_at__lt=since).update(failures=0)
    LoginTry.objects.filter(pk=row.pk).update(failures=F("failures") + 1, last_at=now)
    LoginTry.objects.filter(pk=row.pk, failures__gte=MOST_FAILURES).update(
        locked_until=now + PAUSE, failures=0
    )
