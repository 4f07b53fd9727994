"""Dated rules with their document: what was in force, where it stands, and how far its words were
read.

Files lie in ``basis/*.yaml``. Each holds ``values``; each value has ``from``, ``document``,
``clause``, ``standing`` (see :mod:`wenxiao.rulebook.grounds`), the ``laws`` it carries out, and its
content. What stands as 原文 names the clause (``cite``) and what was read of it when (``seen``). A
division's own value is laid over the national one from its own date, with its own document.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from wenxiao.rulebook.grounds import READ, STANDINGS, UNREAD, Standing

FOLDER = Path(__file__).parent / "basis"

Overrides = Mapping[str, Sequence[Mapping[str, Any]]]
"""A division's own values: rule name → list of mappings with from,
document, clause, standing, content.
"""

_HEAD = ("from", "document", "clause", "standing", "cite", "seen", "laws", "note", "content")
RAISED = "raised"
"""Of an entry that changes no value: the path of the node whose clause was
read ("" the whole rule).
"""
OF = "of"
"""Of such an entry: from when the value holds that it speaks of; a newer one has not been read."""
CITED = frozenset({"body", "title", "number", "date", "clause"})
SEEN = frozenset({"what", "compared", "sha256"})


class BasisError(ValueError):
    """A rule that does not exist, or a value without date or with an inexact number."""


@dataclass(frozen=True, slots=True)
class Value:
    """One dated value of a rule. ``own`` says that the division's own document stands behind it.

    ``raised`` is no value: only that a clause was read, of the node with this path, in the value
    that holds from ``of``.
    """

    start: date
    document: str
    clause: str
    standing: Standing
    content: Mapping[str, Any]
    note: str = ""
    own: bool = False
    laws: tuple[str, ...] = ()
    cite: Mapping[str, str] = field(default_factory=dict)
    seen: Mapping[str, str] = field(default_factory=dict)
    raised: str | None = None
    of: str = ""

    @property
    def basis(self) -> str:
        """Document and clause in one line, marked where the clause itself was not read."""
        return cited(self.document, self.clause, self.standing)


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

    A year means its last day, since a year is judged when it is over; None means the newest. Before
    the first known value the oldest is used and marked 未核: nobody has entered what held then.
    ``overrides`` are the division's own values (see :data:`Overrides`); the newest of them in force
    is laid over the national content.
    """
    values = load(name).values
    day = _day(on)
    known = [value for value in values if value.start <= day]
    national = known[-1] if known else _before_records(values[0])
    dated = [value for value in map(_value, (overrides or {}).get(name, ())) if value.start <= day]
    own = [value for value in dated if value.raised is None]
    held = _overlaid(national, max(own, key=lambda value: value.start)) if own else national
    for one in dated:
        if one.raised is not None and one.of == national.start.isoformat():
            held = _read(held, one)
    return held


def cited(document: str, clause: str, standing: Standing) -> str:
    """A document and its clause in one line, with its standing where that is not 原文."""
    named = f"{document} {clause}".strip() or "无文件依据"
    return named if standing == READ else f"{named}（{standing}）"


def standing_of(node: Mapping[str, Any]) -> Standing:
    """How far the words behind a value or one node of it were read;
    BasisError for 原文 without what was read.
    """
    standing: Standing = node.get("standing", UNREAD)
    if standing not in STANDINGS:
        raise BasisError(f"依据状态只能是{'、'.join(STANDINGS)}，收到“{standing}”。")
    if standing == READ and not (
        set(node.get("cite") or ()) >= CITED and set(node.get("seen") or ()) >= SEEN
    ):
        raise BasisError("依据状态为原文的，须写明出处和所见的原文。")
    return standing


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
        standing=standing_of(entry),
        content=content,
        note=str(entry.get("note") or ""),
        laws=tuple(entry.get("laws") or ()),
        cite=dict(entry.get("cite") or {}),
        seen=dict(entry.get("seen") or {}),
        raised=entry.get(RAISED),
        of=str(entry.get(OF) or ""),
    )


def _before_records(oldest: Value) -> Value:
    note = "该年度的规则未录入，暂按最早一版计算"
    return replace(oldest, standing=UNREAD, note=note, cite={}, seen={})


def _overlaid(national: Value, own: Value) -> Value:
    content = _merged(national.content, own.content)
    return replace(own, content=content, own=True, laws=national.laws)


def _read(value: Value, said: Value) -> Value:
    """A value, or one node of it, whose clause a division read itself: the
    content stays, the standing is theirs.
    """
    marks = {"standing": said.standing, "cite": dict(said.cite), "seen": dict(said.seen)}
    if said.raised:
        content = _marked(value.content, said.raised.split("/"), marks)
        return replace(value, content=content)
    if value.own:
        return value
    return replace(
        value,
        standing=said.standing,
        cite=said.cite,
        seen=said.seen,
        document=said.document or value.document,
        clause=said.clause,
        note=said.note,
    )


def _marked(item: Any, path: Sequence[str], marks: Mapping[str, Any]) -> Any:
    """Content with the marks of one node replaced; untouched where the path leads nowhere."""
    if not path:
        return {**item, **marks} if isinstance(item, Mapping) else item
    if isinstance(item, Mapping) and path[0] in item:
        return {**item, path[0]: _marked(item[path[0]], path[1:], marks)}
    if isinstance(item, list | tuple):
        return [
            _marked(one, path[1:], marks) if step_of(one, at) == path[0] else one
            for at, one in enumerate(item)
        ]
    return item


def step_of(item: Any, at: int) -> str:
    """How a path names an entry of a list: by its code, else by its place."""
    code = item.get("code") if isinstance(item, Mapping) else None
    return str(at if code is None else code)


def nodes_of(content: Mapping[str, Any]) -> list[tuple[str, str, Mapping[str, Any]]]:
    """(path, name, node) of everything inside a content that has a standing
    of its own, in order.
    """
    nodes: list[tuple[str, str, Mapping[str, Any]]] = []

    def walk(item: Any, path: tuple[str, ...]) -> None:
        if isinstance(item, Mapping):
            if path and "standing" in item:
                name = item.get("name") or item.get("title") or path[-1]
                nodes.append(("/".join(path), str(name), item))
            for key, one in item.items():
                walk(one, (*path, str(key)))
        elif isinstance(item, list | tuple):
            for at, one in enumerate(item):
                walk(one, (*path, step_of(one, at)))

    walk(content, ())
    return nodes


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
