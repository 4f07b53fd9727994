"""How far the long work over a round is that a page started: waiting,
running, done with how many, or failed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django_tasks_db.models import DBTaskResult

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

LOOKED_AT = 400
BUSY = frozenset({"READY", "RUNNING"})


@dataclass(frozen=True, slots=True)
class Run:
    """The latest run over one round.
    ``added`` is how many rows it added, None while it has not ended well.
    """

    busy: bool
    failed: bool
    added: int | None
    at: datetime


def last_runs(task: Any, rounds: Iterable[int]) -> dict[int, Run]:
    """The latest run of a task by round, among its latest runs; rounds it never ran over are left
    out. One query.

    The task's first argument is the round's id.
    """
    wanted, latest = set(rounds), dict[int, Run]()
    rows = DBTaskResult.objects.filter(task_path=task.module_path).order_by("-enqueued_at", "pk")
    names = ("args_kwargs", "status", "return_value", "finished_at", "enqueued_at")
    for given, status, count, ended, begun in rows.values_list(*names)[:LOOKED_AT]:
        key = next(iter(given.get("args", ())), None)
        if key in wanted and key not in latest:
            done = status == "SUCCESSFUL"
            latest[key] = Run(
                status in BUSY, status == "FAILED", count if done else None, ended or begun
            )
    return latest
