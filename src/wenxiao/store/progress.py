"""How far long work is, told between processes by a small file in the home: what the work itself
writes into the database is seen by nobody before it ends.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_running: ContextVar[Path | None] = ContextVar("running", default=None)


@dataclass(frozen=True, slots=True)
class WorkShare:
    """How many of how many are done."""

    done: int
    total: int

    @property
    def percent(self) -> int:
        """Of 100, rounded down: it says 100 only at the end."""
        return self.done * 100 // self.total

    def __str__(self) -> str:
        return f"{self.done:,} / {self.total:,}"


@contextmanager
def reporting(name: str) -> Iterator[None]:
    """Within it :func:`tell` speaks of the work of this name (``draw-3``); afterwards nothing
    does.
    """
    place = _place(name)
    place.parent.mkdir(mode=0o700, exist_ok=True)
    place.unlink(missing_ok=True)  # of one that was killed
    before = _running.set(place)
    try:
        yield
    finally:
        _running.reset(before)
        place.unlink(missing_ok=True)


def tell(done: int, total: int) -> None:
    """So many of so many are done by now; heard by nobody where no work is :func:`reporting`."""
    place = _running.get()
    if place is not None and total > 0:
        unfinished = place.with_name(f".{place.name}")
        unfinished.write_text(f"{done} {total}", encoding="ascii")
        unfinished.replace(place)


def share_of(name: str) -> WorkShare | None:
    """How far the work of this name is; None while nothing is known."""
    try:
        done, total = _place(name).read_text(encoding="ascii").split()
    except FileNotFoundError:
        return None
    return WorkShare(int(done), int(total))


def _place(name: str) -> Path:
    home: Path = settings.HOME
    return home / "progress" / name
