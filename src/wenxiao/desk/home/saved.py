"""我的视图: lists as a person wants to find them again, of every page with a list: the conditions
of the address, the columns and the order of the table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, QueryDict
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse

from wenxiao.orgs.selectors import saved_views
from wenxiao.orgs.services.saved_views import forget_view, save_view
from wenxiao.pages.frame import MENU, MORE
from wenxiao.pages.request_values import whole
from wenxiao.pages.texts import text_of
from wenxiao.pages.views import person, view
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

PASSING = frozenset({"at", "case", "why", "figure", "choose"})
"""What an address says only for once: the page of a long list, an open panel."""
LONGEST_PAGE = 60


@view("login", methods=("GET", "POST"))
def views(request: HttpRequest) -> HttpResponse:
    """All of a person's views; with ``at`` those of one list, as the box in its head shows them."""
    if request.method == "POST":
        return _posted(request)
    user = person(request)
    if "at" in request.GET:
        page = _page(request.GET["at"])
        values = {"page": page, "views": saved_views(user, page)}
        return render(request, "desk/home/views_part.html", values)
    words = {reverse(one.route).strip("/"): one.word for one in (*MENU, *MORE)}
    rows = [(one, words.get(one.page, one.page)) for one in saved_views(user)]
    return render(request, "desk/home/views.html", {"rows": rows})


def _page(path: str) -> str:
    """The list's own address without its slashes; 404 for anything that is no page of the house."""
    plain = path.strip("/")
    try:
        resolve(f"/{plain}")
    except Resolver404 as unknown:
        raise Http404 from unknown
    if not plain or len(plain) > LONGEST_PAGE:
        raise Http404
    return plain


def _posted(request: HttpRequest) -> HttpResponse:
    user, forget = person(request), whole(request.POST.get("forget"))
    if forget is not None:
        name = forget_view(user=user, pk=forget)
        messages.success(request, f"已删掉视图“{name}”。" if name else "这个视图已经不在了。")
        return redirect(f"/{_page(page)}" if (page := request.POST.get("page")) else "desk:views")
    page = _page(request.POST.get("page", ""))
    query = _conditions(request.POST.get("query", ""))
    try:
        row = save_view(
            user=user,
            page=page,
            name=text_of(request, "name", 30, "视图名称"),
            query=query,
            look=request.POST.get("look", ""),
        )
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"已存为“{row.name}”：条件、列和次序都记下了，点这个名字就回来。")
    return redirect(f"/{page}?{query}" if query else f"/{page}")


def _conditions(text: str) -> str:
    """The address's conditions without what stands there only for once."""
    pairs = [
        (name, value)
        for name, values in QueryDict(text[:1000]).lists()
        if name not in PASSING
        for value in values
        if value
    ]
    return urlencode(pairs)
