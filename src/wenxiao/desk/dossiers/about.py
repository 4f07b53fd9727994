"""项目情况 of a subject: its kind, who answers for it, for how long it was set
up, when that ends and is looked at halfway.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import redirect
from django.urls import reverse

from wenxiao.budget.services import SUBJECT_FACTS, edit_subject
from wenxiao.desk.dossiers.dossier import dossier_of
from wenxiao.pages.acts import Typed, carry_out, day_of, text_of
from wenxiao.pages.views import person, view
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

DAYS = ("expires_on", "midterm_on")


@view("import", methods=("GET", "POST"))
def about(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the facts a paper states of the subject; what is left empty is unknown."""
    row = dossier_of(request, pk)
    here = reverse("desk:dossier", args=[pk])
    if request.method != "POST":
        return redirect(here)
    typed = {name: text_of(request, name, 60) for name in SUBJECT_FACTS}
    why, seen = text_of(request, "why", 200), text_of(request, "seen", 400)

    def write() -> str:
        values: dict[str, Any] = dict(typed)
        values["term_years"] = _years(typed["term_years"])
        for name in DAYS:
            values[name] = day_of(request, name, SUBJECT_FACTS[name]) if typed[name] else None
        edit_subject(subject=row.subject, values=values, seen=seen, by=person(request), why=why)
        return f"{row.subject.name}的项目情况已登记。"

    fields = [Typed(word, "", typed[name]) for name, word in SUBJECT_FACTS.items()]
    return carry_out(request, write, here, [*fields, Typed("理由", "", why)])


def _years(text: str) -> int | None:
    if not text:
        return None
    if not text.isdecimal():
        raise NotAllowed(f"设立年限应为整年数，如 5，收到“{text}”。")
    return int(text)
