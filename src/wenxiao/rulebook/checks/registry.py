"""The registry of checks: one function a rule.
What a rule is called, how strict it is and by which numbers is data.

A check registers its code alone; title, level, ground, standing, limits and mending stand in
``basis/checks.yaml``, dated and cited, where a division's own document may say otherwise as far as
the ground allows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from wenxiao.rulebook import basis, laws
from wenxiao.rulebook.basis import Overrides, Value
from wenxiao.rulebook.grounds import LEVELS, Ground, Standing, allowed_level, can_lower, weaker
from wenxiao.rulebook.problems import Level, Problem

CATALOGUE = "checks"

Cells = Mapping[str, Any]
"""One row as plain typed values. Numbers are Decimal, missing is None; texts are str.

Keys: level1 level2 level3 target unit weight score published actual (text) source proof note; cells
may carry ``places`` (field → address) and ``sheet``.
"""


@dataclass(frozen=True, slots=True)
class Table:
    """What a check looks at: the rows of one table and its head.

    ``head`` holds what is known of: name, kind, year, unit, budget_yuan, full_year, initial,
    executed, start, end (ISO dates as text), text (content of the project), asks_source (False: the
    form has no such column), total, grade, execution_weight, execution_score, parts, subtotals,
    ``places`` (field → address) and ``sheet``. ``overrides`` are the division's own rule values:
    thresholds are read from them, and levels. ``limits`` are the numbers of the rule that is
    looking, set by :func:`run`.
    """

    rows: Sequence[Cells] = ()
    head: Mapping[str, Any] = field(default_factory=dict)
    overrides: Overrides | None = None
    limits: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def year(self) -> int | None:
        """The budget year whose rules count; None: the newest."""
        year = self.head.get("year")
        return year if isinstance(year, int) else None


@dataclass(frozen=True, slots=True)
class Hit:
    """What a check found: the row (index from 0, None: the table), the field, and the sentence.

    ``mild`` is a hit less grave than its rule: it has the rule's own milder level, which a division
    can raise as well. ``cell`` and ``mend`` stand in for the place of the field and the rule's own
    mending where the check knows better. ``right`` is the field's right text, only where exactly
    one is possible: a page offers it with one click.
    """

    row: int | None
    field: str | None
    text: str
    expected: str | None = None
    got: str | None = None
    mild: bool = False
    cell: str | None = None
    mend: str | None = None
    right: str | None = None


Check = Callable[[Table], Iterable[Hit]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A registered check as it is in force.
    ``level`` is what it really uses; ``own``: a division set it, ``raised``: stricter.

    ``mild`` is the level of its less grave hits, None where all are alike.
    """

    code: str
    title: str
    stage: str
    level: Level
    ground: Ground
    document: str
    clause: str
    standing: Standing
    mend: str
    limits: Mapping[str, Decimal]
    check: Check
    laws: tuple[str, ...] = ()
    own: bool = False
    bad: str = ""
    good: str = ""
    raised: bool = False
    mild: Level | None = None

    @property
    def basis(self) -> str:
        """What it stands on in one line: the law, 算术, 完整, or document and
        clause with its standing.
        """
        if self.own:
            return basis.cited(self.document, self.clause, self.standing)
        if self.laws:
            return "、".join(clause.named for clause in laws.named(self.laws))
        if self.ground in _PLAIN:
            return _PLAIN[self.ground]
        return basis.cited(self.document, self.clause, self.standing) if self.document else ""

    @property
    def can_lower(self) -> bool:
        """Whether a division's own document may lower it or switch it off."""
        return can_lower(self.ground)


_PLAIN: Mapping[Ground, str] = {"算术": "算术上不可能", "完整": "缺了就无从读起"}
_CHECKS: dict[str, Check] = {}


def rule(code: str) -> Callable[[Check], Check]:
    """Register a check under its code, which stands in the catalogue;
    ValueError when the code is taken.
    """

    def register(check: Check) -> Check:
        if code in _CHECKS:
            raise ValueError(f"规则编号 {code} 重复。")
        _CHECKS[code] = check
        registry.cache_clear()
        return check

    return register


@cache
def registry(on: date | int | None = None) -> tuple[Rule, ...]:
    """Every rule that has a check, by code, as it stands nationally on a
    day; the newest without one.
    """
    entries = basis.in_force(CATALOGUE, on).content["checks"]
    return tuple(_rule(code, entries[code]) for code in sorted(_CHECKS))


def _rule(code: str, entry: Mapping[str, Any]) -> Rule:
    ground: Ground = entry["ground"]
    law = laws.named(entry.get("laws", ()))
    document = law[0].cite["title"] if law else str(entry.get("document", ""))
    standing = law[0].standing if law else basis.standing_of(entry)
    level = allowed_level(entry["level"], ground, standing=standing, document=document)
    if level is None:
        raise ValueError(f"规则 {code} 没有级别。")
    return Rule(
        code=code,
        title=entry["title"],
        stage=entry["stage"],
        level=level,
        ground=ground,
        document=document,
        clause=law[0].cite["clause"] if law else str(entry.get("clause", "")),
        standing=standing,
        mend=entry["mend"],
        limits={key: basis.number(value) for key, value in entry.get("limits", {}).items()},
        check=_CHECKS[code],
        laws=tuple(entry.get("laws", ())),
        bad=str(entry.get("bad", "")),
        good=str(entry.get("good", "")),
        mild=entry.get("mild"),
    )


def rules_in_force(
    overrides: Overrides | None = None, on: date | int | None = None
) -> tuple[Rule, ...]:
    """Every rule as strict as the division's own catalogue (rule ``checks``) makes it on a day, by
    code.

    An own entry may say another level, other limits, or ``enabled: false``, with the own document
    as its basis; how far that reaches is decided by :func:`allowed_level` alone. What stands on 法,
    算术 or 完整 stays at least as it is.
    """
    national = basis.in_force(CATALOGUE, on)
    own = basis.in_force(CATALOGUE, on, overrides)
    entries = national.content["checks"]
    standing = [one for one in registry(on) if entries[one.code]["enabled"] is not False]
    if not own.own:
        return tuple(standing)
    adjusted = (
        _as_said(one, own.content["checks"][one.code], entries[one.code], own) for one in standing
    )
    return tuple(one for one in adjusted if one is not None)


def _as_said(
    one: Rule, entry: Mapping[str, Any], national: Mapping[str, Any], own: Value
) -> Rule | None:
    """A rule as the own catalogue says it; None where that switches it off."""
    keys = ("level", "enabled", "limits", "mild")
    if all(entry.get(key) == national.get(key) for key in keys):
        return one
    wanted = None if entry.get("enabled") is False else entry.get("level")
    ground: Ground = one.ground if not one.can_lower else "本级"

    def as_far(asked: Level | None, least: Level) -> Level | None:
        return allowed_level(
            asked if asked is None or asked in LEVELS else least,
            ground,
            least=least,
            standing=own.standing,
            document=own.document,
        )

    level = as_far(wanted, one.level)
    if level is None:
        return None
    limits = one.limits
    if one.can_lower:
        limits = {key: basis.number(value) for key, value in entry.get("limits", {}).items()}
    return replace(
        one,
        level=level,
        ground=ground,
        limits=limits,
        document=own.document,
        clause=own.clause,
        standing=own.standing,
        own=True,
        raised=weaker(one.level, level),
        mild=_mild(one, entry, level, as_far),
    )


def _mild(
    one: Rule,
    entry: Mapping[str, Any],
    level: Level,
    as_far: Callable[[Level | None, Level], Level | None],
) -> Level | None:
    """The level of the less grave hits: what the own catalogue says of
    them, else with the rule where that is stricter.
    """
    if one.mild is None:
        return None
    if entry.get("mild") != one.mild:
        return as_far(entry.get("mild"), one.mild) or one.mild
    return level if weaker(one.level, level) else one.mild


def refused_change(code: str, entry: Mapping[str, Any], on: date | int | None = None) -> str:
    """Why a division may not say this of a check; empty where it may.
    The override service asks it.
    """
    known = {one.code: one for one in registry(on)}
    one = known.get(code)
    if one is None:
        listed = code in basis.in_force(CATALOGUE, on).content["checks"]
        return f"{code} 只列目录，系统不按它检查。" if listed else f"没有编号为 {code} 的检查。"
    level, mild = entry.get("level", one.level), entry.get("mild", one.mild)
    if level not in LEVELS or (mild is not None and mild not in LEVELS):
        return (
            f"检查的级别只能是{'、'.join(LEVELS)}，收到“{level if level not in LEVELS else mild}”。"
        )
    if one.mild is None and mild is not None:
        return f"{code} {one.title}：各种情形同一级别，没有较轻的一级。"
    if one.can_lower:
        return ""
    milder = one.mild is not None and mild is not None and weaker(mild, one.mild)
    if entry.get("enabled") is False or weaker(level, one.level) or milder:
        return f"{code} {one.title}：根据是{_WHY[one.ground]}，只能更严，不能降低或停用。"
    return (
        f"{code} {one.title}：根据是{_WHY[one.ground]}，所用数值不能另定。"
        if entry.get("limits")
        else ""
    )


_WHY: Mapping[Ground, str] = {
    "法": "法律",
    "算术": "算术",
    "完整": "完整性",
    "本级": "本级文件",
    "惯例": "惯例",
}


def levels_offered(one: Rule) -> tuple[Level | None, ...]:
    """What a division may choose for a check, as it stands nationally; None is 停用.
    One entry: nothing to choose.
    """
    if one.can_lower:
        return (*LEVELS, None)
    return tuple(level for level in LEVELS if not weaker(level, one.level))


def mild_levels_offered(one: Rule) -> tuple[Level, ...]:
    """What a division may choose for the less grave hits of a check; empty
    where all its hits are alike.
    """
    if one.mild is None:
        return ()
    return LEVELS if one.can_lower else tuple(x for x in LEVELS if not weaker(x, one.mild or x))


def run(
    table: Table, codes: Iterable[str] | None = None, rules: Sequence[Rule] | None = None
) -> list[tuple[Hit, Problem]]:
    """Every hit with its Problem, rules in order of code.
    ``codes`` limits to those rules or areas ("ZP", "MB-09").

    ``rules`` are those of :func:`rules_in_force`, for who runs many tables; else they are read for
    each.
    """
    wanted = None if codes is None else frozenset(codes)
    problems = []
    for one in rules_in_force(table.overrides, table.year) if rules is None else rules:
        if wanted is None or one.code in wanted or one.code.split("-")[0] in wanted:
            looked = replace(table, limits=one.limits)
            problems += [(hit, _problem(one, hit, table)) for hit in one.check(looked)]
    return problems


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
    row = table.rows[hit.row] if hit.row is not None else table.head
    places = row.get("places") or {}
    level = one.mild if hit.mild and one.mild is not None else one.level
    return Problem(
        code=one.code,
        level=level,
        text=hit.text,
        sheet=row.get("sheet"),
        cell=hit.cell or places.get(hit.field or ""),
        expected=hit.expected,
        got=hit.got,
        mend=hit.mend or one.mend or None,
        basis=one.basis or None,
    )
