"""类型事项: what a dossier has of its own because of its kind or the budget its money is from."""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING

from django.shortcuts import render
from django.urls import reverse

from wenxiao.budget.kind_facts import kinds_of, own_of_dossier, recorded
from wenxiao.budget.selectors import dossiers_visible_to
from wenxiao.budget.services import record_kind_facts
from wenxiao.desk.dossiers.dossier import dossier_of
from wenxiao.intake.ledger.kind_facts_book import facts_book
from wenxiao.orgs.permissions import who_can
from wenxiao.pages.acts import Typed, carry_out, text_of
from wenxiao.pages.downloads import attachment
from wenxiao.pages.views import held, person, view
from wenxiao.rulebook.object_kinds import KINDS, STAGES, disagreements
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from wenxiao.budget.models import Dossier
    from wenxiao.rulebook.object_kinds import OwnOfKinds

_WORDS = {code: word for word, code in STAGES.items()}


@view("see_unit", methods=("GET", "POST"))
def kind_facts(request: HttpRequest, pk: int) -> HttpResponse:
    """The facts with who wants them when; whoever fills for the unit or imports writes them."""
    row = dossier_of(request, pk)
    own = own_of_dossier(row)
    if request.method == "POST":
        return _save(request, row, own)
    stands = recorded(row)
    lines = [
        (fact.group, fact, f"f{at}", fact.shown(stands.get(fact.name, "")))
        for at, fact in enumerate(own.facts)
    ]
    values = {
        "dossier": row,
        "kinds": [KINDS[one] for one in kinds_of(row)],
        "own": own,
        "groups": [(name, list(some)) for name, some in groupby(lines, lambda line: line[0])],
        "stages": _WORDS,
        "missing": sum(not stands.get(fact.name) for fact in own.facts),
        "faults": disagreements(own, stands),
        "seen": json.dumps(stands, ensure_ascii=False),
        "who_fills": who_can("fill"),
        "writes": held(request).can("fill", unit=row.unit, subject=row.subject)
        or held(request).can("import", subject=row.subject),
    }
    return render(request, "desk/dossiers/kind_facts.html", values)


@view("see_unit")
def kind_facts_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The same as a workbook to fill in and bring back."""
    row = dossier_of(request, pk)
    title = f"{row.subject.name}类型事项（{row.fiscal_year}年）"
    content = facts_book(dossiers_visible_to(person(request)).filter(pk=row.pk), title)
    return attachment(content, title, "xlsx")


def _save(request: HttpRequest, row: Dossier, own: OwnOfKinds) -> HttpResponse:
    """Every fact of the form at once; what is left empty is unknown."""
    given = {fact.name: text_of(request, f"f{at}", 200) for at, fact in enumerate(own.facts)}
    why = text_of(request, "why", 200)

    def write() -> str:
        record_kind_facts(
            dossier=row, values=given, by=person(request), why=why, seen=_seen(request)
        )
        return "类型事项已登记。"

    typed = [Typed(name, f"f{at}", text) for at, (name, text) in enumerate(given.items())]
    back = reverse("desk:kind_facts", args=[row.pk])
    return carry_out(request, write, back, [*typed, Typed("依据", "why", why)])


def _seen(request: HttpRequest) -> dict[str, str]:
    """What stood when the page was opened."""
    try:
        seen = json.loads(request.POST.get("seen", ""))
    except ValueError:
        seen = None
    if not isinstance(seen, dict):
        raise NotAllowed("页面不完整，请重新打开后再登记。")
    return seen
