"""Rows the database itself protects: triggers that refuse a statement, whoever sends it and by
whatever way.

Services refuse first and in words; what a guard refuses is a fault or somebody past the program.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models.signals import post_migrate, pre_migrate

from wenxiao.store import triggers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from django.apps import AppConfig

PREFIX = "guard_"
_KEPT: list[Guard] = []


@dataclass(frozen=True, slots=True)
class Guard:
    """A statement (INSERT, UPDATE, DELETE) on ``table`` that fails with ``message`` where ``when``
    (SQL over NEW, OLD) holds.

    ``lock`` is a SELECT … FOR UPDATE run first where statements run side by side (PostgreSQL), so
    that none slips past.
    """

    table: str
    event: str
    message: str
    when: str = ""
    lock: str = ""

    @property
    def name(self) -> str:
        """The trigger's name."""
        return f"{PREFIX}{self.table}_{self.event.lower()}"


def statements(guards: Iterable[Guard]) -> dict[str, list[str]]:
    """By trigger name the statements that make it, for the database in use."""
    make = _for_postgresql if connection.vendor == "postgresql" else _for_sqlite
    return {guard.name: make(guard) for guard in guards}


def _for_sqlite(guard: Guard) -> list[str]:
    when = f" WHEN {guard.when}" if guard.when else ""
    head = f"CREATE TRIGGER {guard.name} BEFORE {guard.event} ON {guard.table}{when}"
    return [f"{head} BEGIN SELECT RAISE(ABORT, '{guard.message}'); END"]


def _for_postgresql(guard: Guard) -> list[str]:
    lock = f"PERFORM 1 FROM ({guard.lock}) held; " if guard.lock else ""
    refuse = f"RAISE EXCEPTION '{guard.message}' USING ERRCODE = 'check_violation';"
    body = f"IF {guard.when} THEN {refuse} END IF;" if guard.when else refuse
    row = "OLD" if guard.event == "DELETE" else "NEW"
    head = f"CREATE OR REPLACE FUNCTION {guard.name}() RETURNS trigger LANGUAGE plpgsql"
    on = f"CREATE TRIGGER {guard.name} BEFORE {guard.event} ON {guard.table} FOR EACH ROW"
    return [
        f"{head} AS $body$ BEGIN {lock}{body} RETURN {row}; END $body$",
        f"{on} EXECUTE FUNCTION {guard.name}()",
    ]


def stand(guards: Iterable[Guard]) -> None:
    """Make the guards that do not stand yet."""
    there = triggers.standing(PREFIX)
    missing = {name: lines for name, lines in statements(guards).items() if name not in there}
    triggers.install(missing)


def stand_aside(guards: Iterable[Guard]) -> int:
    """Take these guards away, while tables are rebuilt or a backup is put
    back; returns how many stood.
    """
    return sum(triggers.drop(guard.name) for guard in guards)


def missing(guards: Iterable[Guard]) -> list[str]:
    """Names of the guards that should stand and do not: somebody took them away."""
    there = triggers.standing(PREFIX)
    return [guard.name for guard in guards if guard.name not in there]


@contextmanager
def aside(guards: Sequence[Guard]) -> Iterator[None]:
    """Within it these guards do not stand."""
    stand_aside(guards)
    yield
    stand(guards)


def keep(app: AppConfig, guards: Sequence[Guard]) -> None:
    """Have an app's guards stand aside while tables are rebuilt (SQLite
    would lose them) and come back afterwards.
    """
    _KEPT.extend(guard for guard in guards if guard not in _KEPT)

    def before(*, plan: list[Any], **_: Any) -> None:
        if plan:
            stand_aside(guards)

    def after(**_: Any) -> None:
        stand(guards)

    pre_migrate.connect(before, sender=app, weak=False, dispatch_uid=f"guards of {app.label}")
    post_migrate.connect(after, sender=app, weak=False, dispatch_uid=f"guards of {app.label}")
