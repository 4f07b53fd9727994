"""Files as received, byte for byte, kept under their digest; what a person
called them is only a name.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO

from django.conf import settings

from wenxiao.records.models import StoredFile
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from wenxiao.orgs.models import Division, User

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Placed:
    """Bytes that are on disk already, under their digest, and that no row names yet."""

    sha256: str
    size: int

    @property
    def path(self) -> str:
        """Where they lie under the folder of files."""
        return f"{self.sha256[:2]}/{self.sha256}"


def place_file(content: bytes | Path) -> Placed:
    """Put bytes on disk, flushed, before any transaction begins: a large file takes a while."""
    placed = Placed(*_digest(content))
    _place(Path(settings.MEDIA_ROOT) / placed.path, content)
    return placed


def store_file(
    *, division: Division, by: User | None, name: str, content: bytes | Path | Placed
) -> StoredFile:
    """Keep ``content`` and return its row; the same bytes under the same name are kept once.

    The file is on disk, flushed, before its row is written; a transaction rolled back leaves at
    most bytes nobody names.
    """
    placed = content if isinstance(content, Placed) else place_file(content)
    shown = PurePosixPath(name.replace("\\", "/")).name.replace("\0", "")[-255:] or "未命名"
    row = (
        StoredFile.objects.filter(division=division, sha256=placed.sha256, name=shown)
        .order_by("pk")
        .first()
    )
    return row or StoredFile.objects.create(
        division=division,
        by=by,
        name=shown,
        sha256=placed.sha256,
        size=placed.size,
        path=placed.path,
    )


def read_file(stored: StoredFile) -> bytes:
    """The bytes as received; NotAllowed when they are missing or no longer what was received."""
    path = Path(settings.MEDIA_ROOT) / stored.path
    if not path.is_file():
        raise NotAllowed(f"原始文件《{stored.name}》不在存放位置，请从备份恢复。")
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != stored.sha256:
        raise NotAllowed(f"原始文件《{stored.name}》与收到时的摘要不符，可能被改动，请从备份恢复。")
    return content


def _digest(content: bytes | Path) -> tuple[str, int]:
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest(), len(content)
    with content.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest(), content.stat().st_size


def _place(path: Path, content: bytes | Path) -> None:
    if path.is_file():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, unfinished = tempfile.mkstemp(dir=path.parent, prefix=".")
    try:
        with os.fdopen(handle, "wb") as out:
            _pour(content, out)
            out.flush()
            os.fsync(out.fileno())
        Path(unfinished).replace(path)
    finally:
        Path(unfinished).unlink(missing_ok=True)


def _pour(content: bytes | Path, out: BinaryIO) -> None:

    if isinstance(content, bytes):
        out.write(content)
        return
    with content.open("rb") as stream:
        while block := stream.read(_BLOCK):
            out.write(block)


def drop_file(stored: StoredFile) -> None:
    """Take a file out of the store again: one that by law may not be kept here (涉密).
    Its name and digest go with it.
    """
    path = Path(settings.MEDIA_ROOT) / stored.path
    StoredFile.objects.filter(sha256=stored.sha256).delete()
    path.unlink(missing_ok=True)
