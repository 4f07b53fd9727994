"""Whether a page or only a part of it is wanted: parts.js says so with each request."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.http import HttpRequest


def wants_part(request: HttpRequest) -> bool:
    """Whether the answer goes into a page that is open; else it is a page of its own."""
    return request.headers.get("X-Part") == "true"
