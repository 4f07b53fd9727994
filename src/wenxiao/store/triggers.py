"""Marks the database sets itself: whoever changes an input row, by whatever way, leaves a mark in
the same transaction.

On SQLite a trigger per row, on PostgreSQL one per statement; where many rows enter a table of
SQLite at once, their marks are set together when all are in (:func:`marked_together`). A mark is a
row of one table with the key of what must be worked out again; see :class:`Input`. Marks are only
ever added here: who works them off deletes exactly those it saw.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


@dataclass(frozen=True, slots=True)
class Input:
    """A table whose rows feed a worked-out one.
    ``lookup`` is a SELECT of the marked keys as ``key`` from the row ``{r}``.

    Only changes of ``columns`` mark; a new or deleted row always does. ``only`` limits to some rows
    (SQL over ``{r}``).
    """

    table: str
    columns: tuple[str, ...]
    lookup: str
    only: str = ""

    def keys(self, row: str) -> str:
        """The SELECT of marked keys from one row."""
        where = f" AND {self.only}" if " WHERE " in self.lookup else f" WHERE {self.only}"
        return (self.lookup + (where if self.only else "")).format(r=row)


EVENTS = ("insert", "update", "delete")


def statements(
    inputs: Iterable[Input], *, prefix: str, marks: str, key: str, open_where: str
) -> dict[str, list[str]]:
    """By trigger name the statements that make it, for the database in use.

    ``marks`` is the table of marks, ``key`` its column, ``open_where`` the SQL condition of a mark
    nobody took up yet.
    """
    make = _for_postgresql if connection.vendor == "postgresql" else _for_sqlite
    return {
        f"{prefix}{one.table}_{event}": make(
            one, event, f"{prefix}{one.table}_{event}", (marks, key, open_where)
        )
        for one in inputs
        for event in EVENTS
    }


_Marks = tuple[str, str, str]


def _for_sqlite(one: Input, event: str, name: str, marks: _Marks) -> list[str]:
    """One writer at a time: an open mark of the key says enough, a second one is not set."""
    table, key, open_where = marks
    sides = {"insert": ("NEW",), "update": ("OLD", "NEW"), "delete": ("OLD",)}[event]
    changed = " OR ".join(f"OLD.{c} IS NOT NEW.{c}" for c in one.columns)
    when = (
        f" OF {', '.join(one.columns)} ON {one.table} WHEN {changed}"
        if event == "update"
        else f" ON {one.table}"
    )
    body = "".join(
        f"INSERT INTO {table} ({key}) SELECT DISTINCT s.key FROM ({one.keys(side)}) s WHERE s.key IS NOT NULL "
        f"AND NOT EXISTS (SELECT 1 FROM {table} m WHERE m.{key} = s.key AND m.{open_where}); "
        for side in sides
    )
    return [f"CREATE TRIGGER {name} AFTER {event.upper()}{when} BEGIN {body}END"]


def _for_postgresql(one: Input, event: str, name: str, marks: _Marks) -> list[str]:
    """Marks are appended, never looked up: an open mark may just be being
    taken up by somebody who cannot see this change.
    """
    table, key, _ = marks
    pairs = f"({', '.join(f'w.{c}' for c in one.columns)}) IS DISTINCT FROM ({', '.join(f'b.{c}' for c in one.columns)})"
    both = f"was w JOIN became b ON b.id = w.id WHERE {pairs}"
    sources = {
        "insert": "became",
        "delete": "was",
        "update": f"(SELECT w.* FROM {both} UNION ALL SELECT b.* FROM {both})",
    }
    tables = {
        "insert": "NEW TABLE AS became",
        "delete": "OLD TABLE AS was",
        "update": "OLD TABLE AS was NEW TABLE AS became",
    }[event]
    body = f"INSERT INTO {table} ({key}) SELECT DISTINCT s.key FROM {sources[event]} r CROSS JOIN LATERAL ({one.keys('r')}) s WHERE s.key IS NOT NULL"
    when = f"AFTER {event.upper()} ON {one.table} REFERENCING {tables} FOR EACH STATEMENT"
    return [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN {body}; RETURN NULL; END $body$",
        f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION {name}()",
    ]


def standing(prefix: str) -> dict[str, str]:
    """By trigger name the table it stands on, of those whose name begins so."""
    if connection.vendor == "postgresql":
        sql = "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal"
    else:
        sql = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return {name: table for name, table in cursor.fetchall() if name.startswith(prefix)}


def drop(prefix: str) -> int:
    """Take away the triggers whose name begins so; returns how many stood."""
    names = standing(prefix)
    with connection.cursor() as cursor:
        for name, table in names.items():
            if connection.vendor == "postgresql":
                cursor.execute(f"DROP TRIGGER {name} ON {table}")
                cursor.execute(f"DROP FUNCTION {name}()")
            else:
                cursor.execute(f"DROP TRIGGER {name}")
    return len(names)


def install(made: dict[str, Sequence[str]] | dict[str, list[str]]) -> None:
    """Make triggers that do not stand yet."""
    with connection.cursor() as cursor:
        for lines in made.values():
            for line in lines:
                cursor.execute(line)


@dataclass(frozen=True, slots=True)
class Marked:
    """Where the marks of an input go: their table, its column, the SQL
    condition of a mark nobody took up yet.
    """

    source: Input
    marks: str
    key: str
    open_where: str

    def set_together(self, which: str) -> str:
        """One statement that marks all rows for which ``which``, SQL over the row ``r``, holds."""
        rows = f"SELECT ({self.source.keys('r')}) AS key FROM {self.source.table} r WHERE {which}"
        return (
            f"INSERT INTO {self.marks} ({self.key}) SELECT DISTINCT s.key FROM ({rows}) s "
            f"WHERE s.key IS NOT NULL AND NOT EXISTS "
            f"(SELECT 1 FROM {self.marks} m WHERE m.{self.key} = s.key AND m.{self.open_where})"
        )


_MARKED: dict[str, list[Marked]] = {}
MANY = 50
"""From so many rows on a bulk write sets its marks together."""


def mark_together(inputs: Iterable[Input], *, marks: str, key: str, open_where: str) -> None:
    """Let bulk writes know these inputs.
    Those that look rows up by their own id keep their trigger: new rows have none.
    """
    for one in inputs:
        if "= {r}.id" not in one.lookup:
            _MARKED.setdefault(one.table, []).append(Marked(one, marks, key, open_where))


@contextmanager
def marked_together(table: str, rows: int) -> Iterator[None]:
    """Within it rows inserted into ``table`` set no mark each; all marks are set by one statement
    at the end.

    Inside a transaction, where many rows enter at once: SQLite would run the trigger for each, and
    all others wait meanwhile. PostgreSQL marks by the statement anyway.
    """
    known, triggers = _to_be_marked(table, "insert", rows)
    if not known:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COALESCE(MAX(id), 0) FROM {table}")
        after = int(cursor.fetchone()[0])
        _drop_named(cursor, triggers)
        yield
        _mark(cursor, known, f"r.id > {after}")
        _make_again(cursor, triggers)


@contextmanager
def changed_together(table: str, columns: Iterable[str], keys: Sequence[int]) -> Iterator[None]:
    """The same for rows whose ``columns`` are changed, by their ids: what
    each counts for before and after is marked.
    """
    known, triggers = _to_be_marked(table, "update", len(keys))
    touched = set(columns)
    known = [one for one in known if touched & set(one.source.columns)]
    if not known:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE IF NOT EXISTS changed_ids (id INTEGER PRIMARY KEY)")
        cursor.execute("DELETE FROM changed_ids")
        cursor.executemany("INSERT OR IGNORE INTO changed_ids VALUES (%s)", [(pk,) for pk in keys])
        which = "r.id IN (SELECT id FROM changed_ids)"
        _drop_named(cursor, triggers)
        _mark(cursor, known, which)
        yield
        _mark(cursor, known, which)
        _make_again(cursor, triggers)


def _to_be_marked(table: str, event: str, rows: int) -> tuple[list[Marked], dict[str, str]]:
    """The inputs of a table and their triggers; none where each row marks
    itself, or the statement does.
    """
    known = _MARKED.get(table, [])
    if connection.vendor != "sqlite" or rows < MANY or not known:
        return [], {}
    with connection.cursor() as cursor:
        sql = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s"
        cursor.execute(sql, [table])
        triggers = {
            name: text for name, text in cursor.fetchall() if name.endswith(f"_{table}_{event}")
        }
    # otherwise the table is unwatched now, or watched by another release too
    return (known, triggers) if len(triggers) == len(known) else ([], {})


def _drop_named(cursor: Any, triggers: dict[str, str]) -> None:
    for name in triggers:
        cursor.execute(f"DROP TRIGGER {name}")


def _mark(cursor: Any, known: list[Marked], which: str) -> None:
    for one in known:
        cursor.execute(one.set_together(which))


def _make_again(cursor: Any, triggers: dict[str, str]) -> None:
    for text in triggers.values():
        cursor.execute(text)
