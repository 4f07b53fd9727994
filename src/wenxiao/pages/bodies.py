"""Bodies of requests and answers: one far too large is refused unread, and
a HEAD gets its answer without one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth import SESSION_KEY

from wenxiao.pages import errors

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

LARGEST_BODY = 512 << 20
"""Bytes of one request of somebody logged in: a whole bureau's forms at once.
The gate judges each file by its own limit.
"""
LARGEST_BODY_UNKNOWN = 16 << 20
"""Bytes of one request of anybody else: one photograph of 10 MB and the words around it."""


def without_body(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Outermost middleware: keep the headers of what GET would give, with
    its length, and send nothing more.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if request.method != "HEAD":
            return response
        if response.streaming:
            response.close()
            response.streaming_content = ()  # type: ignore[attr-defined]  # it says that it streams
        else:
            content = response.content  # type: ignore[attr-defined]  # as above
            response.headers.setdefault("Content-Length", str(len(content)))
            response.content = b""  # type: ignore[attr-defined]  # as above
        return response

    return answer


def within_size(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Before anything reads a body: 413 where it says of itself that it is far too large, so that
    no disk fills with it.

    Machines name themselves by a token which their own door checks before it reads.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        sent = int(request.META.get("CONTENT_LENGTH") or 0)
        if sent <= LARGEST_BODY_UNKNOWN:
            return get_response(request)
        known = request.path.startswith("/api/") or SESSION_KEY in request.session
        most = LARGEST_BODY if known else LARGEST_BODY_UNKNOWN
        return errors.too_large(request, most) if sent > most else get_response(request)

    return answer
