"""Login by password, with a pause for an account after repeated failures. Counted in the database: all workers see it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.utils import timezone

from wenxiao.orgs.models import LoginTry, User
from wenxiao.orgs.selectors import is_demonstration

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


class PausingBackend(ModelBackend):
    """Django's own password check, refused while the name is locked, counted when it fails."""

    def authenticate(
        self, request: Any, username: str | None = None, password: str | None = None, **more: Any
    ) -> Any:
        """The user, or None; PermissionDenied (which asks no further backend) while the name is locked."""
        if username is None or password is None:
            return None
        if locked_until(username):
            raise PermissionDenied
        user = super().authenticate(request, username=username, password=password, **more)
        if user is None:
            _count(username)
        else:
            unlock(username)
        return user

    def user_can_authenticate(self, user: Any) -> bool:
        """Active, and no demonstration account in real data: everybody knows those passwords."""
        leaked = user.division is not None and user.division.demo and not is_demonstration()
        return super().user_can_authenticate(user) and not leaked

    def get_user(self, user_id: int) -> Any:
        """Whose session this is: asked at every page, so only whether the account is active."""
        user = User.objects.filter(pk=user_id).first()
        return user if user is not None and user.is_active else None


def _key(username: str) -> str:
    return username.strip().lower()[:60]


def _count(username: str) -> None:
    now = timezone.now()
    row, _ = LoginTry.objects.get_or_create(username=_key(username), defaults={"last_at": now})
    since = now - PAUSE
    LoginTry.objects.filter(pk=row.pk, last_at__lt=since).update(failures=0)
    LoginTry.objects.filter(pk=row.pk).update(failures=F("failures") + 1, last_at=now)
    LoginTry.objects.filter(pk=row.pk, failures__gte=MOST_FAILURES).update(
        locked_until=now + PAUSE, failures=0
    )
