"""使用说明 in the product: docs/users as pages, each block with an address of its own, so that a page
can point at its paragraph.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from markdown_it import MarkdownIt
from markupsafe import Markup

from wenxiao.orgs.selectors import role_codes
from wenxiao.pages.frame import MENU, MORE
from wenxiao.pages.jinja import address
from wenxiao.pages.views import person, view

if TYPE_CHECKING:
    from pathlib import Path

    from django.http import HttpRequest

TITLES = {
    "01-clerk": "单位经办人",
    "02-head-and-department": "单位负责人、主管部门",
    "03-business-office": "财政业务科室",
    "04-performance-section": "财政绩效科",
    "05-leader": "局领导",
    "06-agency-and-expert": "第三方机构、评审专家",
    "07-administrators-and-audit": "系统、安全、审计管理员，外部审计",
    "08-secretariat-treasury-budget": "办公室、国库科、预算科",
    "09-public": "公众",
    "10-questions": "常见问题",
    "11-words": "用语",
    "12-year": "一年的安排",
}
GUIDE_OF = {
    "clerk": "01-clerk",
    "head": "02-head-and-department",
    "department": "02-head-and-department",
    "office": "03-business-office",
    "performance": "04-performance-section",
    "leader": "05-leader",
    "agency": "06-agency-and-expert",
    "expert": "06-agency-and-expert",
    "system": "07-administrators-and-audit",
    "security": "07-administrators-and-audit",
    "audit": "07-administrators-and-audit",
    "auditor": "07-administrators-and-audit",
    "secretariat": "08-secretariat-treasury-budget",
    "treasury": "08-secretariat-treasury-budget",
    "budget": "08-secretariat-treasury-budget",
}
_BLOCKS = frozenset({"paragraph_open", "heading_open", "list_item_open", "table_open"})
_PICTURE = re.compile(r"[a-z0-9-]+\.(png|gif)")


def folder() -> Path:
    """Where the guides stand."""
    return settings.PACKAGE.parent.parent / "docs" / "users"


@lru_cache(maxsize=32)
def _page(name: str, _changed: float) -> tuple[Markup, tuple[str, ...]]:
    """A guide as HTML (no HTML of its own passes) and the words of its
    blocks, in the order of their addresses.
    """
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse((folder() / f"{name}.md").read_text(encoding="utf-8"))
    words: list[str] = []
    for at, token in enumerate(tokens):
        if token.type in _BLOCKS:
            token.attrSet("id", f"p-{len(words)}")
            inner = next((one.content for one in tokens[at:] if one.type == "inline"), "")
            words.append(inner)
    html = parser.renderer.render(tokens, parser.options, {})
    for guide in TITLES:
        html = html.replace(f'href="{guide}.md"', f'href="{address("desk:manual", guide)}"')
    return Markup(html), tuple(words)  # noqa: S704 - the parser escapes whatever HTML the text holds


def guide(name: str) -> tuple[Markup, tuple[str, ...]]:
    """A guide by its name; 404 for another one, or where the guides were not delivered."""
    file = folder() / f"{name}.md"
    if name not in TITLES or not file.is_file():
        raise Http404
    return _page(name, file.stat().st_mtime)


@view("login")
def manual(request: HttpRequest, name: str) -> HttpResponse:
    """One guide; printed it is one page for the role's desk."""
    html, _ = guide(name)
    values = {"name": name, "titles": TITLES, "html": html}
    return render(request, "desk/home/manual.html", values)


@view("login")
def picture(request: HttpRequest, name: str) -> HttpResponse:  # noqa: ARG001 - every page may show it
    """A picture of the guides."""
    file = folder() / "pictures" / name
    if not _PICTURE.fullmatch(name) or not file.is_file():
        raise Http404
    return HttpResponse(file.read_bytes(), content_type=f"image/{file.suffix[1:]}")


@view("login")
def about(request: HttpRequest) -> HttpResponse:
    """From the ? of a page to the paragraph that speaks of it: in the guide of a role the person
    holds, else the help page.
    """
    entry = request.GET.get("page", "")
    word = next((one.word for one in (*MENU, *MORE) if one.route == entry), "")
    guides = dict.fromkeys(
        GUIDE_OF[code] for code in role_codes(person(request)) if code in GUIDE_OF
    )
    for name in guides if word else ():
        try:
            words = guide(name)[1]
        except Http404:
            continue
        block = next((at for at, words_of in enumerate(words) if f"**{word}" in words_of), None)
        if block is None:
            block = next((at for at, words_of in enumerate(words) if word in words_of), None)
        if block is not None:
            return redirect(f"{address('desk:manual', name)}#p-{block}")
    first = next(iter(guides), "")
    return redirect(address("desk:manual", first) if first else address("desk:help"))
