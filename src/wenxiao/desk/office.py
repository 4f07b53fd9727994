"""What the office's own pages share: whose division, and where the page stands in the menu."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wenxiao.orgs.permissions import POWERS, Refused, who_can
from wenxiao.pages.views import held, person

if TYPE_CHECKING:
    from django.http import HttpRequest


def division_of(request: HttpRequest, entry: str) -> Any:
    """The person's division; Refused where the account has none. Puts the page under ``entry`` in the menu."""
    request.wenxiao_entry = entry  # type: ignore[attr-defined]  # read by the frame
    division = person(request).division
    if division is None:
        raise Refused("您的账号不属于任何财政区划，请系统管理员核对账号。")
    return division


def need_any(request: HttpRequest, *powers: str) -> None:
    """Pass with one of ``powers``; Refused says who has which."""
    if not any(held(request).can(power) for power in powers):
        said = "；".join(f"{POWERS[power]}由{who_can(power)}办理" for power in powers)
        raise Refused(f"{said}。需要时请安全管理员授权。")
