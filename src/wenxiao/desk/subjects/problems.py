"""共性问题 over whatever the list of subjects is narrowed to: the sentences,
who is concerned, ready to be copied.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from wenxiao.desk.subjects.subjects import look
from wenxiao.followup.selectors import common_lines
from wenxiao.followup.selectors.common_problems import tally_over
from wenxiao.pages.formats import subject_title
from wenxiao.pages.views import person, put_under, view

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

MOST = 200
"""Up to how many subjects stand in the table by name."""


@view("see_unit")
def subject_problems(request: HttpRequest) -> HttpResponse:
    """The year's printed lines, or the catalogue's (``by=item``), counted
    over the same rows as the list.
    """
    put_under(request, "desk:subjects")
    whole, division = look(request), person(request).division
    printed = bool(division and common_lines(division, whole.year))
    by_item = not printed or request.GET.get("by") == "item"
    lines, table = (
        tally_over(whole.found, None, division=division, work_year=None if by_item else whole.year)
        if division
        else ([], None)
    )
    concerned = (
        [(pk, marks) for pk, marks in zip(table.subjects, table.marks, strict=True) if any(marks)]
        if table
        else []
    )
    rows = whole.seen.model.objects.select_related("subject", "unit").in_bulk(
        [pk for pk, _ in concerned[:MOST]]
    )
    values = {
        "asked": whole.asked,
        "list_year": whole.year,
        "lines": lines,
        "by_item": by_item,
        "printed": printed,
        "total": len(table.subjects) if table else 0,
        "concerned": len(concerned),
        "most": MOST,
        "rows": [(rows[pk], subject_title(rows[pk]), marks) for pk, marks in concerned[:MOST]],
    }
    return render(request, "desk/subjects/problems.html", values)
