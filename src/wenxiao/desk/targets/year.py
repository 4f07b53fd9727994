"""目标: the targets of a budget year, each with its state, its origin and
what the checks find in it.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q
from django.shortcuts import render
from django.urls import reverse

from wenxiao.pages.frame import work_year
from wenxiao.pages.request_values import whole
from wenxiao.pages.views import held, person, view
from wenxiao.store.keyset import page
from wenxiao.targets.checks import faults_of
from wenxiao.targets.selectors import targets_visible_to

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest, HttpResponse

    from wenxiao.targets.models import Target

PAGE = 50
LEVELS = {"阻断": "bad", "警告": "warn", "提示": ""}
"""Level → tone of its tag."""
STATES = {
    "approved": "ok",
    "submitted": "acc",
    "checked": "acc",
    "returned": "bad",
    "unapproved": "warn",
}
"""State → tone of its tag; others have none."""


@view("see_unit")
def targets(request: HttpRequest) -> HttpResponse:
    """The list of one budget year; replaced versions are reached from the version that holds."""
    year = whole(request.GET.get("fy")) or work_year(request)
    state, q = request.GET.get("state", "")[:12], request.GET.get("q", "").strip()[:60]
    rows = targets_visible_to(person(request)).filter(dossier__fiscal_year=year)
    rows = rows.exclude(state="replaced")
    if q:
        rows = rows.filter(
            Q(dossier__subject__name__contains=q) | Q(dossier__unit__name__contains=q)
        )
    counts = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    targets_shown = rows.filter(state=state) if state else rows
    shown = page(
        targets_shown.annotate(held_rows=Count("indicators")),
        ["dossier__unit__path", "pk"],
        size=PAGE,
        token=request.GET.get("at"),
    )
    values = {
        "list_year": year,
        "years": [(y, _here(fy=y, q=q)) for y in (year - 1, year + 1)],
        "state": state,
        "q": q,
        "total": sum(counts.values()),
        "counts": counts,
        "chips": _chips(rows.model, counts, state, year, q),
        "shown": shown,
        "lines": _lines(shown.rows),
        "tones": STATES,
        "levels": LEVELS,
        "places": _places(request, year),
        "imports": held(request).can("import"),
        "fills": held(request).can("fill"),
        "approves": held(request).can("approve_target"),
        "here": _here,
    }
    return render(request, "desk/targets/index.html", values)


def _places(request: HttpRequest, year: int) -> list[tuple[str, str, bool]]:
    """What stands beside the list: (word, address, chosen)."""
    asked, holding = f"?fy={year}", held(request)
    places = [
        ("目标", reverse("desk:targets") + asked, True),
        ("事前评估", reverse("desk:ex_ante") + asked, False),
        ("指标库", reverse("desk:library"), False),
        ("预算变动", reverse("desk:target_budget_changes") + asked, False),
        ("串稿", reverse("desk:targets_alike") + asked, False),
    ]
    if holding.can("manage_round"):
        places.append(("申报范围", reverse("desk:target_scope") + asked, False))
    if holding.can("import"):
        places.append(("表样和导出", reverse("desk:target_layouts"), False))
    return places


def _here(**wanted: object) -> str:
    from urllib.parse import urlencode

    conditions = {name: value for name, value in wanted.items() if value not in (None, "")}
    return reverse("desk:targets") + (f"?{urlencode(conditions)}" if conditions else "")


def _chips(
    model: Any, counts: dict[str, int], state: str, year: int, q: str
) -> list[tuple[str, int, str, bool]]:
    words = dict(model.State.choices)
    return [
        (words[code], n, _here(fy=year, q=q, state="" if code == state else code), code == state)
        for code, n in counts.items()
    ]


def _lines(rows: Iterable[Target]) -> list[tuple[Target, list[tuple[str, int]]]]:
    """Each target with how many problems of each level it has."""
    listed = list(rows)
    faults = faults_of(listed)
    return [(row, level_counts(faults[row.pk])) for row in listed]


def level_counts(found: Iterable[Any]) -> list[tuple[str, int]]:
    """Problems by level, the gravest first."""
    counted = Counter(one.problem.level for one in found)
    return [(level, counted[level]) for level in LEVELS if counted[level]]
