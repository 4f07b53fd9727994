"""Pace over whole frames: the arithmetic of :mod:`~wenxiao.rulebook.pace` in int64 columns, proved
equal to it.

Columns read (null = nobody reported it):

========== ====== ==========================================================
budget     Int64  budget in 分
executed   Int64  spending so far in 分
through    Int64  last month counted, 1–12
arrived    Int64  month the money arrived, null: from January
due        Int64  milestones due by the day judged; read where ``planned``
done       Int64  of these, how many were done by that day
planned    Int64  1 where the dossier has milestones: they win over months
========== ====== ==========================================================

:func:`pace_columns` adds ``rate_h`` (hundredths of a percent), ``elapsed_h`` (likewise),
``index_t`` (tenths of a percent), ``light`` and ``above``.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import polars as pl

from wenxiao.rulebook import basis
from wenxiao.rulebook.pace import YEAR_MONTHS, Light, PaceError, lights_in_force

MOST = 100_000_000_000_000
"""Largest amount in 分 (1 万亿元): amount × 12 × 1000 × 2 stays within int64."""

LIGHTS: tuple[Light, ...] = ("red", "yellow", "green", "none")
"""The lights, worst first; a dark one says nothing and stands last."""

READ = ("budget", "executed", "through", "arrived", "due", "done", "planned")


def pace_columns(
    frame: pl.DataFrame, on: date | int | None = None, overrides: basis.Overrides | None = None
) -> pl.DataFrame:
    """The frame with rate, elapsed, index, light and above-pace mark; equal to :func:`~.pace.pace`
    row by row.

    PaceError for months outside 1–12 and for amounts that would not fit the exact integers (from 1
    万亿元 on).
    """
    _refuse(frame)
    cuts = lights_in_force(on, overrides)
    counted = frame.with_columns(
        pl.col("executed").alias("_e"), pl.col("budget").alias("_b"), *_elapsed()
    )
    known = (
        pl.col("executed").is_not_null() & pl.col("budget").is_not_null() & (pl.col("budget") > 0)
    )
    by_steps = known & (pl.col("planned") == 1)
    by_months = known & (pl.col("planned") != 1) & pl.col("_p").is_not_null()
    n = pl.when(by_steps).then(pl.col("done")).otherwise(pl.col("_e") * pl.col("_q"))
    d = pl.when(by_steps).then(pl.col("due")).otherwise(pl.col("_b") * pl.col("_p"))
    counted = counted.with_columns(
        _n=pl.when(by_steps | by_months).then(n),
        _d=pl.when((by_steps | by_months) & (d > 0)).then(d),
        rate_h=pl.when(known).then(_half_up(pl.col("_e") * 10_000, pl.col("_b"))),
        elapsed_h=pl.when(by_steps)
        .then(_half_up(pl.col("through") * 10_000, pl.lit(YEAR_MONTHS)))
        .when(by_months)
        .then(_half_up(pl.col("_p") * 10_000, pl.col("_q"))),
    )
    lit = counted.with_columns(
        index_t=_half_up(pl.col("_n") * 1000, pl.col("_d")),
        light=_light(by_steps, cuts.red_below, cuts.green_from),
        above=(
            (by_months & ~_below(Fraction(cuts.above_over), reach=True))
            | (by_steps & _ahead(Fraction(cuts.above_over)))
        ).fill_null(value=False),
    )
    return lit.drop("_e", "_b", "_p", "_q", "_n", "_d")


def _refuse(frame: pl.DataFrame) -> None:
    months = frame.select(
        pl.any_horizontal(
            pl.col(name).is_not_null() & ~pl.col(name).is_between(1, YEAR_MONTHS)
            for name in ("through", "arrived")
        ).any()
    ).item()
    if months or frame["through"].null_count():
        raise PaceError("月份应为 1 至 12。")
    large = frame.select(
        pl.any_horizontal(pl.col("budget").abs() >= MOST, pl.col("executed").abs() >= MOST).any()
    )
    if large.item():
        raise PaceError("金额达到 1 万亿元，超出可精确计算的范围，请核对单位。")


def _elapsed() -> tuple[pl.Expr, pl.Expr]:
    """Elapsed share as p ÷ q: months of the year, or since the money
    arrived; null while it has not arrived.
    """
    through, arrived = pl.col("through"), pl.col("arrived")
    late = arrived.is_not_null() & (arrived != 1)
    p = (
        pl.when(late & (arrived > through))
        .then(None)
        .when(late)
        .then(through - arrived + 1)
        .otherwise(through)
    )
    q = pl.when(late).then(YEAR_MONTHS - arrived + 1).otherwise(YEAR_MONTHS)
    return p.cast(pl.Int64).alias("_p"), q.cast(pl.Int64).alias("_q")


def _light(by_steps: pl.Expr, red_below: object, green_from: object) -> pl.Expr:
    red, green = Fraction(str(red_below)), Fraction(str(green_from))
    nothing_due = by_steps & (pl.col("due") == 0)
    return (
        pl.when(nothing_due)
        .then(pl.lit("green"))
        .when(pl.col("_d").is_null())
        .then(pl.lit("none"))
        .when(_below(red))
        .then(pl.lit("red"))
        .when(_below(green))
        .then(pl.lit("yellow"))
        .otherwise(pl.lit("green"))
    )


def _below(cut: Fraction, *, reach: bool = False) -> pl.Expr:
    """Whether n ÷ d × 100 is below the cut (``reach``: at most at it), on exact integers."""
    left, right = pl.col("_n") * 100 * cut.denominator, pl.col("_d") * cut.numerator
    return left <= right if reach else left < right


def _ahead(cut: Fraction) -> pl.Expr:
    """Whether the money runs ahead of the year's months, for dossiers lit by milestones."""
    spent = pl.col("_e") * YEAR_MONTHS * 100 * cut.denominator
    return spent > pl.col("_b") * pl.col("through") * cut.numerator


def _half_up(n: pl.Expr, d: pl.Expr) -> pl.Expr:
    """Half-up away from zero, as :func:`~wenxiao.rulebook.numbers.half_up`; d > 0 or null."""
    safe = pl.when(d > 0).then(d)
    size = (2 * n.abs() + safe) // (2 * safe)
    return pl.when(n < 0).then(-size).otherwise(size).cast(pl.Int64)
