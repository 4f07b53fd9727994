"""公开属性 of a subject: 可公开, 不予公开 or 限制知悉, changed with a reason by whoever answers for disclosure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect
from django.urls import reverse

from wenxiao.budget.selectors import RESTRICTIONS, dossiers_visible_to
from wenxiao.budget.services import restrict_subject
from wenxiao.desk.dossiers.dossier import dossier_of
from wenxiao.pages.acts import Typed, carry_out, text_of
from wenxiao.pages.views import person, view
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@view("disclose", methods=("GET", "POST"))
def restriction(request: HttpRequest, pk: int) -> HttpResponse:
    """Change it; afterwards whoever set 限制知悉 and doesn't read such objects
    is led back to the list.
    """
    row = dossier_of(request, pk)
    here = reverse("desk:dossier", args=[pk])
    if request.method != "POST":
        return redirect(here)
    chosen, why = text_of(request, "restriction", 20), text_of(request, "why", 200)
    words = RESTRICTIONS

    def write() -> str:
        if chosen not in words:
            raise NotAllowed(f"公开属性请从{'、'.join(words.values())}里选。")
        restrict_subject(subject=row.subject, restriction=chosen, by=person(request), why=why)
        return f"{row.subject.name}已改为“{words[chosen]}”。"

    answer = carry_out(
        request, write, here, [Typed("公开属性", "", words.get(chosen, "")), Typed("理由", "", why)]
    )
    if (
        answer.status_code == 302
        and not dossiers_visible_to(person(request)).filter(pk=pk).exists()
    ):
        return redirect("desk:subjects")
    return answer
