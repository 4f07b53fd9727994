"""Folders for a moment, in the home: what a killed process leaves there is swept when a worker
begins.

A folder in use holds a lock on a file in it, so that the sweep can tell; the lock goes with the
process, however it ends.
"""

from __future__ import annotations

import fcntl
import shutil
import tempfile
import weakref
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCK = ".in-use"


@contextmanager
def _nobody_sweeps() -> Iterator[Path]:
    """The place of all folders; within it nobody else makes one or sweeps."""
    place: Path = settings.HOME / "scratch"
    place.mkdir(mode=0o700, exist_ok=True)
    with (place / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield place


class Scratch:
    """A folder of one's own until :meth:`cleanup`, the end of ``with``, or
    nobody remembers it any more.
    """

    def __init__(self, what: str) -> None:
        with _nobody_sweeps() as place:
            self.name = tempfile.mkdtemp(dir=place, prefix=f"{what}-")
            self._lock = (Path(self.name) / LOCK).open("w")
            fcntl.flock(self._lock, fcntl.LOCK_EX)
        self._gone = weakref.finalize(self, _remove, self.name, self._lock)

    def __enter__(self) -> Path:
        return Path(self.name)

    def __exit__(self, *_: object) -> None:
        self.cleanup()

    def cleanup(self) -> None:
        """The folder goes, with all in it."""
        self._gone()

    @classmethod
    def sweep(cls) -> int:
        """Remove the folders whose process is gone; returns how many."""
        with _nobody_sweeps() as place:
            return sum(_abandoned(folder) for folder in list(place.iterdir()) if folder.is_dir())


def _remove(name: str, lock: IO[str]) -> None:
    shutil.rmtree(name, ignore_errors=True)
    lock.close()


def _abandoned(folder: Path) -> bool:
    """Whether nobody held the folder: then it is gone now."""
    with suppress(OSError), (folder / LOCK).open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
        return True
    return False
