"""Nothing slow under a lock: whoever holds a write transaction reads no file and draws no paper
meanwhile.

On SQLite a transaction is the one write lock of the whole system; on PostgreSQL it holds the rows
others wait for.
"""

from __future__ import annotations

from django.db import connections


class SlowUnderLockError(RuntimeError):
    """A file was to be read inside a transaction.
    A fault of the program: read first, then begin.
    """


def nothing_held() -> None:
    """Raise SlowUnderLockError inside a transaction (the one a test wraps
    itself in does not count).
    """
    for connection in connections.all(initialized_only=True):
        blocks = getattr(connection, "atomic_blocks", ())
        if any(not getattr(block, "_from_testcase", False) for block in blocks):
            message = "a file is read inside a transaction: read it first, then begin"
            raise SlowUnderLockError(message)
