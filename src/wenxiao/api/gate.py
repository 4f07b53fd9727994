"""The machines' door: a token instead of a login, JSON instead of pages,
the same grants, Chinese sentences for errors.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from wenxiao.orgs.permissions import POWERS, Refused, holdings, who_can
from wenxiao.orgs.services.tokens import user_of_token
from wenxiao.pages import noted
from wenxiao.pages.request_values import brings_files, names_nothing, without_nul
from wenxiao.pages.views import OPEN
from wenxiao.store.many_rows import RowsRefused
from wenxiao.store.moves import NotAllowed, Stale
from wenxiao.store.races import one_wins

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse


ABSENT = "没有这项内容，或者不在该账号的授权范围内。"


class WrongUse(Exception):
    """The request itself is malformed; the sentence says what is expected."""


def answer(value: Any, status: int = 200) -> HttpResponse:
    """JSON with Chinese as it is; nothing of it may be kept by a cache."""
    response = JsonResponse(
        value, safe=False, status=status, json_dumps_params={"ensure_ascii": False}
    )
    response["Cache-Control"] = "private, no-store"
    return response


def error(status: int, sentence: str) -> HttpResponse:
    """What went wrong, in one sentence."""
    return answer({"error": sentence}, status)


def machine(
    power: str, *, methods: tuple[str, ...] = ("GET",), files: bool = False
) -> Callable[[Callable[..., HttpResponse]], Any]:
    """Let a request in whose token's user holds ``power`` somewhere.

    Exempt from the form protection because a browser's cookies are never looked at here: only the
    Authorization header counts, and that no foreign page can send. ``files``: the address takes
    files; no other does.
    """
    if power != "anyone" and power not in POWERS:
        raise KeyError(power)

    allowed = {*methods, "HEAD"} if "GET" in methods else set(methods)

    def decorate(function: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @csrf_exempt
        @wraps(function)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method not in allowed:
                return error(405, f"这个地址只接受 {'、'.join(methods)}。")
            if power not in OPEN:
                refusal = _let_in(request, power)
                if refusal is not None:
                    return refusal
            if names_nothing(kwargs):
                return error(404, ABSENT)
            if not files and brings_files(request):
                return error(400, "这个地址不收文件。")
            without_nul(request)
            return _run(function, request, args, kwargs)

        guarded.methods = sorted(allowed)  # type: ignore[attr-defined]  # read by the list of addresses
        guarded.power = power  # type: ignore[attr-defined]  # read by the address matrix
        guarded.files = files  # type: ignore[attr-defined]  # likewise: the doors for files
        guarded.machine = True  # type: ignore[attr-defined]  # likewise: a token, not a login
        return guarded

    return decorate


def _let_in(request: HttpRequest, power: str) -> HttpResponse | None:
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    user = user_of_token(text.strip()) if kind.lower() == "bearer" and text else None
    if user is None:
        response = error(
            401, "没有接口令牌，或令牌已停用、过期。请在请求头写 Authorization: Bearer 令牌。"
        )
        response["WWW-Authenticate"] = "Bearer"
        return response
    request.user = user
    if not holdings(user).can(power):
        return refused(request, f"该账号没有“{POWERS[power]}”的权限；可由{who_can(power)}办理。")
    return None


def refused(request: HttpRequest, sentence: str) -> HttpResponse:
    """403, kept in the trail as on pages."""
    noted.refusal(request, sentence)
    return error(403, sentence)


def _run(
    function: Callable[..., HttpResponse],
    request: HttpRequest,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> HttpResponse:
    try:
        with one_wins():
            return function(request, *args, **kwargs)
    except WrongUse as refusal:
        return error(400, str(refusal))
    except RequestDataTooBig:
        return error(413, "请求超过大小限制，请分批发送。")
    except Refused as refusal:
        return refused(request, str(refusal))
    except RowsRefused as refusal:
        cells = [
            {"line": one.line, "column": one.column, "sentence": one.sentence}
            for one in refusal.faults
        ]
        return answer({"error": str(refusal), "faults": cells}, 409)
    except (Stale, NotAllowed) as refusal:
        return error(409, str(refusal))
    except Http404:
        return error(404, ABSENT)
