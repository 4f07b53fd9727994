"""What a leader asks of a watch: money and goals by department, what turned red since last time, what is overdue."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl
from django.db.models import F
from django.db.models.functions import Coalesce

from wenxiao.budget.models import Round
from wenxiao.budget.selectors import dossiers_visible_to
from wenxiao.followup.kinds.watch import WatchTable, watch
from wenxiao.followup.models import Rectification
from wenxiao.orgs.models import Unit
from wenxiao.reviews.models import Review
from wenxiao.reviews.states import OPEN
from wenxiao.rulebook.numbers import from_fen, rate_percent
from wenxiao.rulebook.pace_columns import LIGHTS

if TYPE_CHECKING:
    from datetime import date

    from wenxiao.orgs.models import User


@dataclass(frozen=True, slots=True)
class Cell:
    """One square of 钱与事对照: how many dossiers have this money light and this goal light."""

    money: str
    goal: str
    count: int


def money_by_goals(table: WatchTable) -> list[list[Cell]]:
    """The matrix money (rows) × goals (columns), both in the order red, yellow, green, none."""
    found = {(m, g): n for m, g, n in table.frame.group_by("light", "goal").len().iter_rows()}
    return [[Cell(m, g, found.get((m, g), 0)) for g in LIGHTS] for m in LIGHTS]


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


def by_department(table: WatchTable) -> list[DepartmentRow]:
    """The watch by budget department, most red first. One query, whatever the number of dossiers."""
    names = _departments(table)
    both = pl.col("budget").is_not_null() & pl.col("executed").is_not_null()
    lights = [(column, light) for column in ("light", "goal") for light in LIGHTS]
    joined = table.frame.with_columns(
        department=pl.col("unit").replace_strict({unit: key for unit, (key, _) in names.items()}, return_dtype=pl.Int64)
    )
    sums = joined.group_by("department").agg(
        pl.len().alias("n"),
        pl.col("budget").filter(both).sum().alias("budget"),
        pl.col("executed").filter(both).sum().alias("executed"),
        pl.col("above").sum().cast(pl.Int64).alias("above"),
        (pl.col("confirmed") + pl.col("candidates")).sum().alias("findings"),
        *((pl.col(column) == light).sum().cast(pl.Int64).alias(f"{column}_{light}") for column, light in lights),
    )
    called = dict(names.values())
    rows = [_department_row(row, called) for row in sums.iter_rows(named=True)]
    return sorted(rows, key=lambda row: (-row.money["red"], -row.goals["red"], -row.money["yellow"], row.name))


def _department_row(row: dict[str, int], called: dict[int, str]) -> DepartmentRow:
    budget, executed = from_fen(row["budget"]), from_fen(row["executed"])
    return DepartmentRow(
        row["department"], called[row["department"]], row["n"], budget, executed, rate_percent(executed, budget),
        {light: row[f"light_{light}"] for light in LIGHTS}, {light: row[f"goal_{light}"] for light in LIGHTS},
        row["above"], row["findings"],
    )  # fmt: skip


def _departments(table: WatchTable) -> dict[int, tuple[int, str]]:
    """The topmost budget department above each unit of the table (the unit itself where there is none)."""
    divisions = {one.division_id for one in table.rounds}
    rows = list(Unit.objects.filter(division__in=divisions).values_list("pk", "path", "kind", "name"))
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
    turned_red: WatchTable
    left_red: WatchTable
    slower: int


def earlier_round(round: Round) -> Round | None:  # noqa: A002 - the field's own word (任务)
    """The monitoring round of the same year, division and importance that ended before this one; None for the first."""
    rows = Round.objects.filter(
        division=round.division_id, kind=Round.Kind.MONITORING, fiscal_year=round.fiscal_year,
        through_month__lt=round.through_month or 12,
    ).exclude(state=Round.State.DRAFT)  # fmt: skip
    same = rows.filter(key=round.key).order_by("-through_month", "-pk").first()
    return same or rows.order_by("-through_month", "-pk").first()


def changes_since(table: WatchTable, earlier: Round, user: User | None) -> Changes:
    """What turned red (money or goals) since ``earlier``, what came out of it, and how many lost pace."""
    before = watch(earlier, user, on=table.on).frame
    was = before.select("dossier", was=_red(), index_before="index_t")
    both = table.frame.join(was, on="dossier", how="inner", maintain_order="left")
    slower = both.filter(pl.col("index_t") < pl.col("index_before")).height

    def kept(condition: pl.Expr) -> WatchTable:
        return WatchTable(table.rounds, both.filter(condition).select(table.frame.columns), table.on)

    return Changes(earlier, kept(_red() & ~pl.col("was")), kept(~_red() & pl.col("was")), slower)


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


def overdue(user: User | None, *, on: date, work_year: int | None = None) -> list[Overdue]:
    """What is late on a day in the scope of the user's grants, longest first. Three queries at most."""
    return sorted([*_late_reviews(user, on, work_year), *_late_mendings(user, on)], key=lambda row: -row.days)


def _late_reviews(user: User | None, on: date, work_year: int | None) -> list[Overdue]:
    rows = Review.objects.filter(
        round__kind=Round.Kind.MONITORING, round__state=Round.State.OPEN, round__deadline__lt=on, state__in=OPEN
    )
    rows = rows if work_year is None else rows.filter(round__work_year=work_year)
    rows = rows if user is None else rows.filter(dossier__in=dossiers_visible_to(user))
    names = ("dossier_id", "dossier__subject__name", "dossier__unit__name", "round__name", "round__deadline")
    return [
        Overdue("未报送", key, name, unit, matter, due, (on - due).days)
        for key, name, unit, matter, due in rows.values_list(*names)
        if due is not None
    ]


def _late_mendings(user: User | None, on: date) -> list[Overdue]:
    rows = Rectification.objects.annotate(due=Coalesce("extended_to", "deadline")).filter(due__lt=on)
    rows = rows.exclude(state__in=[Rectification.State.CLOSED, Rectification.State.REPLIED])
    rows = rows if user is None else rows.filter(finding__dossier__in=dossiers_visible_to(user))
    told = rows.annotate(
        matter=F("finding__text"), key=F("finding__dossier"), name=F("finding__dossier__subject__name")
    )
    return [
        Overdue("整改逾期", key, name, unit, matter, due, (on - due).days)
        for key, name, unit, matter, due in told.values_list("key", "name", "unit__name", "matter", "due")
    ]
