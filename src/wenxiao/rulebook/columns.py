"""The same arithmetic over whole frames: int64 fixed point, Polars expressions only, one half-up
division per row.

Columns of a frame to score (made by :func:`encode`, or read from the store in this shape):

========== ====== =====================================================================
subject    Int64  id of the subject the row belongs to
weight_h   Int64  weight in hundredths of a point, 0–10 000; null: unweighted
sum        Int64  code of SUMS: what is computed
status     Int64  code of STATUSES: the answer when nothing is computed
target     Int64  target, or lower bound, scaled by the row's common exponent
high       Int64  upper bound of a range, same scale
actual     Int64  actual, same scale
full       Int64  1 when somebody published the full weight (accepts over-fulfilment)
========== ====== =====================================================================

:func:`score` adds ``status`` as settled and ``points_h`` (hundredths, null unless scored).
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import lcm

import polars as pl

from wenxiao.rulebook import basis
from wenxiao.rulebook.grading import bands_in_force
from wenxiao.rulebook.profiles import Profile
from wenxiao.rulebook.rows import Row
from wenxiao.rulebook.settle import settle

STATUSES = ("scored", "needs_judgement", "not_reported", "not_due", "unreadable", "unweighted")
SUMS = ("none", "full", "forward", "reverse_ratio", "reverse_deduction", "zero", "between")
SCHEMA = dict.fromkeys(
    ("subject", "weight_h", "sum", "status", "target", "high", "actual", "full"), pl.Int64
)

MOST_WEIGHT = 10_000
MOST = 100_000_000_000_000
"""Largest scaled figure: 2 × weight × 2 × target and figure × 1 000 both stay within int64."""


class TooLargeError(ValueError):
    """A figure that would not fit the fixed point exactly."""


def encode(rows: Iterable[tuple[int, Row]], profile: Profile) -> pl.DataFrame:
    """Typed rows, each with its subject's id, as a frame to score; TooLargeError for what would not
    fit exactly.

    Rows with a judgement or a rule of their own are people's and
    :func:`~wenxiao.rulebook.scoring.score_one`'s business and are refused with ValueError.
    """
    return pl.DataFrame(
        [_encoded(subject, row, profile) for subject, row in rows], schema=SCHEMA, orient="row"
    )


def score(frame: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    """The frame with ``status`` and ``points_h``: equal to score_one, row by row."""
    over = Fraction(profile.over_percent)
    far = (
        (pl.col("sum") == SUMS.index("forward"))
        & (pl.col("actual") * 100 * over.denominator > pl.col("target") * over.numerator)
        & (pl.col("full") != 1)
    )
    outside = (pl.col("sum") == SUMS.index("between")) & ~_within()
    asks = pl.lit(value=False)
    asks = asks | far if profile.over == "judgement" else asks
    asks = asks | outside if profile.range_outside == "judgement" else asks
    computed = pl.col("sum") != SUMS.index("none")
    status = (
        pl.when(computed & asks).then(STATUSES.index("needs_judgement")).otherwise(pl.col("status"))
    )
    counted = frame.with_columns(status=status.cast(pl.Int64))
    return counted.with_columns(points_h=pl.when(pl.col("status") == 0).then(_points()))


def totals(frame: pl.DataFrame) -> pl.DataFrame:
    """One line per subject: ``total_h`` (exact sum of hundredths), ``complete`` and ``open`` (rows
    not scored).

    Unweighted rows neither count nor keep a subject open; where nothing is scored the subject is
    not complete.
    """
    weighted = pl.col("status") != STATUSES.index("unweighted")
    return (
        frame.group_by("subject")
        .agg(
            total_h=pl.col("points_h").sum(),
            open=(weighted & pl.col("points_h").is_null()).sum().cast(pl.Int64),
            scored=pl.col("points_h").count().cast(pl.Int64),
        )
        .with_columns(complete=(pl.col("open") == 0) & (pl.col("scored") > 0))
        .sort("subject")
    )


def grades(
    frame: pl.DataFrame, on: int | None = None, overrides: basis.Overrides | None = None
) -> pl.DataFrame:
    """The totals with ``grade`` by the bands in force; null outside 0–100 points and where a
    subject is not complete.
    """
    grade: pl.Expr = pl.lit(None, dtype=pl.String)
    for band in bands_in_force(on, overrides).bands:
        low, high = int(band.at_least * 100), int(band.below * 100)
        top = pl.col("total_h") <= high if band.closed else pl.col("total_h") < high
        grade = pl.when((pl.col("total_h") >= low) & top).then(pl.lit(band.grade)).otherwise(grade)
    return frame.with_columns(grade=pl.when(pl.col("complete")).then(grade))


def _encoded(subject: int, row: Row, profile: Profile) -> tuple[int | None, ...]:
    if row.judged is not None or (row.rule is not None and row.rule.kind != "ratio"):
        raise ValueError("有人工判定或单独规则的行应逐行计分。")
    one = settle(row, profile)
    weight_h = None if row.weight is None else _whole(Fraction(row.weight) * 100, MOST_WEIGHT)
    scale = lcm(one.target.denominator, one.high.denominator, one.actual.denominator)
    figures = tuple(_whole(figure * scale, MOST) for figure in (one.target, one.high, one.actual))
    full = int(row.weight is not None and row.published == row.weight)
    return subject, weight_h, SUMS.index(one.sum), STATUSES.index(one.status), *figures, full


def _whole(value: Fraction, most: int) -> int:
    if value.denominator != 1 or abs(value.numerator) > most:
        raise TooLargeError(f"数值 {value} 超出可精确计算的范围。")
    return value.numerator


def _within() -> pl.Expr:
    return (pl.col("actual") >= pl.col("target")) & (pl.col("actual") <= pl.col("high"))


def _points() -> pl.Expr:
    """Hundredths earned, by kind of sum; one half-up integer division each."""
    weight, target, actual = pl.col("weight_h"), pl.col("target"), pl.col("actual")
    up, down = actual >= target, actual <= target
    shorter = pl.max_horizontal(pl.lit(0), 2 * target - actual)
    by_sum = {
        "full": weight,
        "forward": pl.when(up)
        .then(weight)
        .otherwise(_half_up(weight * pl.max_horizontal(pl.lit(0), actual), target)),
        "reverse_ratio": pl.when(down).then(weight).otherwise(_half_up(weight * target, actual)),
        "reverse_deduction": pl.when(down)
        .then(weight)
        .otherwise(_half_up(weight * shorter, target)),
        "zero": pl.when(actual == 0).then(weight).otherwise(0),
        "between": pl.when(_within()).then(weight).otherwise(0),
    }
    points: pl.Expr = pl.lit(None, dtype=pl.Int64)
    for name, earned in by_sum.items():
        points = pl.when(pl.col("sum") == SUMS.index(name)).then(earned).otherwise(points)
    return points.cast(pl.Int64)


def _half_up(n: pl.Expr, d: pl.Expr) -> pl.Expr:
    """(2n + d) // (2d) where d > 0; 0 where d is 0, which only rows of
    another kind or a zero target reach.
    """
    safe = pl.when(d > 0).then(d).otherwise(1)
    return pl.when(d > 0).then((2 * n + safe) // (2 * safe)).otherwise(0)
