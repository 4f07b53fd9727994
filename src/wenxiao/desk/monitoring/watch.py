"""督看: for those who lead. Money and goals by department, what turned red since last time, what is overdue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import render

from wenxiao.desk.monitoring.lights import (
    alarming,
    beside,
    counts_of,
    hidden_by_green,
    most_behind,
    rows_of_table,
    table_of,
    told,
)
from wenxiao.followup.watch.overview import by_department, changes_since, earlier_round, overdue
from wenxiao.pages.charts import Chart
from wenxiao.pages.frame import work_year
from wenxiao.pages.views import person, view
from wenxiao.reviews.worklists import rounds_of_year
from wenxiao.store.clock import today

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse

    from wenxiao.budget.models import Round
    from wenxiao.followup.watch.overview import DepartmentRow

CHARTED = 14
SHOWN = 6
LATE = 8


@view("see_unit")
def watch(request: HttpRequest) -> HttpResponse:
    """One period of the year: the chosen round, else the latest ordinary one (it covers most), else the latest."""
    user, year = person(request), work_year(request)
    rounds = rounds_of_year(user, year, "monitoring")
    asked = request.GET.get("round", "")
    one = next((row for row in rounds if str(row.pk) == asked), None) or _widest(rounds)
    key, table = (
        table_of([row for row in rounds if row.key], user),
        table_of([one] if one else [], user),
    )
    departments = by_department(table) if table else []
    before = earlier_round(one) if one else None
    earlier = table_of([before], user) if before else None
    changes = changes_since(table, earlier) if table and earlier else None
    shown_too = one is not None and not one.key
    worst, urgent, late = (
        alarming(table),
        alarming(key) if shown_too else None,
        overdue(user, on=today(), work_year=year, most=LATE),
    )
    turned_total = len(changes.turned_red) if changes else 0
    quiet, quiet_key = hidden_by_green(table) if shown_too else None, hidden_by_green(key)
    irregular, above = (sum(pair) for pair in zip(beside(quiet), beside(quiet_key), strict=True))
    values = {
        "hidden": [*rows_of_table(quiet_key, 0, SHOWN), *rows_of_table(quiet, 0, SHOWN)][:SHOWN],
        "hidden_total": len(quiet or ()) + len(quiet_key or ()),
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
        "worst": [*rows_of_table(urgent, 0, SHOWN), *rows_of_table(worst, 0, SHOWN)][:SHOWN],
        "worst_total": len(worst or ()) + len(urgent or ()),
        "before": before,
        "turned": rows_of_table(changes.turned_red, 0, SHOWN) if changes else [],
        "slower": changes.slower if changes and not turned_total else 0,
        "turned_total": turned_total,
        "overdue": late[0],
        "overdue_count": late[1],
        "behind": most_behind(table, earlier, key),
        "chart": execution_chart(departments, one)
        if any(row.rate is not None for row in departments)
        else None,
    }
    return render(request, "desk/monitoring/watch.html", values)


def _widest(rounds: Sequence[Round]) -> Round | None:
    """The ordinary round of the latest period, else the key one."""
    return max(rounds, key=lambda row: (not row.key, row.through_month or 0, row.pk), default=None)


def execution_chart(departments: Sequence[DepartmentRow], one: Any) -> Chart:
    """Execution by department against the elapsed share of the year, slowest first."""
    known = sorted(
        (row for row in departments if row.rate is not None),
        key=lambda row: (row.rate or 0, row.name),
    )
    shown, month = known[:CHARTED], one.through_month or 12
    elapsed = round(month * 100 / 12, 2)
    behind = sum(1 for row in known if row.rate is not None and row.rate * 12 < month * 100)
    cut = f"（图中列最慢的 {len(shown)} 个）" if len(known) > len(shown) else ""
    finding = f"{one.period}：{len(known)} 个部门中 {behind} 个执行率低于时间进度 {elapsed}%{cut}"
    rates = tuple(float(row.rate) if row.rate is not None else None for row in shown)
    return Chart(
        "execution",
        finding,
        tuple(row.name for row in shown),
        (("执行率", "bar", rates),),
        unit="%",
        line=("时间进度", elapsed),
    )
