"""The living page of pieces: every new piece stands here in three themes before a page uses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import Http404
from django.shortcuts import render

from wenxiao.pages.frame import THEMES
from wenxiao.pages.views import view

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

SWATCHES = (
    "paper", "surface", "sunken", "line-1", "line-3", "ink", "ink-2", "ink-3", "accent", "accent-weak", "bar", "mark",
    "ok", "ok-weak", "warn", "warn-weak", "bad", "bad-weak",
)  # fmt: skip


@view("anyone")
def components(request: HttpRequest) -> HttpResponse:
    """All pieces side by side; in demonstrations only, for it is a builder's page."""
    if not settings.DEMO:
        raise Http404
    return render(request, "pages/components.html", {"swatches": SWATCHES, "all_themes": THEMES})
