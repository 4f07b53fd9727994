"""What a HEAD asks for is the answer without its body, at every address."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase


def without_body(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Outermost middleware: keep the headers of what GET would give, with its length, and send nothing more."""

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
