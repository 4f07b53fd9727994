"""Backups as an accident or an ill will leaves them: each made so that
every digest but the one in question is right.
"""

import hashlib
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

MANIFEST = "manifest.json"
NEWEST = ("otp_totp", "0003_add_timestamps", "otp_totp_totpdevice", ("created_at", "last_used_at"))


def head_of(folder: Path) -> dict:
    """The manifest as it stands."""
    return json.loads((folder / MANIFEST).read_text())


def put(folder: Path, head: dict) -> None:
    """Write the manifest anew."""
    (folder / MANIFEST).write_text(json.dumps(head))


def sealed(folder: Path, head: dict | None = None) -> None:
    """Every digest of the manifest is that of the file as it lies there now."""
    head = head or head_of(folder)
    files = [p for p in folder.rglob("*") if p.is_file() and p.name != MANIFEST]
    head["digests"] = {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files
    }
    put(folder, head)


def stored(folder: Path) -> Path:
    """The one file as received."""
    return next(p for p in (folder / "files").rglob("*") if p.is_file())


def half_written(folder: Path) -> None:
    """The machine went down before the manifest was written."""
    (folder / MANIFEST).unlink()


def empty_folder(folder: Path) -> None:
    """The wrong folder."""
    shutil.rmtree(folder)
    folder.mkdir()


def damaged_manifest(folder: Path) -> None:
    """The manifest is cut off."""
    path = folder / MANIFEST
    path.write_bytes(path.read_bytes()[:-20])


def other_product(folder: Path) -> None:
    """Another program's."""
    put(folder, head_of(folder) | {"product": "something"})


def other_format(folder: Path) -> None:
    """Of a later format."""
    put(folder, head_of(folder) | {"format": 9})


def other_kind(folder: Path) -> None:
    """From the other database."""
    head = head_of(folder)
    other = {"sqlite": "postgresql", "postgresql": "sqlite"}[head["database"]]
    put(folder, head | {"database": other})


def newer(folder: Path) -> None:
    """From a later release, with one migration this one doesn't know."""
    head = head_of(folder)
    head["migrations"] = sorted([*head["migrations"], "records.9999_later"])
    if (folder / "database.sqlite3").exists():
        with closing(sqlite3.connect(folder / "database.sqlite3")) as file:
            file.execute(
                "INSERT INTO django_migrations (app, name, applied) VALUES ('records', '9999_later', '2030-01-01')"
            )
            file.execute("ALTER TABLE orgs_unit ADD COLUMN later TEXT")
            file.commit()
    sealed(folder, head)


def older(folder: Path) -> None:
    """From the release before the newest structure of a room nothing else
    stands on: the second factor's two columns.
    """
    app, name, table, columns = NEWEST
    head = head_of(folder)
    head["migrations"].remove(f"{app}.{name}")
    if (folder / "database.sqlite3").exists():
        with closing(sqlite3.connect(folder / "database.sqlite3")) as file:
            file.execute("DELETE FROM django_migrations WHERE app = ? AND name = ?", (app, name))
            for column in columns:
                file.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
            file.commit()
    else:
        copied = folder / "tables" / f"{table}.copy"
        lines = [line.split("\t") for line in copied.read_text("utf-8").split("\n") if line]
        left = [at for at, column in enumerate(lines[0]) if column not in columns]
        copied.write_text("".join("\t".join(row[at] for at in left) + "\n" for row in lines))
    sealed(folder, head)


def climbing(folder: Path) -> None:
    """A name that leads out of the folder."""
    head = head_of(folder)
    head["digests"]["files/../../../outside"] = hashlib.sha256(b"").hexdigest()
    put(folder, head)


def link(folder: Path) -> None:
    """A link to a file of the machine in place of a file as received, its digest right."""
    path = stored(folder)
    outside = folder.parent / "outside"
    outside.write_bytes(path.read_bytes())
    path.unlink()
    path.symlink_to(outside)


def absent(folder: Path) -> None:
    """A file is gone."""
    stored(folder).unlink()


def left_out_file(folder: Path) -> None:
    """A file is gone and the manifest with it."""
    stored(folder).unlink()
    sealed(folder)


def changed_file(folder: Path) -> None:
    """Other bytes under the old name, the manifest made to fit."""
    stored(folder).write_bytes(b"other")
    sealed(folder)


def damaged_rows(folder: Path) -> None:
    """A page of the database or a part of a table is rubbish, the manifest made to fit."""
    path = folder / "database.sqlite3"
    if path.exists():
        raw = bytearray(path.read_bytes())
        raw[4096 * 3 : 4096 * 20] = b"\xa5" * (4096 * 17)
        path.write_bytes(raw)
    else:
        path = folder / "tables" / "orgs_unit.copy"
        path.write_bytes(path.read_bytes() + b"\xa5\xff\x00 rubbish\n")
    sealed(folder)


def _changed(folder: Path, table: str, was: str, now: str, column: str) -> None:
    path = folder / "database.sqlite3"
    if path.exists():
        with closing(sqlite3.connect(path)) as file:
            for (trigger,) in file.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            ).fetchall():
                file.execute(f"DROP TRIGGER {trigger}")
            file.execute(f"UPDATE {table} SET {column} = REPLACE({column}, ?, ?)", (was, now))
            file.commit()
    else:
        path = folder / "tables" / f"{table}.copy"
        path.write_text(path.read_text().replace(was, now))
    sealed(folder)


def changed_trail(folder: Path) -> None:
    """Words of the trail are others, every digest made to fit."""
    _changed(folder, "records_entry", "测试", "改过", "why")


def changed_rows(folder: Path) -> None:
    """A row is gone, every digest made to fit."""
    path = folder / "database.sqlite3"
    if path.exists():
        with closing(sqlite3.connect(path)) as file:
            file.execute("DELETE FROM orgs_apitoken")
            file.commit()
    else:
        path = folder / "tables" / "orgs_apitoken.copy"
        path.write_text(path.read_text().splitlines(keepends=True)[0])
    sealed(folder)
