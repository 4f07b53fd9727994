"""How grave the codes of the way in are (``basis/codes.yaml``): a division may raise each, none is
ever lowered.

A reader says what it saw with the national level; whoever knows the division raises it here, at
every door.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from wenxiao.rulebook import basis
from wenxiao.rulebook.basis import Overrides
from wenxiao.rulebook.grounds import LEVELS, Ground, allowed_level, weaker
from wenxiao.rulebook.problems import Level, Problem

CODES = "codes"


@dataclass(frozen=True, slots=True)
class Code:
    """One code as it is in force: title, ground, level, the division's own document where it made
    it stricter.

    ``notice``: it says what was done and is no fault, so its level is nobody's to set.
    """

    code: str
    title: str
    ground: Ground
    level: Level
    basis: str = ""
    notice: bool = False

    @property
    def offered(self) -> tuple[Level, ...]:
        """What a division may choose for it, as it stands nationally; one
        entry: nothing to choose.
        """
        if self.notice:
            return (self.level,)
        return tuple(level for level in LEVELS if not weaker(level, self.level))


def codes_in_force(
    overrides: Overrides | None = None, on: date | int | None = None
) -> dict[str, Code]:
    """Every code with the level it really uses on a day."""
    national = basis.in_force(CODES, on).content["codes"]
    levels = {
        code: Code(
            code, entry["title"], entry["ground"], entry["level"], notice=bool(entry.get("notice"))
        )
        for code, entry in national.items()
    }
    own = basis.in_force(CODES, on, overrides)
    if not own.own:
        return levels
    for code, entry in own.content["codes"].items():
        one, wanted = levels.get(code), entry.get("level")
        if one is None or one.notice or wanted not in LEVELS or not weaker(one.level, wanted):
            continue
        ground: Ground = one.ground if one.ground != "惯例" else "本级"
        level = allowed_level(wanted, ground, standing=own.standing, document=own.document)
        if level is not None and weaker(one.level, level):
            levels[code] = replace(one, level=level, basis=own.basis)
    return levels


def raised_codes(
    overrides: Overrides | None = None, on: date | int | None = None
) -> dict[str, Code]:
    """Only the codes a division made stricter."""
    if not overrides or CODES not in overrides:
        return {}
    return {code: one for code, one in codes_in_force(overrides, on).items() if one.basis}


def raised(problem: Problem, codes: Mapping[str, Code]) -> Problem:
    """A problem at the level the division gave its code, where that is
    stricter than what was said.
    """
    one = codes.get(problem.code)
    if one is None or not weaker(problem.level, one.level):
        return problem
    return replace(problem, level=one.level, basis=one.basis)


def at_own_levels(
    problems: Iterable[Problem], overrides: Overrides | None, on: date | int | None
) -> list[Problem]:
    """Problems of the way in at the levels of a division's own values on a day."""
    codes = raised_codes(overrides, on)
    return [raised(problem, codes) for problem in problems]


def refused_codes(content: Mapping[str, Any], on: date | int | None = None) -> str:
    """Why a division may not say this of the codes; empty where it may."""
    listed = content.get(CODES)
    if not isinstance(listed, Mapping):
        return "读表与导入编号的本级规定应按编号写明级别。"
    known = codes_in_force(None, on)
    reasons = []
    for code, entry in listed.items():
        one = known.get(code)
        if one is None:
            reasons.append(f"没有编号为 {code} 的读表与导入编号。")
        elif one.notice:
            reasons.append(f"{code} {one.title}：只说明办理情况，不另定级别。")
        elif not isinstance(entry, Mapping) or set(entry) != {"level"}:
            reasons.append(f"{code} {one.title}：只能另定级别“level”。")
        elif entry["level"] not in LEVELS:
            reasons.append(f"级别只能是{'、'.join(LEVELS)}，收到“{entry['level']}”。")
        elif weaker(entry["level"], one.level):
            reasons.append(f"{code} {one.title}：只能更严，不能降低。")
    return "".join(reasons)
