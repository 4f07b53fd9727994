"""What a leader asks of a watch: money and goals by department, what turned red since last time, what is overdue."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl
from django.db.models.functions import Coalesce

from wenxiao.budget.models import Round
from wenxiao.budget.selectors import rounds_visible_to, seen_by
from wenxiao.followup.models import Rectification
from wenxiao.followup.watch.lines import KeptTable, seen_in, turned
from wenxiao.followup.watch.table import WatchTable
from wenxiao.orgs.models import Unit
from wenxiao.reviews.models import Review
from wenxiao.reviews.states import OPEN
from wenxiao.rulebook.numbers import from_fen, rate_percent
from wenxiao.rulebook.pace_columns import LIGHTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from django.db.models import QuerySet

    from wenxiao.orgs.models import User

Watch = WatchTable | KeptTable
"""Worked out from the rows of this moment, or from the kept lines: the same answers."""


@dataclass(frozen=True, slots=True)
class LightCell:
    """One square of 钱与事对照: how many dossiers have this money light and this goal light."""

    money: str
    goal: str
    count: int


def money_by_goals(table: Watch) -> list[list[LightCell]]:
    """The matrix money (rows) × goals (columns), both in the order red, yellow, green, none."""
    found = {
        (m, g): n
        for m, g, n in table.sums.group_by("light", "goal").agg(pl.col("n").sum()).iter_rows()
    }
    return [[LightCell(m, g, found.get((m, g), 0)) for g in LIGHTS] for m in LIGHTS]


@dataclass(frozen=True, slots=True)
class DepartmentRow:
    """One department: sums in 元 over what was reported, and how many of each light (keys of LIGHTS).

    ``rate`` is the department's execution in percent over dossiers with both figures, None without any.
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
    """The watch by budget department, most red first. Two queries at most, whatever the number of dossiers."""
    names = _departments(table)
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


def _departments(table: Watch) -> dict[int, tuple[int, str]]:
    """The topmost budget department above each unit of the table (the unit itself where there is none)."""
    divisions = {one.division_id for one in table.rounds}
    rows = list(
        Unit.objects.filter(division__in=divisions).values_list("pk", "path", "kind", "name")
    )
    departments = {pk: name for pk, _, kind, name in rows if kind == Unit.Kind.DEPARTMENT}
    found = {}
    for pk, path, _, name in rows:
        chain = (int(part) for part in path.strip("/").split("/") if part.isdigit())
        top = next((key for key in chain if key in departments), None)
        found[pk] = (pk, name) if top is None else (top, departments[top])
    return found


@dataclass(frozen=True, slots=True)
class Changes:
    """Two windows compared, over the dossiers in both: ``now`` is the later watch reduced to those that turned."""

    earlier: Round
    turned_red: Watch
    left_red: Watch
    count_slower: Callable[[], int]

    @property
    def slower(self) -> int:
        """How many lost pace; counted when asked."""
        return self.count_slower()


def earlier_round(round: Round) -> Round | None:
    """The monitoring round of the same year, division and importance that ended before this one; None for the first."""
    rows = Round.objects.filter(
        division=round.division_id,
        kind=Round.Kind.MONITORING,
        fiscal_year=round.fiscal_year,
        through_month__lt=round.through_month or 12,
    ).exclude(state=Round.State.DRAFT)
    same = rows.filter(key=round.key).order_by("-through_month", "-pk").first()
    return same or rows.order_by("-through_month", "-pk").first()


def changes_since(table: Watch, earlier: Watch) -> Changes:
    """What turned red (money or goals) since the watch over an earlier window, what came out of it, and how many lost pace."""
    if isinstance(table, WatchTable) and isinstance(earlier, WatchTable):
        return _changes_in_memory(table, earlier)
    if isinstance(table, KeptTable) and isinstance(earlier, KeptTable):
        return Changes(earlier.rounds[0], *turned(table, earlier))
    raise TypeError("两期监控表的来处不同，不能比较。")


def _changes_in_memory(table: WatchTable, earlier: WatchTable) -> Changes:
    was = earlier.frame.select("dossier", was=_red(), index_before="index_t")
    both = table.frame.join(was, on="dossier", how="inner", maintain_order="left")
    slower = both.filter(pl.col("index_t") < pl.col("index_before"))

    def kept(condition: pl.Expr) -> WatchTable:
        return WatchTable(
            table.rounds, both.filter(condition).select(table.frame.columns), table.on
        )

    return Changes(
        earlier.rounds[0],
        kept(_red() & ~pl.col("was")),
        kept(~_red() & pl.col("was")),
        lambda: slower.height,
    )


def _red() -> pl.Expr:
    return (pl.col("light") == "red") | (pl.col("goal") == "red")


@dataclass(frozen=True, slots=True)
class Overdue:
    """Something that is late: a window not handed in, or a rectification. ``days`` counts from the day it was due."""

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
    """What is late on a day in the scope of the user's grants, longest first, at most so many; and how many in all."""
    reviews, mendings = _late_reviews(user, on, work_year), _late_mendings(user, on)
    rows = [
        *_told(reviews, "未报送", _REVIEW, on, most),
        *_told(mendings, "整改逾期", _MENDING, on, most),
    ]
    total = len(rows) if most is None else reviews.count() + mendings.count()
    return sorted(rows, key=lambda row: -row.days)[:most], total


_REVIEW = (
    "round__deadline",
    "dossier_id",
    "dossier__subject__name",
    "dossier__unit__name",
    "round__name",
)
_MENDING = (
    "late_since",
    "finding__dossier",
    "finding__dossier__subject__name",
    "unit__name",
    "finding__text",
)


def _told(
    rows: QuerySet[Any, Any], kind: str, names: tuple[str, ...], on: date, most: int | None
) -> list[Overdue]:
    """The longest late of some rows; names are read of those alone."""
    first = rows.order_by(names[0], "pk")
    if most is not None:
        first = rows.filter(pk__in=list(first.values_list("pk", flat=True)[:most])).order_by(
            names[0], "pk"
        )
    return [
        Overdue(kind, key, name, unit, matter, due, (on - due).days)
        for due, key, name, unit, matter in first.values_list(*names)
    ]


def _late_reviews(user: User | None, on: date, work_year: int | None) -> QuerySet[Any, Any]:
    rounds = (Round.objects.all() if user is None else rounds_visible_to(user)).filter(
        kind=Round.Kind.MONITORING, state=Round.State.OPEN, deadline__lt=on
    )
    late = list(rounds if work_year is None else rounds.filter(work_year=work_year))
    seen = seen_in(user, {one.division_id for one in late})
    return Review.objects.filter(seen, round__in=[one.pk for one in late], state__in=OPEN)


def _late_mendings(user: User | None, on: date) -> QuerySet[Any, Any]:
    rows = Rectification.objects.annotate(late_since=Coalesce("extended_to", "deadline")).filter(
        late_since__lt=on
    )
    rows = rows.exclude(state__in=[Rectification.State.CLOSED, Rectification.State.REPLIED])
    return rows if user is None else rows.filter(seen_by(user, "finding__dossier"))
