"""督看: for those who lead. Money and goals by department, what turned red since last time, what is overdue."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models.functions import Coalesce
from django.shortcuts import render

from wenxiao.desk.charts import Chart
from wenxiao.desk.home import address
from wenxiao.desk.lights import RANK, lit, monitored, tally, told
from wenxiao.followup.selectors.ledger import overdue, rectifications_seen_by
from wenxiao.followup.selectors.problems import departments_of
from wenxiao.pages.frame import work_year
from wenxiao.pages.views import person, view
from wenxiao.reviews.worklists import reviews_visible_to, rounds_of_year
from wenxiao.rulebook.numbers import rate_percent
from wenxiao.store.clock import today

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from django.http import HttpRequest, HttpResponse

CHARTED = 14


@dataclass
class Department:
    """One department's monitored projects of one period: money of the same fiscal year and window, so it may be added."""

    name: str
    count: int = 0
    budget: Decimal | None = None
    executed: Decimal | None = None
    without: int = 0
    lights: dict[str, int] = field(default_factory=dict)
    goals: dict[str, int] = field(default_factory=dict)
    problems: int = 0
    synthetic: bool = False

    @property
    def rate(self) -> Decimal | None:
        """Spent of budget in percent, over the projects whose two figures are known."""
        return rate_percent(self.executed, self.budget)


@view("see_unit")
def watch(request: HttpRequest) -> HttpResponse:
    """One period of the year: the chosen round, else the latest ordinary one (it covers most), else the latest."""
    user, year = person(request), work_year(request)
    rounds = rounds_of_year(user, year, "monitoring")
    asked = request.GET.get("round", "")
    one = next((row for row in rounds if str(row.pk) == asked), None) or _widest(rounds)
    key = lit(user, monitored(reviews_visible_to(user)).filter(round__work_year=year, round__key=True))
    rows = lit(user, monitored(reviews_visible_to(user)).filter(round=one)) if one else []
    departments = by_department(rows)
    late = overdue(rectifications_seen_by(user), today()).order_by(Coalesce("extended_to", "deadline"))
    worst = [
        row for row in {row.review.pk: row for row in (*rows, *key)}.values() if row.pace.light in {"red", "yellow"}
    ]
    values = {
        "list_year": year, "rounds": rounds, "one": one, "rows": rows, "departments": departments, "key": key,
        "key_words": told(tally(key)), "words": told(tally(rows)), "worst": sorted(worst, key=lambda row: row.order),
        "turned": turned_red(rows, _before(user, rounds, one)), "before": _before_round(rounds, one),
        "overdue": list(late[:8]), "overdue_count": late.count(), "mending_address": address("desk:rectifications"),
        "chart": execution_chart(departments, rows, one) if departments else None,
    }  # fmt: skip
    return render(request, "desk/watch.html", values)


def _widest(rounds: Sequence[Any]) -> Any:
    """The ordinary round of the latest period, else the key one."""
    return max(rounds, key=lambda row: (not row.key, row.through_month or 0, row.pk), default=None)


def _before_round(rounds: Sequence[Any], one: Any) -> Any:
    """The round of the same sort and fiscal year whose period ended before."""
    if one is None:
        return None
    earlier = [
        row for row in rounds
        if row.key == one.key and row.fiscal_year == one.fiscal_year and (row.through_month or 0) < (one.through_month or 0)
    ]  # fmt: skip
    return max(earlier, key=lambda row: row.through_month or 0, default=None)


def _before(user: Any, rounds: Sequence[Any], one: Any) -> list[Any]:
    found = _before_round(rounds, one)
    return lit(user, monitored(reviews_visible_to(user)).filter(round=found), goals=False) if found else []


def turned_red(rows: Sequence[Any], before: Sequence[Any]) -> list[Any]:
    """What is red now and was watched and not red in the period before."""
    then = {row.review.dossier_id: row.pace.light for row in before}
    return [row for row in rows if row.pace.light == "red" and then.get(row.review.dossier_id, "red") != "red"]


def by_department(rows: Sequence[Any]) -> list[Department]:
    """Money and lights by department, slowest first; those without figures last."""
    names = departments_of(row.dossier.unit for row in rows)
    found: dict[str, Department] = {}
    lights: dict[str, list[str]] = defaultdict(list)
    goals: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        one = found.setdefault(names[row.dossier.unit_id], Department(names[row.dossier.unit_id]))
        one.count += 1
        one.problems += len(row.findings)
        one.synthetic = one.synthetic or row.dossier.subject.synthetic
        lights[one.name].append(row.pace.light)
        goals[one.name].append(row.goals.light)
        if row.budget is None or row.executed is None:
            one.without += 1
        else:
            one.budget, one.executed = (one.budget or 0) + row.budget, (one.executed or 0) + row.executed
    for one in found.values():
        one.lights = {light: lights[one.name].count(light) for light in RANK if light in lights[one.name]}
        one.goals = {light: goals[one.name].count(light) for light in RANK if light in goals[one.name]}
    return sorted(found.values(), key=lambda one: (one.rate is None, one.rate or 0, one.name))


def execution_chart(departments: Sequence[Department], rows: Sequence[Any], one: Any) -> Chart:
    """Execution by department against the elapsed share, slowest first."""
    shown = [row for row in departments if row.rate is not None][:CHARTED]
    elapsed = next((row.pace.elapsed for row in rows if row.pace.elapsed is not None), None)
    behind = sum(1 for row in departments if row.rate is not None and elapsed is not None and row.rate < elapsed)
    known = sum(row.rate is not None for row in departments)
    cut = f"（图中列最慢的 {len(shown)} 个）" if known > len(shown) else ""
    finding = f"{one.period}：{known} 个部门中 {behind} 个执行率低于时间进度 {elapsed}%{cut}"
    return Chart(
        "execution", finding, tuple(row.name for row in shown),
        (("执行率", "bar", tuple(float(row.rate) if row.rate is not None else None for row in shown)),),
        unit="%", line=("时间进度", float(elapsed)) if elapsed is not None else None,
    )  # fmt: skip
