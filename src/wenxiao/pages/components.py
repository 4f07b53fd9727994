"""The living page of pieces: every new piece stands here in three themes before a page uses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import Http404
from django.shortcuts import render

from wenxiao.pages.charts import Chart
from wenxiao.pages.frame import THEMES
from wenxiao.pages.views import view

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

SWATCHES = (
    "paper",
    "surface",
    "sunken",
    "line-1",
    "line-3",
    "ink",
    "ink-2",
    "ink-3",
    "accent",
    "accent-weak",
    "bar",
    "mark",
    "ok",
    "ok-weak",
    "warn",
    "warn-weak",
    "bad",
    "bad-weak",
)


STACKED = Chart(
    "sample-grades",
    "2021 年：4 个优、17 个良",
    ("2020", "2021"),
    (
        ("优", "accent", (2, 4)),
        ("良", "bar", (9, 17)),
        ("中", "warn-fill", (1, 0)),
        ("差", "bad-fill", (0, 0)),
    ),
    unit="个",
    stacked=True,
)
LYING = Chart(
    "sample-rates",
    "示例单位乙执行最慢",
    ("示例单位甲", "示例单位乙"),
    (("执行率", "", (65, 47)),),
    unit="%",
)


@view("anyone")
def components(request: HttpRequest) -> HttpResponse:
    """All pieces side by side; in demonstrations only, for it is a builder's page."""
    if not settings.DEMO:
        raise Http404
    values = {
        "swatches": SWATCHES,
        "all_themes": {code: word for code, word in THEMES.items() if code != "auto"},
        "chart": STACKED,
        "bars": LYING,
    }
    return render(request, "pages/components.html", values)
