"""总体情况: the year's goal as reached, the whole form's explanation, who
filled it in, money by source.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect
from django.urls import reverse

from wenxiao.desk.filling.filling import review_of
from wenxiao.pages.acts import Typed, carry_out, text_of, version_of, yuan_of
from wenxiao.pages.views import person, view
from wenxiao.reviews.services.describing import SIDES, SOURCES, TEXTS, describe_form

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@view("fill", methods=("GET", "POST"))
def whole(request: HttpRequest, pk: int) -> HttpResponse:
    """Write what stands beside the rows; money by source in 万元."""
    row, back = review_of(request, pk), reverse("desk:filling", args=[pk])
    if request.method != "POST":
        return redirect(back)
    texts = {name: text_of(request, name) for name in TEXTS if name in request.POST}

    def write() -> str:
        sources = SOURCES.get(row.kind, {})
        funds = {
            source: {
                side: yuan_of(request, f"{source}_{side}", f"{word}的{SIDES[side]}")
                for side in SIDES
            }
            for source, word in sources.items()
        }
        describe_form(
            review=row, by=person(request), texts=texts, funds=funds, version=version_of(request)
        )
        return "总体情况已保存。"

    typed = [Typed(TEXTS[name][0], name, text) for name, text in texts.items()]
    return carry_out(request, write, f"{back}#whole-h", typed)
