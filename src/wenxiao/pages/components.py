"""The living page of pieces: every new piece stands here in three themes before a page uses it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import Http404
from django.shortcuts import render

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


@dataclass(frozen=True)
class Sample:
    """A chart as pages hand it to the macro; the figures are nobody's."""

    ident: str
    finding: str
    names: tuple[str, ...]
    series: tuple[tuple[str, str, tuple[int | None, ...]], ...]
    unit: str
    stacked: bool

    @property
    def data(self) -> str:
        """What the script reads."""
        told = [
            {"name": name, "token": token, "values": values} for name, token, values in self.series
        ]
        return json.dumps(
            {
                "names": self.names,
                "unit": self.unit,
                "line": None,
                "stacked": self.stacked,
                "upright": self.stacked,
                "series": told,
            },
            ensure_ascii=False,
        )

    @property
    def rows(self) -> list[tuple[str, list[int | None]]]:
        """The table behind."""
        return [
            (name, [values[at] for _, _, values in self.series])
            for at, name in enumerate(self.names)
        ]


STACKED = Sample(
    "sample-grades",
    "2021 年：4 个优、17 个良",
    ("2020", "2021"),
    (
        ("优", "accent", (2, 4)),
        ("良", "bar", (9, 17)),
        ("中", "warn-fill", (1, 0)),
        ("差", "bad-fill", (0, 0)),
    ),
    "个",
    stacked=True,
)
LYING = Sample(
    "sample-rates",
    "示例单位乙执行最慢",
    ("示例单位甲", "示例单位乙"),
    (("执行率", "", (65, 47)),),
    "%",
    stacked=False,
)


@view("anyone")
def components(request: HttpRequest) -> HttpResponse:
    """All pieces side by side; in demonstrations only, for it is a builder's page."""
    if not settings.DEMO:
        raise Http404
    values = {"swatches": SWATCHES, "all_themes": THEMES, "chart": STACKED, "bars": LYING}
    return render(request, "pages/components.html", values)
