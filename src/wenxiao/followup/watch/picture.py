"""What the leader's one picture is drawn from: the windows of a year in order, spending by month,
money beside goals.

Everything is counted by the database over the kept lines; dots are read for the rows that are drawn
alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, F, OuterRef, Q, Sum

from wenxiao.budget.models import Appropriation, Dossier, Fund, Spending
from wenxiao.budget.selectors import seen_by
from wenxiao.followup.models import FALLS_DUE, Rectification, WatchLine
from wenxiao.followup.watch.lines import Watch, seen_in
from wenxiao.rulebook import pace as pacing
from wenxiao.rulebook.numbers import half_up

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from wenxiao.budget.models import Round
    from wenxiao.orgs.models import User

DOTS = 200
QUADRANTS = ("钱到事成", "钱花了，事没成", "事办了，钱没付", "钱和事都慢")
"""By the two lights: both green; money alone; goals alone; neither."""


@dataclass(frozen=True, slots=True)
class WindowSum:
    """One window of the year added up: over dossiers with both figures, in
    分; and how many red and yellow lights.
    """

    through: int
    period: str
    budget: int
    executed: int
    red: int
    yellow: int

    @property
    def share(self) -> Fraction | None:
        """Executed as a share of the budget."""
        return Fraction(self.executed, self.budget) if self.budget else None


def windows_until(round: Round, rounds: Sequence[Round], user: User | None) -> list[WindowSum]:
    """The windows of the same sort (key or ordinary) and fiscal year up to
    this one, earliest first. One query.
    """
    same = {
        one.pk: one
        for one in rounds
        if one.key == round.key
        and one.fiscal_year == round.fiscal_year
        and (one.through_month or 12) <= (round.through_month or 12)
    }
    both = Q(budget__isnull=False, executed__isnull=False)
    rows = (
        WatchLine.objects.filter(seen_in(user, {round.division_id}), round__in=list(same))
        .order_by()
        .values("round")
        .annotate(
            planned=Sum("budget", filter=both, default=0),
            out=Sum("executed", filter=both, default=0),
            red=Count("pk", filter=Q(light="red")),
            yellow=Count("pk", filter=Q(light="yellow")),
        )
    )
    sums = [
        WindowSum(
            same[row["round"]].through_month or 12,
            same[row["round"]].period,
            _fen(row["planned"]),
            _fen(row["out"]),
            row["red"],
            row["yellow"],
        )
        for row in rows
    ]
    return sorted(sums, key=lambda one: one.through)


@dataclass(frozen=True, slots=True)
class SpentYear:
    """Cumulated spending in 分 at the end of each known month, on the way to ``through``;
    ``by_month``: every month is known.

    ``forecast`` is the range of the year's end in 分 (lowest, highest, its methods); None without
    any spending.
    """

    budget: int
    points: tuple[tuple[int, int], ...]
    by_month: bool
    forecast: tuple[int, int, str] | None


def spent_year(table: Watch, windows: Sequence[WindowSum]) -> SpentYear | None:
    """The curve of one window's dossiers: payments of each month where the treasury or the accounts
    tell all of them, else what each window reported.
    """
    if not windows or not windows[-1].budget:
        return None
    last = windows[-1]
    monthly = _monthly(table, last.through)
    if monthly and sum(monthly) == last.executed:
        points, total = [], 0
        for month, amount in enumerate(monthly, 1):
            total += amount
            points.append((month, total))
        ends = pacing.forecast([Decimal(amount).scaleb(-2) for amount in monthly])
        return SpentYear(last.budget, tuple(points), by_month=True, forecast=_range(ends))
    straight = half_up(last.executed * 12, last.through)
    shares = [
        (one.through, half_up(one.executed * last.budget, one.budget))
        for one in windows
        if one.budget
    ]
    forecast = (straight, straight, "直线外推") if last.executed else None
    return SpentYear(last.budget, tuple(shares), by_month=False, forecast=forecast)


@dataclass(frozen=True, slots=True)
class PlannedYear:
    """分月用款计划 of one window's dossiers: how many of all have one, their budget, and what they
    plan to have spent by the end of each month (分, January first).
    """

    dossiers: int
    all: int
    budget: int
    points: tuple[int, ...]


def planned_year(table: Watch) -> PlannedYear | None:
    """What the window's dossiers planned; None where nobody did. One query, a second where somebody
    did.
    """
    plans = Spending.objects.filter(dossier=OuterRef("dossier"), source=Spending.Source.PLAN)
    lines = table.lines.order_by().filter(budget__isnull=False)
    sums = lines.annotate(has_plan=Exists(plans)).aggregate(
        all=Count("pk"),
        n=Count("pk", filter=Q(has_plan=True)),
        budget=Sum("budget", filter=Q(has_plan=True), default=0),
    )
    if not sums["n"] or not sums["budget"]:
        return None
    rows = Spending.objects.filter(dossier__in=lines.values("dossier"), source=Spending.Source.PLAN)
    by_month = {
        row["month"]: _fen(row["out"])
        for row in rows.order_by().values("month").annotate(out=Sum("amount"))
    }
    points = accumulate(by_month.get(month, 0) for month in range(1, 13))
    return PlannedYear(sums["n"], sums["all"], _fen(sums["budget"]), tuple(points))


@dataclass(frozen=True, slots=True)
class SinceOpening:
    """Dossiers whose opening budget is known: how many, what they opened with and have now, in
    分.
    """

    dossiers: int
    opening: int
    now: int

    @property
    def change(self) -> Fraction | None:
        """By how much the budget grew since, as a share of the opening."""
        return Fraction(self.now - self.opening, self.opening) if self.opening else None


def since_opening(table: Watch) -> SinceOpening:
    """What the year's budget was at its opening beside what it is now, over the same dossiers; a
    total counts where no part is given. Two queries.
    """
    counted = table.lines.order_by().filter(budget__isnull=False).values("dossier")
    parts = Appropriation.objects.filter(dossier=OuterRef("dossier")).exclude(fund=Fund.TOTAL)
    opened = Appropriation.objects.filter(opening__isnull=False).filter(
        ~Q(fund=Fund.TOTAL) | ~Exists(parts)
    )
    first = opened.filter(dossier__in=counted).aggregate(sum=Sum("opening", default=0))
    same = opened.filter(dossier=OuterRef("dossier"))
    now = (
        table.lines.order_by()
        .filter(Exists(same), budget__isnull=False)
        .aggregate(sum=Sum("budget", default=0), n=Count("pk"))
    )
    return SinceOpening(now["n"], _fen(first["sum"]), _fen(now["sum"]))


def _range(ends: pacing.Forecast | None) -> tuple[int, int, str] | None:
    if ends is None:
        return None
    names = "、".join(name for name, _ in ends.methods)
    return _fen(ends.low), _fen(ends.high), names


def _monthly(table: Watch, through: int) -> list[int]:
    """分 of each month over dossiers whose counted record has months; a
    total counts where no part is given.
    """
    lines = table.lines.order_by().filter(budget__isnull=False)
    counted = lines.filter(dossier=OuterRef("dossier"), source=OuterRef("source"))
    parts = Spending.objects.filter(
        dossier=OuterRef("dossier"),
        source=OuterRef("source"),
        month=OuterRef("month"),
        cumulative=False,
    ).exclude(fund=Fund.TOTAL)
    rows = (
        Spending.objects.filter(dossier__in=lines.values("dossier"))
        .filter(Exists(counted), month__lte=through, cumulative=False)
        .exclude(source=Spending.Source.FORM)
        .filter(~Q(fund=Fund.TOTAL) | ~Exists(parts))
        .order_by()
        .values("month")
        .annotate(out=Sum("amount"))
    )
    by_month = {row["month"]: _fen(row["out"]) for row in rows}
    return [by_month.get(month, 0) for month in range(1, through + 1)] if by_month else []


@dataclass(frozen=True, slots=True)
class Dot:
    """One dossier in the picture: pace index (tenths), how many of the
    judged goals go well, both lights, its budget (分).
    """

    dossier: int
    name: str
    unit: str
    synthetic: bool
    index_t: int
    good: int
    judged: int
    light: str
    goal: str
    budget: int

    @property
    def quadrant(self) -> str:
        """Which of the four it is in."""
        return quadrant_of(self.light, self.goal)


def quadrant_of(light: str, goal: str) -> str:
    """The quadrant of a pair of lights; empty where one of them isn't lit."""
    if "none" in (light, goal):
        return ""
    return QUADRANTS[2 * (light != "green") + (goal != "green")]


def quadrants(table: Watch) -> tuple[dict[str, int], int]:
    """How many dossiers are in each quadrant, and how many in none for want of a light."""
    counts, dark = dict.fromkeys(QUADRANTS, 0), 0
    for light, goal, count in table.sums.select("light", "goal", "n").iter_rows():
        name = quadrant_of(light, goal)
        if name:
            counts[name] += count
        else:
            dark += count
    return counts, dark


def dots(table: Watch, most: int = DOTS) -> list[Dot]:
    """The dossiers with both lights and an index, worst first, at most so many. Two queries."""
    judged = F("g_red") + F("g_yellow") + F("g_green")
    rows: list[Any] = list(
        table.lines.filter(index_t__isnull=False)
        .exclude(light="none")
        .exclude(goal="none")
        .annotate(judged=judged)
        .values("dossier", "index_t", "g_green", "judged", "light", "goal", "budget")[:most]
    )
    names = {
        pk: (name, unit, synthetic)
        for pk, name, unit, synthetic in Dossier.objects.filter(
            pk__in=[row["dossier"] for row in rows]
        ).values_list("pk", "subject__name", "unit__name", "subject__synthetic")
    }
    return [
        Dot(
            row["dossier"],
            *names[row["dossier"]],
            index_t=row["index_t"],
            good=row["g_green"],
            judged=row["judged"],
            light=row["light"],
            goal=row["goal"],
            budget=_fen(row["budget"]),
        )
        for row in rows
        if row["dossier"] in names
    ]


@dataclass(frozen=True, slots=True)
class Mended:
    """Rectifications of a fiscal year's dossiers: all, closed, late; how
    many were closed up to the end of each month.
    """

    all: int
    closed: int
    late: int
    by_month: tuple[int, ...]


def mended(user: User | None, division: int, work_year: int, on: date) -> Mended:
    """The rectifications of a division's reviews of one work year. One query."""
    rows = Rectification.objects.filter(finding__review__round__work_year=work_year)
    # A sum no index answers: the database begins with the year's rounds, not with every subject.
    rows = rows.annotate(of_division=F("finding__dossier__subject__division_id") + 0)
    rows = rows.filter(of_division=division)
    if user is not None:
        rows = rows.filter(seen_by(user, "finding__dossier"))
    counted = (
        rows.annotate(due=FALLS_DUE)
        .order_by()
        .values("state", "closed_on__year", "closed_on__month")
        .annotate(n=Count("pk"), overdue=Count("pk", filter=Q(due__lt=on)))
    )
    grouped: list[dict[str, Any]] = [dict(row) for row in counted]
    shut = [row for row in grouped if row["state"] == Rectification.State.CLOSED]
    waiting = {Rectification.State.CLOSED, Rectification.State.REPLIED}
    until = on.month if on.year == work_year else 12
    months = tuple(
        sum(row["n"] for row in shut if _closed(row) <= (work_year, month))
        for month in range(1, until + 1)
    )
    return Mended(
        sum(row["n"] for row in grouped),
        sum(row["n"] for row in shut),
        sum(row["overdue"] for row in grouped if row["state"] not in waiting),
        months,
    )


def _closed(row: dict[str, Any]) -> tuple[int, int]:
    """Year and month of closure; one without a day counts at the end."""
    return row["closed_on__year"] or 9999, row["closed_on__month"] or 12


def _fen(yuan: Decimal | int | None) -> int:
    return 0 if yuan is None else int(yuan.scaleb(2)) if isinstance(yuan, Decimal) else int(yuan)
