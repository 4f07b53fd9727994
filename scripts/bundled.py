"""The archive that installs without a network, as it lies unpacked: fit for this machine, whole,
and how pip uses it.

Standard library only: it is asked before anything is installed.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOTE, WHEELS = "bundle.json", "wheels"


def here() -> dict[str, str]:
    """What wheels are made for: they fit no other Python and no other kind of machine."""
    return {
        "python": f"{sys.version_info[0]}.{sys.version_info[1]}",
        "machine": platform.machine(),
        "system": platform.system(),
    }


def present(root: Path = ROOT) -> bool:
    """Whether this tree came out of such an archive."""
    return (root / NOTE).is_file()


def fault(root: Path = ROOT) -> str:
    """Why it can't be installed here, in one sentence; empty when it can."""
    try:
        note = json.loads((root / NOTE).read_text(encoding="utf-8"))
        digests, made_for = note["digests"], {name: note[name] for name in here()}
    except (OSError, ValueError, KeyError, TypeError):
        return f"{NOTE} 不能读取，离线安装包不完整。请重新拷一份再解开。"
    if made_for != here():
        wanted, found = describe(made_for), describe(here())
        return (
            f"离线安装包是给 {wanted} 的，这台机器是 {found}，装不了。"
            f"请在同样的机器上另做（make bundle），或用 make install PYTHON=python{made_for['python']} 指定。"
        )
    for name, digest in sorted(digests.items()):
        path = root / name
        if not path.is_file():
            return f"离线安装包里缺少 {name}，没有解全。请重新拷一份再解开。"
        if digest_of(path) != digest:
            return f"离线安装包里的 {name} 与摘要不符，已损坏。请重新拷一份再解开。"
    return ""


def describe(kind: dict[str, str]) -> str:
    """A kind of machine in words."""
    return f"Python {kind['python']}、{kind['system']} {kind['machine']}"


def digest_of(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def pip(python: Path, root: Path = ROOT) -> list[str]:
    """The command that installs from the archive alone, by the pip that lies in it."""
    wheel = max((root / WHEELS).glob("pip-*.whl"))
    only = ["--no-index", "--find-links", str(root / WHEELS)]
    return [str(python), str(wheel / "pip"), "install", "--quiet", *only]


def environment() -> dict[str, str]:
    """The environment in which pip asks nobody."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    return {**kept, "PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1"}
