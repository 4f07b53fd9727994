"""When something cannot be shown: what happened, what is safe, one way on.
The same voice as every other page.
"""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from wenxiao.pages import noted
from wenxiao.pages.outages import Outage, outage_of
from wenxiao.pages.texts import posted_texts

if TYPE_CHECKING:
    from django.http import HttpRequest

log = logging.getLogger(__name__)


def _page(
    request: HttpRequest, status: int, title: str, text: str, hint: str = "", *, lost: bool = False
) -> HttpResponse:
    """``lost``: what was sent did not arrive; the browser keeps what was
    typed for when the page is opened again.
    """
    part = getattr(request, "htmx", False)
    template = "pages/said_part.html" if part else "pages/said.html"
    back = request.headers.get("referer", "") if request.method == "POST" else ""
    values = {"status": status, "title": title, "text": text, "hint": hint, "lost": lost}
    values["back"] = back if url_has_allowed_host_and_scheme(back, {request.get_host()}) else ""
    return render(request, template, values, status=status)


def forbidden(request: HttpRequest, sentence: str) -> HttpResponse:
    """403: says who can, and is kept in the trail."""
    noted.refusal(request, sentence)
    return _page(
        request,
        403,
        "这件事要由别人办",
        sentence,
        "" if request.method in {"GET", "HEAD"} else "没有写入任何内容。",
    )


def denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403 from Django itself."""
    return forbidden(request, str(exception or "") or "这一页不对您开放。")


def conflict(request: HttpRequest, sentence: str) -> HttpResponse:
    """409: somebody was faster, or the state does not allow it."""
    return _page(
        request, 409, "这一步现在办不了", sentence, "没有写入任何内容。请看最新情况后再办。"
    )


def too_long(request: HttpRequest, sentence: str) -> HttpResponse:
    """409: a text does not fit; everything that was typed stands below, whole."""
    if getattr(request, "htmx", False):
        return _page(request, 409, "有一栏太长", sentence, "没有写入任何内容。")
    back = request.headers.get("referer", "")
    known = url_has_allowed_host_and_scheme(back, {request.get_host()})
    values: dict[str, object] = {
        "title": "有一栏太长",
        "text": sentence,
        "both": posted_texts(request),
    }
    values |= {"back": back if known else "/", "stale": False, "state": ""}
    return render(request, "pages/unwritten.html", values, status=409)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's handler
    """404: absent, or not for this person; the two look the same on purpose."""
    if not (getattr(request, "user", None) and request.user.is_authenticated):
        return _page(request, 404, "没有找到这一页", "地址可能有误，或者内容已经撤下。")
    return _page(
        request,
        404,
        "没有找到这一页",
        "地址可能有误，内容可能已撤下，或者不在您的授权范围内。",
        "可以从对象列表里按名称查找。",
    )


def logged_out(request: HttpRequest) -> HttpResponse:
    """401 for a part of a page: the page itself stays, with everything typed on it."""
    return _page(
        request, 401, "登录已经过期", "填的都还在这一页。请另开一个窗口登录，再回来点一次。"
    )


def not_this_way(request: HttpRequest, methods: tuple[str, ...]) -> HttpResponse:
    """405: an address that takes what a button sends was opened by itself,
    as after going back or logging in again.
    """
    response = _page(
        request,
        405,
        "这一步要从页面上办",
        "这个地址只接收页面上按钮交来的内容，不能直接打开。没有写入任何内容。",
        "请从菜单进入要办的事，再按那一页上的按钮。",
    )
    response["Allow"] = ", ".join(methods)
    return response


def takes_no_files(request: HttpRequest) -> HttpResponse:
    """400: a file was sent where none is taken."""
    return _page(request, 400, "这里不收文件", "这个地址不收文件，没有写入任何内容。")


def too_large(request: HttpRequest, most: int) -> HttpResponse:
    """413: more was sent than this address can take; nothing of it was read."""
    return _page(
        request,
        413,
        "传来的内容太大",
        f"一次最多 {most >> 20} MB，这次超过了，没有读取，也没有写入任何内容。",
        "请压缩照片，或者把文件分几次传。",
    )


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 of Django's form protection: the page was left open too long."""
    log.warning("form refused: %s", reason)
    return _page(
        request,
        403,
        "页面停留太久了",
        "为防止他人冒用，这次提交没有写入。",
        "请回到原来的页面再提交一次，填过的内容会放回去。",
        lost=True,
    )


def broken(request: HttpRequest) -> HttpResponse:
    """500, or 503 while database or disk are away: nothing was half stored;
    renders without a database.
    """
    if (outage := outage_of(sys.exception())) is not None:
        return away(request, outage)
    body = render_alone(
        "这一页没能打开",
        "系统出了差错，已记入运行日志。已保存的内容都在，未完成的办理没有写入。",
        "请稍后再试；仍打不开时，把时间和所办事项告诉系统管理员。",
    )
    return HttpResponse(body, status=500)


def away(request: HttpRequest, outage: Outage) -> HttpResponse:
    """503: what is away, in plain words, and when to try again; a browser
    that only looks tries by itself.
    """
    if request.path.startswith("/api/"):
        answer: HttpResponse = JsonResponse({"error": outage.text}, status=503)
        answer["Retry-After"] = str(outage.seconds)
        return answer
    body = render_alone(outage.title, outage.text, f"约 {outage.seconds} 秒后可以再试。")
    response = HttpResponse(body, status=503)
    response["Retry-After"] = str(outage.seconds)
    response["Cache-Control"] = "no-store"
    if request.method in {"GET", "HEAD"}:
        response["Refresh"] = str(outage.seconds)
    return response


def render_alone(title: str, text: str, hint: str) -> str:
    """The error page without request, user or database."""
    from django.template.loader import get_template

    return get_template("pages/alone.html").render({"title": title, "text": text, "hint": hint})
