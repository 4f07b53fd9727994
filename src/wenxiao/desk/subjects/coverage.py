"""全覆盖: the stages of a budget year by kind and budget, in number and money,
and the list of what is bare.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import Q
from django.shortcuts import render
from django.urls import reverse

from wenxiao.budget.selectors import dossiers_visible_to
from wenxiao.followup.selectors.coverage import (
    STAGES,
    BareDossier,
    CoverageCell,
    CoveredCount,
    coverage_seen_by,
    kinds_seen_by,
    of_cells,
    tags_seen_by,
    years_seen_by,
)
from wenxiao.intake.ledger.kind_facts_book import facts_book
from wenxiao.pages.downloads import attachment
from wenxiao.pages.frame import work_year
from wenxiao.pages.request_values import whole
from wenxiao.pages.views import person, put_under, view
from wenxiao.rulebook.object_kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest, HttpResponse

PAGE = 50
"""How many bare objects one page names."""


class StageLine(NamedTuple):
    """A stage over everything: when an object counts as done, how many do,
    how many are bare and where they are listed.
    """

    code: str
    word: str
    when: str
    due: CoveredCount
    done: CoveredCount
    href: str

    @property
    def bare(self) -> int:
        """How many objects the stage has not reached."""
        return self.due.objects - self.done.objects


class KindLine(NamedTuple):
    """A kind × budget: its objects and, stage by stage, the cell with the
    address of its bare ones.
    """

    kind: str
    fund: str
    due: CoveredCount
    stages: list[tuple[CoverageCell, str]]


@view("see_unit")
def coverage(request: HttpRequest) -> HttpResponse:
    """The gauge; ``stage`` (with ``kind`` and ``fund``) lists the bare objects behind a number."""
    put_under(request, "desk:subjects")
    years = years_seen_by(person(request))
    year = _year(request, years)
    cells = coverage_seen_by(person(request), year)
    asked = {name: request.GET.get(name, "") for name in ("stage", "kind", "fund")}
    total, _ = of_cells(cell for cell in cells if cell.stage == next(iter(STAGES)))
    values = {
        "fiscal_year": year,
        "years": [(f"{one} 年", _address(one), one == year) for one in years],
        "total": total,
        "stages": _stages(cells, year),
        "kinds": _kinds(cells, year),
        "fields": tags_seen_by(person(request), year),
        "stage_codes": list(STAGES),
        "goes": kinds_seen_by(person(request), year),
        "columns": [
            ("类型和预算", ""),
            ("预算（万元）", "r"),
            *((word, "r") for word, _ in STAGES.values()),
        ],
        "opened": _opened(cells, asked, year, whole(request.GET.get("page")) or 1),
    }
    return render(request, "desk/subjects/coverage.html", values)


@view("see_unit")
def kind_facts_book(request: HttpRequest) -> HttpResponse:
    """类型事项 of the year's objects (of one ``kind`` or budget) as a workbook to fill in and bring
    back through the imports.
    """
    user, kind = person(request), request.GET.get("kind", "")
    year = _year(request, years_seen_by(user))
    rows = dossiers_visible_to(user).filter(fiscal_year=year)
    if kind in KINDS:
        among = Q(subject__kind=kind) | Q(appropriations__fund=kind)
        rows = rows.filter(pk__in=rows.filter(among).order_by().values("pk"))
    title = f"{year}年{KINDS.get(kind, '')}类型事项"
    return attachment(facts_book(rows, title), title, "xlsx")


def _year(request: HttpRequest, years: list[int]) -> int:
    """The budget year asked for; else the year the person looks at, or the
    latest before it that has objects.
    """
    asked = whole(request.GET.get("fy"))
    if asked is not None and 2000 <= asked <= 2100:
        return asked
    looked_at = work_year(request)
    return next((one for one in years if one <= looked_at), years[-1] if years else looked_at)


def _address(year: int, **asked: str | int) -> str:
    query = urlencode({"fy": year, **{name: value for name, value in asked.items() if value}})
    return f"{reverse('desk:coverage')}?{query}" + ("#bare" if asked.get("stage") else "")


def _stages(cells: list[CoverageCell], year: int) -> list[StageLine]:
    lines = []
    for code, (word, when) in STAGES.items():
        due, done = of_cells(cell for cell in cells if cell.stage == code)
        lines.append(StageLine(code, word, when, due, done, _address(year, stage=code)))
    return lines


def _kinds(cells: list[CoverageCell], year: int) -> list[KindLine]:
    """One line per kind and budget; every one of them has a cell in every stage."""
    lines: dict[tuple[str, str], KindLine] = {}
    for cell in cells:
        first = KindLine(cell.kind_word, cell.fund_word, cell.due, [])
        line = lines.setdefault((cell.kind, cell.fund), first)
        href = _address(year, stage=cell.stage, kind=cell.kind, fund=cell.fund)
        line.stages.append((cell, href))
    return list(lines.values())


def _opened(
    cells: Iterable[CoverageCell], asked: dict[str, str], year: int, page: int
) -> dict[str, Any] | None:
    """The bare objects of the cells asked for, a page of them; None where no stage is asked for."""
    if asked["stage"] not in STAGES:
        return None
    chosen = [
        cell
        for cell in cells
        if all(asked[name] in {"", getattr(cell, name)} for name in ("stage", "kind", "fund"))
    ]
    bare: list[tuple[CoverageCell, BareDossier]] = [
        (cell, one) for cell in chosen for one in cell.bare
    ]
    bare.sort(key=lambda pair: (pair[1].code, pair[1].dossier))
    last = max(1, -(-len(bare) // PAGE))
    page = min(max(page, 1), last)
    narrowed = [
        word
        for cell in chosen[:1]
        for word, name in ((cell.kind_word, "kind"), (cell.fund_word, "fund"))
        if asked[name]
    ]
    return {
        "word": STAGES[asked["stage"]][0],
        "when": STAGES[asked["stage"]][1],
        "narrowed": "、".join(narrowed),
        "rows": bare[(page - 1) * PAGE : page * PAGE],
        "total": len(bare),
        "excused": sum(one.excused for _, one in bare),
        "before": _address(year, **asked, page=page - 1) if page > 1 else "",
        "after": _address(year, **asked, page=page + 1) if page < last else "",
        "page": page,
        "last": last,
    }
