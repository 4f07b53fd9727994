"""串稿: targets that say the same as another one's, side by side, with the words that differ."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from django.shortcuts import render

from wenxiao.desk.targets.target import ENTRY
from wenxiao.pages.frame import work_year
from wenxiao.pages.request_values import whole
from wenxiao.pages.views import person, put_under, view
from wenxiao.rulebook.similarity import similar
from wenxiao.targets.library import boilerplate_of
from wenxiao.targets.selectors import tables_to_compare

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

MOST = 2_000
"""So many targets are compared while one waits; more are compared by the command."""
SHOWN = 50
Words = list[tuple[str, bool]]
"""Pieces of a text, each with whether the other one has it otherwise."""


@dataclass(frozen=True, slots=True)
class Twin:
    """Two targets with the rows they share; ``share`` of 100."""

    a: Any
    b: Any
    share: int
    rows: list[tuple[Words, Words]]


@view("see_unit")
def alike(request: HttpRequest) -> HttpResponse:
    """The pairs among the targets of a year that this person may see, and between them and the year before."""
    put_under(request, ENTRY)
    year = whole(request.GET.get("fy")) or work_year(request)
    tables, targets = tables_to_compare(person(request), year, most=MOST)
    twins = (
        []
        if len(targets) > MOST
        else _twins(tables, targets, year, boilerplate_of(person(request).division))
    )
    values = {
        "list_year": year,
        "compared": len(targets),
        "most": MOST,
        "twins": twins[:SHOWN],
        "total": len(twins),
    }
    return render(request, "desk/targets/alike.html", values)


def _twins(
    tables: list[dict[str, Any]], targets: dict[str, Any], year: int, common: list[str]
) -> list[Twin]:
    rows = {table["id"]: table["rows"] for table in tables}
    twins = []
    for pair in similar(tables, common):
        a, b = targets[pair.a], targets[pair.b]
        own = a.dossier.subject_id == b.dossier.subject_id
        if own or year not in {a.dossier.fiscal_year, b.dossier.fiscal_year}:
            continue
        same = [_side_by_side(rows[pair.a][i], rows[pair.b][j]) for i, j in pair.same_rows]
        twins.append(Twin(a, b, round(pair.score * 100), same))
    return twins


def _side_by_side(a: dict[str, str], b: dict[str, str]) -> tuple[Words, Words]:
    left, right = (f"{row['level3']} {row['target']}".strip() for row in (a, b))
    steps = SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
    return (
        [(left[i:j], act != "equal") for act, i, j, _, _ in steps if j > i],
        [(right[i:j], act != "equal") for act, _, _, i, j in steps if j > i],
    )
