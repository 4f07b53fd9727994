"""The registry of checks. A rule is registered once, with its level and basis; what is unverified may at most warn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, get_args

from wenxiao.rulebook.basis import Overrides, Value, allowed_level, in_force
from wenxiao.rulebook.problems import Level, Problem

Cells = Mapping[str, Any]
"""One row as plain typed values. Numbers are Decimal, missing is None; texts are str.

Keys: level1 level2 level3 target unit weight score published actual (text) source proof note; cells may carry
``places`` (field → address) and ``sheet``.
"""


@dataclass(frozen=True, slots=True)
class Table:
    """What a check looks at: the rows of one table and its head.

    ``head`` holds what is known of: name, kind, year, unit, budget_yuan, full_year, initial, executed, start, end (ISO
    dates as text), text (content of the project), total, grade, execution_weight, execution_score, parts, subtotals.
    ``overrides`` are the division's own rule values: thresholds are read from them, and levels.
    """

    rows: Sequence[Cells] = ()
    head: Mapping[str, Any] = field(default_factory=dict)
    overrides: Overrides | None = None

    @property
    def year(self) -> int | None:
        """The budget year whose rules count; None: the newest."""
        year = self.head.get("year")
        return year if isinstance(year, int) else None


@dataclass(frozen=True, slots=True)
class Hit:
    """What a check found: the row (index from 0, None: the table), the field, and the sentence."""

    row: int | None
    field: str | None
    text: str
    expected: str | None = None
    got: str | None = None


Check = Callable[[Table], Iterable[Hit]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A registered check. ``level`` is what it really uses, after the principle of allowed_level."""

    code: str
    title: str
    level: Level
    basis: str
    verified: bool
    mend: str
    arithmetic: bool
    check: Check


_RULES: dict[str, Rule] = {}
LEVELS: tuple[Level, ...] = get_args(Level)


def rule(
    code: str,
    title: str,
    level: Level,
    *,
    basis: str = "",
    verified: bool = False,
    mend: str = "",
    arithmetic: bool = False,
) -> Callable[[Check], Check]:
    """Register a check under its code; ValueError when the code is taken."""

    def register(check: Check) -> Check:
        if code in _RULES:
            raise ValueError(f"规则编号 {code} 重复。")
        real = allowed_level(level, verified=verified, document=basis, arithmetic=arithmetic)
        _RULES[code] = Rule(code, title, real, basis, verified, mend, arithmetic, check)
        return check

    return register


def registry() -> tuple[Rule, ...]:
    """Every rule, by code."""
    return tuple(_RULES[code] for code in sorted(_RULES))


def rules_in_force(
    overrides: Overrides | None = None, on: date | int | None = None
) -> tuple[Rule, ...]:
    """Every rule as strict as the division's own list of checks (rule ``checks``) makes it on a day, by code.

    What the own list says otherwise than the national one counts: another level, with the own document as its basis
    (unverified it may at most warn), or not enabled, which leaves the rule out. What cannot be by arithmetic stays.
    """
    own = in_force("checks", on, overrides)
    if not own.own:
        return registry()
    national = {entry["code"]: entry for entry in in_force("checks", on).content["checks"]}
    said = {
        entry["code"]: entry
        for entry in own.content["checks"]
        if entry != national.get(entry["code"])
    }
    told = (
        one if one.arithmetic else _as_said(one, said.get(one.code), national.get(one.code), own)
        for one in registry()
    )
    return tuple(one for one in told if one is not None)


def _as_said(
    one: Rule, entry: Mapping[str, Any] | None, national: Mapping[str, Any] | None, own: Value
) -> Rule | None:
    if entry is None:
        return one
    before = national or {"level": one.level, "enabled": True}
    if entry.get("enabled") is False and before.get("enabled") is not False:
        return None
    level = entry.get("level")
    if level == before.get("level") or level not in LEVELS:
        return one
    level = allowed_level(level, verified=own.verified, document=own.document)
    cited = f"{own.document} {own.clause}".strip()
    return replace(one, level=level, basis=cited, verified=own.verified)


def run(
    table: Table, codes: Iterable[str] | None = None, rules: Sequence[Rule] | None = None
) -> list[tuple[Hit, Problem]]:
    """Every hit with its Problem, rules in order of code. ``codes`` limits to those rules or areas ("ZP", "MB-09").

    ``rules`` are those of :func:`rules_in_force`, for who runs many tables; else they are read for each.
    """
    wanted = None if codes is None else frozenset(codes)
    found = []
    for one in rules_in_force(table.overrides, table.year) if rules is None else rules:
        if wanted is None or one.code in wanted or one.code.split("-")[0] in wanted:
            found += [(hit, _problem(one, hit, table)) for hit in one.check(table)]
    return found


def numbered(table: Table, key: str) -> Iterator[tuple[int, Decimal, Cells]]:
    """The rows whose ``key`` is a number, with index and value."""
    for index, row in enumerate(table.rows):
        value = row.get(key)
        if isinstance(value, Decimal):
            yield index, value, row


def said(row: Cells, *keys: str) -> str:
    """The texts of some fields of a row, joined; missing ones empty."""
    return " ".join(str(row.get(key) or "") for key in keys)


def head_number(table: Table, key: str) -> Decimal | None:
    """A number of the head, None when missing or no number."""
    value = table.head.get(key)
    return value if isinstance(value, Decimal) else None


def _problem(one: Rule, hit: Hit, table: Table) -> Problem:
    row = table.rows[hit.row] if hit.row is not None else {}
    places = row.get("places") or {}
    return Problem(
        code=one.code,
        level=one.level,
        text=hit.text,
        sheet=row.get("sheet"),
        cell=places.get(hit.field or ""),
        expected=hit.expected,
        got=hit.got,
        mend=one.mend or None,
        basis=one.basis or None,
    )
