"""期限: the days a work year's rounds and rectifications fall due, month by month; what is late
stands out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.shortcuts import render

from wenxiao.followup.selectors.ledger import due_days
from wenxiao.pages.frame import work_year
from wenxiao.pages.jinja import address
from wenxiao.pages.views import held, person, view
from wenxiao.reviews.worklists import rounds_of_year
from wenxiao.store.clock import today

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from django.http import HttpRequest, HttpResponse

    from wenxiao.budget.models import Round
    from wenxiao.orgs.models import User

LISTS = {
    "monitoring": "desk:monitoring",
    "selfeval": "desk:selfeval",
    "recheck": "desk:selfeval",
    "target_review": "desk:targets",
    "ex_ante": "desk:ex_ante",
}
"""Where a round of a kind is listed; the evaluations otherwise."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """One day something falls due: what, where it is listed, whether it still waits and is late."""

    on: date
    kind: str
    words: str
    href: str
    waits: bool
    late: bool


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the calendar and what falls due in it."""

    number: int
    year: int
    days: list[Deadline] = field(default_factory=list)


@view("see_unit")
def calendar(request: HttpRequest) -> HttpResponse:
    """The work year's twelve months; what falls due outside of them stands in months of its own."""
    user, year, now = person(request), work_year(request), today()
    manages = held(request).can("manage_round")
    days = [
        *_of_rounds(rounds_of_year(user, year), manages=manages),
        *_of_rectifications(user, now),
    ]
    days.sort(key=lambda one: (one.on, one.kind, one.words))
    values = {
        "list_year": year,
        "months": _months(days, year),
        "finding": _finding(days, now),
        "late": [one for one in days if one.late],
        "now": now,
    }
    return render(request, "desk/home/calendar.html", values)


def _of_rounds(rounds: Iterable[Round], *, manages: bool) -> list[Deadline]:
    return [
        Deadline(
            row.deadline,
            "报送",
            row.name,
            address("desk:round", row.pk)
            if manages
            else address(LISTS.get(row.kind, "desk:evaluations"), year=row.work_year),
            row.state == "open",
            late=False,
        )
        for row in rounds
        if row.deadline is not None
    ]


def _of_rectifications(user: User, now: date) -> list[Deadline]:
    return [
        Deadline(
            one.on,
            "整改",
            f"{one.waiting} 项整改到期" + (f"，{one.late} 项逾期" if one.late else ""),
            address("desk:rectifications"),
            waits=True,
            late=one.late > 0,
        )
        for one in due_days(user, now)
    ]


def _months(days: list[Deadline], year: int) -> list[Month]:
    months = {(year, number): Month(number, year) for number in range(1, 13)}
    for one in days:
        key = (one.on.year, one.on.month)
        months.setdefault(key, Month(one.on.month, one.on.year)).days.append(one)
    return [months[key] for key in sorted(months)]


def _finding(days: list[Deadline], now: date) -> str:
    """「还有 4 个期限，最近的是 12月15日：3 项整改到期」."""
    ahead = [one for one in days if one.waits and one.on >= now]
    if not ahead:
        return "后面没有定了日子的期限"
    first = ahead[0]
    return f"还有 {len(ahead)} 个期限，最近的是{first.on.month}月{first.on.day}日：{first.words}"
