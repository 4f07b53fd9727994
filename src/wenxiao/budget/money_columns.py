"""Budget and spending of many dossiers through a month, in int64 分: the columns of
``budget.money.money_of``.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl
from django.db.models import Count, Max, Q, QuerySet, Sum

from wenxiao.budget.models import COUNTED_SOURCES, Appropriation, Fund, Milestone, Spending
from wenxiao.store.frames import read_columns

if TYPE_CHECKING:
    from wenxiao.budget.models import Round

AMOUNTS = ("opening", "added", "cut_back", "adjusted", "arrived")
FEW = 500
"""Up to so many dossiers are named one by one in a query; more are read by
year and division and joined in memory.
"""


def cut_off(round: Round) -> date:
    """The day a window ends: the last of its last month in the fiscal year."""
    month = round.through_month or 12
    return date(round.fiscal_year, month, monthrange(round.fiscal_year, month)[1])


def chosen(round: Round, dossiers: list[int], prefix: str = "dossier") -> Q:
    """The condition that reads the rows of these dossiers of a round: never
    more than the year's.
    """
    if len(dossiers) <= FEW:
        return Q(**{f"{prefix}__in": dossiers})
    return Q(
        **{
            f"{prefix}__fiscal_year": round.fiscal_year,
            f"{prefix}__subject__division": round.division_id,
        }
    )


def arranged(which: Q, year: int) -> pl.DataFrame:
    """Per dossier ``budget`` (全年预算数), ``cut_back``, ``arrived_month``.
    A total row counts where no part is given.
    """
    schema = {
        "dossier": pl.Int64,
        "fund": pl.String,
        **dict.fromkeys(AMOUNTS, pl.Int64),
        "arrived_on": pl.Date,
    }
    rows = read_columns(Appropriation.objects.filter(which).values_list(*schema), schema)
    part = pl.col("fund") != Fund.TOTAL.value
    money = rows.group_by("dossier").agg(
        *(_known_sum(name, part) for name in AMOUNTS),
        pl.col("arrived_on").max().alias("last_arrival"),
        pl.col("arrived_on").min().alias("first_arrival"),
        pl.col("arrived_on").null_count().alias("undated"),
    )
    added, back = pl.col("added").fill_null(0), pl.col("cut_back").fill_null(0)
    opened = pl.col("opening") + added
    fallen = (
        pl.when(pl.col("adjusted") < opened)
        .then(opened - pl.col("adjusted"))
        .otherwise(0)
        .fill_null(0)
    )
    return money.select(
        "dossier",
        budget=pl.coalesce("adjusted", opened - back),
        cut_back=pl.max_horizontal(back, fallen),
        arrived=_month(pl.col("first_arrival"), year, pl.col("undated") > 0),
    )


@dataclass(frozen=True, slots=True)
class CutBack:
    """Money taken back on a known day, beside the whole year's rows (分): it
    is not the window's months that it lifts.
    """

    on: date
    budget: int | None
    cut_back: int | None
    executed: int | None


def dated_cuts(which: Q, year: int) -> dict[int, CutBack]:
    """The last day money was taken back with the year's own figures, by
    dossier; absent where no day is known.
    """
    rows = Appropriation.objects.filter(which, cut_back__gt=0, cut_back_on__isnull=False)
    days: dict[int, date] = dict(
        rows.values("dossier").annotate(last=Max("cut_back_on")).values_list("dossier", "last")
    )
    if not days:
        return {}
    of_these = Q(dossier__in=days) if len(days) <= FEW else which
    spending = {row["dossier"]: row["spent"] for row in spent(of_these, 12).to_dicts()}
    return {
        row["dossier"]: CutBack(
            days[row["dossier"]], row["budget"], row["cut_back"], spending.get(row["dossier"])
        )
        for row in arranged(of_these, year).to_dicts()
        if row["dossier"] in days
    }


def _known_sum(name: str, part: pl.Expr) -> pl.Expr:
    """The parts' sum, else the total rows'; null when neither says anything."""
    value = pl.col(name)
    of_parts, of_totals = (
        value.filter(part & value.is_not_null()),
        value.filter(~part & value.is_not_null()),
    )
    return (
        pl.when(of_parts.len() > 0)
        .then(of_parts.sum())
        .when(of_totals.len() > 0)
        .then(of_totals.sum())
        .cast(pl.Int64)
        .alias(name)
    )


def _month(day: pl.Expr, year: int, from_january: pl.Expr) -> pl.Expr:
    """The month the first money arrived; null for the whole year (money
    without a day counts from January).
    """
    month = (
        pl.when(day.dt.year() < year)
        .then(1)
        .when(day.dt.year() > year)
        .then(12)
        .otherwise(day.dt.month())
    )
    return pl.when(from_january).then(None).otherwise(month).cast(pl.Int64)


def spent(which: Q, through: int) -> pl.DataFrame:
    """Per dossier ``spent`` and ``source``: of the first source that has rows, months added up,
    else the latest sums.

    ``last_month`` is the last month with a payment of that source; null for sources that give sums
    only.
    """
    rows = Spending.objects.filter(which, month__lte=through, source__in=COUNTED_SOURCES)
    flows = _with_months_of_mixed(_flows(rows), rows)
    sums = _latest_sums(rows).join(
        flows.select("dossier", "source"), on=["dossier", "source"], how="anti"
    )
    order = {str(source): rank for rank, source in enumerate(COUNTED_SOURCES)}
    both = pl.concat([flows, sums]).with_columns(
        rank=pl.col("source").replace_strict(order, return_dtype=pl.Int64)
    )
    return (
        both.sort("dossier", "rank")
        .unique("dossier", keep="first", maintain_order=True)
        .drop("rank")
    )


_SPENT = {"dossier": pl.Int64, "source": pl.String, "spent": pl.Int64, "last_month": pl.Int64}


def _flows(rows: QuerySet[Any]) -> pl.DataFrame:
    """Months added up by the database, parts and undivided totals apart."""
    schema = {
        "dossier": pl.Int64,
        "source": pl.String,
        "parts": pl.Int64,
        "totals": pl.Int64,
        "n_parts": pl.Int64,
        "n": pl.Int64,
        "last_month": pl.Int64,
    }
    part = ~Q(fund=Fund.TOTAL)
    grouped = (
        rows.filter(cumulative=False)
        .values("dossier", "source")
        .annotate(
            parts=Sum("amount", filter=part),
            totals=Sum("amount", filter=~part),
            n_parts=Count("pk", filter=part),
            n=Count("pk"),
            last=Max("month"),
        )
        .values_list("dossier", "source", "parts", "totals", "n_parts", "n", "last")
    )
    return read_columns(grouped, schema).with_columns(
        spent=pl.when(pl.col("n_parts") > 0).then(pl.col("parts")).otherwise(pl.col("totals")),
        mixed=(pl.col("n_parts") > 0) & (pl.col("n_parts") < pl.col("n")),
    )


def _with_months_of_mixed(flows: pl.DataFrame, rows: QuerySet[Any]) -> pl.DataFrame:
    """Where a source gives parts and totals, a total counts in the months
    without parts: these few are read again.
    """
    mixed = flows.filter("mixed")["dossier"].to_list()
    plain = flows.filter(~pl.col("mixed")).select(*_SPENT)
    if not mixed:
        return plain
    schema = {
        "dossier": pl.Int64,
        "source": pl.String,
        "month": pl.Int64,
        "fund": pl.String,
        "amount": pl.Int64,
    }
    again = rows.filter(cumulative=False)
    again = again.filter(dossier__in=mixed) if len(mixed) <= FEW else again
    lines = read_columns(again.values_list(*schema), schema).join(
        flows.filter("mixed"), on=["dossier", "source"]
    )
    whole = pl.col("fund") == Fund.TOTAL.value
    counted = lines.filter(~whole | whole.all().over("dossier", "source", "month"))
    sums = counted.group_by("dossier", "source").agg(
        pl.col("amount").sum().alias("spent"), pl.col("month").max().alias("last_month")
    )
    return pl.concat([plain, sums.select(*_SPENT)])


def _latest_sums(rows: QuerySet[Any]) -> pl.DataFrame:
    """The latest cumulative figure of each fund, the parts' sum before the undivided total."""
    schema = {
        "dossier": pl.Int64,
        "source": pl.String,
        "fund": pl.String,
        "month": pl.Int64,
        "amount": pl.Int64,
    }
    given = rows.filter(cumulative=True).values("dossier", "source", "fund", "month")
    lines = read_columns(
        given.annotate(sum=Sum("amount")).values_list(*[*schema][:-1], "sum"), schema
    )
    latest = lines.sort("month").unique(["dossier", "source", "fund"], keep="last")
    part = pl.col("fund") != Fund.TOTAL.value
    return latest.group_by("dossier", "source").agg(
        pl.when(part.any())
        .then(pl.col("amount").filter(part).sum())
        .otherwise(pl.col("amount").sum())
        .alias("spent"),
        pl.lit(None, dtype=pl.Int64).alias("last_month"),
    )


def steps(which: Q, day: date) -> pl.DataFrame:
    """Per dossier with milestones: how many are due by the day, and how
    many of these were done by it.
    """
    schema = {"dossier": pl.Int64, "due_on": pl.Date, "done_on": pl.Date}
    rows = read_columns(
        Milestone.objects.filter(which).order_by().values_list("dossier", "due", "done"), schema
    )
    due = pl.col("due_on") <= day
    return rows.group_by("dossier").agg(
        due.sum().cast(pl.Int64).alias("due"),
        (due & (pl.col("done_on") <= day).fill_null(value=False))
        .sum()
        .cast(pl.Int64)
        .alias("done"),
        pl.lit(1, dtype=pl.Int64).alias("planned"),
    )
