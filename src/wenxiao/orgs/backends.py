"""Login by password: counted before it is hashed, refused while the door is
shut, kept in the trail when it fails.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied

from wenxiao.orgs.permissions import entering
from wenxiao.orgs.selectors import is_demonstration
from wenxiao.orgs.services.entering import begin_login, note_failed, succeed, user_named
from wenxiao.orgs.services.passwords import LONGEST
from wenxiao.store.callers import client_address, known_browser


class PausingBackend(ModelBackend):
    """Django's own password check behind doors that shut after repeated failures."""

    def authenticate(
        self, request: Any, username: str | None = None, password: str | None = None, **more: Any
    ) -> Any:
        """The user, or None; PermissionDenied (which asks no further
        backend) while the door is shut.
        """
        if not username or not password or len(password) > LONGEST:
            return None
        address = client_address(request) if request is not None else ""
        browser = known_browser(request) if request is not None else ""
        named = user_named(username)
        tried = begin_login(username, address, browser, named)
        if tried.until is not None:
            raise PermissionDenied
        user = super().authenticate(request, username=username, password=password, **more)
        if user is None:
            note_failed(named, address, tried)
        else:
            succeed(tried)
        return user

    def user_can_authenticate(self, user: Any) -> bool:
        """Active, and no demonstration account in real data: everybody knows those passwords."""
        leaked = user.division is not None and user.division.demo and not is_demonstration()
        return super().user_can_authenticate(user) and not leaked

    def get_user(self, user_id: int) -> Any:
        """Whose session this is, with division and grants: asked at every
        page, so one query and whether still active.
        """
        user = entering(user_id)
        return user if user is not None and user.is_active else None
