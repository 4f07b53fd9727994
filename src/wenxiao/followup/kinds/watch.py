"""监控一览: every dossier of a window with money, goals and compliance side by side, worst first.

The whole table is one frame lit by :mod:`~wenxiao.rulebook.pace_columns`; sentences are written by
:func:`~wenxiao.rulebook.pace.pace` for the rows somebody looks at. The number of queries does not depend on the rows.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

import polars as pl
from django.db.models import Q

from wenxiao.budget.models import Exemption, Round
from wenxiao.budget.selectors import dossiers_of, dossiers_visible_to
from wenxiao.followup.kinds import money
from wenxiao.followup.kinds.goals import goal_lights
from wenxiao.followup.models import Finding, Rectification
from wenxiao.orgs.selectors import seeing_grants
from wenxiao.records.models import Entry
from wenxiao.reviews.models import Review
from wenxiao.reviews.services.scoring import overrides_of
from wenxiao.rulebook import basis
from wenxiao.rulebook.pace_columns import LIGHTS, pace_columns
from wenxiao.store.frames import read_columns

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

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
    def lights(self) -> dict[str, int]:
        """How many of each money light: 「1 红 1 黄 2 绿」; all four colours are there."""
        return _counted(self.frame, "light")

    @property
    def goals(self) -> dict[str, int]:
        """How many of each goal light."""
        return _counted(self.frame, "goal")

    def only(self, condition: pl.Expr) -> WatchTable:
        """The rows that meet a condition, in the same order."""
        return WatchTable(self.rounds, self.frame.filter(condition), self.on)


def _counted(frame: pl.DataFrame, name: str) -> dict[str, int]:
    found = dict(frame.group_by(name).len().iter_rows())
    return {light: found.get(light, 0) for light in LIGHTS}


def watch(rounds: Round | Sequence[Round], user: User | None, *, on: date) -> WatchTable:
    """The watch over one window or several, of the dossiers ``user`` may see; excused ones (本次免报) are left out.

    ``on`` is the day the watch is looked at. Budget is the window's own figure, else 全年预算数 of the arrangements.
    Spending is the treasury's, else the unit's accounts, else what the form says: ``source`` names which counted,
    ``paid`` and ``filed`` keep both.
    """
    chosen = (rounds,) if isinstance(rounds, Round) else tuple(rounds)
    frames = [_of_round(one, user) for one in chosen]
    together = pl.concat(frames) if frames else pl.DataFrame()
    return WatchTable(chosen, _worst_first(together) if frames else together, on)


_KEPT: OrderedDict[tuple[object, ...], tuple[object, float, WatchTable]] = OrderedDict()
_KEPT_TABLES = 8


def watch_kept(rounds: Round | Sequence[Round], user: User | None, *, on: date, at_most: float = 0) -> WatchTable:
    """As :func:`watch`, kept in this process until anybody acts: every act leaves an entry, so the trail's head tells.

    For pages over a whole province. ``at_most`` lets a wall screen take a table up to so many seconds old although
    somebody acted since; by default it is never older than the last act. Without a trail nothing is kept.
    """
    chosen = (rounds,) if isinstance(rounds, Round) else tuple(rounds)
    divisions = {one.division_id for one in chosen}
    head = Entry.objects.filter(division__in=divisions).order_by("-pk").values_list("pk", "hash").first()
    grants = tuple(grant.pk for grant in seeing_grants(user))
    key = (tuple((one.pk, one.version) for one in chosen), user.pk if user else None, grants, on)
    if key in _KEPT:
        seen, at, table = _KEPT[key]
        if head is not None and (seen == head or monotonic() - at < at_most):
            _KEPT.move_to_end(key)
            return table
    made = watch(chosen, user, on=on)
    if head is not None:
        _KEPT[key] = (head, monotonic(), made)
        while len(_KEPT) > _KEPT_TABLES:
            _KEPT.popitem(last=False)
    return made


def _of_round(round: Round, user: User | None) -> pl.DataFrame:  # noqa: A002 - the field's own word (任务)
    listed = _listed(round, user)
    dossiers = listed["dossier"].to_list()
    which, day = money.chosen(round, dossiers), money.cut_off(round)
    through = round.through_month or 12
    joined = listed.join(_reviewed(round), on="dossier", how="left")
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
    lit = pace_columns(known, day, overrides_of(round.division))
    return lit.with_columns(round=pl.lit(round.pk, dtype=pl.Int64)).select(*_COLUMNS)


_COUNTS = ("goals", "reported", "g_red", "g_yellow", "g_green", "confirmed", "candidates")
_COLUMNS = (
    "round", "dossier", "unit", "review", "state", "budget", "executed", "source", "paid", "filed", "arrived",
    "cut_back", "due", "done", "planned", "rate_h", "elapsed_h", "index_t", "light", "above", *_COUNTS, "goal",
    "last_month",
)  # fmt: skip


def _listed(round: Round, user: User | None) -> pl.DataFrame:  # noqa: A002 - as above
    """The dossiers of the round's scope the user may see. ``None`` is the machine itself and sees all."""
    rows = dossiers_of(round).exclude(pk__in=Exemption.objects.filter(round=round).values("dossier"))
    if user is not None:
        rows = rows.filter(pk__in=dossiers_visible_to(user).values("pk"))
    schema = {"dossier": pl.Int64, "unit": pl.Int64}
    return read_columns(rows.order_by().values_list("pk", "unit"), schema).unique("dossier")


def _reviewed(round: Round) -> pl.DataFrame:  # noqa: A002 - as above
    schema = {"dossier": pl.Int64, "review": pl.Int64, "state": pl.String, "review_budget": pl.Int64, "filed": pl.Int64}
    rows = Review.objects.filter(round=round).values_list("dossier", "pk", "state", "budget", "executed")
    return read_columns(rows, schema)


def _official() -> pl.Expr:
    return pl.col("source").is_not_null() & (pl.col("source") != "form")


def _executed() -> pl.Expr:
    return pl.when(_official()).then(pl.col("spent")).otherwise(pl.coalesce("filed", "spent"))


def _source() -> pl.Expr:
    filed = pl.col("filed").is_not_null() | pl.col("source").is_not_null()
    return pl.when(_official()).then(pl.col("source")).when(filed).then(pl.lit("form")).otherwise(pl.lit(""))


def compliance_condition() -> Q:
    """Findings of compliance: catalogue codes HG, or a category the monitoring rules list (采购, 招标, 验收 …)."""
    categories = basis.in_force("monitoring").content["compliance"]
    return Q(item__code__startswith=COMPLIANCE) | Q(item__category__in=categories)


def open_findings() -> Q:
    """Not dismissed, and not yet mended (已销号)."""
    return ~Q(state=Finding.State.DISMISSED) & ~Q(rectification__state=Rectification.State.CLOSED)


def _compliance(round: Round, dossiers: list[int]) -> pl.DataFrame:  # noqa: A002 - as above
    """Open compliance findings per dossier: confirmed ones and candidates apart. A green light never hides them."""
    rows = Finding.objects.filter(money.chosen(round, dossiers), compliance_condition(), open_findings())
    schema = {"dossier": pl.Int64, "finding": pl.Int64, "stands": pl.String}
    found = read_columns(rows.order_by().values_list("dossier", "pk", "state"), schema)
    sure = pl.col("stands") == Finding.State.CONFIRMED.value
    return found.group_by("dossier").agg(
        sure.sum().cast(pl.Int64).alias("confirmed"), (~sure).sum().cast(pl.Int64).alias("candidates")
    )


def _worst_first(frame: pl.DataFrame) -> pl.DataFrame:
    """By the worse of both lights, then money, then how far behind; open findings before clean ones."""
    order = {light: rank for rank, light in enumerate(LIGHTS)}
    ranks = {name: pl.col(name).replace_strict(order, return_dtype=pl.Int64) for name in ("light", "goal")}
    ranked = frame.with_columns(_worse=pl.min_horizontal(*ranks.values()), _money=ranks["light"])
    keys = ["_worse", "_money", "index_t", "confirmed", "dossier", "round"]
    down = [False, False, False, True, False, False]
    return ranked.sort(keys, descending=down, nulls_last=True).drop("_worse", "_money")
