"""Long work of imports that pages start and don't wait for."""

from __future__ import annotations

from django_tasks import task

from wenxiao.intake import queueing
from wenxiao.intake.confirm import confirm_ready
from wenxiao.intake.ledger_wizard import run_ledger
from wenxiao.intake.receive import read_intake
from wenxiao.intake.undoing import undo_waiting
from wenxiao.intake.uploads import settle
from wenxiao.orgs.models import User
from wenxiao.records.models import ImportBatch, Intake
from wenxiao.store.progress import reporting


@task()
def read(intake: int) -> int:
    """Read an intake's files; returns how many there are. Begun again, it goes on where it stopped.

    When its turn is over and somebody waits, it goes to the end of the queue.
    """
    row = Intake.objects.select_related("division", "by").filter(pk=intake).first()
    if row is None or row.state == Intake.State.READY:
        return 0
    if read_intake(row, queueing.turn()).state == Intake.State.READING:
        queueing.begin_reading(row, read)
    return len(row.files)


@task()
def ledger(intake: int, by: int) -> int:
    """Look through a ledger, or import it as it was shown; returns the
    import batch's number, 0 without one.
    """
    row = (
        Intake.objects.select_related("division")
        .filter(pk=intake)
        .exclude(state=Intake.State.READY)
        .first()
    )
    if row is None:
        return 0
    with reporting(f"intake-{intake}"):
        outcome = run_ledger(row, User.objects.get(pk=by)).files[0]["outcome"] or {}
    return int(outcome.get("batch") or 0)


@task()
def take(upload: int) -> str:
    """Look at files handed in with an act, then do the act; returns how it ended.
    Begun again, it does it once.
    """
    row = settle(upload)
    return str(row.state) if row is not None else ""


@task()
def undo(batch: int, by: int, why: str) -> str:
    """Take back an import of very many rows; returns the state it ended in.
    Begun again, it goes on.
    """
    row = ImportBatch.objects.select_related("division", "file", "intake").filter(pk=batch).first()
    if row is None:
        return ""
    return str(undo_waiting(row, by=User.objects.filter(pk=by).first(), why=why).state)


@task()
def apply(intake: int, by: int) -> tuple[int, int]:
    """Import every ready file of an intake; (imported, not imported).
    Begun again, it goes on where it stopped.
    """
    row = Intake.objects.filter(pk=intake).first()
    if row is None:
        return 0, 0
    try:
        with reporting(f"intake-{intake}"):
            return confirm_ready(row, by=User.objects.get(pk=by))
    finally:
        Intake.objects.filter(pk=intake).update(state=Intake.State.READY)
