"""The watch worked out in one frame from the rows of this moment: what the
stored lines are held against.
"""

from dataclasses import dataclass

import polars as pl

from wenxiao.budget.models import Round
from wenxiao.budget.selectors import dossiers_visible_to
from wenxiao.followup.watch.table import SUMS, counted, watch_frame


@dataclass(frozen=True)
class FrameWatch:
    """Answers what a :class:`~wenxiao.followup.watch.lines.Watch` is asked,
    by arithmetic of its own.
    """

    rounds: tuple
    frame: pl.DataFrame
    on: object

    def __len__(self):
        return self.frame.height

    @property
    def sums(self):
        if not self.frame.height:
            return pl.DataFrame(schema=SUMS)
        both = pl.col("budget").is_not_null() & pl.col("executed").is_not_null()
        findings = pl.col("confirmed") + pl.col("candidates")
        return self.frame.group_by("unit", "light", "goal").agg(
            pl.len().cast(pl.Int64).alias("n"),
            pl.col("budget").filter(both).sum(),
            pl.col("executed").filter(both).sum(),
            pl.col("above").sum().cast(pl.Int64),
            findings.sum().cast(pl.Int64).alias("findings"),
            (findings > 0).sum().cast(pl.Int64).alias("irregular"),
        )

    @property
    def lights(self):
        return counted(self.sums, "light")

    @property
    def goals(self):
        return counted(self.sums, "goal")

    def only(self, condition):
        return FrameWatch(self.rounds, self.frame.filter(condition), self.on)

    def part(self, start=0, stop=None):
        return self.frame.slice(start, None if stop is None else stop - start).to_dicts()


def watch(rounds, user, *, on):
    chosen = (rounds,) if isinstance(rounds, Round) else tuple(rounds)
    seen = None if user is None else dossiers_visible_to(user).values("pk")
    return FrameWatch(chosen, watch_frame(chosen, seen), on)


def of_these(whole, rounds):
    """The lines of some of the windows, as they were worked out with the others: each is for
    itself.
    """
    some = whole.frame.filter(pl.col("round").is_in([one.pk for one in rounds]))
    return FrameWatch(tuple(rounds), some, whole.on)


def changes_in_frames(now, earlier):
    """Those that turned red, those that left it, and how many lost pace,
    over the dossiers in both.
    """
    red = (pl.col("light") == "red") | (pl.col("goal") == "red")
    was = earlier.frame.select("dossier", was=red, index_before="index_t")
    both = now.frame.join(was, on="dossier", how="inner", maintain_order="left")
    slower = both.filter(pl.col("index_t") < pl.col("index_before")).height
    return (
        now_only(now, both, red & ~pl.col("was")),
        now_only(now, both, ~red & pl.col("was")),
        slower,
    )


def now_only(now, both, condition):
    return FrameWatch(now.rounds, both.filter(condition).select(now.frame.columns), now.on)
