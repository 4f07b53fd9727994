"""忘记密码: the person asks for a reset and, once administrators agreed,
chooses a new password with their own code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render

from wenxiao.orgs.services import resetting
from wenxiao.pages.acts import text_of
from wenxiao.pages.views import view
from wenxiao.store.callers import client_address
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@view("anyone", methods=("GET", "POST"))
def ask(request: HttpRequest) -> HttpResponse:
    """Ask: the answer shows the number to tell an administrator, and the
    code to tell nobody, this once.
    """
    values: dict[str, object] = {"username": "", "error": "", "code": "", "hours": resetting.HOURS}
    if request.method == "POST":
        values["username"] = text_of(request, "username", 60)
        try:
            reset, code = resetting.ask_reset(
                username=str(values["username"]),
                address=client_address(request) or None,
                second_factor=request.POST.get("second_factor") == "1",
            )
        except NotAllowed as refusal:
            values["error"] = str(refusal)
        else:
            values |= {"number": reset.number, "code": code}
    return render(
        request, "desk/home/forgotten.html", values, status=422 if values["error"] else 200
    )


@view("anyone", methods=("GET", "POST"))
def claim(request: HttpRequest) -> HttpResponse:
    """Choose the new password with the code."""
    username, code = text_of(request, "username", 60), text_of(request, "code", 40)
    errors: dict[str, str] = {}
    if request.method == "POST":
        new, again = request.POST.get("new", ""), request.POST.get("again", "")
        if new != again:
            errors["again"] = "两次填写的新密码不一样。"
        else:
            try:
                resetting.claim_reset(username=username, code=code, password=new)
            except NotAllowed as refusal:
                errors["new"] = str(refusal)
        if not errors:
            messages.success(request, "新密码已设好，请登录。")
            return redirect("desk:login")
    values = {"username": username, "code": code, "errors": errors}
    return render(request, "desk/home/claim.html", values, status=422 if errors else 200)
