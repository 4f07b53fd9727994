"""/health: what of the system works, for a machine that watches and for
whoever is asked why it is slow.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import Error, connection
from django.http import JsonResponse
from django.utils import timezone

from wenxiao.orgs.selectors import mixed_accounts
from wenxiao.pages.outages import outage_of
from wenxiao.pages.views import view
from wenxiao.records.backup_runs import latest_of_each_kind
from wenxiao.store import parts

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

LEAST_FREE = 500 << 20
"""With less free disk than this the system is in want, though it still works."""


@view("anyone")
def health(request: HttpRequest) -> HttpResponse:
    """200 while people can work, 503 while the database is away; ``state``
    is ok, degraded or away.
    """
    del request
    database, tasks, saved = _database()
    running = [
        {"name": part.name, "running": part.running, "restarts": part.restarts, "ended": part.ended}
        for part in parts.read()
    ]
    free = _free()
    ailing = not all(part["running"] for part in running) or (
        free is not None and free < LEAST_FREE
    )
    state = "away" if database != "ok" else "degraded" if ailing else "ok"
    answer = {
        "state": state,
        "database": database,
        "parts": running,
        "tasks": tasks,
        "backups": saved,
        "mixed_accounts": _mixed() if database == "ok" else None,
        "disk_free_mb": None if free is None else free >> 20,
    }
    response = JsonResponse(answer, status=503 if state == "away" else 200)
    response["Cache-Control"] = "no-store"
    return response


def _database() -> tuple[str, dict[str, Any] | None, dict[str, Any] | None]:
    """Whether rows can be read, how long the queue of tasks is, when the
    last backup and drill were and whether well.
    """
    from django_tasks_db.models import DBTaskResult

    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        states = dict.fromkeys(("READY", "RUNNING"), 0)
        oldest = None
        for status, at in DBTaskResult.objects.filter(status__in=states).values_list(
            "status", "enqueued_at"
        ):
            states[status] += 1
            oldest = min(at, oldest or at)
        saved = latest_of_each_kind()
    except Error as error:
        outage = outage_of(error)
        return (outage.code if outage else "broken"), None, None
    waited = int((timezone.now() - oldest).total_seconds()) if oldest else 0
    queue = {"waiting": states["READY"], "running": states["RUNNING"], "oldest_seconds": waited}
    return "ok", queue, saved


def _mixed() -> int | None:
    """How many accounts have duties that may not meet in one person;
    administrators are told which.
    """
    try:
        return len(mixed_accounts())
    except Error:
        return None


def _free() -> int | None:
    try:
        return shutil.disk_usage(settings.HOME).free
    except OSError:
        return None
