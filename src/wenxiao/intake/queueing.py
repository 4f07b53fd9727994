"""Whose turn it is: small work has a worker of its own, large work takes turns among people, a
batch gives way.

Large work waits in the queue ``heavy``, which one worker works off, so that one large job runs at a
time. A person's second large job stands behind everybody's first; a batch that has read for a while
goes to the end and lets others on.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q, Sum
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from wenxiao.records.models import ImportBatch, Intake, StoredFile, Upload

if TYPE_CHECKING:
    from collections.abc import Callable

    from wenxiao.orgs.models import User

HEAVY_FILES = 5
HEAVY_BYTES = 2 << 20
"""More files, or more bytes in them, than this are large work."""
SLICE_SECONDS = 15.0
"""For so long a batch reads before it gives way to whoever waits."""
LEAST_PRIORITY = -90
TAKEN_UP_SECONDS = 60.0
"""After so long the worker does what a web process began and did not end."""
SMALL, HEAVY = "default", "heavy"


def begin_reading(intake: Intake, task: Any) -> None:
    """Have an intake's files read, in the queue their number and size belong to."""
    stored = [one["stored"] for one in intake.files if one["stored"]]
    size = StoredFile.objects.filter(pk__in=stored).aggregate(all=Sum("size"))["all"] or 0
    _put(task, (intake.pk,), by=intake.by, heavy=_heavy(len(stored), size))


def begin_ledger(intake: Intake, task: Any, by: User) -> None:
    """Have a ledger looked through or imported."""
    size = StoredFile.objects.filter(pk=intake.files[0]["stored"]).aggregate(all=Sum("size"))["all"]
    _put(task, (intake.pk, by.pk), by=by, heavy=_heavy(1, size or 0))


def begin_applying(intake: Intake, task: Any, by: User) -> None:
    """Have every ready file of an intake imported."""
    count = intake.batches.filter(state="previewed", summary__standing="ready").count()
    _put(task, (intake.pk, by.pk), by=by, heavy=count > HEAVY_FILES)


def begin_undoing(batch: ImportBatch, task: Any, by: User | None, why: str) -> None:
    """Have an import of very many rows taken back."""
    _put(task, (batch.pk, by.pk if by else 0, why), by=by, heavy=True)


def begin_upload(upload: Upload, task: Any, *, at_once: bool = False) -> None:
    """Have files looked at that were handed in with an act.

    ``at_once``: whoever received them looks at them now; the worker does only if that process was
    killed meanwhile.
    """
    if at_once:
        later = timezone.now() + timedelta(seconds=TAKEN_UP_SECONDS)
        task.using(queue_name=SMALL, run_after=later).enqueue(upload.pk)
        return
    size = sum(int(one["size"] or 0) for one in upload.files)
    _put(task, (upload.pk,), by=upload.by, heavy=_heavy(len(upload.files), size))


def turn() -> Callable[[], bool]:
    """Asked between two parts of a batch: whether it has read long enough
    and somebody else waits.
    """
    until = time.monotonic() + SLICE_SECONDS

    def over() -> bool:
        return time.monotonic() >= until and _waiting(HEAVY).exists()

    return over


def ahead(task: Any, pk: int) -> int | None:
    """How many jobs come before this one in its queue; None where it does not wait (any more)."""
    mine = DBTaskResult.objects.filter(
        task_path=task.module_path, status="READY", args_kwargs__args__0=pk
    ).first()
    if mine is None:
        return None
    same = DBTaskResult.objects.filter(queue_name=mine.queue_name)
    before = Q(priority__gt=mine.priority) | Q(
        priority=mine.priority, enqueued_at__lt=mine.enqueued_at
    )
    return same.filter(Q(status="RUNNING") | Q(status="READY") & before).count()


def _heavy(files: int, size: int) -> bool:
    return files > HEAVY_FILES or size > HEAVY_BYTES


def _waiting(queue: str) -> Any:
    return DBTaskResult.objects.filter(status="READY", queue_name=queue)


def _put(task: Any, arguments: tuple[Any, ...], *, by: User | None, heavy: bool) -> None:
    priority = max(LEAST_PRIORITY, -_under_way(by)) if heavy else 0
    task.using(queue_name=HEAVY if heavy else SMALL, priority=priority).enqueue(*arguments)


def _under_way(by: User | None) -> int:
    """How much work this person has waiting or running besides what is
    being put in the queue now.
    """
    if by is None:
        return 0
    reading = Intake.objects.filter(by=by).exclude(state=Intake.State.READY).count()
    waiting = Upload.objects.filter(
        by=by, state__in=(Upload.State.WAITING, Upload.State.READING)
    ).count()
    return max(0, reading + waiting - 1)
