"""What is different in a year's rules from those of the year before: each rule with what stood and
what stands, leaf by leaf.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wenxiao.rulebook import basis
from wenxiao.rulebook.basis import Overrides, Value

_SILENT = frozenset({"standing", "note", "document", "clause", "cite", "seen", "laws"})
"""Said of a value, not by it."""
_TOGETHER = "、"


@dataclass(frozen=True, slots=True)
class Difference:
    """One leaf: the keys that lead to it, its text before ("" none) and now ("" gone)."""

    path: tuple[str, ...]
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A rule whose value of the year is not that of the year before."""

    name: str
    title: str
    value: Value
    differences: tuple[Difference, ...]


def changes_of_year(year: int, overrides: Overrides | None = None) -> list[RuleChange]:
    """The rules that changed from the year before, the division's own first, then by title."""
    changed = []
    for name in basis.names():
        now = basis.in_force(name, year, overrides)
        before = basis.in_force(name, year - 1, overrides)
        if now.content == before.content:  # most rules: nothing need be laid out leaf by leaf
            continue
        if apart := differences(before, now):
            changed.append(RuleChange(name, basis.load(name).title, now, apart))
    return sorted(changed, key=lambda one: (not one.value.own, one.title))


def differences(before: Value, now: Value) -> tuple[Difference, ...]:
    """Where two values differ, in the order of the newer, then what is gone."""
    old, new = dict(_leaves(before.content, ())), dict(_leaves(now.content, ()))
    paths = dict.fromkeys((*new, *old))
    return tuple(
        Difference(path, old.get(path, ""), new.get(path, ""))
        for path in paths
        if old.get(path, "") != new.get(path, "")
    )


def _leaves(value: Any, path: tuple[str, ...]) -> list[tuple[tuple[str, ...], str]]:
    if isinstance(value, Mapping):
        return [
            leaf
            for key, below in value.items()
            if key not in _SILENT
            for leaf in _leaves(below, (*path, str(key)))
        ]
    if isinstance(value, list | tuple):
        if any(isinstance(item, Mapping) for item in value):
            return [
                leaf
                for at, item in enumerate(value, start=1)
                for leaf in _leaves(item, (*path, _name_of(item, at)))
            ]
        return [(path, _TOGETHER.join(_text(item) for item in value))]
    return [(path, _text(value))]


def _name_of(item: Any, at: int) -> str:
    """By what a row of a list is known: its name or code, else its place."""
    named = isinstance(item, Mapping) and (item.get("name") or item.get("code"))
    return str(named or at)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return _TOGETHER.join(_text(item) for item in value)
    return str(value)
