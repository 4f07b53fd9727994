"""监控一览: every dossier of a window with money, goals and compliance side by side, worst first.

The whole table is one frame lit by :mod:`~wenxiao.rulebook.pace_columns`; sentences are written by
:func:`~wenxiao.rulebook.pace.pace` for the rows somebody looks at. The number of queries does not
depend on the rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
from django.db.models import Q

from wenxiao.budget import money_columns as money
from wenxiao.budget.models import Exemption, Round
from wenxiao.budget.selectors import dossiers_of
from wenxiao.followup.models import Finding, Rectification
from wenxiao.followup.watch.goals import goal_lights
from wenxiao.reviews.models import Review
from wenxiao.rulebook import basis
from wenxiao.rulebook.pace_columns import LIGHTS, pace_columns
from wenxiao.store.frames import read_columns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet


COMPLIANCE = "HG-"
"""Catalogue codes of compliance problems begin so; a division's own items
count by their category.
"""


SUMS = {
    "unit": pl.Int64,
    "light": pl.String,
    "goal": pl.String,
    "n": pl.Int64,
    "budget": pl.Int64,
    "executed": pl.Int64,
    "above": pl.Int64,
    "findings": pl.Int64,
    "irregular": pl.Int64,
}
"""A watch added up by unit and both lights: ``n`` dossiers, budget and executed (分) over those with
both figures, how many are above pace, open findings, dossiers with any.
"""


def counted(sums: pl.DataFrame, name: str) -> dict[str, int]:
    """How many of each light of one kind; all four colours are there, worst first."""
    counts: dict[str, int] = dict.fromkeys(LIGHTS, 0)
    for light, n in zip(sums[name].to_list(), sums["n"].to_list(), strict=True):
        counts[light] += n
    return counts


def watch_frame(
    rounds: Round | Sequence[Round], only: QuerySet[Any, Any] | None = None
) -> pl.DataFrame:
    """The lines of one window or several, worst first, of all dossiers in their scopes or of
    ``only`` these (ids).

    Worked out from the rows, every time; pages take the stored lines
    (``services.keeping.kept_watch``). Excused dossiers (本次免报) have no line. Budget is the window's
    own figure, else 全年预算数 of the arrangements. Spending is the treasury's, else the unit's
    accounts, else what the form says: ``source`` names which counted, ``paid`` and ``filed`` keep
    both. Money in 分.
    """
    chosen = (rounds,) if isinstance(rounds, Round) else tuple(rounds)
    frames = [lit(one, only) for one in chosen]
    return _worst_first(pl.concat(frames)) if frames else pl.DataFrame()


def lit(round: Round, only: QuerySet[Any, Any] | list[int] | None = None) -> pl.DataFrame:
    """The lines of one window, or of some of its dossiers, in no order.
    What is not in its scope has no line.
    """
    listed = _listed(round, only)
    dossiers = listed["dossier"].to_list()
    which, day = money.chosen(round, dossiers), money.cut_off(round)
    through = round.through_month or 12
    joined = listed.join(_reviewed(round, dossiers), on="dossier", how="left")
    for part in (
        money.arranged(which, round.fiscal_year).rename({"budget": "arranged"}),
        money.spent(which, through),
        money.steps(which, day),
        goal_lights(round, dossiers),
        _compliance(round, dossiers),
    ):
        joined = joined.join(part, on="dossier", how="left")
    known = joined.with_columns(
        budget=pl.coalesce("review_budget", "arranged"),
        executed=_executed(),
        source=_source(),
        paid=pl.when(_official()).then(pl.col("spent")),
        through=pl.lit(through, dtype=pl.Int64),
        due=pl.col("due").fill_null(0),
        done=pl.col("done").fill_null(0),
        planned=pl.col("planned").fill_null(0),
        goal=pl.col("goal").fill_null("none"),
        **{name: pl.col(name).fill_null(0) for name in _COUNTS},
    )
    shone = pace_columns(known, day, round.division.own_rules)
    return shone.with_columns(round=pl.lit(round.pk, dtype=pl.Int64)).select(*COLUMNS)


_COUNTS = ("goals", "reported", "g_red", "g_yellow", "g_green", "confirmed", "candidates")
COLUMNS = (
    "round",
    "dossier",
    "unit",
    "review",
    "state",
    "budget",
    "executed",
    "source",
    "paid",
    "filed",
    "arrived",
    "cut_back",
    "due",
    "done",
    "planned",
    "rate_h",
    "elapsed_h",
    "index_t",
    "light",
    "above",
    *_COUNTS,
    "goal",
    "last_month",
)


def _listed(round: Round, only: QuerySet[Any, Any] | list[int] | None) -> pl.DataFrame:
    """The dossiers of the round's scope, all or of some; many given by key
    are compared in memory.
    """
    rows = dossiers_of(round).exclude(
        pk__in=Exemption.objects.filter(round=round).values("dossier")
    )
    few = not isinstance(only, list) or len(only) <= money.FEW
    if only is not None and few:
        rows = rows.filter(pk__in=only)
    schema = {"dossier": pl.Int64, "unit": pl.Int64}
    dossiers_in_scope = read_columns(rows.order_by().values_list("pk", "unit"), schema).unique(
        "dossier"
    )
    return (
        dossiers_in_scope
        if few
        else dossiers_in_scope.filter(
            pl.col("dossier").is_in(pl.Series(only, dtype=pl.Int64).implode())
        )
    )


def _reviewed(round: Round, dossiers: list[int]) -> pl.DataFrame:
    schema = {
        "dossier": pl.Int64,
        "review": pl.Int64,
        "state": pl.String,
        "review_budget": pl.Int64,
        "filed": pl.Int64,
    }
    rows = Review.objects.filter(round=round)
    rows = rows.filter(dossier__in=dossiers) if len(dossiers) <= money.FEW else rows
    return read_columns(rows.values_list("dossier", "pk", "state", "budget", "executed"), schema)


def _official() -> pl.Expr:
    return pl.col("source").is_not_null() & (pl.col("source") != "form")


def _executed() -> pl.Expr:
    return pl.when(_official()).then(pl.col("spent")).otherwise(pl.coalesce("filed", "spent"))


def _source() -> pl.Expr:
    filed = pl.col("filed").is_not_null() | pl.col("source").is_not_null()
    return (
        pl.when(_official())
        .then(pl.col("source"))
        .when(filed)
        .then(pl.lit("form"))
        .otherwise(pl.lit(""))
    )


def compliance_condition(round: Round) -> Q:
    """Findings of compliance: catalogue codes HG, or a category the
    monitoring rules list (采购, 招标, 验收 …).
    """
    rules = basis.in_force("monitoring", money.cut_off(round), round.division.own_rules)
    categories = rules.content["compliance"]
    return Q(item__code__startswith=COMPLIANCE) | Q(item__category__in=categories)


def open_findings() -> Q:
    """Not dismissed, and not yet mended (已销号)."""
    return ~Q(state=Finding.State.DISMISSED) & ~Q(rectification__state=Rectification.State.CLOSED)


def _compliance(round: Round, dossiers: list[int]) -> pl.DataFrame:
    """Open compliance findings per dossier: confirmed ones and candidates apart.
    A green light never hides them.
    """
    rows = Finding.objects.filter(
        money.chosen(round, dossiers), compliance_condition(round), open_findings()
    )
    schema = {"dossier": pl.Int64, "finding": pl.Int64, "stands": pl.String}
    findings = read_columns(rows.order_by().values_list("dossier", "pk", "state"), schema)
    sure = pl.col("stands") == Finding.State.CONFIRMED.value
    return findings.group_by("dossier").agg(
        sure.sum().cast(pl.Int64).alias("confirmed"),
        (~sure).sum().cast(pl.Int64).alias("candidates"),
    )


def ranked(frame: pl.DataFrame) -> pl.DataFrame:
    """With the three places the order goes by: ``worse`` of both lights,
    ``money``, ``behind`` (no index: last).
    """
    order = {light: rank for rank, light in enumerate(LIGHTS)}
    ranks = {
        name: pl.col(name).replace_strict(order, return_dtype=pl.Int64)
        for name in ("light", "goal")
    }
    return frame.with_columns(
        worse=pl.min_horizontal(*ranks.values()),
        money=ranks["light"],
        behind=pl.col("index_t").fill_null(LAST),
    )


LAST = 2**62
ORDER = ("worse", "money", "behind", "-confirmed", "dossier", "round")
"""Worst first: by the worse of both lights, then money, then how far
behind; open findings before clean ones.
"""


def _worst_first(frame: pl.DataFrame) -> pl.DataFrame:
    down = [name.startswith("-") for name in ORDER]
    return (
        ranked(frame)
        .sort([name.lstrip("-") for name in ORDER], descending=down)
        .drop("worse", "money", "behind")
    )
