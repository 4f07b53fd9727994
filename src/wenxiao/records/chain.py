"""The hash chain of the trail and its verifier, which stands alone: no Django, no tables, only what
was exported.

A chain belongs to one division. Within a day each entry carries the hash of the one before; the
first entry of a day carries the last hash of the day before, so the days hang together. The stored
head of each day names its last entry. What chain and heads together cannot show is both cut off or
computed anew: for that, compare with anchors (day, number, hash) kept elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wenxiao.records.sm3 import sm3

GENESIS = "0" * 64
"""What the first entry of a division carries as its predecessor's hash."""

FIELDS = (
    "division",
    "day",
    "number",
    "at",
    "by",
    "by_name",
    "act",
    "target_type",
    "target_id",
    "label",
    "why",
    "data",
)


@dataclass(frozen=True, slots=True)
class Fault:
    """Where a chain is broken and how, in a Chinese sentence."""

    division: int
    day: str
    number: int
    text: str

    def as_json(self) -> dict[str, object]:
        """For the command line."""
        return {
            "division": self.division,
            "day": self.day,
            "number": self.number,
            "text": self.text,
        }


def canonical(fields: Mapping[str, Any]) -> bytes:
    """One spelling per content: sorted keys, no blanks, UTF-8; only the fields the hash covers."""
    covered = {name: fields[name] for name in FIELDS}
    return json.dumps(covered, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def link(previous: str, fields: Mapping[str, Any]) -> str:
    """The hash of an entry that follows ``previous``: SM3 over the
    predecessor's hash and the entry's content.
    """
    return sm3(previous.encode() + b"\n" + canonical(fields))


def digest_of(rows: Iterable[Any]) -> str:
    """SM3 over many rows, for a bulk act's one entry: JSON, one row a line,
    Decimals and dates as text.
    """
    return sm3(
        "\n".join(
            json.dumps(row, ensure_ascii=False, sort_keys=True, default=str) for row in rows
        ).encode()
    )


def verify(
    entries: Iterable[Mapping[str, Any]],
    heads: Sequence[Mapping[str, Any]] | None = None,
    *,
    anchors: Sequence[Mapping[str, Any]] = (),
    whole: bool = True,
) -> list[Fault]:
    """Every fault in ``entries`` (any divisions, any order); empty when nothing was altered, moved,
    added or cut.

    ``heads`` are the stored last links, one for each day that has entries. ``anchors`` are mappings
    with division, day, number and hash noted down earlier and kept elsewhere. ``whole``: the
    entries begin where their divisions began.
    """
    by_division: dict[int, list[Mapping[str, Any]]] = {}
    for entry in entries:
        by_division.setdefault(entry["division"], []).append(entry)
    faults = []
    for division in sorted(by_division):
        rows = sorted(by_division[division], key=lambda e: (e["day"], e["number"]))
        faults += (_verify_beginning(rows[0]) if whole else []) + _verify_division(rows)
    if heads is not None:
        faults += _verify_heads(by_division, heads)
    return faults + _verify_anchors(by_division, anchors)


def without_entries(division: int) -> Fault:
    """What to say of a division that has not a single entry: its making is the first."""
    return Fault(division, "", 0, "一条留痕也没有：建立区划时就应有一条。")


def verify_export(text: str | bytes, anchors: Sequence[Mapping[str, Any]] = ()) -> list[Fault]:
    """The faults of an exported trail: JSON ``{"whole": …, "entries":
    [...], "heads": [...]}``, heads the day heads.
    """
    export = json.loads(text)
    whole = bool(export.get("whole"))
    return verify(export["entries"], export.get("heads"), anchors=anchors, whole=whole)


def _verify_beginning(first: Mapping[str, Any]) -> list[Fault]:
    if first["previous"] == GENESIS:
        return []
    text = "这是现存最早的一条，却接着更早的留痕：开头被删除。"
    return [Fault(first["division"], first["day"], first["number"], text)]


def _verify_heads(
    by_division: Mapping[int, Sequence[Mapping[str, Any]]], heads: Sequence[Mapping[str, Any]]
) -> list[Fault]:
    """The stored heads name exactly the last entry of each day."""
    last: dict[tuple[int, str], Mapping[str, Any]] = {}
    for entry in (e for rows in by_division.values() for e in rows):
        day = (entry["division"], entry["day"])
        if day not in last or last[day]["number"] < entry["number"]:
            last[day] = entry
    noted = {(head["division"], head["day"]): head for head in heads}
    faults = []
    for day in sorted(last.keys() | noted.keys()):
        text = _against_head(last.get(day), noted.get(day))
        if text:
            named = last[day] if day in last else noted[day]
            faults.append(Fault(day[0], day[1], named["number"], text))
    return faults


def _against_head(entry: Mapping[str, Any] | None, head: Mapping[str, Any] | None) -> str:
    if head is None:
        return "这一天有留痕而没有链头：链头被删除，或留痕是另外加进来的。"
    if entry is None or entry["number"] < head["number"]:
        return f"链头记到第 {head['number']} 条，现存不到：尾部被截断。"
    if entry["number"] > head["number"]:
        return f"链头只记到第 {head['number']} 条：后面的是另外加进来的。"
    return "" if entry["hash"] == head["hash"] else "末条与链头的校验值不同：有一处被重写。"


def _verify_division(entries: Sequence[Mapping[str, Any]]) -> list[Fault]:
    faults: list[Fault] = []
    last: Mapping[str, Any] | None = None
    for entry in entries:
        faults += [
            Fault(entry["division"], entry["day"], entry["number"], text)
            for text in _faults_of(entry, last)
        ]
        last = entry
    return faults


def _faults_of(entry: Mapping[str, Any], last: Mapping[str, Any] | None) -> list[str]:
    faults = []
    same_day = last is not None and last["day"] == entry["day"]
    expected = last["number"] + 1 if last is not None and same_day else 1
    if entry["number"] != expected:
        faults.append(f"序号应为 {expected}，实为 {entry['number']}：中间有留痕被删除或插入。")
    if last is not None and entry["previous"] != last["hash"]:
        faults.append("与上一条接不上：上一条被改动、删除或调换。")
    if entry["hash"] != link(entry["previous"], entry):
        faults.append("内容与校验值不符：这一条被改动。")
    return faults


def _verify_anchors(
    by_division: Mapping[int, Sequence[Mapping[str, Any]]], anchors: Sequence[Mapping[str, Any]]
) -> list[Fault]:
    known = {
        (e["division"], e["day"], e["number"]): e["hash"]
        for rows in by_division.values()
        for e in rows
    }
    faults = []
    for anchor in anchors:
        entry = known.get((anchor["division"], anchor["day"], anchor["number"]))
        if entry != anchor["hash"]:
            what = "已不存在：尾部被截断" if entry is None else "与留存的校验值不同：整链被重算"
            faults.append(
                Fault(
                    anchor["division"],
                    anchor["day"],
                    anchor["number"],
                    f"留存锚点所指的一条{what}。",
                )
            )
    return faults
