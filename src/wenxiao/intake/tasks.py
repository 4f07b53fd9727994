"""Long work of imports that pages start and don't wait for."""

from __future__ import annotations

from django_tasks import task

from wenxiao.intake.confirm import confirm_ready
from wenxiao.intake.ledger_wizard import run_ledger
from wenxiao.intake.receive import read_intake
from wenxiao.orgs.models import User
from wenxiao.records.models import Intake


@task()
def read(intake: int) -> int:
    """Read an intake's files; returns how many there are. Begun again, it goes on where it stopped."""
    row = Intake.objects.select_related("division", "by").filter(pk=intake).first()
    return len(read_intake(row).files) if row is not None else 0


@task()
def ledger(intake: int, by: int) -> int:
    """Look through a ledger, or import it as it was shown; returns the import batch's number, 0 without one."""
    row = (
        Intake.objects.select_related("division")
        .filter(pk=intake)
        .exclude(state=Intake.State.READY)
        .first()
    )
    if row is None:
        return 0
    outcome = run_ledger(row, User.objects.get(pk=by)).files[0]["outcome"] or {}
    return int(outcome.get("batch") or 0)


@task()
def apply(intake: int, by: int) -> tuple[int, int]:
    """Import every ready file of an intake; (imported, not imported). Begun again, it goes on where it stopped."""
    row = Intake.objects.filter(pk=intake).first()
    if row is None:
        return 0, 0
    try:
        return confirm_ready(row, by=User.objects.get(pk=by))
    finally:
        Intake.objects.filter(pk=intake).update(state=Intake.State.READY)
