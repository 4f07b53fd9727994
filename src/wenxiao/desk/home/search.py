"""查找: subjects, units, documents and problems by their words, within what the person may see; two characters are enough."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.shortcuts import render

from wenxiao.budget.selectors import subjects_visible_to
from wenxiao.followup.selectors.problems import findings_seen_by
from wenxiao.orgs.selectors import units_visible_to
from wenxiao.pages.views import held, person, view
from wenxiao.records.selectors import documents

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

MOST = 20


@view("login")
def search(request: HttpRequest) -> HttpResponse:
    """What was found, by kind, each kind cut at twenty with a way to all of it."""
    words = request.GET.get("q", "").strip()[:60].split()
    user, sees = person(request), held(request).can("see_unit")
    found: dict[str, Any] = {"subjects": [], "units": [], "documents": [], "findings": []}
    if words and sees:
        found = {
            "subjects": list(
                _all(subjects_visible_to(user), words, "name", "code", "unit__name")
                .select_related("unit")
                .prefetch_related("dossiers")
                .order_by("name", "pk")[: MOST + 1]
            ),
            "units": list(
                _all(units_visible_to(user), words, "name", "code").order_by("path")[: MOST + 1]
            ),
            "documents": list(
                _all(
                    documents(division=user.division), words, "title", "number", "issuer"
                ).order_by("-issued_on", "pk")[: MOST + 1]
            )
            if user.division
            else [],
            "findings": list(
                _all(
                    findings_seen_by(user).exclude(state="dismissed"), words, "text", "item__text"
                ).order_by("-pk")[: MOST + 1]
            ),
        }
    total = sum(min(len(rows), MOST) for rows in found.values())
    values = {"q": " ".join(words), "found": found, "total": total, "most": MOST, "sees": sees}
    return render(request, "desk/home/search.html", values)


def _all(rows: Any, words: list[str], *names: str) -> Any:
    """Rows in which every word stands somewhere."""
    for word in words:
        condition = Q()
        for name in names:
            condition |= Q(**{f"{name}__icontains": word})
        rows = rows.filter(condition)
    return rows
