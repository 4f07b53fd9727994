"""The money of a monitoring window, typed by the unit where neither
treasury nor accounts told it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect
from django.urls import reverse

from wenxiao.desk.filling.filling import review_of
from wenxiao.pages.acts import Typed, carry_out, text_of, version_of, yuan_of
from wenxiao.pages.views import person, view
from wenxiao.reviews.services.monitoring import report_money

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@view("fill", methods=("GET", "POST"))
def money(request: HttpRequest, pk: int) -> HttpResponse:
    """Write budget and spending of the window in 万元; what was not typed stays as it is."""
    row, back = review_of(request, pk), reverse("desk:filling", args=[pk])
    if request.method != "POST":
        return redirect(back)

    def write() -> str:
        report_money(
            review=row,
            by=person(request),
            budget=yuan_of(request, "budget", "预算数"),
            executed=yuan_of(request, "executed", "执行数"),
            expected=yuan_of(request, "expected", "全年预计执行数"),
            version=version_of(request),
        )
        return "资金已保存。"

    typed = [
        Typed("预算数（万元）", "", text_of(request, "budget", 30)),
        Typed("执行数（万元）", "", text_of(request, "executed", 30)),
        Typed("全年预计执行数（万元）", "", text_of(request, "expected", 30)),
    ]
    return carry_out(request, write, back, typed)
