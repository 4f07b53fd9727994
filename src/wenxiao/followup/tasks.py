"""Long work of follow-up that pages start and don't wait for."""

from __future__ import annotations

from django_tasks import task

from wenxiao.budget.models import Round
from wenxiao.followup.services.candidates import draw_candidates
from wenxiao.followup.services.consequences import propose_consequences
from wenxiao.followup.services.keeping import keep_all
from wenxiao.orgs.models import User
from wenxiao.store.progress import reporting


@task()
def draw(round: int, by: int) -> int:
    """Candidate findings of a round by rule; returns how many are new."""
    with reporting(f"draw-{round}"):
        return len(draw_candidates(round=Round.objects.get(pk=round), by=User.objects.get(pk=by)))


@task()
def propose(round: int, by: int) -> int:
    """Uses of results a round's rules propose; returns how many are new."""
    return len(propose_consequences(round=Round.objects.get(pk=round), by=User.objects.get(pk=by)))


@task()
def keep() -> int:
    """Bring the kept lines of every watch up to date; returns how many were worked out."""
    return keep_all()
