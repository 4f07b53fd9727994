"""监控一览: every dossier of a window with money, goals and compliance side by side, worst first.

The whole table is one frame lit by :mod:`~wenxiao.rulebook.pace_columns`; sentences are written by
:func:`~wenxiao.rulebook.pace.pace` for the rows somebody looks at. The number of queries does not depend on the rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl
from django.db.models import Q

from wenxiao.budget import money_columns as money
from wenxiao.budget.models import Exemption, Round
from wenxiao.budget.selectors import dossiers_of, dossiers_visible_to
from wenxiao.followup.models import Finding, Rectification
from wenxiao.followup.watch.goals import goal_lights
from wenxiao.reviews.models import Review
from wenxiao.rulebook import basis
from wenxiao.rulebook.pace_columns import LIGHTS, pace_columns
from wenxiao.store.frames import read_columns

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from django.db.models import QuerySet

    from wenxiao.orgs.models import User

COMPLIANCE = "HG-"
"""Catalogue codes of compliance problems begin so; a division's own items count by their category."""


@dataclass(frozen=True, slots=True)
class WatchTable:
    """The dossiers of some windows, worst first. ``frame`` has a row each; take :func:`watch_rows` to show some.

    Columns: round, dossier, unit, review, state, budget, executed, source, paid, filed (分), arrived, cut_back, due,
    done, planned, rate_h, elapsed_h, index_t, light, above, goals, reported, g_red, g_yellow, g_green, goal,
    confirmed, candidates, last_month.
    """

    rounds: tuple[Round, ...]
    frame: pl.DataFrame
    on: date

    def __len__(self) -> int:
        return self.frame.height

    @property
    def sums(self) -> pl.DataFrame:
        """The rows added up by unit and lights: see :data:`SUMS`."""
        if not self.frame.height:
            return pl.DataFrame(schema=SUMS)
        both = pl.col("budget").is_not_null() & pl.col("executed").is_not_null()
        found = pl.col("confirmed") + pl.col("candidates")
        return self.frame.group_by("unit", "light", "goal").agg(
            pl.len().cast(pl.Int64).alias("n"),
            pl.col("budget").filter(both).sum(),
            pl.col("executed").filter(both).sum(),
            pl.col("above").sum().cast(pl.Int64),
            found.sum().cast(pl.Int64).alias("findings"),
            (found > 0).sum().cast(pl.Int64).alias("irregular"),
        )

    @property
    def lights(self) -> dict[str, int]:
        """How many of each money light: 「1 红 1 黄 2 绿」; all four colours are there."""
        return counted(self.sums, "light")

    @property
    def goals(self) -> dict[str, int]:
        """How many of each goal light."""
        return counted(self.sums, "goal")

    def only(self, condition: pl.Expr) -> WatchTable:
        """The rows that meet a condition, in the same order."""
        return WatchTable(self.rounds, self.frame.filter(condition), self.on)

    def part(self, start: int = 0, stop: int | None = None) -> list[dict[str, Any]]:
        """Some rows as they stand."""
        return self.frame.slice(start, None if stop is None else stop - start).to_dicts()


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
"""A watch added up by unit and both lights: ``n`` dossiers, budget and executed (分) over those with both figures, how
many are above pace, open findings, dossiers with any."""


def counted(sums: pl.DataFrame, name: str) -> dict[str, int]:
    """How many of each light of one kind; all four colours are there, worst first."""
    found = dict(sums.group_by(name).agg(pl.col("n").sum()).iter_rows())
    return {light: found.get(light, 0) for light in LIGHTS}


def watch(rounds: Round | Sequence[Round], user: User | None, *, on: date) -> WatchTable:
    """The watch over one window or several, of the dossiers ``user`` may see; excused ones (本次免报) are left out.

    Worked out from the rows, every time; pages take ``services.keeping.kept_watch``. ``on`` is the day the watch is
    looked at. Budget is the window's own figure, else 全年预算数 of the arrangements. Spending is the treasury's, else
    the unit's accounts, else what the form says: ``source`` names which counted, ``paid`` and ``filed`` keep both.
    """
    chosen = (rounds,) if isinstance(rounds, Round) else tuple(rounds)
    frames = [
        lit(one, None if user is None else dossiers_visible_to(user).values("pk")) for one in chosen
    ]
    together = pl.concat(frames) if frames else pl.DataFrame()
    return WatchTable(chosen, _worst_first(together) if frames else together, on)


def lit(round: Round, only: QuerySet[Any, Any] | list[int] | None = None) -> pl.DataFrame:
    """The lines of one window, or of some of its dossiers, in no order. What is not in its scope has no line."""
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
    """The dossiers of the round's scope, all or of some; many given by key are compared in memory."""
    rows = dossiers_of(round).exclude(
        pk__in=Exemption.objects.filter(round=round).values("dossier")
    )
    few = not isinstance(only, list) or len(only) <= money.FEW
    if only is not None and few:
        rows = rows.filter(pk__in=only)
    schema = {"dossier": pl.Int64, "unit": pl.Int64}
    found = read_columns(rows.order_by().values_list("pk", "unit"), schema).unique("dossier")
    return (
        found
        if few
        else found.filter(pl.col("dossier").is_in(pl.Series(only, dtype=pl.Int64).implode()))
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
    """Findings of compliance: catalogue codes HG, or a category the monitoring rules list (采购, 招标, 验收 …)."""
    rules = basis.in_force("monitoring", money.cut_off(round), round.division.own_rules)
    categories = rules.content["compliance"]
    return Q(item__code__startswith=COMPLIANCE) | Q(item__category__in=categories)


def open_findings() -> Q:
    """Not dismissed, and not yet mended (已销号)."""
    return ~Q(state=Finding.State.DISMISSED) & ~Q(rectification__state=Rectification.State.CLOSED)


def _compliance(round: Round, dossiers: list[int]) -> pl.DataFrame:
    """Open compliance findings per dossier: confirmed ones and candidates apart. A green light never hides them."""
    rows = Finding.objects.filter(
        money.chosen(round, dossiers), compliance_condition(round), open_findings()
    )
    schema = {"dossier": pl.Int64, "finding": pl.Int64, "stands": pl.String}
    found = read_columns(rows.order_by().values_list("dossier", "pk", "state"), schema)
    sure = pl.col("stands") == Finding.State.CONFIRMED.value
    return found.group_by("dossier").agg(
        sure.sum().cast(pl.Int64).alias("confirmed"),
        (~sure).sum().cast(pl.Int64).alias("candidates"),
    )


def ranked(frame: pl.DataFrame) -> pl.DataFrame:
    """With the three places the order goes by: ``worse`` of both lights, ``money``, ``behind`` (no index: last)."""
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
"""Worst first: by the worse of both lights, then money, then how far behind; open findings before clean ones."""


def _worst_first(frame: pl.DataFrame) -> pl.DataFrame:
    down = [name.startswith("-") for name in ORDER]
    return (
        ranked(frame)
        .sort([name.lstrip("-") for name in ORDER], descending=down)
        .drop("worse", "money", "behind")
    )
