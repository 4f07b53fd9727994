"""Make a backup: the rows first, then every file they name, the manifest last."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wenxiao.site.backups.archive import BLOCK, FORMAT, MANIFEST, PRODUCT
from wenxiao.site.backups.database import write_rows
from wenxiao.site.database_state import NotReady

if TYPE_CHECKING:
    from collections.abc import Iterable


def make(directory: Path) -> dict[str, Any]:
    """Write a backup into ``directory`` (absent or empty) and return its manifest's head; after a
    failure nothing is left.

    A folder without a manifest is a backup that was broken off, and is refused as one.
    """
    from django.conf import settings

    begun = time.monotonic()
    if directory.is_file() or (directory.is_dir() and any(directory.iterdir())):
        raise NotReady(f"{directory} 不是空目录，不覆盖已有备份。请换一个目录。")
    new = not directory.exists()
    try:
        directory.mkdir(parents=True, exist_ok=True)
        directory.chmod(0o700)
        held = write_rows(directory)
        missing = _copy_files(Path(settings.MEDIA_ROOT), directory / "files", held.pop("stored"))
        paths = [p for p in sorted(directory.rglob("*")) if p.is_file()]
        digests = {p.relative_to(directory).as_posix(): digest_of(p) for p in paths}
        head = head_of(held, missing)
        seal = write_manifest(directory / MANIFEST, head | {"digests": digests})
    except OSError as error:
        _clear(directory, whole=new)
        raise NotReady(
            f"备份没有写成，已写的部分已清除：{error.strerror or error}（{directory}）。"
        ) from error
    except BaseException:
        _clear(directory, whole=new)
        raise
    return {
        **{name: head[name] for name in ("made_at", "database", "missing_files")},
        "directory": str(directory),
        "files": len(digests),
        "bytes": sum(path.stat().st_size for path in paths),
        "rows": sum(head["facts"]["rows"].values()),
        "migrations": len(head["migrations"]),
        "manifest_sha256": seal,
        "seconds": f"{time.monotonic() - begun:.1f}",
    }


def head_of(held: dict[str, Any], missing: list[str]) -> dict[str, Any]:
    """What a manifest says beside the digests."""
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    return {
        "product": PRODUCT,
        "format": FORMAT,
        "made_at": made_at,
        **held,
        "missing_files": missing,
        **_story_day(),
    }


def _story_day() -> dict[str, str]:
    """The day a demonstration that went on stands at; nothing where there is none."""
    from django.conf import settings

    path = settings.STORY_DAY_FILE
    return {"story_day": path.read_text(encoding="utf-8").strip()} if path.exists() else {}


def write_manifest(path: Path, manifest: dict[str, Any]) -> str:
    """The manifest whole or not at all, flushed; returns its own digest."""
    raw = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
    unfinished = path.with_name(f".{path.name}.part")
    with unfinished.open("wb") as out:
        out.write(raw)
        out.flush()
        os.fsync(out.fileno())
    unfinished.replace(path)
    return hashlib.sha256(raw).hexdigest()


def digest_of(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _copy_files(source: Path, target: Path, stored: Iterable[tuple[str, str]]) -> list[str]:
    """Copy what the rows name; returns the names whose bytes are gone,
    which a backup must not hide.
    """
    target.mkdir()
    missing = []
    for path, name in stored:
        if not (source / path).is_file():
            missing.append(name)
            continue
        if not (target / path).exists():
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            with (source / path).open("rb") as from_, (target / path).open("wb") as to:
                shutil.copyfileobj(from_, to, BLOCK)
    return missing


def _clear(directory: Path, *, whole: bool) -> None:
    if whole:
        shutil.rmtree(directory, ignore_errors=True)
        return
    for path in directory.iterdir():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
