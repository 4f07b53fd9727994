"""A backup as it lies on disk: opened, named and checked without a database.

Two shapes, one content. A folder holds its manifest and every file as such. A store holds many
copies: each is a manifest that names the blocks it is made of, and a block that many copies share
lies there once.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wenxiao.site.database_state import NotReady

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PRODUCT = "wenxiao"
FORMAT = 2
MANIFEST, COPIES, BLOCKS = "manifest.json", "copies", "blocks"
BLOCK = 1 << 20
DATABASE = "database.sqlite3"

_NAME = re.compile(
    r"database\.sqlite3|tables/[a-z0-9_]+\.copy|files/(?:[0-9A-Za-z_-][0-9A-Za-z._-]*/)*[0-9A-Za-z_-][0-9A-Za-z._-]*"
)
_DIGEST = re.compile(r"[0-9a-f]{64}")
_MEANT = "请换一份完整的备份；没有时，从另存的那一份取。"


@dataclass(frozen=True)
class Archive:
    """One backup: where it lies, what its manifest says, and the blocks of its files."""

    place: Path
    head: dict[str, Any]
    seal: str

    @property
    def digests(self) -> dict[str, str]:
        """By name the SHA-256 of each file of the backup."""
        digests: dict[str, str] = self.head["digests"]
        return digests

    def blocks(self, name: str) -> Iterator[bytes]:
        """A file's bytes, a block at a time."""
        if "parts" in self.head:
            for digest in self.head["parts"][name]:
                yield block_path(self.place, digest).read_bytes()
            return
        with (self.place / name).open("rb") as stream:
            while block := stream.read(BLOCK):
                yield block

    def paths(self, name: str) -> list[Path]:
        """The files on disk that a file of the backup is made of."""
        if "parts" in self.head:
            return [block_path(self.place, digest) for digest in self.head["parts"][name]]
        return [self.place / name]


def block_path(store: Path, digest: str) -> Path:
    """Where a block of a store lies."""
    return store / BLOCKS / digest[:2] / digest


def opened(path: Path) -> Archive:
    """The backup at ``path``: a folder, a store (its latest copy) or one copy of a store.
    NotReady when there is none.
    """
    manifest, place = _manifest_of(path)
    try:
        raw = manifest.read_bytes()
        head = json.loads(raw)
    except (OSError, ValueError) as error:
        raise NotReady(f"备份清单 {manifest} 不能读取，备份已损坏。{_MEANT}") from error
    if fault := _fault_of_head(head):
        raise NotReady(f"{manifest}：{fault}")
    return Archive(place, head, hashlib.sha256(raw).hexdigest())


def copies_of(store: Path) -> list[Path]:
    """The manifests of a store's copies, oldest first."""
    return sorted(p for p in (store / COPIES).glob("*.json") if not p.name.startswith("."))


def _manifest_of(path: Path) -> tuple[Path, Path]:
    if path.suffix == ".json" and path.parent.name == COPIES and path.is_file():
        return path, path.parent.parent
    if (path / MANIFEST).is_file():
        return path / MANIFEST, path
    if copies := copies_of(path):
        return copies[-1], path
    if not path.exists():
        raise NotReady(f"没有 {path}。请写备份所在的目录。")
    if path.is_dir() and any(path.iterdir()):
        raise NotReady(
            f"{path} 里没有 {MANIFEST}，不是完整的备份：清单最后才写，没有它就是写到一半中断了，或不是备份目录。{_MEANT}"
        )
    raise NotReady(f"{path} 不是完整的备份：里面是空的。{_MEANT}")


def _fault_of_head(head: Any) -> str:
    """Why this manifest is not one of ours, or empty."""
    if not isinstance(head, dict) or "digests" not in head:
        return f"不是备份清单。{_MEANT}"
    if head.get("product") != PRODUCT:
        return "不是问效的备份，或由没有写明产品的旧版本写成。请用写它的程序恢复。"
    if head.get("format") != FORMAT:
        return f"备份格式是 {head.get('format')}，本程序只认 {FORMAT}。请用写它的版本恢复，再升级。"
    digests, parts = head["digests"], head.get("parts", {})
    if not isinstance(digests, dict) or not isinstance(parts, dict):
        return f"清单的内容不对。{_MEANT}"
    for name in [*digests, *parts]:
        if not _NAME.fullmatch(name):
            return f"清单里的“{name[:80]}”不是备份该有的文件（位置越界或名称不对），可能被改动。{_MEANT}"
    blocks = [block for listed in parts.values() for block in listed]
    if not all(_DIGEST.fullmatch(str(one)) for one in [*digests.values(), *blocks]):
        return f"清单里的摘要不对，可能被改动。{_MEANT}"
    if "parts" in head and set(parts) != set(digests):
        return f"清单里的文件与分块对不上，可能被改动。{_MEANT}"
    return _fault_of_facts(head)


def _fault_of_facts(head: dict[str, Any]) -> str:
    facts, migrations = head.get("facts"), head.get("migrations")
    whole = isinstance(facts, dict) and {"rows", "sums", "heads"} <= set(facts)
    if not whole or not isinstance(migrations, list) or head.get("database") not in KINDS:
        return f"清单缺少应有的内容（数据库种类、结构版本、行数），可能被改动。{_MEANT}"
    return ""


KINDS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def verify(path: Path) -> list[str]:
    """Every way in which the backup at ``path`` is not what was written, as
    sentences; needs no database.
    """
    try:
        archive = opened(path)
    except NotReady as refusal:
        return [str(refusal)]
    return faults_of(archive)


def faults_of(archive: Archive) -> list[str]:
    """Every way in which an opened backup is not what its manifest says."""
    faults = [] if "parts" in archive.head else _strangers(archive)
    for name in sorted(archive.digests):
        fault = _fault_of_file(archive, name)
        if fault:
            faults.append(f"{fault} {name}")
    return faults


def _strangers(archive: Archive) -> list[str]:
    """Links and files in the folder that the manifest does not name. A link is never followed."""
    faults = []
    for path in sorted(archive.place.rglob("*")):
        name = path.relative_to(archive.place).as_posix()
        if path.is_symlink():
            faults.append(f"符号链接 {name}")
        elif path.is_file() and name != MANIFEST and name not in archive.digests:
            faults.append(f"多出 {name}")
        elif not path.is_dir() and not path.is_file():
            faults.append(f"特殊文件 {name}")
    return faults


def _fault_of_file(archive: Archive, name: str) -> str:
    paths = archive.paths(name)
    if any(path.is_symlink() for path in paths):
        return "符号链接"
    if not all(path.is_file() for path in paths):
        return "缺少"
    whole = hashlib.sha256()
    try:
        for block in archive.blocks(name):
            whole.update(block)
    except OSError:
        return "读不出"
    return "" if whole.hexdigest() == archive.digests[name] else "内容不符"
