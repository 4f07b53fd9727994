"""Backups: a consistent copy of the rows, the files as received, and a manifest of digests to verify them by.

SQLite is copied by its own backup call while others read and write. PostgreSQL is read table by table with COPY inside
one repeatable-read transaction, so no client program of the right version is needed. The secret key is not part of it.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from wenxiao.site.database_state import NotReady

MANIFEST = "manifest.json"
BLOCK = 1 << 20


def make(directory: Path) -> dict[str, Any]:
    """Write a backup into ``directory`` (absent or empty) and return its manifest's head.

    The rows are copied first: every file they name was stored before them.
    """
    from django.conf import settings
    from django.db import connection

    if directory.exists() and any(directory.iterdir()):
        raise NotReady(f"{directory} 不是空目录，不覆盖已有备份。请换一个目录。")
    directory.mkdir(parents=True, exist_ok=True)
    directory.chmod(0o700)
    copy = _copy_sqlite if connection.vendor == "sqlite" else _copy_tables
    copy(directory)
    missing = _copy_files(Path(settings.MEDIA_ROOT), directory / "files")
    head = {
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "database": connection.vendor,
        "migrations": _migrations(),
        "missing_files": missing,
    }
    digests = {
        str(p.relative_to(directory)): _digest(p)
        for p in sorted(directory.rglob("*"))
        if p.is_file()
    }
    (directory / MANIFEST).write_text(
        json.dumps(head | {"digests": digests}, ensure_ascii=False, indent=1)
    )
    return {
        **head,
        "directory": str(directory),
        "files": len(digests),
        "migrations": len(head["migrations"]),
    }


def verify(directory: Path) -> list[str]:
    """Every way in which the backup is not what was written, as sentences; needs no database."""
    try:
        digests = json.loads((directory / MANIFEST).read_text())["digests"]
    except (OSError, ValueError, KeyError):
        return [f"{directory} 里没有可读的 {MANIFEST}，不是完整的备份。"]
    there = {str(p.relative_to(directory)) for p in directory.rglob("*") if p.is_file()} - {
        MANIFEST
    }
    faults = [f"缺少 {name}" for name in sorted(set(digests) - there)]
    faults += [f"多出 {name}" for name in sorted(there - set(digests))]
    faults += [
        f"内容不符 {n}"
        for n in sorted(there & set(digests))
        if _digest(directory / n) != digests[n]
    ]
    return faults


def restore(directory: Path) -> dict[str, Any]:
    """Put a verified backup into an empty database of the same kind and program version.

    Raises NotReady when the backup is damaged, the database holds anything, or kinds or versions differ.
    """
    from django.conf import settings
    from django.db import connection

    from wenxiao.site.database_state import is_empty, migrate

    if faults := verify(directory):
        raise NotReady("备份不完整，没有恢复：" + "；".join(faults[:5]))
    head = json.loads((directory / MANIFEST).read_text())
    if not is_empty():
        raise NotReady("数据库里已有数据，没有恢复。请指定一个空的数据库，或移走原来的数据库文件。")
    if head["database"] != connection.vendor:
        raise NotReady(
            f"备份来自 {head['database']}，现在的数据库是 {connection.vendor}，种类须相同。"
        )
    if head["database"] == "sqlite":
        _place_sqlite(directory / "database.sqlite3")
    else:
        migrate()
        if _migrations() != head["migrations"]:
            raise NotReady(
                "备份的数据库结构与现在的程序版本不同。请用备份时的版本恢复，再执行 wenxiao upgrade。"
            )
        _load_tables(directory / "tables")
    shutil.copytree(directory / "files", Path(settings.MEDIA_ROOT), dirs_exist_ok=True)
    return {"directory": str(directory), "made_at": head["made_at"], "upgrade_applied": migrate()}


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _migrations() -> list[str]:
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    return sorted(
        f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()
    )


def _copy_sqlite(directory: Path) -> None:
    from django.db import connection

    connection.ensure_connection()
    target = sqlite3.connect(directory / "database.sqlite3")
    try:
        connection.connection.backup(target, pages=4096)
        target.execute("PRAGMA journal_mode=DELETE")
    finally:
        target.close()


def _place_sqlite(copy: Path) -> None:
    from django.db import connection

    from wenxiao.site.database_state import embedded_file

    connection.close()
    target = embedded_file()
    assert target is not None
    target.parent.mkdir(parents=True, exist_ok=True)
    for rest in ("", "-wal", "-shm"):
        Path(f"{target}{rest}").unlink(missing_ok=True)
    shutil.copyfile(copy, target)
    target.chmod(0o600)


def _tables() -> list[str]:
    """Every table of the installed apps but the record of migrations, which the program writes itself."""
    from django.db import connection

    return sorted(set(connection.introspection.django_table_names(only_existing=True)))


def _copy_tables(directory: Path) -> None:
    from django.db import connection, transaction

    folder = directory / "tables"
    folder.mkdir()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        for table in _tables():
            columns = _columns(cursor, table)
            with (
                (folder / f"{table}.copy").open("wb") as out,
                cursor.copy(
                    f"COPY {_quoted(table)} ({', '.join(map(_quoted, columns))}) TO STDOUT"
                ) as copy,
            ):
                out.write(("\t".join(columns) + "\n").encode())
                for block in copy:
                    out.write(block)


def _load_tables(folder: Path) -> None:
    """Replace what migrations wrote (content types) by the backup; foreign keys are checked at the end."""
    from django.core.management.color import no_style
    from django.db import connection, transaction

    from wenxiao.store.guards import all_aside

    tables = _tables()
    with transaction.atomic(), all_aside(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(map(_quoted, tables))}")
        for table in tables:
            with (folder / f"{table}.copy").open("rb") as source:
                columns = source.readline().decode().rstrip("\n").split("\t")
                into = f"COPY {_quoted(table)} ({', '.join(map(_quoted, columns))}) FROM STDIN"
                with cursor.copy(into) as copy:
                    while block := source.read(BLOCK):
                        copy.write(block)
        from django.apps import apps

        every = apps.get_models(include_auto_created=True)
        for statement in connection.ops.sequence_reset_sql(no_style(), list(every)):
            cursor.execute(statement)


def _columns(cursor: Any, table: str) -> list[str]:
    from django.db import connection

    return [column.name for column in connection.introspection.get_table_description(cursor, table)]


def _quoted(name: str) -> str:
    from django.db import connection

    return connection.ops.quote_name(name)


def _copy_files(source: Path, target: Path) -> list[str]:
    """Copy what the rows name; returns the names whose bytes are gone, which a backup must not hide."""
    from wenxiao.records.models import StoredFile

    target.mkdir()
    missing = []
    for name, path in StoredFile.objects.order_by("path").values_list("name", "path").distinct():
        if not (source / path).is_file():
            missing.append(name)
            continue
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / path, target / path)
    return missing
