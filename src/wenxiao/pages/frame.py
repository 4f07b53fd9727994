"""What every page shows around its content."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.http import HttpRequest


def frame(request: HttpRequest) -> dict[str, Any]:
    """The frame's own values: user and address."""
    return {"user": getattr(request, "user", None), "path": request.path}
