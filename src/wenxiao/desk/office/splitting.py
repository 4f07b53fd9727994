"""分设: what is still open with the unit is listed, a new home chosen for each thing, then split."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from django.shortcuts import render

from wenxiao.followup.selectors.unit_work import open_with
from wenxiao.followup.services import split_with_work
from wenxiao.pages.acts import day_of, text_of
from wenxiao.pages.views import person
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from wenxiao.orgs.models import Unit

CHOICE = "home-"
"""Before the key of an open thing: the field with the code of its new unit."""


def parts_typed(request: HttpRequest) -> list[tuple[str, str]]:
    """The new units, a line each: code and name; NotAllowed where one lacks either."""
    lines = [
        re.split(r"[\s,，]+", line.strip(), maxsplit=1)
        for line in text_of(request, "parts").splitlines()
        if line.strip()
    ]
    if not lines or any(len(line) != 2 for line in lines):
        raise NotAllowed("分设的单位一行一个，写作“单位代码 单位名称”。")
    return [(code, name) for code, name in lines]


def choosing(request: HttpRequest, row: Unit) -> HttpResponse | None:
    """The page on which homes are chosen; None where nothing is open, or
    what was typed is refused by the act itself.
    """
    items = open_with(row)
    if request.POST.get("chosen") or not items:
        return None
    try:
        parts = parts_typed(request)
        day_of(request, "on", "分设日期")
    except NotAllowed:
        return None
    values = {
        "row": row,
        "parts": parts,
        "items": items,
        "counts": Counter(one.kind for one in items),
        "ends": bool(request.POST.get("ends")),
        "choice": CHOICE,
        "typed": {name: text_of(request, name, 4000) for name in ("parts", "on", "why")},
    }
    return render(request, "desk/office/people/split.html", values)


def split(request: HttpRequest, row: Unit, why: str) -> str:
    """The split with what was chosen; the sentence says what went where."""
    items = open_with(row)
    goes = {one.key: text_of(request, CHOICE + one.key, 21) for one in items}
    ends = bool(request.POST.get("ends"))
    new_units = split_with_work(
        unit=row,
        parts=parts_typed(request),
        on=day_of(request, "on", "分设日期"),
        by=person(request),
        why=why,
        ends=ends,
        goes={key: code for key, code in goes.items() if code},
        rest=text_of(request, "rest", 21),
    )
    moved = len(items) - len(open_with(row))
    sentence = f"“{row}”已分设 {len(new_units)} 个单位，{moved} 项未办的对象、人员和事项已转过去。"
    return f"{sentence}已办完的和以前年度的档案留在“{row}”名下。"
