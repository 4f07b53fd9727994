"""The task worker: outlives the database, takes up what a killed worker left, tries again what an
outage broke.

Run as ``python -m wenxiao.site.worker QUEUE``. A worker that lives holds a lock on a file named
like it, so that whoever finds a task RUNNING under a name can tell whether anybody still works on
it.
"""

from __future__ import annotations

import fcntl
import os
import sys
import time
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils.crypto import get_random_string

from wenxiao.site.database_state import NotReady, first_line, require_ready, start_django

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django_tasks_db.models import DBTaskResult

MOST_STARTS = 3
"""A task whose worker died so often is marked failed: it may be what kills it."""
LONGEST_PAUSE = 30.0
KILLED = "wenxiao.site.worker.Killed"
TRY_AGAIN = timedelta(seconds=5)


class Killed(Exception):
    """The reason kept with a task that took its worker down each time."""


def run(queue: str) -> int:
    """Work on a queue until asked to stop; the database may come and go meanwhile."""
    start_django()
    pause, fresh = 0.0, queue == "default"
    with present() as name:
        while True:
            begun = time.monotonic()
            try:
                require_ready()
                take_up(dead={name})
                if fresh:
                    _bring_up_to_date()
                    fresh = False
                _steady(queue, name).run()
            except NotReady as error:
                _say(str(error))
            except _outages() as error:
                _say(f"数据库出错，后台任务稍后自己接着办：{first_line(error)}。")
            else:
                return 0
            pause = 1.0 if time.monotonic() - begun > LONGEST_PAUSE else pause * 2 or 1.0
            pause = min(LONGEST_PAUSE, pause)
            _close()
            time.sleep(pause)


@contextmanager
def present() -> Iterator[str]:
    """Within it this process is known to live under the name it gives."""
    name = get_random_string(32)
    path = _folder() / name
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield name
        finally:
            path.unlink(missing_ok=True)


def lives(name: str) -> bool:
    """Whether the worker of that name is still there."""
    try:
        with (_folder() / name).open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    with suppress(OSError):
        (_folder() / name).unlink()
    return False


def take_up(*, dead: set[str] = frozenset()) -> int:  # type: ignore[assignment]  # an empty set is a set
    """Give tasks back whose worker is gone, or mark those that went down with three; returns how
    many.

    ``dead`` are workers known to work on nothing now, though they live.
    """
    from django.utils import timezone
    from django_tasks_db.models import DBTaskResult

    taken = 0
    for row in DBTaskResult.objects.running():
        worker = row.worker_ids[-1] if row.worker_ids else ""
        if worker not in dead and lives(worker):
            continue
        again = len(row.worker_ids) < MOST_STARTS
        values = (
            {"status": "READY", "started_at": None}
            if again
            else {
                "status": "FAILED",
                "finished_at": timezone.now(),
                "exception_class_path": KILLED,
                "traceback": f"办理的进程中断了 {len(row.worker_ids)} 次，不再自动重试。",
            }
        )
        # Whoever looks at the same time takes it up once: only the state that was seen is changed.
        taken += DBTaskResult.objects.filter(
            pk=row.pk, status="RUNNING", started_at=row.started_at
        ).update(**values)
    return taken


def try_again(row: DBTaskResult[Any, Any]) -> None:
    """Put a task back that failed because the database or the disk was
    away, not because it is wrong.
    """
    from django.utils import timezone
    from django_tasks_db.models import DBTaskResult

    passing = {f"{error.__module__}.{error.__qualname__}" for error in (*_outages(), OSError)}
    if (
        row.status == "FAILED"
        and row.exception_class_path in passing
        and len(row.worker_ids) < MOST_STARTS
    ):
        DBTaskResult.objects.filter(pk=row.pk, status="FAILED").update(
            status="READY",
            started_at=None,
            finished_at=None,
            run_after=timezone.now() + TRY_AGAIN * len(row.worker_ids),
        )


def _steady(queue: str, name: str):  # type: ignore[no-untyped-def]  # noqa: ANN202 - a class of the library's
    from django_tasks_db.management.commands.db_worker import Worker

    class Steady(Worker):
        """The library's worker, which looks again at what it finished."""

        def run_task(self, db_task_result: DBTaskResult[Any, Any]) -> None:
            super().run_task(db_task_result)
            try_again(db_task_result)

    worker = Steady(
        queue_names=[queue],
        interval=1.0,
        batch=False,
        backend_name="default",
        startup_delay=True,
        max_tasks=None,
        worker_id=name,
        excluded_queue_names=[],
    )
    worker.configure_signals()
    return worker


def _bring_up_to_date() -> None:
    """Under a new release the lights are worked out anew before anybody looks."""
    from django_tasks_db.models import DBTaskResult

    from wenxiao.followup.tasks import keep
    from wenxiao.intake.ledger import parts
    from wenxiao.intake.uploads import sweep
    from wenxiao.reports.report_runs import sweep_reports
    from wenxiao.store.scratch import Scratch

    sweep()
    sweep_reports()
    Scratch.sweep()
    parts.sweep()
    waiting = DBTaskResult.objects.ready().filter(task_path=keep.module_path)
    if not waiting.exists():
        keep.enqueue()


def _outages() -> tuple[type[Exception], ...]:
    from django.db import InterfaceError, OperationalError

    return OperationalError, InterfaceError


def _close() -> None:
    """Forget a connection that may be broken; the next question makes a new one."""
    from django.db import connection

    with suppress(Exception):
        connection.close()


def _folder() -> Path:
    from django.conf import settings

    folder: Path = settings.HOME / "workers"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wenxiao.site.settings")
    sys.exit(run(sys.argv[1] if len(sys.argv) > 1 else "default"))
