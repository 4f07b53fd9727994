"""What every page opened by a link without account has in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.http import HttpResponse

MANY = "试得太多了，请过一会儿再打开；链接还是原来的。"


def unlisted(response: HttpResponse) -> HttpResponse:
    """The page, stored by nobody, named to no other site and found by no search.

    Its own site is named: without that a browser sends its answer as from nowhere, which is
    refused.
    """
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex"
    return response
