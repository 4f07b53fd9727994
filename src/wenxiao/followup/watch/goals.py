"""The goals of many dossiers in a window: each indicator's light from its
target, its actual and the elapsed share.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl
from django.db.models import Count

from wenxiao.budget.money_columns import chosen
from wenxiao.evidence.models import Actual
from wenxiao.reviews.kinds.monitoring import light_of, rules_text
from wenxiao.store.frames import read_columns
from wenxiao.targets.models import Indicator, Target

if TYPE_CHECKING:
    from wenxiao.budget.models import Round

_TEXTS = ("name", "expression", "value", "possibility")


def targets_in_force(round: Round, dossiers: list[int]) -> pl.DataFrame:
    """``dossier`` and ``target``: the approved target of the highest
    number, else the latest one.
    """
    schema = {"target": pl.Int64, "dossier": pl.Int64, "number": pl.Int64, "state": pl.String}
    rows = Target.objects.filter(chosen(round, dossiers), filing=False).values_list(
        "pk", "dossier", "number", "state"
    )
    ranked = read_columns(rows, schema).sort(
        "dossier",
        pl.col("state") == Target.State.APPROVED.value,
        "number",
        descending=[False, True, True],
    )
    return ranked.unique("dossier", keep="first", maintain_order=True).select("dossier", "target")


def goal_rows(round: Round, dossiers: list[int]) -> pl.DataFrame:
    """A row per indicator reported on in the window: dossier, indicator,
    its texts, ``light``, ``reached``, ``over``.
    """
    through = round.through_month or 12
    schema = {
        "target": pl.Int64,
        "indicator": pl.Int64,
        **dict.fromkeys(_TEXTS, pl.String),
        "level2": pl.String,
    }
    names = (
        "indicator__target_id",
        "indicator_id",
        "indicator__name",
        "indicator__expression",
        "value",
        "possibility",
        "indicator__level2",
    )
    reported = Actual.objects.filter(
        chosen(round, dossiers, "indicator__target__dossier"),
        stage="monitoring",
        through_month=through,
    )
    rows = read_columns(reported.values_list(*names), schema)
    rows = rows.join(targets_in_force(round, dossiers), on="target")
    pairs = rows.select(_TEXTS).unique()
    own = rules_text(round.division.own_rules)
    lit = [light_of(texts, through, round.fiscal_year, own) for texts in pairs.iter_rows()]
    goals = pairs.with_columns(
        pl.Series("light", [one.light for one in lit], dtype=pl.String),
        pl.Series("reached", [one.reached for one in lit], dtype=pl.Boolean),
        pl.Series("over", [one.over for one in lit], dtype=pl.Boolean),
    )
    return rows.join(goals, on=_TEXTS)


def goal_lights(round: Round, dossiers: list[int]) -> pl.DataFrame:
    """Per dossier: ``goals`` in its target, ``reported``, how many ``g_red``, ``g_yellow``,
    ``g_green``, and ``goal``.

    ``goal`` is the worst light of what was reported, none where nothing can be said.
    """
    schema = {"target": pl.Int64, "goals": pl.Int64}
    counted = (
        Indicator.objects.filter(chosen(round, dossiers, "target__dossier"))
        .order_by()
        .values("target")
    )
    promised = read_columns(counted.annotate(n=Count("pk")).values_list("target", "n"), schema)
    owed = targets_in_force(round, dossiers).join(promised, on="target").select("dossier", "goals")
    rows = goal_rows(round, dossiers)
    colours = ("red", "yellow", "green")
    lights = rows.group_by("dossier").agg(
        pl.len().cast(pl.Int64).alias("reported"),
        *(
            (pl.col("light") == colour).sum().cast(pl.Int64).alias(f"g_{colour}")
            for colour in colours
        ),
    )
    worst: pl.Expr = pl.lit("none")
    for colour in reversed(colours):
        worst = pl.when(pl.col(f"g_{colour}") > 0).then(pl.lit(colour)).otherwise(worst)
    return owed.join(lights.with_columns(goal=worst), on="dossier", how="left")


@dataclass(frozen=True, slots=True)
class GoalLine:
    """One goal as a page shows it: the texts as written, the light and its sentence."""

    indicator: int
    name: str
    expression: str
    value: str
    possibility: str
    light: str
    reason: str


def goal_lines(round: Round, dossiers: list[int]) -> dict[int, list[GoalLine]]:
    """The goals reported on in the window, by dossier, worst first. Two queries."""
    order, own = (
        {"red": 0, "yellow": 1, "green": 2, "none": 3},
        rules_text(round.division.own_rules),
    )
    by_dossier: dict[int, list[GoalLine]] = {}
    for row in goal_rows(round, dossiers).sort("indicator").iter_rows(named=True):
        name, expression, value, possibility = (row[key] for key in _TEXTS)
        light = light_of(
            (name, expression, value, possibility),
            round.through_month or 12,
            round.fiscal_year,
            own,
        )
        line = GoalLine(
            row["indicator"], name, expression, value, possibility, light.light, light.reason
        )
        by_dossier.setdefault(row["dossier"], []).append(line)
    return {
        dossier: sorted(lines, key=lambda line: order[line.light])
        for dossier, lines in by_dossier.items()
    }
