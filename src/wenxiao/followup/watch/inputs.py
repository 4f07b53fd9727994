"""What a line of the watch is worked out from: a change of any of these rows marks its dossiers, whoever makes it."""

from __future__ import annotations

import json
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import connection

import wenxiao
from wenxiao.store.triggers import Input, drop, install, mark_together, standing, statements

if TYPE_CHECKING:
    from collections.abc import Collection

    from wenxiao.budget.models import Round

PREFIX = "watch_"
MARKS = "followup_watchmark"

_OF_TARGET = "SELECT t.dossier_id AS key FROM targets_target t WHERE t.id = {r}.target_id"
_OF_INDICATOR = (
    "SELECT t.dossier_id AS key FROM targets_indicator i JOIN targets_target t ON t.id = i.target_id "
    "WHERE i.id = {r}.indicator_id"
)
_OWN = "SELECT {r}.dossier_id AS key"

INPUTS = (
    Input("budget_dossier", ("subject_id", "unit_id", "fiscal_year"), "SELECT {r}.id AS key"),
    Input(
        "budget_subject",
        ("division_id", "kind", "nature", "tags"),
        "SELECT d.id AS key FROM budget_dossier d WHERE d.subject_id = {r}.id",
    ),
    Input(
        "orgs_unit", ("path",), "SELECT d.id AS key FROM budget_dossier d WHERE d.unit_id = {r}.id"
    ),
    Input("budget_exemption", ("round_id", "dossier_id"), _OWN),
    Input(
        "budget_appropriation",
        ("dossier_id", "fund", "opening", "added", "cut_back", "adjusted", "arrived", "arrived_on"),
        _OWN,
    ),
    Input(
        "budget_spending", ("dossier_id", "fund", "source", "month", "cumulative", "amount"), _OWN
    ),
    Input("budget_milestone", ("dossier_id", "due", "done"), _OWN),
    Input("targets_target", ("dossier_id", "number", "state", "filing"), _OWN),
    Input("targets_indicator", ("target_id", "name", "expression"), _OF_TARGET),
    Input(
        "evidence_actual",
        ("indicator_id", "stage", "through_month", "value", "possibility"),
        _OF_INDICATOR,
        "{r}.stage = 'monitoring'",
    ),
    Input(
        "reviews_review",
        ("dossier_id", "round_id", "kind", "state", "budget", "executed"),
        _OWN,
        "{r}.kind = 'monitoring'",
    ),
    Input("followup_finding", ("dossier_id", "state", "item_id"), _OWN),
    Input(
        "followup_rectification",
        ("finding_id", "state"),
        "SELECT f.dossier_id AS key FROM followup_finding f WHERE f.id = {r}.finding_id",
    ),
    Input(
        "followup_catalogueitem",
        ("code", "category"),
        "SELECT f.dossier_id AS key FROM followup_finding f WHERE f.item_id = {r}.id",
    ),
)
"""Tables and columns :func:`~wenxiao.followup.watch.table.lit` reads. Rounds, rules and the arithmetic itself are in
:func:`digest_of`."""


OPEN_MARK = "round_id IS NULL"
mark_together(INPUTS, marks=MARKS, key="dossier", open_where=OPEN_MARK)


def inputs_watched() -> bool:
    """Whether the database marks every change today, by the triggers of this release. One query."""
    return set(standing(PREFIX)) == set(_wanted())


def _wanted() -> dict[str, list[str]]:
    """The triggers by name; the name carries what they do, so that those of another release are seen to be others."""
    told = sha256(repr(INPUTS).encode()).hexdigest()[:8]
    return statements(
        INPUTS, prefix=f"{PREFIX}{told}_", marks=MARKS, key="dossier", open_where=OPEN_MARK
    )


def watch_inputs() -> bool:
    """Let the database mark changes from now on; returns whether anything was missing (then nothing kept is trusted)."""
    wanted = _wanted()
    if set(standing(PREFIX)) == set(wanted):
        return False
    drop(PREFIX)
    install(wanted)
    return True


def unwatch_inputs() -> bool:
    """Take the marks' triggers away (before tables are rebuilt); returns whether there were any."""
    return drop(PREFIX) > 0


def mark(dossiers: Collection[int]) -> None:
    """Mark dossiers by name, where no trigger did: rows that were hidden when they were inserted count from now on.

    On PostgreSQL a mark is appended even beside an open one, as the triggers do; SQLite has one writer at a time.
    """
    sqlite = connection.vendor == "sqlite"
    open_one = f"SELECT 1 FROM {MARKS} m WHERE m.dossier = %s AND m.{OPEN_MARK}"  # noqa: S608 - names of this house
    values = f"SELECT %s WHERE NOT EXISTS ({open_one})" if sqlite else "VALUES (%s)"
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {MARKS} (dossier) {values}",
            [(pk, pk) if sqlite else (pk,) for pk in dossiers],
        )


def digest_of(round: Round) -> str:
    """What all lines of a window stand on beside rows: its own scope and months, the division's rules, the arithmetic."""
    told: list[Any] = [
        round.division_id,
        round.kind,
        round.fiscal_year,
        round.through_month,
        round.scope,
        round.division.rules,
        arithmetic(),
    ]
    return sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


@cache
def arithmetic() -> str:
    """The digest of the programs and rules that light: another release may light otherwise."""
    home = Path(wenxiao.__file__).parent
    told = sha256()
    files = [path for path in (home / "rulebook").rglob("*") if path.suffix in {".py", ".yaml"}]
    files += [
        home / name
        for name in (
            "followup/watch/table.py",
            "followup/watch/goals.py",
            "budget/money_columns.py",
            "reviews/kinds/monitoring.py",
            "budget/money.py",
            "budget/selectors.py",
        )
    ]
    for path in sorted(files):
        told.update(path.read_bytes())
    return told.hexdigest()
