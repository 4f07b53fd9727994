"""Put a backup back: everything is checked first, the rows come in one step, and after a refusal
nothing is left.

SQLite is put together beside its place and moved there at the end; PostgreSQL comes in one
transaction, its structure included. Sessions and API tokens of the old days end, and the trail says
so.
"""

from __future__ import annotations

import os
import re
import sqlite3
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wenxiao.site.backups.archive import DATABASE, KINDS, Archive, faults_of, opened
from wenxiao.site.backups.database import another_database, check_sqlite_file, load_tables
from wenxiao.site.backups.facts import differences, measure
from wenxiao.site.database_state import NotReady, embedded_file, first_line, is_empty

if TYPE_CHECKING:
    from collections.abc import Iterator

ACT = "从备份恢复"
RECOVERED = "数据库恢复到某一时刻"
_SHOWN = 5


def restore(path: Path, *, seal: str = "", files: Path | None = None) -> dict[str, Any]:
    """Put the backup at ``path`` into the empty database in use, its files into ``files`` (else
    where files are kept).

    ``seal``: what the manifest's SHA-256 must be, noted down elsewhere when the backup was made.
    NotReady, with nothing placed, when the backup is damaged, altered, of another product or kind
    or newer than the program, or where rows are.
    """
    from django.conf import settings
    from django.db import DatabaseError

    archive = opened(path)
    _refuse_unfit(archive, seal)
    if not is_empty():
        raise NotReady("数据库里已有数据，没有恢复。请指定一个空的数据库，或移走原来的数据库文件。")
    target = files or Path(settings.MEDIA_ROOT)
    place = _into_sqlite if archive.head["database"] == "sqlite" else _into_server
    with _files_placed(archive, target):
        try:
            outcome = place(archive)
        except (DatabaseError, sqlite3.DatabaseError, UnicodeDecodeError, KeyError) as error:
            raise NotReady(
                f"备份里的数据放不进数据库，没有恢复，已放的已撤回：{first_line(error)}。请换一份备份。"
            ) from error
    if files is None:  # a drill stands beside what is in use and leaves its day alone
        _stand_at(archive.head.get("story_day"))
    return {"directory": str(path), "made_at": archive.head["made_at"], **outcome}


def _stand_at(day: object) -> None:
    """A demonstration that went on stands at its day again; another's day
    goes with what was here before.
    """
    from django.conf import settings

    settings.STORY_DAY_FILE.unlink(missing_ok=True)
    if isinstance(day, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", day):
        settings.STORY_DAY_FILE.write_text(day, encoding="utf-8")


def after_recovery() -> dict[str, Any]:
    """Do what a restored database needs when the server itself was brought
    back to a moment (WAL): check and end sessions.
    """
    from django.conf import settings
    from django.db import transaction

    from wenxiao.records.models import StoredFile

    files = Path(settings.MEDIA_ROOT)
    stored = StoredFile.objects.order_by("pk").values_list("name", "path")
    absent = sorted({name for name, path in stored if not (files / path).is_file()})
    with transaction.atomic():
        _refuse_broken_trail()
        ended = _end_access(RECOVERED, {"missing_files": len(absent)})
    return {**ended, "missing_files": absent}


def _refuse_unfit(archive: Archive, seal: str) -> None:
    """What can be known without a database: whole, unaltered, of this kind,
    not newer than the program.
    """
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    if seal and seal.strip().lower() != archive.seal:
        raise NotReady(
            f"备份清单的 SHA-256 是 {archive.seal}，与给出的 {seal} 不同，没有恢复：不是那一份，或被改动。"
        )
    if faults := faults_of(archive):
        more = f" 等 {len(faults)} 处" if len(faults) > _SHOWN else ""
        raise NotReady(f"备份不完整，没有恢复：{'；'.join(faults[:_SHOWN])}{more}。请换一份备份。")
    kind = archive.head["database"]
    if kind != connection.vendor:
        raise NotReady(
            f"备份来自 {KINDS[kind]}，现在的数据库是 {KINDS[connection.vendor]}，种类须相同，没有恢复。"
        )
    if (kind == "sqlite") != (DATABASE in archive.digests):
        raise NotReady("备份里没有数据库的内容，或种类与清单不符，没有恢复。请换一份备份。")
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if newer := sorted(set(archive.head["migrations"]) - known):
        raise NotReady(
            f"备份的数据库结构比本程序新（{newer[0]}），没有恢复。请先把程序升级到写备份时的版本。"
        )


@contextmanager
def _files_placed(archive: Archive, target: Path) -> Iterator[None]:
    """The files of the backup are in place within it; when it fails, those
    that were not there before go again.
    """
    placed: list[Path] = []
    folders: list[Path] = []
    try:
        for name in sorted(archive.digests):
            if name.startswith("files/"):
                path = target / name.removeprefix("files/")
                if not path.exists():
                    _place(archive, name, path, placed, folders)
        yield
    except BaseException as error:
        for path in placed:
            path.unlink(missing_ok=True)
        for folder in reversed(folders):
            with suppress(OSError):
                folder.rmdir()
        if isinstance(error, OSError):
            raise NotReady(
                f"没有恢复，已放的文件已撤回：{error.strerror or error}（{target}）。"
            ) from error
        raise


def _place(
    archive: Archive, name: str, path: Path, placed: list[Path], folders: list[Path]
) -> None:
    for folder in reversed([path.parent, *path.parent.parents]):
        if not folder.exists():
            folder.mkdir(mode=0o750)
            folders.append(folder)
    placed.append(path)
    with path.open("xb") as out:
        for block in archive.blocks(name):
            out.write(block)
        out.flush()
        os.fsync(out.fileno())
    path.chmod(0o640)


def _into_sqlite(archive: Archive) -> dict[str, Any]:
    from django.db import connection

    target = embedded_file()
    if target is None:
        raise NotReady("内存里的数据库不能恢复备份。")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".restoring-") as scratch:
        staged = Path(scratch) / DATABASE
        with staged.open("xb") as out:
            for block in archive.blocks(DATABASE):
                out.write(block)
        staged.chmod(0o600)
        check_sqlite_file(staged, archive)
        with another_database(str(staged)):
            outcome = _finished(archive)
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        with staged.open("rb") as done:
            os.fsync(done.fileno())
        for rest in ("-wal", "-shm"):
            Path(f"{target}{rest}").unlink(missing_ok=True)
        staged.replace(target)
    return outcome


def _into_server(archive: Archive) -> dict[str, Any]:
    from django.db import transaction

    with transaction.atomic():
        load_tables(archive)
        return _finished(archive)


def _finished(archive: Archive) -> dict[str, Any]:
    """The loaded rows are compared with the manifest, brought to the
    program's structure, and closed to the old days.
    """
    from django.core.management import call_command
    from django.db import connection, transaction

    from wenxiao.site.database_state import pending
    from wenxiao.store import triggers

    facts = archive.head["facts"]
    with connection.cursor() as cursor:
        measured = measure(cursor, facts["rows"], facts["sums"])
    if faults := differences(facts, measured):
        more = f" 等 {len(faults)} 处" if len(faults) > _SHOWN else ""
        raise NotReady(f"备份的内容与清单不符，没有恢复：{'；'.join(faults[:_SHOWN])}{more}。")
    # No trigger of the backup is trusted: after the structure is up to date the program's own are
    # made.
    triggers.drop("")
    upgraded = len(pending())
    call_command("migrate", interactive=False, verbosity=0)
    with transaction.atomic():
        _refuse_broken_trail()
        _refuse_other_files(archive)
        ended = _end_access(
            ACT, {"made_at": archive.head["made_at"], "manifest_sha256": archive.seal}
        )
    rows, files = sum(measured["rows"].values()), len(archive.digests)
    return {"rows": rows, "files": files, "upgrade_applied": upgraded, **ended}


def _refuse_broken_trail() -> None:
    from wenxiao.orgs.models import Division
    from wenxiao.records.chain import verify
    from wenxiao.records.selectors import export_entries, export_heads

    if not Division.objects.exists():
        raise NotReady("备份里没有财政区划，不是在用的问效数据，没有恢复。")
    if faults := verify(export_entries(), export_heads()):
        first = faults[0]
        raise NotReady(
            f"备份里的留痕对不上（{len(faults)} 处，首处 {first.day} 第 {first.number} 条：{first.text}），没有恢复。"
        )


def _refuse_other_files(archive: Archive) -> None:
    """Every stored file a row names is in the backup with the digest it was
    received with, or was missing already then.
    """
    from wenxiao.records.models import StoredFile

    absent = set(archive.head.get("missing_files") or ())
    for name, path, sha256 in StoredFile.objects.values_list("name", "path", "sha256").iterator():
        held = archive.digests.get(f"files/{path}")
        if held is None and name not in absent:
            raise NotReady(
                f"备份里缺少原始文件《{name}》，清单也没有写明，没有恢复。请换一份备份。"
            )
        if held is not None and held != sha256:
            raise NotReady(
                f"备份里的原始文件《{name}》与收到时的摘要不符，没有恢复。请换一份备份。"
            )


def _end_access(act: str, data: dict[str, Any]) -> dict[str, int]:
    """Whoever was logged in then is not any more, and no token of then
    opens the interface; in each division's trail.
    """
    from django.contrib.sessions.models import Session
    from django.utils import timezone

    from wenxiao.orgs.models import ApiToken, Division
    from wenxiao.records.services import record

    sessions, _ = Session.objects.all().delete()
    tokens = ApiToken.objects.filter(revoked_at=None).update(revoked_at=timezone.now())
    ended = {"sessions_ended": sessions, "tokens_revoked": tokens}
    for division in Division.objects.order_by("pk"):
        record(
            division=division,
            by=None,
            act=act,
            label=division.name,
            why="登录和接口令牌一律失效，须重新登录、重新生成",
            data={**data, **ended},
        )
    return ended
