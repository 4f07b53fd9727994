"""The rows of a backup, out of the database and into one: SQLite as one file, PostgreSQL table by
table.

SQLite is copied by its own backup call in one step, so that writers neither wait nor start it over.
PostgreSQL is read with COPY inside one repeatable-read transaction, so that no client program of
the right version is needed.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from django.utils.crypto import get_random_string

from wenxiao.site.backups.archive import DATABASE
from wenxiao.site.backups.facts import measure, summed_columns
from wenxiao.site.database_state import NotReady, first_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from wenxiao.site.backups.archive import Archive

_FILES = "SELECT DISTINCT path, name FROM records_storedfile ORDER BY path, name"
_MIGRATIONS = "SELECT app, name FROM django_migrations"


@contextmanager
def another_database(name: str) -> Iterator[None]:
    """Within it the connection leads to another database of the same kind:
    a file, or a database of the same server.
    """
    from django.db import connections

    alias = "default"
    own = connections[alias]
    settings = connections.settings[alias]
    connections.settings[alias] = {**own.settings_dict, "NAME": name}
    connections[alias] = connections.create_connection(alias)
    try:
        yield
    finally:
        connections[alias].close()
        connections[alias] = own
        connections.settings[alias] = settings


@contextmanager
def scratch_database(scratch: Path) -> Iterator[None]:
    """An empty database of the same kind, gone afterwards."""
    from django.db import connection

    if connection.vendor == "sqlite":
        with another_database(str(scratch / "drill.sqlite3")):
            yield
        return
    name = f"wenxiao_drill_{get_random_string(8, 'abcdefghijklmnopqrstuvwxyz')}"
    _on_server(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
    try:
        with another_database(name):
            yield
    finally:
        _on_server(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _on_server(statement: str) -> None:
    from django.db import DatabaseError, connection

    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError as error:
        raise NotReady(
            f"演练要另建一个临时数据库，没有建成：{first_line(error)}。"
            "请让数据库管理员执行 ALTER ROLE 账号 CREATEDB，或在另一台数据库上恢复这份备份。"
        ) from error


def tables() -> list[str]:
    """Every table of the installed apps but the record of migrations, which
    the program writes itself.
    """
    from django.db import connection

    return sorted(set(connection.introspection.django_table_names(only_existing=True)))


def write_rows(folder: Path) -> dict[str, Any]:
    """Copy the database into ``folder``; returns what it held: kind,
    migrations, facts and stored files.
    """
    from django.db import connection

    held = _write_sqlite(folder) if connection.vendor == "sqlite" else _write_tables(folder)
    return {"database": connection.vendor, **held}


def _held(cursor: Any) -> dict[str, Any]:
    facts = measure(cursor, tables(), summed_columns())
    cursor.execute(_MIGRATIONS)
    migrations = sorted(f"{app}.{name}" for app, name in cursor.fetchall())
    cursor.execute(_FILES)
    return {"migrations": migrations, "facts": facts, "stored": cursor.fetchall()}


def _write_sqlite(folder: Path) -> dict[str, Any]:
    from django.db import connection

    connection.ensure_connection()
    with closing(sqlite3.connect(folder / DATABASE)) as target:
        connection.connection.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")
        return _held(target.cursor())


def _write_tables(folder: Path) -> dict[str, Any]:
    from django.db import connection, transaction

    (folder / "tables").mkdir()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        for table in tables():
            columns = _columns(cursor, table)
            listed = ", ".join(map(_quoted, columns))
            with (
                connection.wrap_database_errors,
                (folder / "tables" / f"{table}.copy").open("wb") as out,
                cursor.copy(f"COPY {_quoted(table)} ({listed}) TO STDOUT") as copy,
            ):
                out.write(("\t".join(columns) + "\n").encode())
                for block in copy:
                    out.write(block)
        return _held(cursor)


def check_sqlite_file(path: Path, archive: Archive) -> None:
    """NotReady unless the copied file is a whole database of this product
    in the structure its manifest names.
    """
    try:
        with closing(sqlite3.connect(path)) as file:
            faults = [row[0] for row in file.execute("PRAGMA integrity_check(5)")]
            if faults != ["ok"]:
                raise NotReady(f"备份的数据库页已损坏，没有恢复：{faults[0]}。请换一份备份。")
            if file.execute("PRAGMA foreign_key_check").fetchone():
                raise NotReady("备份的数据库里有指向不存在的行，没有恢复。请换一份备份。")
            applied = sorted(f"{app}.{name}" for app, name in file.execute(_MIGRATIONS))
    except sqlite3.DatabaseError as error:
        raise NotReady(
            f"备份的数据库文件已损坏，或不是问效的数据库，没有恢复：{error}。请换一份备份。"
        ) from error
    if applied != archive.head["migrations"]:
        raise NotReady("备份的数据库结构与清单所记的不同，可能被改动，没有恢复。请换一份备份。")


def load_tables(archive: Archive) -> None:
    """Build the backup's own structure, put its rows in without a trigger, check every reference.
    In a transaction.
    """
    from django.core.management.color import no_style
    from django.db import connection

    _build(archive.head["migrations"])
    names = [name.removeprefix("tables/").removesuffix(".copy") for name in _copied(archive)]
    there = set(connection.introspection.table_names())
    if strange := sorted(set(names) - there):
        raise NotReady(f"备份里的表 {strange[0]} 不在这个结构版本里，可能被改动，没有恢复。")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        own = sorted(there - {"django_migrations"})
        cursor.execute(f"TRUNCATE {', '.join(map(_quoted, own))}")
        for name in names:
            _load(cursor, name, archive.blocks(f"tables/{name}.copy"))
        from django.apps import apps

        existing = [
            m for m in apps.get_models(include_auto_created=True) if m._meta.db_table in there
        ]
        for statement in connection.ops.sequence_reset_sql(no_style(), existing):
            cursor.execute(statement)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _copied(archive: Archive) -> list[str]:
    return sorted(name for name in archive.digests if name.startswith("tables/"))


def _build(wanted: list[str]) -> None:
    """Apply exactly the migrations the backup names; what marks and guards
    rows does not stand afterwards.
    """
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from wenxiao.store import first_tables, triggers

    executor = MigrationExecutor(connection)
    applied = {f"{app}.{name}" for app, name in executor.loader.applied_migrations}
    if newer := sorted(applied - set(wanted)):
        raise NotReady(
            f"这个数据库的结构比备份新（{newer[0]}），没有恢复。请另建一个空的数据库，恢复时自会更新结构。"
        )
    triggers.drop("")
    if not applied and set(wanted) == {f"{a}.{n}" for a, n in executor.loader.disk_migrations}:
        return first_tables.create(connection)
    plan = [
        (migration, False)
        for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())
        if f"{migration.app_label}.{migration.name}" in set(wanted)
    ]
    executor.migrate(None, plan=plan)
    return None


def _load(cursor: Any, table: str, blocks: Iterator[bytes]) -> None:
    """One table from its first line (the columns) and the rows after it."""
    from django.db import connection

    begun = b""
    for block in blocks:
        begun += block
        if b"\n" in begun:
            break
    first, _, rest = begun.partition(b"\n")
    columns = first.decode().split("\t")
    known = _columns(cursor, table)
    if sorted(columns) != sorted(known):
        raise NotReady(f"备份里表 {table} 的列与这个结构版本不同，可能被改动，没有恢复。")
    into = f"COPY {_quoted(table)} ({', '.join(map(_quoted, columns))}) FROM STDIN"
    with connection.wrap_database_errors, cursor.copy(into) as copy:
        copy.write(rest)
        for block in blocks:
            copy.write(block)


def _columns(cursor: Any, table: str) -> list[str]:
    from django.db import connection

    return [column.name for column in connection.introspection.get_table_description(cursor, table)]


def _quoted(name: str) -> str:
    from django.db import connection

    return connection.ops.quote_name(name)
