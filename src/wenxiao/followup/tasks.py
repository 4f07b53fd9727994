"""Long work of follow-up that pages start and don't wait for."""

from __future__ import annotations

from django_tasks import task

from wenxiao.followup.sheets import confirm_ready
from wenxiao.orgs.models import User
from wenxiao.records.models import Intake


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
