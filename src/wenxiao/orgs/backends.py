"""Login by password, with a pause for an account after repeated failures."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied

from wenxiao.orgs.models import User
from wenxiao.orgs.selectors import is_demonstration
from wenxiao.orgs.services.entering import count_failure, locked_until, unlock


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
            count_failure(username)
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
