"""A large ledger is written, and taken back, part by part, so that nobody else's save waits for all
of it.

Its new rows are hidden (:class:`~wenxiao.records.models.Entered`) until one last, short transaction
lets all of them in and writes what changed; taken back, they are hidden first and then go. Only one
such piece of work runs at a time; whoever comes next, or the worker that begins, clears away what a
killed one left.
"""

from __future__ import annotations

import fcntl
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from django.conf import settings
from django.db import connection, transaction

from wenxiao.records.models import ImportBatch
from wenxiao.records.services import drop_batch, end_undoing, hold_batch, parts_of
from wenxiao.store.bulk import insert_frame
from wenxiao.store.progress import tell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import polars as pl
    from django.db.models import Model

    from wenxiao.records.services import Written


class Entering(Protocol):
    """New rows on their way into a table, as many at a time as wanted."""

    height: int

    @property
    def model(self) -> type[Model]:
        """The table."""
        ...

    def rows(self, start: int, count: int) -> pl.DataFrame:
        """Some of the rows as the table holds them."""
        ...


LARGE = 5_000
"""More lines than this are not written, or taken back, in one transaction."""
SMALLEST, LARGEST = 500, 20_000
AIM = 0.25
"""How many seconds a part should hold the database; the next part is made
larger or smaller by it.
"""
PAUSE = 0.12
"""SQLite's waiting writers look every tenth of a second whether the lock is
free: they must find it so.
"""


@contextmanager
def alone(*, wait: bool = True) -> Iterator[bool]:
    """Within it no other process writes a ledger in parts; False where one
    does and ``wait`` is not wanted.
    """
    with (settings.HOME / "ledger.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True


class PartSize:
    """How many rows the next part takes, by how long the last one held the database."""

    def __init__(self, size: int) -> None:
        self.size = size

    @contextmanager
    def part(self) -> Iterator[None]:
        """One part in a transaction of its own; others get their turn after it."""
        begun = time.monotonic()
        with transaction.atomic():
            yield
        self.size = _next_size(self.size, time.monotonic() - begun)
        _let_others_in()


def enter(entering: Entering) -> None:
    """All rows, a part a transaction, still hidden; their dossiers are to
    be marked when they are let in.
    """
    start, pace = 0, PartSize(LARGE)
    while start < entering.height:
        tell(start, entering.height)
        rows = entering.rows(start, pace.size)
        with pace.part():
            insert_frame(entering.model, rows)
        start += rows.height


class Steps:
    """What must be there before the rows come (units, subjects, dossiers),
    made part by part and noted as it is made.
    """

    def __init__(self, batch: ImportBatch, written: Written) -> None:
        self._batch, self._written, self._pace = batch, written, PartSize(SMALLEST)

    def over(self, rows: list[int], make: Callable[[list[int]], object]) -> None:
        """``make`` some of the rows at a time."""
        start = 0
        while start < len(rows):
            some = rows[start : start + self._pace.size]
            with self._pace.part():
                make(some)
                hold_batch(batch=self._batch, written=self._written)
            start += len(some)


def _next_size(size: int, seconds: float) -> int:
    return max(SMALLEST, min(LARGEST, int(size * AIM / max(seconds, 0.001))))


def _let_others_in() -> None:
    if connection.vendor == "sqlite":
        time.sleep(PAUSE)


def _clear(batch: ImportBatch) -> int:
    """The new rows of a batch, part by part; how many stay because
    something else uses them by now.
    """
    stayed, gone = 0, 0
    for clear in parts_of(batch, batch.written):
        looked, pace = 1, PartSize(SMALLEST)
        while looked:
            with pace.part():
                looked, taken = clear(pace.size)
                stayed, gone = stayed + looked - taken, gone + taken
                _tell(batch, gone)
    return stayed


def _tell(batch: ImportBatch, gone: int) -> None:
    batch.summary = batch.summary | {"gone": gone}
    ImportBatch.objects.filter(pk=batch.pk).update(summary=batch.summary)


def take_back(batch: ImportBatch) -> None:
    """What came of an import that will not end: its hidden rows, part by
    part, then all else it made.
    """
    _clear(batch)
    drop_batch(batch=batch)


def finish_undoing(batch: ImportBatch) -> None:
    """The rows of an import that is taken back: they count no more, now they go."""
    end_undoing(batch=batch, stayed=_clear(batch))


def clear_left() -> int:
    """Take back what killed imports left, and end what was being undone; call it only
    :func:`alone`. How many.
    """
    left = list(ImportBatch.objects.filter(state=ImportBatch.State.WRITING))
    for batch in left:
        take_back(batch)
    undoing = list(ImportBatch.objects.filter(state=ImportBatch.State.UNDOING))
    for batch in undoing:
        finish_undoing(batch)
    return len(left) + len(undoing)


def sweep() -> int:
    """The same for a worker that begins: not while a ledger is being written."""
    with alone(wait=False) as free:
        return clear_left() if free else 0
