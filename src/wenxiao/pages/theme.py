"""The choice of theme and of letter size, for browsers whose scripts are off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

from wenxiao.pages.frame import SIZES, THEMES
from wenxiao.pages.views import view

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@view("anyone", methods=("POST",))
def theme(request: HttpRequest) -> HttpResponse:
    """Remember theme or size in a cookie and go back to the page; an
    unknown theme or a foreign address is ignored.
    """
    back = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    response = HttpResponseRedirect(back if safe else "/")
    for name, known in (("theme", THEMES), ("size", SIZES)):
        chosen = request.POST.get(name, "")
        if chosen in known:
            response.set_cookie(
                name,
                chosen,
                max_age=31_536_000,
                samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
            )
    return response
