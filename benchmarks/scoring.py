"""Scoring a province in memory: 1 000 000 subjects × 12 rows by the product's columns, beside three
other ways.

WENXIAO_BENCH_SUBJECTS makes it smaller.
"""

from __future__ import annotations

import os
import tempfile
import time
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import polars as pl

from benchmarks.section import Section, median
from wenxiao.rulebook import columns
from wenxiao.rulebook.expressions.shape import Expression
from wenxiao.rulebook.rows import Row
from wenxiao.rulebook.scoring import profile, score_one

SUBJECTS = int(os.environ.get("WENXIAO_BENCH_SUBJECTS", "1000000"))
ROWS = 12
SAMPLE = 50_000
SPECIFIED = 5_000
FORWARD, REVERSE, FULL = (columns.SUMS.index(name) for name in ("forward", "reverse_ratio", "full"))
CENT = Decimal("0.01")


def rows():
    """Made-up rows in the store's shape: two thirds forward, a quarter
    reverse, the rest judged in full.
    """
    n = SUBJECTS * ROWS
    at = pl.int_range(n, dtype=pl.Int64, eager=True).alias("at")
    row = (pl.col("at") % ROWS).alias("row")
    mixed = (pl.col("at") * 2654435761) % 1000
    kind = pl.when(row < 8).then(FORWARD).when(row < 11).then(REVERSE).otherwise(FULL)
    return at.to_frame().select(
        subject=(pl.col("at") // ROWS),
        weight_h=pl.when(row < 6).then(800).otherwise(700).cast(pl.Int64),
        sum=kind.cast(pl.Int64),
        status=pl.lit(0, dtype=pl.Int64),
        target=(500 + mixed).cast(pl.Int64),
        high=(500 + mixed).cast(pl.Int64),
        actual=(400 + (mixed * 7) % 900).cast(pl.Int64),
        full=pl.lit(1, dtype=pl.Int64),
    )


def by_columns(frame, book):
    """The product's way."""
    return columns.score(frame, book)


def by_pandas(table):
    """The same integers in pandas over numpy, whole columns at a time."""
    import numpy as np

    weight, target, actual, kind = (
        table[name].to_numpy() for name in ("weight_h", "target", "actual", "sum")
    )
    up = np.where(actual >= target, weight, (2 * weight * actual + target) // (2 * target))
    down = np.where(actual <= target, weight, (2 * weight * target + actual) // (2 * actual))
    table["points_h"] = np.where(kind == FORWARD, up, np.where(kind == REVERSE, down, weight))
    return table


def by_decimals(sample):
    """A loop that makes Decimals of what is stored and reckons row by row,
    as it is usually written.
    """
    given = []
    for stored_weight, stored_target, stored_actual, kind in sample:
        weight, target, actual = (
            Decimal(stored_weight).scaleb(-2),
            Decimal(stored_target),
            Decimal(stored_actual),
        )
        if (
            kind == FULL
            or (kind == FORWARD and actual >= target)
            or (kind == REVERSE and actual <= target)
        ):
            points = weight
        else:
            share = actual / target if kind == FORWARD else target / actual
            points = (weight * share).quantize(CENT, ROUND_HALF_UP)
        given.append(points)
    return given


def measure():
    """All ways over the same rows, compared and as ratios."""
    book, frame = profile("P2020"), rows()
    own, scored = median(lambda: by_columns(frame, book), 3)
    totals, _ = median(lambda: columns.grades(columns.totals(scored)), 3)
    points = scored["points_h"]
    read = _read_back(frame)
    other, same = _pandas(frame, points)
    loop = _loop(frame, points)
    count = f"{SUBJECTS:,} 个对象 × {ROWS} 行 = {SUBJECTS * ROWS:,} 行"
    section = Section(
        "全省评分", f"{count}，同一批行、同一次运行；时间为中位数。", ("做法", "秒", "与本系统之比")
    )
    for name, spent in (
        ("本系统（Polars 整数列）", own),
        ("本系统：再合计、定等级", totals),
        ("从 parquet 读入同样的行", read),
        ("pandas / numpy 同样的整数算式", other),
        (f"Decimal 逐行（{SAMPLE:,} 行推算）", loop),
        (f"逐行规格 score_one，带算式与依据（{SPECIFIED:,} 行推算）", _specification(frame, book)),
    ):
        told = "未装 pandas，未量" if spent is None else f"{spent:.2f}"
        section.rows.append((name, told, "" if spent is None else f"{spent / own:.1f}"))
    section.notes.append(
        "Decimal 和逐行规格两行是按样本推算的，没有跑完全部行；Decimal 样本的每一行得分都与本系统相同。"
    )
    section.notes.append(
        f"pandas 的每一行得分与本系统{'相同' if same else '不同，须查'}。"
        if other
        else "pandas 未参加比较。"
    )
    return section


def _specification(frame, book):
    """The readable specification with its formula and basis for every row, on a sample."""
    signs = {FORWARD: ">=", REVERSE: "<=", FULL: "="}
    rows = []
    for weight, target, actual, kind in (
        frame.head(SPECIFIED).select("weight_h", "target", "actual", "sum").rows()
    ):
        goal = Decimal(actual if kind == FULL else target)
        wanted = Expression("目标", "number", signs[kind], goal, goal, "项")
        got = Expression("实际", "number", None, Decimal(actual), Decimal(actual), "项")
        points = Decimal(weight).scaleb(-2)
        rows.append(
            Row(
                weight=points,
                level2="数量指标",
                target=wanted,
                actual=got,
                year=2021,
                published=points,
            )
        )
    start = time.perf_counter()
    given = [score_one(row, book) for row in rows]
    spent = time.perf_counter() - start
    if any(one.points is None for one in given):
        raise SystemExit("样本中有不能计分的行。")
    return spent * frame.height / len(rows)


def _read_back(frame):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.parquet"
        frame.write_parquet(path)
        return median(lambda: pl.read_parquet(path), 3)[0]


def _pandas(frame, points):
    try:
        import pandas as pd
    except ModuleNotFoundError:
        return None, True
    table = pd.DataFrame(
        {name: frame[name].to_numpy() for name in ("weight_h", "target", "actual", "sum")}
    )
    spent, scored = median(lambda: by_pandas(table), 3)
    return spent, bool((scored["points_h"].to_numpy() == points.to_numpy()).all())


def _loop(frame, points):
    head = frame.head(SAMPLE)
    sample = head.select("weight_h", "target", "actual", "sum").rows()
    start = time.perf_counter()
    given = by_decimals(sample)
    spent = time.perf_counter() - start
    if [int(one * 100) for one in given] != points.head(SAMPLE).to_list():
        raise SystemExit("Decimal 与整数列得分不同。")
    return spent * frame.height / head.height
