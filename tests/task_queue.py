"""The task queue in a test: what waits is done now, as the workers would do
it, and the page of an upload is opened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.http import HttpResponse


def work_off() -> None:
    """Run every waiting task of every queue, in the order in which workers take them."""
    from django_tasks_db.management.commands.db_worker import Worker
    from django_tasks_db.models import DBTaskResult

    worker = Worker(
        queue_names=["*"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id="test",
        excluded_queue_names=[],
    )
    while (row := DBTaskResult.objects.ready().first()) is not None:
        row.claim("test")
        worker.run_task(row)


def outcome(client: Any, answer: HttpResponse, *, follow: bool = False) -> HttpResponse:
    """What became of a form with files: what its upload's page says once
    the worker was at it, else the answer itself.
    """
    if answer.status_code != 302 or not answer["Location"].startswith("/uploads/"):
        return answer
    work_off()
    opened: HttpResponse = client.get(answer["Location"], follow=follow)
    return opened
