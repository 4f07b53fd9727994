"""帮助: what each of a person's roles does first, where things are, the keys, and whom to ask.
The words stand in the template.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from wenxiao.desk.home.manual import GUIDE_OF, TITLES
from wenxiao.orgs.selectors import holders_of, role_codes
from wenxiao.pages.views import person, view

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

ASKED = {
    "performance": "办什么、怎么办、退回和改期",
    "security": "看不到、办不了：要授权",
    "system": "登录不了、忘记密码、单位更名",
}
"""Whom people ask, by role, and about what; in this order."""


@view("login")
def help_page(request: HttpRequest) -> HttpResponse:
    """One short part for each role held now; without a grant, how to get one."""
    user = person(request)
    held = holders_of(user.division, list(ASKED)) if user.division else {}
    asked = [(word, held.get(role, [])) for role, word in ASKED.items()]
    roles = role_codes(user)
    own = [GUIDE_OF[code] for code in roles if code in GUIDE_OF]
    named = dict.fromkeys([*own, "10-questions", "11-words", "12-year"])
    values = {"held_roles": roles, "asked": asked, "guides": {code: TITLES[code] for code in named}}
    return render(request, "desk/home/help.html", values)
