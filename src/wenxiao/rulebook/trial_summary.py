"""The ledger of a proposed value as people read it: round by round, what moves before what stays,
how many objects change points and grade.

A page shows it, a proposal keeps it (:meth:`Trial.as_data`), its papers print it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wenxiao.rulebook.trying import Ledger, MovedResult

SHOWN = 20
"""So many lines of a round are shown; the rest is counted."""
_LIGHTS = {"red": "红灯", "yellow": "黄灯", "green": "绿灯", "none": "不亮灯"}
_WORDS = {
    "points": "得分",
    "grade": "等级",
    "codes": "检查",
    "light": "资金",
    "goal": "目标",
    "index": "进度指数",
    "above_pace": "超进度",
}


@dataclass(frozen=True, slots=True)
class Shift:
    """One object of a round and what of it moves: 「等级 良 → 优」."""

    name: str
    parts: tuple[tuple[str, str, str], ...]


@dataclass(slots=True)
class TrialGroup:
    """One round (or one year's targets): what moves in it, and why the others stay."""

    name: str
    moved: list[Shift] = field(default_factory=list)
    lights: list[Shift] = field(default_factory=list)
    settled: list[tuple[str, str]] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def shown(self) -> list[Shift]:
        """The first lines of what moves."""
        return (self.moved + self.lights)[:SHOWN]

    @property
    def fixed(self) -> list[tuple[str, str]]:
        """The first settled results that would be others now."""
        return self.settled[:SHOWN]

    @property
    def fixed_count(self) -> int:
        """How many settled results would be others now."""
        return len(self.settled)

    @property
    def more(self) -> int:
        """How many lines are not shown."""
        return max(0, len(self.moved) + len(self.lights) - SHOWN)

    def as_data(self) -> dict[str, Any]:
        """What is shown of the group, as stored with a proposal."""
        return {
            "name": self.name,
            "shown": [{"name": one.name, "parts": list(one.parts)} for one in self.shown],
            "more": self.more,
            "fixed": list(self.fixed),
            "fixed_count": self.fixed_count,
            "reasons": dict(self.reasons),
        }


@dataclass(frozen=True, slots=True)
class Trial:
    """The whole ledger: counts over everything, and the rounds, those with movement first."""

    objects: int
    moved: int
    lights: int
    points: int
    grades: int
    groups: tuple[TrialGroup, ...]

    def as_data(self) -> dict[str, Any]:
        """The counts and what is shown, as stored with a proposal."""
        return {
            "objects": self.objects,
            "moved": self.moved,
            "lights": self.lights,
            "points": self.points,
            "grades": self.grades,
            "groups": [group.as_data() for group in self.groups],
        }


def trial_summary(ledger: Ledger) -> Trial:
    """A ledger by round."""
    groups: dict[str, TrialGroup] = {}

    def group(key: str) -> tuple[TrialGroup, str]:
        place, _, name = key.partition("/")
        return groups.setdefault(place, TrialGroup(place)), name

    for line in ledger.moved:
        group_of_line, name = group(line.id)
        group_of_line.moved.append(Shift(_named(name, line), _parts(line)))
    for line in ledger.lights:
        group_of_line, name = group(line.id)
        group_of_line.lights.append(Shift(_named(name, line), _parts(line)))
    for one in ledger.untouched:
        group_of_line, name = group(one.id)
        if one.settled:
            group_of_line.settled.append((name, one.why))
        else:
            group_of_line.reasons[one.why] += 1
    ordered = sorted(groups.values(), key=lambda one: not (one.moved or one.lights))
    return Trial(
        ledger.objects,
        len(ledger.moved),
        len(ledger.lights),
        _differing(ledger, "points"),
        _differing(ledger, "grade"),
        tuple(ordered),
    )


def ledger_lines(ledger: Ledger) -> Iterator[tuple[str, str, str]]:
    """Every object of a ledger for a table: round, object, what moves or why nothing does."""
    for line in [*ledger.moved, *ledger.lights]:
        place, _, name = line.id.partition("/")
        yield place, name, "，".join(f"{word} {old} → {new}" for word, old, new in _parts(line))
    for one in ledger.untouched:
        place, _, name = one.id.partition("/")
        yield place, name, one.why


def _differing(ledger: Ledger, key: str) -> int:
    """Of how many objects one part of the result differs."""
    return sum(line.before.get(key) != line.after.get(key) for line in ledger.moved)


def _named(name: str, line: MovedResult) -> str:
    """The object's name without its long code, with the points it has where they stay."""
    points, short = line.before.get("points"), name.partition(" ")[2] or name
    return f"{short}（{points} 分）" if points and points == line.after.get("points") else short


def _parts(line: MovedResult) -> tuple[tuple[str, str, str], ...]:
    keys = [key for key in line.after if line.before.get(key) != line.after[key]]
    return tuple(
        (_WORDS.get(key, key), _word(line.before.get(key)), _word(line.after[key])) for key in keys
    )


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    text = "" if value is None else str(value)
    return _LIGHTS.get(text, text) or "无"
