"""The watch as pages show it: counts in words, the rows somebody looks at, the cut points. Lights are ours (测算), never a verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from wenxiao.followup.kinds.lines import watch_rows
from wenxiao.followup.kinds.watch import watch_kept
from wenxiao.reviews.services.scoring import overrides_of
from wenxiao.rulebook.pace import lights_in_force
from wenxiao.store.clock import today

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wenxiao.budget.models import Round
    from wenxiao.followup.kinds.lines import WatchRow
    from wenxiao.followup.kinds.watch import WatchTable
    from wenxiao.orgs.models import Division, User
    from wenxiao.rulebook.pace import Lights

WORDS = {"red": "红", "yellow": "黄", "green": "绿", "none": "不亮灯"}


def table_of(rounds: Sequence[Round], user: User) -> WatchTable | None:
    """The watch over some windows, worst first, in the user's scope; None without any window or object."""
    table = watch_kept(list(rounds), user, on=today()) if rounds else None
    return table if table is not None and len(table) else None


def rows_of_table(table: WatchTable | None, start: int = 0, stop: int | None = None) -> list[WatchRow]:
    """Some rows with their sentences; none of nothing."""
    return watch_rows(table, start, stop) if table is not None else []


def counts_of(table: WatchTable | None) -> dict[str, int]:
    """How many of each money light, worst first; lights nobody has are left out."""
    return {light: n for light, n in table.lights.items() if n} if table is not None else {}


def told(counts: Mapping[str, int]) -> str:
    """「1 红 1 黄 2 绿」."""
    return " ".join(f"{n} {WORDS[light]}" for light, n in counts.items())


def narrowed(table: WatchTable | None, money: str, goal: str) -> WatchTable | None:
    """The rows of one money light, of one goal light, or of both; anything else asked for is left out."""
    for name, light in (("light", money), ("goal", goal)):
        if table is not None and light in WORDS:
            table = table.only(pl.col(name) == light)
    return table


def of_dossier(table: WatchTable | None, dossier: int) -> WatchRow | None:
    """The row of one dossier; None where the windows don't hold it."""
    rows = rows_of_table(table.only(pl.col("dossier") == dossier)) if table is not None else []
    return rows[0] if rows else None


def alarming(table: WatchTable | None) -> WatchTable | None:
    """The red and yellow ones."""
    return table.only(pl.col("light").is_in(["red", "yellow"])) if table is not None else None


def beside(table: WatchTable | None) -> tuple[int, int]:
    """How many have open compliance findings, and how many are above pace."""
    if table is None:
        return 0, 0
    found = (pl.col("confirmed") + pl.col("candidates")) > 0
    return table.frame.filter(found).height, table.frame.filter(pl.col("above").fill_null(value=False)).height


def rule_of(division: Division) -> Lights:
    """The cut points in force for a division today."""
    return lights_in_force(None, overrides_of(division))
