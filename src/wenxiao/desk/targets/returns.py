"""退回率: how often targets were given back, by unit and by reviewer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from wenxiao.desk.targets.target import ENTRY
from wenxiao.pages.frame import work_year
from wenxiao.pages.request_values import whole
from wenxiao.pages.views import person, put_under, view
from wenxiao.targets.returns import return_rates

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@view("see_unit")
def returns(request: HttpRequest) -> HttpResponse:
    """Both tables of a budget year."""
    put_under(request, ENTRY)
    year = whole(request.GET.get("fy"), 4) or work_year(request) + 1
    units, reviewers = return_rates(person(request), year)
    values = {
        "list_year": year,
        "handed": sum(one.whole for one in units),
        "given_back": sum(one.returned for one in units),
        "tables": [
            ("unit", "按单位", "单位", "送审次数", units),
            ("reviewer", "按审核人", "审核人", "审核次数", reviewers),
        ],
    }
    return render(request, "desk/targets/returns.html", values)
