"""What a leader asks of a watch: money and goals by department, what turned
red since last time, what is overdue.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl
from django.db.models import Case, When

from wenxiao.budget.models import Round
from wenxiao.budget.selectors import rounds_visible_to, seen_by
from wenxiao.followup.models import FALLS_DUE, Rectification
from wenxiao.followup.watch.lines import turned
from wenxiao.orgs.models import Unit
from wenxiao.reviews.kinds import ASKED
from wenxiao.reviews.worklists import not_arrived
from wenxiao.rulebook.numbers import from_fen, rate_percent
from wenxiao.rulebook.pace_columns import LIGHTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    from django.db.models import QuerySet

    from wenxiao.followup.watch.lines import Watch
    from wenxiao.orgs.models import User


@dataclass(frozen=True, slots=True)
class LightCell:
    """One square of 钱与事对照: how many dossiers have this money light and this goal light."""

    money: str
    goal: str
    count: int


def money_by_goals(table: Watch) -> list[list[LightCell]]:
    """The matrix money (rows) × goals (columns), both in the order red, yellow, green, none."""
    counts = {
        (m, g): n
        for m, g, n in table.sums.group_by("light", "goal").agg(pl.col("n").sum()).iter_rows()
    }
    return [[LightCell(m, g, counts.get((m, g), 0)) for g in LIGHTS] for m in LIGHTS]


@dataclass(frozen=True, slots=True)
class DepartmentRow:
    """One department: sums in 元 over what was reported, and how many of each light (keys of
    LIGHTS).

    ``rate`` is the department's execution in percent over dossiers with both figures, None without
    any.
    """

    unit: int
    name: str
    dossiers: int
    budget: Decimal
    executed: Decimal
    rate: Decimal | None
    money: dict[str, int]
    goals: dict[str, int]
    above: int
    findings: int


def by_department(table: Watch) -> list[DepartmentRow]:
    """The watch by budget department, most red first.
    Two queries at most, whatever the number of dossiers.
    """
    names = top_departments(table.rounds)
    plain = ("n", "budget", "executed", "above", "findings")
    lights = [(column, light) for column in ("light", "goal") for light in LIGHTS]
    joined = table.sums.with_columns(
        department=pl.col("unit").replace_strict(
            {unit: key for unit, (key, _) in names.items()}, return_dtype=pl.Int64
        )
    )
    sums = joined.group_by("department").agg(
        *(pl.col(name).sum() for name in plain),
        *(
            pl.col("n").filter(pl.col(kind) == light).sum().alias(f"{kind}_{light}")
            for kind, light in lights
        ),
    )
    called = dict(names.values())
    rows = [_department_row(row, called) for row in sums.iter_rows(named=True)]
    return sorted(
        rows, key=lambda row: (-row.money["red"], -row.goals["red"], -row.money["yellow"], row.name)
    )


def _department_row(row: dict[str, int], called: dict[int, str]) -> DepartmentRow:
    budget, executed = from_fen(row["budget"]), from_fen(row["executed"])
    return DepartmentRow(
        row["department"],
        called[row["department"]],
        row["n"],
        budget,
        executed,
        rate_percent(executed, budget),
        {light: row[f"light_{light}"] for light in LIGHTS},
        {light: row[f"goal_{light}"] for light in LIGHTS},
        row["above"],
        row["findings"],
    )


def top_departments(rounds: Iterable[Round]) -> dict[int, tuple[int, str]]:
    """The topmost budget department above each unit of the rounds'
    divisions (the unit itself where there is none).
    """
    divisions = {one.division_id for one in rounds}
    rows = list(
        Unit.objects.filter(division__in=divisions).values_list("pk", "path", "kind", "name")
    )
    departments = {pk: name for pk, _, kind, name in rows if kind == Unit.Kind.DEPARTMENT}
    tops = {}
    for pk, path, _, name in rows:
        chain = (int(part) for part in path.strip("/").split("/") if part.isdigit())
        top = next((key for key in chain if key in departments), None)
        tops[pk] = (pk, name) if top is None else (top, departments[top])
    return tops


@dataclass(frozen=True, slots=True)
class Changes:
    """Two windows compared, over the dossiers in both: ``now`` is the later
    watch reduced to those that turned.
    """

    earlier: Round
    turned_red: Watch
    left_red: Watch
    count_slower: Callable[[], int]

    @property
    def slower(self) -> int:
        """How many lost pace; counted when asked."""
        return self.count_slower()


def earlier_round(round: Round) -> Round | None:
    """The monitoring round of the same year, division and importance that
    ended before this one; None for the first.
    """
    rows = Round.objects.filter(
        division=round.division_id,
        kind=Round.Kind.MONITORING,
        fiscal_year=round.fiscal_year,
        through_month__lt=round.through_month or 12,
    ).exclude(state=Round.State.DRAFT)
    alike = Case(When(key=round.key, then=0), default=1)
    return rows.order_by(alike, "-through_month", "-pk").first()


def changes_since(table: Watch, earlier: Watch) -> Changes:
    """What turned red (money or goals) since the watch over an earlier
    window, what came out of it, and how many lost pace.
    """
    return Changes(earlier.rounds[0], *turned(table, earlier))


@dataclass(frozen=True, slots=True)
class Overdue:
    """Something that is late: a form of a round that did not arrive, or a rectification.
    ``days`` counts from the day it was due.
    """

    kind: str
    dossier: int
    name: str
    unit: str
    matter: str
    due_on: date
    days: int


def overdue(
    user: User | None, *, on: date, work_year: int | None = None, most: int | None = None
) -> tuple[list[Overdue], int]:
    """What is late on a day in the scope of the user's grants, longest first, at most so many; and
    how many in all.

    Forms of every kind that units owe count, begun or not; what arrived and waits to be mended is
    not the unit's delay.
    """
    forms, owed = _late_forms(user, on, work_year, most)
    mendings = _late_mendings(user, on)
    rows = [*forms, *_told(mendings, on, most)]
    return sorted(rows, key=lambda row: -row.days)[:most], owed + mendings.count()


def _late_forms(
    user: User | None, on: date, work_year: int | None, most: int | None
) -> tuple[list[Overdue], int]:
    """The forms units still owe of rounds past their deadline, longest
    first, at most so many; and how many in all.
    """
    rounds = (Round.objects.all() if user is None else rounds_visible_to(user)).filter(
        kind__in=ASKED, state=Round.State.OPEN, deadline__lt=on, past=False
    )
    rounds = rounds if work_year is None else rounds.filter(work_year=work_year)
    rows: list[Overdue] = []
    total = 0
    for one in rounds.order_by("deadline", "pk"):
        late = not_arrived(user, one)
        total += late.count()
        left = None if most is None else most - len(rows)
        if one.deadline is None or (left is not None and left <= 0):
            continue
        days = (on - one.deadline).days
        named = late.values_list("pk", "subject__name", "unit__name")[:left]
        rows += [
            Overdue("未报送", key, name, unit, one.name, one.deadline, days)
            for key, name, unit in named
        ]
    return rows, total


_MENDING = (
    "late_since",
    "finding__dossier",
    "finding__dossier__subject__name",
    "unit__name",
    "finding__text",
)


def _told(rows: QuerySet[Any, Any], on: date, most: int | None) -> list[Overdue]:
    """The longest late rectifications; names are read of those alone."""
    first = rows.order_by("late_since", "pk")
    if most is not None:
        keys = list(first.values_list("pk", flat=True)[:most])
        first = rows.filter(pk__in=keys).order_by("late_since", "pk")
    return [
        Overdue("整改逾期", key, name, unit, matter, due, (on - due).days)
        for due, key, name, unit, matter in first.values_list(*_MENDING)
    ]


def _late_mendings(user: User | None, on: date) -> QuerySet[Any, Any]:
    rows = Rectification.objects.annotate(late_since=FALLS_DUE).filter(late_since__lt=on)
    rows = rows.exclude(state__in=[Rectification.State.CLOSED, Rectification.State.REPLIED])
    return rows if user is None else rows.filter(seen_by(user, "finding__dossier"))
