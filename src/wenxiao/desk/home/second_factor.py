"""动态口令: enrol a phone, see the recovery codes once, renew them, change the phone."""

from __future__ import annotations

from base64 import b32encode
from typing import TYPE_CHECKING

import segno
from django.contrib import messages
from django.shortcuts import redirect, render

from wenxiao.orgs.services import second_factor as services
from wenxiao.pages.acts import text_of
from wenxiao.pages.views import SECOND, person, view
from wenxiao.store.callers import client_address
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from wenxiao.orgs.models import User


@view("login", methods=("GET", "POST"))
def second_factor(request: HttpRequest) -> HttpResponse:
    """The person's own second factor; whose role must have one is led here
    from every page until they do.
    """
    user, error = person(request), ""
    if request.method == "POST":
        try:
            codes = _act(request, user)
        except NotAllowed as refusal:
            error = str(refusal)
        else:
            if codes is None:
                request.session.pop(SECOND, None)
                messages.success(request, "原来的手机已解除，请绑定新手机。")
                return redirect("desk:second_factor")
            request.session[SECOND] = True
            return render(request, "desk/home/recovery_codes.html", {"codes": codes})
    values: dict[str, object] = {"error": error, "key": "", "left": services.codes_left(user)}
    if not services.has_second_factor(user):
        device = services.begin_enrolment(user)
        key = b32encode(device.bin_key).decode()
        values["key"] = " ".join(key[at : at + 4] for at in range(0, len(key), 4))
        values["picture"] = segno.make(device.config_url, error="m").svg_data_uri(scale=5)
    return render(request, "desk/home/second_factor.html", values, status=422 if error else 200)


def _act(request: HttpRequest, user: User) -> list[str] | None:
    """What the button asked for: new recovery codes, or None where the phone was given up."""
    code, act = text_of(request, "code", 40), request.POST.get("act", "")
    if not services.has_second_factor(user):
        return services.finish_enrolment(user=user, code=code)
    address = client_address(request)
    if act == "change":
        services.change_phone(user=user, code=code, address=address)
        return None
    return services.renew_codes(user=user, code=code, address=address)
