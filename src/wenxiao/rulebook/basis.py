"""Dated rules with their document: what was in force, where it stands, and whether a person has checked it.

Files lie in ``basis/*.yaml``. Each holds ``values``; each value has ``from``, ``document``, ``clause``, ``verified`` and
its content. A division's own value is laid over the national one from its own date, with its own document.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from wenxiao.rulebook.problems import Level

FOLDER = Path(__file__).parent / "basis"

Overrides = Mapping[str, Sequence[Mapping[str, Any]]]
"""A division's own values: rule name → list of mappings with from, document, clause, verified, content."""

_HEAD = ("from", "document", "clause", "verified", "note", "content")


class BasisError(ValueError):
    """A rule that does not exist, or a value without date or with an inexact number."""


@dataclass(frozen=True, slots=True)
class Value:
    """One dated value of a rule. ``own`` says that the division's own document stands behind it."""

    start: date
    document: str
    clause: str
    verified: bool
    content: Mapping[str, Any]
    note: str = ""
    own: bool = False

    @property
    def basis(self) -> str:
        """Document and clause in one line, marked when nobody has checked it against the original."""
        cited = f"{self.document} {self.clause}".strip() or "无文件依据"
        return cited if self.verified else f"{cited}（待核）"


@dataclass(frozen=True, slots=True)
class Rulefile:
    """A rule with all its dated values, oldest first."""

    name: str
    title: str
    values: tuple[Value, ...] = field(default=())


def names() -> tuple[str, ...]:
    """The names of all rules, sorted."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


@cache
def load(name: str) -> Rulefile:
    """One rule with its dated values; BasisError when there is none of that name."""
    path = FOLDER / f"{name}.yaml"
    if not path.is_file():
        raise BasisError(f"没有名为“{name}”的规则。")
    data = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506  _LOADER is a safe loader
    values = sorted((_value(entry) for entry in data["values"]), key=lambda value: value.start)
    return Rulefile(name, str(data["title"]), tuple(values))


def in_force(name: str, on: date | int | None = None, overrides: Overrides | None = None) -> Value:
    """The value of a rule on a day.

    A year means its last day, since a year is judged when it is over; None means the newest. Before the first known
    value the oldest is used and marked as not verified: nobody has entered what held then. ``overrides`` are the
    division's own values (see :data:`Overrides`); the newest of them in force is laid over the national content.
    """
    values = load(name).values
    day = _day(on)
    known = [value for value in values if value.start <= day]
    national = known[-1] if known else _before_records(values[0])
    own = [value for value in map(_value, (overrides or {}).get(name, ())) if value.start <= day]
    return _overlaid(national, max(own, key=lambda value: value.start)) if own else national


def allowed_level(
    wanted: Level, *, verified: bool, document: str, arithmetic: bool = False
) -> Level:
    """The level a rule may really use: unverified or without a document it may at most warn.

    The one place of that principle. ``arithmetic`` marks what cannot be in any year under any measure (a negative
    weight, a score above its weight); that may block without a document.
    """
    if wanted != "阻断" or arithmetic or (verified and document):
        return wanted
    return "警告"


def number(value: object) -> Decimal:
    """A number of a rule file as Decimal; BasisError for a float or for what is no number."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise BasisError(f"规则中的数“{value}”应写成带引号的十进制文本。")
    return Decimal(value)


def _value(entry: Mapping[str, Any]) -> Value:
    _refuse_floats(entry)
    start = entry.get("from")
    if isinstance(start, str):
        start = date.fromisoformat(start)
    if not isinstance(start, date):
        raise BasisError("规则缺少起用日期。")
    content = entry.get("content", {key: item for key, item in entry.items() if key not in _HEAD})
    return Value(
        start=start,
        document=str(entry.get("document") or ""),
        clause=str(entry.get("clause") or ""),
        verified=bool(entry.get("verified", False)),
        content=content,
        note=str(entry.get("note") or ""),
    )


def _before_records(oldest: Value) -> Value:
    note = "该年度的规则未录入，暂按最早一版计算"
    return Value(
        oldest.start,
        oldest.document,
        oldest.clause,
        verified=False,
        content=oldest.content,
        note=note,
    )


def _overlaid(national: Value, own: Value) -> Value:
    content = _merged(national.content, own.content)
    return Value(own.start, own.document, own.clause, own.verified, content, own.note, own=True)


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    both = dict(below)
    for key, item in above.items():
        old = both.get(key)
        both[key] = (
            _merged(old, item) if isinstance(old, Mapping) and isinstance(item, Mapping) else item
        )
    return both


def _day(on: date | int | None) -> date:
    if on is None:
        return date.max
    return date(on, 12, 31) if isinstance(on, int) else on


def _refuse_floats(item: object) -> None:
    if isinstance(item, float):
        raise BasisError(f"规则中的数“{item}”是浮点数，应写成带引号的十进制文本。")
    children = (
        item.values()
        if isinstance(item, Mapping)
        else item
        if isinstance(item, list | tuple)
        else ()
    )
    for child in children:
        _refuse_floats(child)


_LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
