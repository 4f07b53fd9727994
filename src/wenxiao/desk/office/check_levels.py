"""The division's own word on each check, as a form offers it: only what the
check's ground lets a division change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wenxiao.pages.rule_words import word
from wenxiao.rulebook import basis
from wenxiao.rulebook.checks import (
    CATALOGUE,
    Rule,
    levels_offered,
    mild_levels_offered,
    registry,
    rules_in_force,
)
from wenxiao.rulebook.code_levels import CODES, Code, codes_in_force
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

OFF = "停用"


@dataclass(frozen=True)
class Choice:
    """One check on the form: what may be chosen for it, what holds now, and its numbers."""

    rule: Rule | Code
    offered: tuple[str, ...]
    now: str
    limits: tuple[tuple[str, str, str], ...] = ()
    mild_offered: tuple[str, ...] = ()
    mild_now: str = ""

    @property
    def name(self) -> str:
        """The field of its level."""
        return f"v:{self.rule.code}"

    @property
    def mild_name(self) -> str:
        """The field of the level of its less grave hits."""
        return f"v:{self.rule.code}/mild"

    def fields(self) -> list[tuple[str, str]]:
        """Every field of it with what holds now."""
        named = [(self.name, self.now), *((field, text) for field, _, text in self.limits)]
        return [*named, (self.mild_name, self.mild_now)] if self.mild_offered else named


def choices(overrides: basis.Overrides, on: date) -> list[Choice]:
    """Every check that a division may make stricter, lower or count otherwise, by code."""
    held = {one.code: one for one in rules_in_force(overrides, on)}
    checks = []
    for one in registry(on):
        offered = tuple(level or OFF for level in levels_offered(one))
        now = held.get(one.code)
        limits = now.limits if now is not None else one.limits
        fields = tuple(
            (f"v:{one.code}/{key}", word(key), format(value, "f")) for key, value in limits.items()
        )
        mild = mild_levels_offered(one)
        if len(offered) > 1 or len(mild) > 1:
            checks.append(
                Choice(
                    one,
                    offered,
                    OFF if now is None else now.level,
                    fields if one.can_lower else (),
                    mild,
                    (now or one).mild or "",
                )
            )
    return checks


def code_choices(overrides: basis.Overrides, on: date) -> list[Choice]:
    """Every code of the way in that a division may make stricter, by code."""
    held = codes_in_force(overrides, on)
    return [
        Choice(one, tuple(one.offered), held[code].level)
        for code, one in sorted(codes_in_force(None, on).items())
        if len(one.offered) > 1
    ]


def changed_codes(posted: Mapping[str, str], on: date) -> dict[str, Any]:
    """What a form says otherwise than the national levels of codes, as an
    override; empty when nothing.
    """
    changes = {
        code: {"level": level}
        for code, one in codes_in_force(None, on).items()
        if (level := posted.get(code, one.level)) != one.level
    }
    return {CODES: changes} if changes else {}


def changed_checks(posted: Mapping[str, str], on: date) -> dict[str, Any]:
    """What a form says otherwise than the national catalogue, as an
    override; empty when nothing.
    """
    changes: dict[str, dict[str, Any]] = {}
    for one in registry(on):
        level = posted.get(one.code, one.level)
        if level == OFF:
            changes[one.code] = {"enabled": False}
        elif level != one.level:
            changes[one.code] = {"level": level}
        mild = posted.get(f"{one.code}/mild", one.mild)
        if mild != one.mild:
            changes.setdefault(one.code, {})["mild"] = mild
        limits = {
            key: _number(text, key)
            for key, value in one.limits.items()
            if (text := posted.get(f"{one.code}/{key}", "").strip())
            and _number(text, key) != format(value, "f")
        }
        if limits:
            changes.setdefault(one.code, {})["limits"] = limits
    return {CATALOGUE: changes} if changes else {}


def _number(text: str, key: str) -> str:
    try:
        number = basis.number(text)
    except ArithmeticError as error:
        raise NotAllowed(f"“{word(key)}”应为数字，收到“{text}”。") from error
    if not number.is_finite():
        raise NotAllowed(f"“{word(key)}”应为数字，收到“{text}”。")
    return format(number, "f")
