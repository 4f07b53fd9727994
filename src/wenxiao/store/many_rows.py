"""Many rows written at once, all of them or none: which cells are why nothing was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Sequence

SAID = 5
"""How many rows at fault the sentence itself names; all of them stand in ``faults``."""


@dataclass(frozen=True, slots=True)
class RowFault:
    """What stands in a row's way, and in which column."""

    pk: int
    line: int
    column: str
    sentence: str


class RowsRefused(NotAllowed):
    """Nothing was stored, and which rows are why."""

    def __init__(self, faults: Sequence[RowFault]) -> None:
        self.faults = list(faults)
        rows = len({one.pk for one in faults})
        more = f"另有 {len(self.faults) - SAID} 处。" if len(self.faults) > SAID else ""
        named = "".join(f"第 {one.line} 行：{one.sentence}" for one in self.faults[:SAID])
        super().__init__(f"有 {rows} 行不能存，这次一行也没有存，改好再存。{named}{more}")
