"""The watch as pages show it: counts in words, the rows somebody looks at, the cut points.
Lights are ours (测算), never a verdict.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from wenxiao.followup.services.keeping import first_to_ask, kept_watch
from wenxiao.followup.tasks import keep
from wenxiao.followup.watch.lines import each_once, rows_now
from wenxiao.followup.watch.sentences import in_words, lamps, watch_rows
from wenxiao.rulebook.pace import lights_in_force
from wenxiao.store.clock import today

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wenxiao.budget.models import Round
    from wenxiao.followup.watch.lines import Behind, Watch
    from wenxiao.followup.watch.sentences import Lamp, WatchRow
    from wenxiao.orgs.models import Division, User
    from wenxiao.rulebook.pace import Lights

WORDS = {"red": "红", "yellow": "黄", "green": "绿", "none": "不亮灯"}


def table_of(rounds: Sequence[Round], user: User, *, summed: bool = False) -> Watch | None:
    """The watch over some windows, worst first, in the user's scope, every object once (by the
    newest window in which it has a light); None without any window or object.

    What a page cannot bring up to date itself the worker is asked for, once; the page tells it
    (``behind``). ``summed``: the page shows what the rows add up to, so that one query says this
    and whether there are any.
    """
    table = each_once(kept_watch(rounds, user, on=today())) if rounds else None
    if table is not None and summed:
        _ = table.sums
    if table is not None and table.behind and first_to_ask(rounds):
        keep.enqueue()
    return table if table is not None and (table or table.behind) else None


def most_behind(*tables: Watch | None) -> Behind | None:
    """What a page over several tables must say: the one with most dossiers
    still to be worked out.
    """
    late = [table.behind for table in tables if table is not None and table.behind]
    return max(late, key=lambda one: one.dossiers, default=None)


def rows_of_table(table: Watch | None, start: int = 0, stop: int | None = None) -> list[WatchRow]:
    """Some rows with their sentences; none of nothing."""
    return watch_rows(table, start, stop) if table is not None else []


def lamps_of_table(table: Watch | None, stop: int) -> list[Lamp]:
    """The first rows as a desk shows them; none of nothing."""
    return lamps(table, 0, stop) if table is not None else []


def counts_of(table: Watch | None) -> dict[str, int]:
    """How many of each money light, worst first; lights nobody has are left out."""
    return {light: n for light, n in table.lights.items() if n} if table is not None else {}


def told(counts: Mapping[str, int]) -> str:
    """「1 红 1 黄 2 绿」."""
    return " ".join(f"{n} {WORDS[light]}" for light, n in counts.items())


def narrowed(table: Watch | None, money: str, goal: str) -> Watch | None:
    """The rows of one money light, of one goal light, or of both; anything
    else asked for is left out.
    """
    if table is None or not {money, goal} & set(WORDS):
        return table
    return table.lit(*([light] if light in WORDS else list(WORDS) for light in (money, goal)))


def of_dossier(table: Watch | None, dossier: int) -> WatchRow | None:
    """The row of one dossier; None where the windows don't hold it."""
    if table is None:
        return None
    if table.behind:
        rows = in_words(table.rounds, rows_now(table, dossier))
    else:
        rows = rows_of_table(table.only(dossier=dossier))
    return rows[0] if rows else None


def alarming(table: Watch | None) -> Watch | None:
    """The red and yellow ones."""
    return table.lit(["red", "yellow"]) if table is not None else None


def hidden_by_green(table: Watch | None) -> Watch | None:
    """Those with a green light that a leader must see nevertheless: open compliance findings, or
    money far ahead of the year.

    The ones with findings come first as the table orders them; no light of theirs says so.
    """
    if table is None:
        return None
    condition = Q(confirmed__gt=0) | Q(candidates__gt=0) | Q(above=True)
    return table.narrowed(Q(light="green") & condition)


def beside(table: Watch | None) -> tuple[int, int]:
    """How many have open compliance findings, and how many are above pace."""
    if table is None:
        return 0, 0
    return int(table.sums["irregular"].sum()), int(table.sums["above"].sum())


def rule_of(division: Division) -> Lights:
    """The cut points in force for a division today."""
    return lights_in_force(None, division.own_rules)
