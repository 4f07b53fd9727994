"""今年的规则变了什么: the rules of a year beside those of the year before; read once by each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse

from wenxiao.orgs.services.reading import note_rules_read
from wenxiao.pages.acts import carry_out, person
from wenxiao.pages.request_values import whole
from wenxiao.pages.rule_words import word
from wenxiao.pages.views import division_of, view
from wenxiao.rulebook.year_changes import changes_of_year
from wenxiao.store.clock import today

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

ENTRY = "desk:rules"
EARLIEST, LATEST = 2010, 2100


@view("see_unit")
def changes(request: HttpRequest) -> HttpResponse:
    """What is different this year, rule by rule: before, now, by which document, how verified."""
    division = division_of(request, ENTRY)
    year = whole(request.GET.get("of")) or today().year
    if not EARLIEST <= year <= LATEST:
        raise Http404
    values = {
        "of_year": year,
        "changes": [
            (one, [(" · ".join(map(word, part.path)), part) for part in one.differences])
            for one in changes_of_year(year, division.own_rules)
        ],
        "unread": year == today().year and person(request).rules_read != year,
    }
    return render(request, "desk/office/rules/changes.html", values)


@view("see_unit", methods=("POST",))
def read(request: HttpRequest) -> HttpResponse:
    """Read: it is not put before this person again until next year."""
    year = today().year

    def carry() -> str:
        note_rules_read(by=person(request), year=year)
        return f"{year} 年的规则变化记为看过，需要时在“评分规则与制度”里再看。"

    return carry_out(request, carry, reverse("desk:home"))
