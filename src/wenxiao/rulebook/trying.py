"""What a change of a rule would move, object by object: the same arithmetic twice, by the rules
before and after.

Nothing is written. Whoever has objects gives each as :class:`Tried`; the command line takes them
from a file, the product from what is stored (``followup.services.trying``), and both show one
:class:`Ledger`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from wenxiao.rulebook.basis import Overrides

Result = Mapping[str, Any]
"""What the rules say of one object: points (text), grade, codes; or light and index.
None is what cannot be said.
"""


@dataclass(frozen=True, slots=True)
class Tried:
    """One object: its year (None: judged by the newest rules) and its
    result by some own values of a division.
    """

    id: str
    kind: str
    year: int | None
    result: Callable[[Overrides], Result]


@dataclass(frozen=True, slots=True)
class MovedResult:
    """An object whose result moves: the parts of the result that differ, before and after."""

    id: str
    kind: str
    before: Result
    after: Result

    def as_json(self) -> dict[str, Any]:
        """As the command line shows it."""
        return {
            "id": self.id,
            "kind": self.kind,
            "before": dict(self.before),
            "after": dict(self.after),
        }


@dataclass(frozen=True, slots=True)
class Untouched:
    """An object the change leaves as it is, and why; ``settled``: its
    result is fixed and would be another now.
    """

    id: str
    why: str
    settled: bool = False


@dataclass(slots=True)
class Ledger:
    """Every object looked at: in ``moved``, in ``lights`` or in ``untouched``."""

    objects: int = 0
    moved: list[MovedResult] = field(default_factory=list)
    lights: list[MovedResult] = field(default_factory=list)
    untouched: list[Untouched] = field(default_factory=list)

    def add(self, line: MovedResult) -> None:
        """Put an object down by whether and how its two results differ."""
        self.objects += 1
        light, rest = _split(line, "light"), _split(line, "rest")
        if light is not None:
            self.lights.append(light)
        if rest is not None:
            self.moved.append(rest)
        if light is None and rest is None:
            empty = all(not value for value in line.after.values())
            self.untouched.append(Untouched(line.id, NOTHING_TO_JUDGE if empty else SAME))

    def leave(self, key: str, why: str, *, settled: bool = False) -> None:
        """Put an object down that the change cannot reach."""
        self.objects += 1
        self.untouched.append(Untouched(key, why, settled))

    def as_json(self) -> dict[str, Any]:
        """As the command line shows it."""
        return {
            "objects": self.objects,
            "moved": [line.as_json() for line in self.moved],
            "lights": [line.as_json() for line in self.lights],
            "untouched": [{"id": one.id, "why": one.why} for one in self.untouched],
        }


SAME = "按改后的规则，结果不变"
NOTHING_TO_JUDGE = "没有可以按规则判断的内容"
LIGHTS = frozenset({"light", "goal", "index", "above_pace"})
"""Parts of a result that are the watch's."""
NAMED = frozenset({"points", "grade", "light", "index"})
"""Parts of a result that name it, shown whether they differ or not."""


def earlier(year: int, start: date) -> str:
    """Why a budget year before the change is not moved by it."""
    return f"评 {year} 预算年度，按当年有效的规则；新值从 {start.isoformat()} 起用，不受影响"


def out_of_reach(year: int | None, start: date) -> str:
    """Why an object of a year cannot be moved by a value from a day on; empty where it can."""
    return earlier(year, start) if year is not None and date(year, 12, 31) < start else ""


def tried(cases: Iterable[Tried], before: Overrides, after: Overrides, start: date) -> Ledger:
    """Every object by the rules before and after; one of a year that ended
    before ``start`` is not touched.
    """
    ledger = Ledger()
    for case in cases:
        if why := out_of_reach(case.year, start):
            ledger.leave(case.id, why)
            continue
        ledger.add(MovedResult(case.id, case.kind, case.result(before), case.result(after)))
    return ledger


def _split(line: MovedResult, part: str) -> MovedResult | None:
    """The line of the watch's parts or of the rest; None where they don't differ.

    What names the result (:data:`NAMED`) stands there either way, everything else only where it
    differs.
    """
    before, after = {}, {}
    for key in line.after:
        if (key in LIGHTS) is (part == "light"):
            old, new = _differing(line.before.get(key), line.after[key])
            if key in NAMED or old != new:
                before[key], after[key] = old, new
    return None if before == after else MovedResult(line.id, line.kind, before, after)


def _differing(old: Any, new: Any) -> tuple[Any, Any]:
    """Two values; of two lists of rows the places that differ, counted from 0."""
    if not isinstance(old, list) or not isinstance(new, list) or len(old) != len(new):
        return old, new
    places = [at for at, (one, other) in enumerate(zip(old, new, strict=True)) if one != other]
    return {str(at): old[at] for at in places}, {str(at): new[at] for at in places}
