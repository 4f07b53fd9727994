"""Where checks run: every door names once which of them look at what comes in there, and runs no
other.

What ``wenxiao rules`` and the page of rules say about a check's doors is read from here, so it
cannot part from what runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wenxiao.rulebook.basis import Overrides
from wenxiao.rulebook.checks.registry import Hit, Rule, Table, registry, rules_in_force, run
from wenxiao.rulebook.problems import Problem

PACE = "JK-01"
"""Money behind the year: drawn from the watch's own lights, which know milestones too."""
CUT_BACK = "JK-08"
"""A budget cut back that lifts the rate: one of the watch's sentences."""

_MONEY_BLOCK = tuple(f"ZJ-{number:02}" for number in (1, 3, 4, 5, 7, 8, 10, 11, 14, 23, 24))
_HEAD = ("DR-21", "DR-22", "DR-24")
_SELFEVAL = tuple(f"ZP-{number}" for number in (10, 11, 12, 13, 14, 15, 20, 21, 22, 23, 24, 25, 26))
_SHEET = tuple(f"PJ-{number:02}" for number in (*range(1, 8), *range(11, 19), 20, 21))
_FILLED = tuple(f"ZP-{number:02}" for number in (3, *range(5, 18), *range(20, 27)))
_TO_FILL = ("ZP-31", "ZP-32", "ZP-33", "ZP-35")
_OWN_OF_KIND = ("ZJ-26", "ZJ-27")
_WATCHED = ("JK-02", "JK-03", "JK-04", "JK-05", "JK-06", "JK-07", "JK-08")


@dataclass(frozen=True, slots=True)
class Door:
    """A way in: its name in JSON, its title on screen, and by kind of table
    the codes that look at it.
    """

    name: str
    title: str
    codes: Mapping[str, tuple[str, ...]]

    def run(
        self, table: Table, kind: str, rules: Sequence[Rule] | None = None
    ) -> list[tuple[Hit, Problem]]:
        """Every hit of this door's checks on a table of a kind, by the
        rules in force in the table's year.
        """
        return run(table, self.codes.get(kind, ()), rules)

    def opens(self, code: str) -> bool:
        """Whether a check runs here for any kind of table."""
        return any(code in listed or code[:2] in listed for listed in self.codes.values())


FORM = Door(
    "import",
    "导入、读表",
    {
        "selfeval": (*_HEAD, *_MONEY_BLOCK, *_SELFEVAL, "ZP-36"),
        "monitor": (*_HEAD, *_MONEY_BLOCK, "ZP-15", "ZP-21", "ZP-24", "JK-09"),
        "evaluation": (*_HEAD[:2], "ZJ-02", "ZJ-03", "ZJ-11", *_SHEET),
        "list": (
            *("DR-22", "DR-35", "PJ-02", "PJ-04", "PJ-18", "PJ-19", "ZP-13"),
            *("ZJ-01", "ZJ-02", "ZJ-03", "ZJ-05", "ZJ-10", "ZJ-11", "ZJ-12", "ZJ-13"),
        ),
        "target": (),
    },
)
"""A form as it was read, whoever hands it in: wizard, command line, API, ``wenxiao read``."""

LEDGER = Door(
    "ledger",
    "台账导入",
    {
        "spending": ("DR-01", "ZJ-01", "ZJ-02", "ZJ-03", "ZJ-13", "ZJ-20"),
        "budget": ("ZJ-03", "ZJ-13", "ZJ-21", "ZJ-22", "ZJ-25"),
        "request": ("ZJ-03", "ZJ-13", "ZJ-22"),
        "department": ("ZJ-03", "ZJ-13"),
    },
)
"""Payments and budgets of a ledger, by the kind of the ledger."""

TARGETS = Door("check", "绩效目标检查", {"target": ("MB", *_OWN_OF_KIND)})
"""Target tables: ``wenxiao check``, their preview when taken in, and their page before review."""

HAND_IN = Door(
    "hand_in",
    "送审前检查和报送",
    {
        "selfeval": (*_TO_FILL, "ZP-34", "ZP-36", *_FILLED, *_OWN_OF_KIND),
        "recheck": (*_TO_FILL, "ZP-34", "ZP-36", *_FILLED, *_OWN_OF_KIND),
        "monitoring": (*_TO_FILL, "JK-09", "JK-10", "JK-11", *_WATCHED, *_OWN_OF_KIND),
        "department_evaluation": ("PJ-22", "PJ-23"),
        "finance_evaluation": ("PJ-22", "PJ-23"),
    },
)
"""Stored rows before they are handed in; the hand-in refuses what blocks."""

CANDIDATES = Door(
    "candidates",
    "问题线索",
    {
        "selfeval": _FILLED,
        "recheck": _FILLED,
        "monitoring": _WATCHED,
        "pace": (PACE,),
        "unit": ("ZP-04",),
    },
)
"""Contradictions the bureau draws from a round; JK-01 by the watch's own
lights, ZP-04 over a unit's projects.
"""

WATCH = Door("watch", "监控督看", {"pace": (PACE,), "cut_back": (CUT_BACK,)})
"""The sentences beside the lights of a watched project."""

APPROVED = Door(
    "compare",
    "与批复目标比较",
    {"approved": ("MB-41", "MB-42", "MB-43", "MB-44", "MB-45", "FH-07")},
)
"""A form beside the approved target of its dossier, while it is taken in."""

DOORS: tuple[Door, ...] = (FORM, APPROVED, LEDGER, TARGETS, HAND_IN, CANDIDATES, WATCH)


def doors_of(code: str) -> tuple[Door, ...]:
    """The doors where a check really runs."""
    return tuple(door for door in DOORS if door.opens(code))


def checked(
    door: Door, table: Table, kind: str, overrides: Overrides | None = None
) -> list[Problem]:
    """The problems of a table at a door, by the rules of its year and the division's own values."""
    looked = Table(table.rows, table.head, overrides)
    rules = rules_in_force(overrides, looked.year)
    return [problem for _, problem in door.run(looked, kind, rules)]


def idle() -> tuple[str, ...]:
    """Codes that are registered and run at no door."""
    return tuple(one.code for one in registry() if not doors_of(one.code))
