"""What the trail keeps of looking: who was refused what, and who took which file away."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from django.db import DatabaseError

from wenxiao.records.services import record
from wenxiao.store.callers import client_address

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

log = logging.getLogger(__name__)
AGAIN_AFTER = 60.0
"""The same person refused at the same address is kept once a minute:
pressing a key for long fills no trail.
"""
_MOST = 2000
_lately: dict[tuple[Any, str], float] = {}


def refusal(request: HttpRequest, sentence: str) -> None:
    """403 told to somebody logged in.
    Where the trail cannot be written the refusal still stands.
    """
    user: Any = getattr(request, "user", None)
    if user is None or not user.is_authenticated or user.division is None:
        return
    key, now = (user.pk, f"{request.method} {request.path}"), time.monotonic()
    if now - _lately.get(key, -AGAIN_AFTER) < AGAIN_AFTER:
        return
    if len(_lately) >= _MOST:
        _lately.clear()
    _lately[key] = now
    try:
        record(
            division=user.division,
            by=user,
            act="越权被拒",
            label=f"{request.method} {request.path}",
            why=sentence,
            data={"address": client_address(request)},
        )
    except DatabaseError as error:
        log.warning("refusal of %s at %s not kept: %s", user.pk, request.path, error)


def taken(request: HttpRequest, response: HttpResponse) -> None:
    """A file that leaves: original, proof, paper, export.
    What cannot be kept in the trail is not handed out.
    """
    user: Any = request.user
    disposition = response.get("Content-Disposition", "")
    given = response.status_code == 200 and disposition.startswith("attachment")
    if not given or request.method == "HEAD" or getattr(response, "on_record", False):
        return
    if user.division is None:
        return
    name = unquote(disposition.partition("filename*=UTF-8''")[2]) or disposition
    record(
        division=user.division,
        by=user,
        act="下载文件",
        label=name,
        data={"path": request.path, "address": client_address(request)},
    )


def forget() -> None:
    """As if nobody had been refused lately (for tests)."""
    _lately.clear()
