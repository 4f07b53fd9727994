"""串稿: targets that say the same as another one's, side by side, with the words that differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.utils.html import format_html, format_html_join

from wenxiao.desk.targets.target import ENTRY, target_of
from wenxiao.pages.frame import work_year
from wenxiao.pages.request_values import whole
from wenxiao.pages.views import person, put_under, view
from wenxiao.targets.twins import MOST, twins_in_year, twins_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.utils.safestring import SafeString

    from wenxiao.targets.twins import Words

SHOWN, BESIDE = 50, 2


def marked(words: Words) -> SafeString:
    """A text with the pieces the other one has otherwise marked."""
    pieces = (format_html("<mark>{}</mark>" if other else "{}", text) for text, other in words)
    return format_html_join("", "{}", ((piece,) for piece in pieces))


@view("see_unit")
def alike(request: HttpRequest) -> HttpResponse:
    """The pairs among the targets of a year that this person may see, and
    between them and the year before.
    """
    put_under(request, ENTRY)
    year = whole(request.GET.get("fy")) or work_year(request)
    twins, compared = twins_in_year(person(request), year)
    values = {
        "list_year": year,
        "compared": compared,
        "most": MOST,
        "twins": twins[:SHOWN],
        "total": len(twins),
        "words": marked,
    }
    return render(request, "desk/targets/alike.html", values)


@view("see_unit")
def alike_part(request: HttpRequest, pk: int) -> HttpResponse:
    """Beside a target that is filled in or reviewed: who says nearly the same."""
    row = target_of(request, pk)
    twins = twins_of(person(request), row)
    values = {
        "target": row,
        "twins": (twins or [])[:BESIDE],
        "total": len(twins or []),
        "most": MOST if twins is None else None,
        "words": marked,
    }
    return render(request, "desk/targets/alike_part.html", values)
