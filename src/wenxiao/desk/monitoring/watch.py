"""督看: for those who lead.
Money and goals by department, what turned red since last time, what is overdue.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import render

from wenxiao.desk.monitoring.lights import (
    alarming,
    beside,
    counts_of,
    hidden_by_green,
    most_behind,
    rule_of,
    table_of,
    told,
)
from wenxiao.desk.monitoring.picture import bullets_of, curve_of, figures, headline, scatter_of
from wenxiao.followup.services.keeping import look_after
from wenxiao.followup.watch.overview import by_department, changes_since, earlier_round, overdue
from wenxiao.followup.watch.picture import (
    dots,
    mended,
    planned_year,
    since_opening,
    spent_year,
    windows_until,
)
from wenxiao.followup.watch.sentences import rows_of_watches
from wenxiao.pages.frame import work_year
from wenxiao.pages.views import person, view
from wenxiao.reviews.worklists import rounds_of_year
from wenxiao.store.clock import today

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse

    from wenxiao.budget.models import Round
    from wenxiao.followup.watch.lines import Watch
    from wenxiao.followup.watch.overview import DepartmentRow
    from wenxiao.orgs.models import User

SHOWN = 4
LATE = 6


@view("see_unit")
def watch(request: HttpRequest) -> HttpResponse:
    """One period of the year: the chosen round, else the latest ordinary
    one (it covers most), else the latest.
    """
    user, year = person(request), work_year(request)
    rounds = rounds_of_year(user, year, "monitoring")
    look_after(rounds, user)
    asked = request.GET.get("round", "")
    one = next((row for row in rounds if str(row.pk) == asked), None) or _widest(rounds)
    key, table = (
        table_of([row for row in rounds if row.key], user, summed=True),
        table_of([one] if one else [], user, summed=True),
    )
    whole_year = table_of(rounds, user, summed=True) if key is None and len(rounds) > 1 else None
    departments = by_department(table) if table else []
    before = earlier_round(one) if one else None
    earlier = table_of([before], user) if before else None
    changes = changes_since(table, earlier) if table and earlier else None
    together = _with_key(one, rounds, table, key, user)
    worst = alarming(table if one and one.key else together)
    quiet = hidden_by_green(together)
    late = overdue(user, on=today(), work_year=year, most=LATE)
    turned_total = len(changes.turned_red) if changes else 0
    irregular, above = beside(quiet)
    red = changes.turned_red if changes and turned_total else None
    hidden, alarms, turned = rows_of_watches([(quiet, SHOWN), (worst, SHOWN), (red, SHOWN)])
    values = {
        "hidden": hidden,
        "hidden_total": len(quiet or ()),
        "irregular": irregular,
        "above": above,
        "list_year": year,
        "rounds": rounds,
        "one": one,
        "total": len(table or ()),
        "departments": departments,
        "key_total": len(key or ()),
        "key_words": told(counts_of(key)),
        "words": told(counts_of(table)),
        "year_total": len(whole_year or ()),
        "year_words": told(counts_of(whole_year)),
        "worst": alarms,
        "worst_total": len(worst or ()),
        "before": before,
        "turned": turned,
        "slower": changes.slower if changes and not turned_total else 0,
        "turned_total": turned_total,
        "overdue": late[0],
        "overdue_count": late[1],
        "behind": most_behind(table, earlier, key),
        **_picture(user, one, rounds, table, departments, turned_total),
    }
    return render(request, "desk/monitoring/watch.html", values)


def _with_key(
    one: Round | None, rounds: Sequence[Round], table: Watch | None, key: Watch | None, user: User
) -> Watch | None:
    """The window looked at and the year's key windows, an object of both counted once."""
    if one is None or key is None:
        return table
    if one.key:
        return key
    return table_of([one, *(row for row in rounds if row.key)], user, summed=True)


def _widest(rounds: Sequence[Round]) -> Round | None:
    """The ordinary round of the latest period, else the key one."""
    return max(rounds, key=lambda row: (not row.key, row.through_month or 0, row.pk), default=None)


def _picture(
    user: User,
    one: Round | None,
    rounds: Sequence[Round],
    table: Watch | None,
    departments: Sequence[DepartmentRow],
    turned: int,
) -> dict[str, Any]:
    """The drawn parts; none of them where there is no window or nobody's dossier in it."""
    if one is None or table is None:
        return {"headline": "", "figures": [], "curve": None, "scatter": None, "bullets": None}
    windows = windows_until(one, rounds, user)
    curve = spent_year(table, windows)
    mending = mended(user, one.division_id, one.work_year, today())
    return {
        "headline": headline(windows, turned),
        "figures": figures(windows, table, curve, mending, since_opening(table)),
        "curve": curve_of(curve, planned_year(table) if curve else None),
        "scatter": scatter_of(table, dots(table), rule_of(one.division)),
        "bullets": bullets_of(departments, one.through_month or 12),
    }
