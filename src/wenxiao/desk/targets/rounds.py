"""目标申报: what a round still waits for, and for which kinds of a year targets
are filed here at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse

from wenxiao.budget.selectors import KINDS, dossiers_visible_to, kinds_filed_here, rounds_visible_to
from wenxiao.budget.services import choose_own_filing
from wenxiao.desk.targets.target import ENTRY
from wenxiao.desk.targets.year import STATES
from wenxiao.pages.acts import carry_out, text_of
from wenxiao.pages.frame import work_year
from wenxiao.pages.request_values import whole
from wenxiao.pages.views import division_of, held, person, put_under, view
from wenxiao.reviews.worklists import parts_of
from wenxiao.store.clock import today
from wenxiao.targets.selectors import owed_in, targets_visible_to

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

MOST = 60


@view("see_unit")
def target_round(request: HttpRequest, pk: int) -> HttpResponse:
    """One round of filing: what this person's units still owe, what was
    given back, and who is missing.
    """
    user = person(request)
    row = rounds_visible_to(user).filter(pk=pk, kind="target_review").first()
    if row is None:
        raise Http404
    put_under(request, ENTRY)
    parts = parts_of(user, row)
    rows = targets_visible_to(user).filter(
        dossier__fiscal_year=row.fiscal_year, filing=True, state__in=("draft", "returned")
    )
    begun = list(rows.order_by("-state", "dossier__unit__path", "pk")[:MOST])
    owed = (
        owed_in(row)
        .filter(pk__in=dossiers_visible_to(user).values("pk"))
        .exclude(targets__filing=True)
    )
    owed = owed.select_related("unit", "subject").order_by("unit__path", "subject__code")
    values = {
        "row": row,
        "parts": parts,
        "missing": [part for part in parts if part.lacking],
        "due": sum(part.due for part in parts),
        "handed": sum(part.received for part in parts),
        "begun": begun,
        "owed": list(owed[:MOST]),
        "fills": held(request).can("fill") and row.state == "open",
        "runs": held(request).can("manage_round"),
        "today": today(),
        "tones": STATES,
    }
    return render(request, "desk/targets/round.html", values)


@view("manage_round", methods=("GET", "POST"))
def scope(request: HttpRequest) -> HttpResponse:
    """申报范围: which kinds of subjects file their targets of a year here."""
    division = division_of(request, ENTRY)
    put_under(request, ENTRY)
    year = whole(request.POST.get("fy") or request.GET.get("fy"), 4) or work_year(request) + 1
    here = reverse("desk:target_scope") + f"?fy={year}"
    if request.method == "POST":

        def run() -> str:
            chosen = choose_own_filing(
                division=division,
                fiscal_year=year,
                kinds=request.POST.getlist("kinds"),
                by=person(request),
                why=text_of(request, "why", 200),
            )
            words = "、".join(word for code, word in KINDS.items() if code in chosen)
            return f"{year} 预算年度在本系统申报：{words or '没有'}。"

        return carry_out(request, run, here)
    values = {
        "list_year": year,
        "kinds": KINDS,
        "chosen": kinds_filed_here(division, year),
        "before": kinds_filed_here(division, year - 1),
    }
    return render(request, "desk/targets/scope.html", values)
