"""共性问题 over any selection: 「…（涉及到13个项目）」, counted by the rulebook from
findings a person confirmed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wenxiao.budget.selectors import dossiers_visible_to
from wenxiao.followup.models import CatalogueItem, CommonProblem, Finding
from wenxiao.rulebook.tally import CountedFinding, Matrix, ReportLine, matrix, tally
from wenxiao.store.among import raw_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from wenxiao.budget.models import Dossier
    from wenxiao.orgs.models import Division, User


@dataclass(frozen=True, slots=True)
class CodedLine:
    """A printed line of common problems with the codes of the catalogue's items it groups."""

    id: int
    text: str
    codes: frozenset[str]


def lines_with_codes(division: int, work_year: int) -> list[CodedLine]:
    """The printed lines of a work year, in their order. One query."""
    rows = raw_rows(
        ("lines with codes", division, work_year), lambda: _coded(division, work_year), {}
    )
    codes: dict[tuple[int, str], set[str]] = {}
    for pk, text, code in rows:
        codes.setdefault((pk, text), set()).update([code] if code is not None else [])
    return [CodedLine(pk, text, frozenset(held)) for (pk, text), held in codes.items()]


def _coded(division: int, work_year: int) -> QuerySet[Any, Any]:
    rows = CommonProblem.objects.filter(division=division, work_year=work_year)
    named: QuerySet[Any, Any] = rows.order_by("order", "pk").values_list(
        "pk", "text", "items__code"
    )
    return named


def tally_over(
    selection: QuerySet[Dossier],
    user: User | None,
    *,
    division: Division,
    work_year: int | None = None,
    at_least: int = 1,
) -> tuple[list[ReportLine], Matrix]:
    """The lines over a selection of dossiers the user may see, most frequent first, and their
    matrix.

    With a ``work_year`` that has printed lines (共性问题) these group the catalogue's codes; else each
    item is a line. ``line.sentence()`` gives the words. Two queries beside the scope's, whatever
    the size of the selection.
    """
    seen = (
        selection
        if user is None
        else selection.filter(pk__in=dossiers_visible_to(user).values("pk"))
    )
    dossiers = list(seen.order_by("pk").values_list("pk", flat=True))
    groups = _printed(division, work_year) or _by_item(division)
    rows = Finding.objects.filter(dossier__in=seen.order_by().values("pk")).exclude(item=None)
    counted = [
        CountedFinding(dossier, code, state)
        for dossier, code, state in rows.values_list("dossier", "item__code", "state")
    ]
    lines = tally(counted, dossiers, groups, at_least)
    return lines, matrix(lines, dossiers)


def _printed(division: Division, work_year: int | None) -> list[tuple[str, Sequence[str]]]:
    if work_year is None:
        return []
    rows = CommonProblem.objects.filter(division=division, work_year=work_year).prefetch_related(
        "items"
    )
    return [(row.text, [item.code for item in row.items.all()]) for row in rows]


def _by_item(division: Division) -> list[tuple[str, Sequence[str]]]:
    return [(item.text, [item.code]) for item in CatalogueItem.objects.filter(division=division)]
