"""Long work of follow-up that pages start and don't wait for."""

from __future__ import annotations

from django_tasks import task

from wenxiao.budget.models import Round
from wenxiao.followup.services.candidates import draw_candidates
from wenxiao.followup.services.consequences import propose_consequences
from wenxiao.followup.services.keeping import keep_all
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


@task()
def draw(round: int, by: int) -> int:
    """Candidate findings of a round by rule; returns how many are new."""
    return len(draw_candidates(round=Round.objects.get(pk=round), by=User.objects.get(pk=by)))


@task()
def propose(round: int, by: int) -> int:
    """Uses of results a round's rules propose; returns how many are new."""
    return len(propose_consequences(round=Round.objects.get(pk=round), by=User.objects.get(pk=by)))


@task()
def keep() -> int:
    """Bring the kept lines of every watch up to date; returns how many were worked out."""
    return keep_all()
