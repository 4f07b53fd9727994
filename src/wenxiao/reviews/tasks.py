"""Long work of reviews that pages start and don't wait for."""

from __future__ import annotations

from django_tasks import task

from wenxiao.records.models import Intake
from wenxiao.reviews.sheets.intake import read_intake


@task()
def read(intake: int) -> int:
    """Read an intake's files; returns how many there are. Begun again, it goes on where it stopped."""
    row = Intake.objects.select_related("division", "by").filter(pk=intake).first()
    return len(read_intake(row).files) if row is not None else 0
