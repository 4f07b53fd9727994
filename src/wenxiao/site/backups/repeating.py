"""Backups again and again into one store: every file is cut into blocks named by their digest, and
only new ones are written.

A copy is a small manifest that names its blocks. It is written last, so that a run broken off
leaves the copies before it as they were; its stray blocks serve the next run or go when the store
is thinned.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wenxiao.site.backups.archive import BLOCKS, COPIES, block_path, copies_of
from wenxiao.site.backups.database import write_rows
from wenxiao.site.backups.writing import head_of, write_manifest
from wenxiao.site.database_state import NotReady

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CUT = 1 << 18
"""Bytes of a block: small, for one changed page of the database writes its whole block anew."""
ALL_OF = timedelta(days=2)
"""Every copy of so long is kept; of the days before, the last one of each."""
_STAMP = "%Y%m%dT%H%M%S.%fZ"


@dataclass
class _Blocks:
    """The blocks of a store, and how many bytes were new."""

    store: Path
    new: int = 0

    def add(self, block: bytes) -> str:
        """Have a block in the store, flushed; returns its digest."""
        digest = hashlib.sha256(block).hexdigest()
        path = block_path(self.store, digest)
        # A block of the wrong length was broken off or damaged: it is written anew, its digest
        # stays its name.
        if not path.is_file() or path.stat().st_size != len(block):
            path.parent.mkdir(parents=True, exist_ok=True)
            unfinished = path.with_name(f".{digest}.part")
            with unfinished.open("wb") as out:
                out.write(block)
                out.flush()
                os.fsync(out.fileno())
            unfinished.replace(path)
            self.new += len(block)
        return digest

    def cut(self, path: Path) -> tuple[list[str], str]:
        """A file's blocks and its own digest."""
        parts, whole = [], hashlib.sha256()
        with path.open("rb") as stream:
            while block := stream.read(CUT):
                whole.update(block)
                parts.append(self.add(block))
        return parts, whole.hexdigest()


def repeat(store: Path, *, keep_days: int = 30) -> dict[str, Any]:
    """One more copy in ``store``, which is made when absent; copies older
    than ``keep_days`` go, see ALL_OF.
    """
    begun = time.monotonic()
    if store.exists() and any(store.iterdir()) and not (store / COPIES).is_dir():
        raise NotReady(f"{store} 不是连续备份的目录，里面有别的内容。请换一个空目录。")
    try:
        with _alone(store):
            outcome = _add(store)
            gone = _thin(store, keep_days)
    except OSError as error:
        raise NotReady(
            f"这一次备份没有写成，之前的各份不受影响：{error.strerror or error}（{store}）。"
        ) from error
    return {**outcome, "copies_removed": gone, "seconds": f"{time.monotonic() - begun:.1f}"}


def _add(store: Path) -> dict[str, Any]:
    from django.conf import settings

    blocks = _Blocks(store)
    before = _known_files(store)
    with tempfile.TemporaryDirectory(dir=store, prefix=".rows-") as scratch:
        folder = Path(scratch)
        held = write_rows(folder)
        stored = held.pop("stored")
        rows = {
            p.relative_to(folder).as_posix(): p for p in sorted(folder.rglob("*")) if p.is_file()
        }
        cut = {name: blocks.cut(path) for name, path in rows.items()}
    missing = []
    for path, name in stored:
        source, place = Path(settings.MEDIA_ROOT) / path, f"files/{path}"
        if place in before:
            cut[place] = before[place]  # a stored file never changes: its blocks are there
        elif source.is_file():
            cut.setdefault(place, blocks.cut(source))
        else:
            missing.append(name)
    head = head_of(held, missing)
    manifest = head | {
        "digests": {name: whole for name, (_, whole) in cut.items()},
        "parts": {name: parts for name, (parts, _) in cut.items()},
    }
    copy = store / COPIES / f"{datetime.now(UTC).strftime(_STAMP)}.json"
    seal = write_manifest(copy, manifest)
    return {
        **{name: head[name] for name in ("made_at", "database", "missing_files")},
        "copy": str(copy),
        "files": len(cut),
        "blocks": sum(len(parts) for parts, _ in cut.values()),
        "new_bytes": blocks.new,
        "rows": sum(head["facts"]["rows"].values()),
        "manifest_sha256": seal,
    }


def _known_files(store: Path) -> dict[str, tuple[list[str], str]]:
    """The stored files of the latest copy whose blocks still lie there."""
    copies = copies_of(store)
    if not copies:
        return {}
    try:
        last = json.loads(copies[-1].read_bytes())
        listed = {name: (last["parts"][name], whole) for name, whole in last["digests"].items()}
    except (OSError, ValueError, KeyError):
        return {}
    return {
        name: entry
        for name, entry in listed.items()
        if name.startswith("files/") and all(block_path(store, one).is_file() for one in entry[0])
    }


def _thin(store: Path, keep_days: int) -> int:
    """Take away copies nobody needs any more and the blocks that no copy
    names; returns how many copies went.
    """
    now = datetime.now(UTC)
    gone = 0
    days: set[str] = set()
    for copy in reversed(copies_of(store)):
        age = now - _made(copy, now)
        day = copy.name[:8]
        if age > timedelta(days=keep_days) or (age > ALL_OF and day in days):
            copy.unlink()
            gone += 1
        else:
            days.add(day)
    if gone:
        _sweep(store)
    return gone


def _made(copy: Path, now: datetime) -> datetime:
    try:
        return datetime.strptime(copy.stem, _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return now


def _sweep(store: Path) -> None:
    named: set[str] = set()
    for copy in copies_of(store):
        named.update(_blocks_of(copy))
    for path in (store / BLOCKS).glob("*/*"):
        if path.name not in named:
            path.unlink(missing_ok=True)


def _blocks_of(copy: Path) -> Iterable[str]:
    parts = json.loads(copy.read_bytes())["parts"]
    return {one for listed in parts.values() for one in listed}


@contextmanager
def _alone(store: Path) -> Iterator[None]:
    """Within it nobody else writes into the store."""
    (store / COPIES).mkdir(parents=True, exist_ok=True)
    store.chmod(0o700)
    with (store / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotReady(f"{store} 正有另一次备份在写，这一次没有开始。") from None
        yield
