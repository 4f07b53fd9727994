"""The watch from the kept lines: counted and ordered by the database, so that 50 000 dossiers cost
what they show.

Lines are worked out by :func:`~wenxiao.followup.watch.table.lit` alone and brought up to date by
``services.keeping``. What could not be brought up to date in time is told by ``behind``; the rows
shown are then worked out anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import polars as pl
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, Sum

from wenxiao.budget.models import Dossier, Subject
from wenxiao.budget.selectors import dossiers_visible_to, seen_with
from wenxiao.followup.models import WatchLine
from wenxiao.followup.watch.table import COLUMNS, ORDER, SUMS, counted, lit, watch_frame
from wenxiao.orgs.selectors import sight_of
from wenxiao.rulebook.pace_columns import LIGHTS
from wenxiao.store.among import answered, raw_rows
from wenxiao.store.frames import frame_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable
    from datetime import date, datetime

    from django.db.models import QuerySet

    from wenxiao.budget.models import Round
    from wenxiao.orgs.models import User
    from wenxiao.orgs.selectors import Sight

LIT = ~Q(light="none")
RED = Q(light="red") | Q(goal="red")


@dataclass(frozen=True, slots=True)
class Behind:
    """Kept lines that are not right yet: how many dossiers at least, and
    the time all of them were last right.
    """

    dossiers: int
    kept_at: datetime | None


@dataclass(frozen=True)
class Watch:
    """监控一览 of some windows, worst first, of what ``user`` may see (None: all); ``where`` narrows.

    Nothing is read before it is asked for. ``known_sums``: what the rows add up to, where that
    follows from sums read before. ``narrowings``: by what it was narrowed, in plain values, so that
    its questions are put together once; None where that is not known.
    """

    rounds: tuple[Round, ...]
    user: User | None
    on: date
    behind: Behind | None = None
    where: Q = field(default_factory=Q)
    known_sums: pl.DataFrame | None = None
    narrowings: tuple[Hashable, ...] | None = ()

    def __len__(self) -> int:
        return int(self.sums["n"].sum()) if self._added_up else self.lines.order_by().count()

    def __bool__(self) -> bool:
        return bool(len(self)) if self._added_up else self.lines.order_by().exists()

    @property
    def _added_up(self) -> bool:
        return self.known_sums is not None or "sums" in self.__dict__

    @cached_property
    def lines(self) -> QuerySet[WatchLine]:
        """The kept lines, worst first."""
        return self._lines_with(sight_of(self.user))

    def _lines_with(self, sight: Sight) -> QuerySet[WatchLine]:
        divisions = {one.division_id for one in self.rounds}
        seen = Q() if self.user is None else _seen_with(sight, divisions)
        rows = WatchLine.objects.filter(
            self.where, seen, round__among=[one.pk for one in self.rounds]
        )
        return rows.order_by(*ORDER)

    def rows(
        self, name: str, question: Callable[[QuerySet[WatchLine]], QuerySet[Any, Any]]
    ) -> list[tuple[Any, ...]]:
        """The raw rows of ``question`` over the lines (money in 分), put together once for all who
        see as much of the same windows; ``name`` says everything else it depends on.
        """
        if self.narrowings is None:
            return answered(question(self.lines))
        sight = sight_of(self.user)
        form = sight.form()
        windows = tuple((one.pk, one.division_id) for one in self.rounds)
        shape = ("watch", name, self.user is None, form, windows, self.narrowings)
        return raw_rows(shape, lambda: question(self._lines_with(form)), sight.lists())

    @cached_property
    def sums(self) -> pl.DataFrame:
        """The rows added up by unit and lights (:data:`~wenxiao.followup.watch.table.SUMS`).
        At most one query.
        """
        if self.known_sums is not None:
            return self.known_sums
        return frame_of(self.rows("sums", _added_up), dict(SUMS))

    @property
    def lights(self) -> dict[str, int]:
        """How many of each money light; all four colours are there."""
        return counted(self.sums, "light")

    @property
    def goals(self) -> dict[str, int]:
        """How many of each goal light."""
        return counted(self.sums, "goal")

    def only(self, **values: Any) -> Watch:
        """The rows with these values (Django's look-ups on a line), in the same order."""
        return self.narrowed(Q(**values))

    def narrowed(self, condition: Q, *said: Hashable) -> Watch:
        """The rows that meet a condition, in the same order; ``said``: the condition in plain
        values, where it can be said so.
        """
        known = (*self.narrowings, said) if said and self.narrowings is not None else None
        return replace(self, where=self.where & condition, known_sums=None, narrowings=known)

    def lit(self, money: Collection[str] = LIGHTS, goal: Collection[str] = LIGHTS) -> Watch:
        """The rows with one of these lights of each kind, in the same
        order; what they add up to is known already.
        """
        shining = pl.col("light").is_in(list(money)) & pl.col("goal").is_in(list(goal))
        return replace(
            self.narrowed(
                Q(light__in=list(money), goal__in=list(goal)), "lit", tuple(money), tuple(goal)
            ),
            known_sums=self.sums.filter(shining),
        )

    def part(self, start: int = 0, stop: int | None = None) -> list[dict[str, Any]]:
        """Some rows. One query; while lines are behind, what is shown is
        worked out from the rows of this moment.
        """
        names = [_COLUMN.get(name, name) for name in COLUMNS]
        lines = self.rows(
            f"part {start} {stop}", lambda lines: lines.values_list(*names)[start:stop]
        )
        rows = [dict(zip(COLUMNS, line, strict=True)) for line in lines]
        return self._anew(rows) if self.behind else rows

    def _anew(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        fresh = {}
        for one in self.rounds:
            keys = [row["dossier"] for row in rows if row["round"] == one.pk]
            for row in lit(one, keys).to_dicts() if keys else ():
                fresh[one.pk, row["dossier"]] = row
        pairs = [(row["round"], row["dossier"]) for row in rows]
        return [fresh[pair] for pair in pairs if pair in fresh]


_COLUMN = {"round": "round_id", "dossier": "dossier_id"}


def _added_up(lines: QuerySet[WatchLine]) -> QuerySet[Any, Any]:
    both = Q(budget__isnull=False, executed__isnull=False)
    has_findings = Q(confirmed__gt=0) | Q(candidates__gt=0)
    rows = (
        lines.order_by()
        .values("unit", "light", "goal")
        .annotate(
            n=Count("pk"),
            in_budget=Sum("budget", filter=both, default=0),
            out=Sum("executed", filter=both, default=0),
            ahead=Count("pk", filter=Q(above=True)),
            findings=Sum(F("confirmed") + F("candidates")),
            irregular=Count("pk", filter=has_findings),
        )
    )
    names = ("unit", "light", "goal", "n", "in_budget", "out", "ahead", "findings", "irregular")
    return rows.values_list(*names)


def rows_now(watch: Watch, dossier: int) -> list[dict[str, Any]]:
    """One dossier's rows worked out at this moment, where the user may see
    it: for a watch that is behind.
    """
    seen = Dossier.objects.all() if watch.user is None else dossiers_visible_to(watch.user)
    return watch_frame(watch.rounds, seen.filter(pk=dossier).values("pk")).to_dicts()


def seen_in(user: User | None, divisions: Collection[int]) -> Q:
    """The condition of ``seen_by`` on very many rows that hang on dossiers of these divisions
    (None: the machine, all).

    Who sees a whole division is asked about its few restricted dossiers only.
    """
    return Q() if user is None else _seen_with(sight_of(user), divisions)


def _seen_with(sight: Sight, divisions: Collection[int]) -> Q:
    if set(divisions) <= sight.full:
        return Q()
    if not set(divisions) <= sight.whole:
        return seen_with(sight)
    secret = Dossier.objects.filter(
        subject__division__in=list(divisions), subject__restriction=Subject.Restriction.RESTRICTED
    )
    return ~Q(dossier__in=secret.values("pk")) | seen_with(sight)


def each_once(watch: Watch) -> Watch:
    """Every dossier once, however many windows hold it: its line of the newest window in which its
    money has a light; of the newest of all where none has.
    """
    if len(watch.rounds) < 2:
        return watch
    newest = sorted(
        watch.rounds,
        key=lambda one: (one.fiscal_year, one.through_month or 12, one.pk),
        reverse=True,
    )
    same = WatchLine.objects.filter(dossier=OuterRef("dossier"))
    elsewhere = Exists(same.filter(LIT, round__in=[one.pk for one in newest]))
    counts = Q()
    for at, one in enumerate(newest):
        later = same.filter(round__in=[row.pk for row in newest[:at]])
        lit_line = Q(LIT, ~Exists(later.filter(LIT)))
        dark_line = Q(~LIT, ~elsewhere, ~Exists(later))
        counts |= Q(round=one.pk) & (lit_line | dark_line)
    months = tuple((one.pk, one.fiscal_year, one.through_month) for one in newest)
    return watch.narrowed(counts, "once", months)


def turned(now: Watch, before: Watch) -> tuple[Watch, Watch, Callable[[], int]]:
    """Over the dossiers in both: those that turned red (money or goals), those that left it; and to
    ask, how many lost pace.
    """
    earlier = WatchLine.objects.filter(
        round__in=[one.pk for one in before.rounds], dossier=OuterRef("dossier")
    )
    was_red, was_not = Exists(earlier.filter(RED)), Exists(earlier.exclude(RED))

    def slower() -> int:
        return (
            now.lines.order_by().filter(index_t__lt=Subquery(earlier.values("index_t")[:1])).count()
        )

    return now.narrowed(RED & Q(was_not)), now.narrowed(~RED & Q(was_red)), slower
