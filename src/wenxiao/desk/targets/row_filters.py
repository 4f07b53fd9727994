"""看哪些行: what a reviewer picks out of the rows of a target, all of them always on the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from wenxiao.targets.models import Indicator, Target
    from wenxiao.targets.selectors import TargetChange

ALL = ""
WORDS = {"problems": "有问题的", "changed": "改过的", "marked": "上次退回的"}


@dataclass(frozen=True, slots=True)
class RowFilters:
    """``chosen`` is the filter in use, ``counts`` (key, word, how many rows) of each that picks
    any, ``signs`` row → the filters that pick it.
    """

    chosen: str
    counts: list[tuple[str, str, int]]
    signs: Mapping[int, list[str]]

    def hides(self, row: int) -> bool:
        """Whether the filter in use leaves the row out."""
        return self.chosen != ALL and self.chosen not in self.signs.get(row, ())


def row_filters(
    target: Target,
    rows: Sequence[Indicator],
    *,
    problems: Iterable[int],
    changes: Iterable[TargetChange],
    chosen: str,
) -> RowFilters:
    """The filters of a target's rows; ``problems`` are places of rows that a check names."""
    picked: dict[str, Collection[int]] = {
        "problems": {rows[at].pk for at in problems if at < len(rows)},
        "changed": {one.row for one in changes if one.row is not None},
        "marked": {mark["row"] for mark in target.marks if mark.get("row")},
    }
    signs = {row.pk: [key for key in WORDS if row.pk in picked[key]] for row in rows}
    counts = [
        (key, word, n)
        for key, word in WORDS.items()
        if (n := sum(key in sign for sign in signs.values()))
    ]
    known = {key for key, _, _ in counts}
    shown = [(ALL, "全部行", len(rows)), *counts] if counts else []
    return RowFilters(chosen if chosen in known else ALL, shown, signs)
