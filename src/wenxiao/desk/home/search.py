"""查找: the page, the list while typing (Ctrl K), the last five opened, and
how names are typed, for boxes one chooses from.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.http import JsonResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve

from wenxiao.desk.home.seeking import seek
from wenxiao.desk.home.tasks import waiting_lately
from wenxiao.pages.frame import work_year
from wenxiao.pages.views import held, person, view
from wenxiao.store.spelling import letters_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from wenxiao.desk.home.seeking import SearchGroup

MOST, LISTED, LAST = 20, 6, 5
NAMES, LONG = 2000, 200


@view("login")
def search(request: HttpRequest) -> HttpResponse:
    """What was found, by group, each cut at twenty."""
    typed = _typed(request)
    groups = _groups(request, typed, MOST)
    values = {
        "q": typed,
        "groups": groups,
        "total": sum(len(group.hits) for group in groups),
        "most": MOST,
        "sees": held(request).can("see_unit"),
        "last": request.session.get("opened", []),
    }
    return render(request, "desk/home/search.html", values)


@view("login")
def listed(request: HttpRequest) -> HttpResponse:
    """The list under the box while one types; the last five opened before anything is typed."""
    typed = _typed(request)
    values = {
        "q": typed,
        "groups": _groups(request, typed, LISTED),
        "last": request.session.get("opened", []),
    }
    return render(request, "desk/home/listed.html", values)


@view("login", methods=("POST",))
def opened(request: HttpRequest) -> HttpResponse:
    """Remember for this session what was opened from the list; an address
    that isn't ours is ignored.
    """
    href, word = request.POST.get("href", "")[:LONG], request.POST.get("word", "")[:LONG]
    if word and _ours(href):
        before = [row for row in request.session.get("opened", []) if row["href"] != href]
        request.session["opened"] = [{"word": word, "href": href}, *before][:LAST]
    return JsonResponse({})


@view("login", methods=("POST",))
def letters(request: HttpRequest) -> HttpResponse:
    """How the names of a long box are typed: initials and pinyin of each,
    in the order they were sent.
    """
    try:
        names = json.loads(request.POST.get("names", "[]"))
    except ValueError:
        names = []
    wanted = [str(name)[:LONG] for name in names[:NAMES]] if isinstance(names, list) else []
    return JsonResponse({"letters": [letters_of(name) for name in wanted]})


def _typed(request: HttpRequest) -> str:
    return request.GET.get("q", "").strip()[:60]


def _groups(request: HttpRequest, typed: str, most: int) -> list[SearchGroup]:
    if not typed:
        return []
    tasks = waiting_lately(request, work_year(request))
    return seek(typed, person(request), held(request), tasks, most)


def _ours(href: str) -> bool:
    if not href.startswith("/") or href.startswith("//"):
        return False
    try:
        resolve(href.partition("?")[0])
    except Resolver404:
        return False
    return True
