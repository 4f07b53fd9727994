"""共性问题 over any selection: 「…（涉及到13个项目）」, counted by the rulebook from
findings a person confirmed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wenxiao.budget.selectors import dossiers_visible_to
from wenxiao.followup.models import CatalogueItem, CommonProblem, Finding
from wenxiao.rulebook.tally import CountedFinding, Matrix, ReportLine, matrix, tally

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from wenxiao.budget.models import Dossier
    from wenxiao.orgs.models import Division, User


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
