"""What tests begin with and make once: kept under build/testing until what decides it changes."""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLACE = ROOT / "build" / "testing"
PRODUCT = ROOT / "src" / "wenxiao"


def seal() -> str:
    """A digest of all that decides the tables of an empty database."""
    sources = [*PRODUCT.glob("*/migrations/*.py"), *PRODUCT.glob("store/*.py")]
    sources += [path for path in PRODUCT.rglob("*.py") if "models" in path.as_posix()]
    digest = hashlib.sha256()
    for source in sorted(sources):
        digest.update(source.relative_to(PRODUCT).as_posix().encode() + source.read_bytes())
    return digest.hexdigest()[:16]


def server_folder(version: str) -> Path:
    """Where the data folder of a PostgreSQL of this version lies once its empty database was
    migrated.
    """
    return PLACE / f"migrated-{seal()}-postgresql-{version}"


def compiled_templates() -> Path:
    """Where the tests' compiled templates lie: by the environment they are compiled for."""
    made_by = (PRODUCT / "pages" / "jinja.py").read_bytes() + version("jinja2").encode()
    return PLACE / f"compiled-{hashlib.sha256(made_by).hexdigest()[:16]}"


@contextmanager
def alone(made: Path) -> Iterator[None]:
    """One process makes it, the others wait and find it made."""
    made.parent.mkdir(parents=True, exist_ok=True)
    with made.with_name(f"{made.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
