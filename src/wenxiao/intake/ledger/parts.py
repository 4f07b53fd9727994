"""A large ledger of payments enters part by part, so that nobody else's save waits for all of it.

Its rows are hidden (:class:`~wenxiao.budget.models.Entered`) until one last, short transaction lets all of them in. Only
one such import runs at a time; whoever comes next, or the worker that begins, clears away what a killed one left.
"""

from __future__ import annotations

import fcntl
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection, transaction

from wenxiao.budget.models import Spending
from wenxiao.records.models import ImportBatch
from wenxiao.records.services import drop_batch
from wenxiao.store.bulk import insert_frame

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wenxiao.intake.ledger.payments import Entering

LARGE = 5_000
"""More new lines than this are not written in one transaction."""
SMALLEST, LARGEST = 500, 20_000
AIM = 0.25
"""How many seconds a part should hold the database; the next part is made larger or smaller by it."""
PAUSE = 0.12
"""SQLite's waiting writers look every tenth of a second whether the lock is free: they must find it so."""


@contextmanager
def alone(*, wait: bool = True) -> Iterator[bool]:
    """Within it no other process writes a ledger in parts; False where one does and ``wait`` is not wanted."""
    with (settings.HOME / "ledger.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True


def enter(entering: Entering) -> None:
    """All rows, a part a transaction, still hidden; their dossiers are to be marked when they are let in."""
    start, size = 0, LARGE
    while start < entering.height:
        rows = entering.rows(start, size)
        begun = time.monotonic()
        with transaction.atomic():
            insert_frame(Spending, rows)
        start += rows.height
        size = _next_size(size, time.monotonic() - begun)
        _let_others_in()


def _next_size(size: int, seconds: float) -> int:
    return max(SMALLEST, min(LARGEST, int(size * AIM / max(seconds, 0.001))))


def _let_others_in() -> None:
    if connection.vendor == "sqlite":
        time.sleep(PAUSE)


def take_back(batch: ImportBatch) -> None:
    """What came of an import that will not end: its hidden rows, part by part, then all else it made."""
    rows = Spending._base_manager.filter(batch=batch).order_by("pk")
    while some := list(rows.values_list("pk", flat=True)[:LARGE]):
        with transaction.atomic():
            rows.filter(pk__lte=some[-1]).order_by().delete()
        _let_others_in()
    drop_batch(batch=batch)


def clear_left() -> int:
    """Take back what killed imports left; call it only :func:`alone`. Returns how many there were."""
    left = list(ImportBatch.objects.filter(state=ImportBatch.State.WRITING))
    for batch in left:
        take_back(batch)
    return len(left)


def sweep() -> int:
    """The same for a worker that begins: not while a ledger is being written."""
    with alone(wait=False) as free:
        return clear_left() if free else 0
