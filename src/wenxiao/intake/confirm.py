"""Importing what was previewed and answered in the wizard: one file, or
every file of an intake that is ready.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from wenxiao.intake.apply import apply
from wenxiao.intake.decide import ready_to_apply, resettle
from wenxiao.orgs.permissions import Refused
from wenxiao.reviews.models import Review
from wenxiao.reviews.services import submit_for_unit
from wenxiao.store.moves import NotAllowed
from wenxiao.store.progress import tell
from wenxiao.store.races import one_wins

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wenxiao.intake.apply import ImportOutcome
    from wenxiao.orgs.models import User
    from wenxiao.records.models import ImportBatch, Intake


@one_wins()
def confirm_batch(batch: ImportBatch, *, by: User | None, for_units: bool = False) -> ImportOutcome:
    """Import one previewed file as it was shown.
    NotAllowed when something is still open or somebody was faster.

    ``for_units``: what passes the checks is handed in for its unit at once; the rest stands as
    已收到·待更正.
    """
    with transaction.atomic():
        seen = ready_to_apply(batch, by)
        outcome = apply(seen, batch=batch, by=by, synthetic=bool(batch.division.demo))
        if not outcome.accepted:  # why it was refused stays with the file
            batch.problems = outcome.problems
            batch.save(update_fields=["problems"])
        elif for_units:
            outcome.handed_in = hand_in_received(outcome.reviews, by=by)
        return outcome


def hand_in_received(reviews: Sequence[int], *, by: User | None) -> int:
    """代单位报送 for what an import brought, each by itself; how many passed.
    What blocks stays received.
    """
    done = 0
    for review in Review.objects.filter(pk__in=reviews, received_on__isnull=False).order_by("pk"):
        try:
            with transaction.atomic():
                submit_for_unit(review=review, by=by, why="导入时代单位报送")
        except (NotAllowed, Refused):
            continue
        done += 1
    return done


def confirm_ready(intake: Intake, *, by: User | None) -> tuple[int, int]:
    """Import every file of an intake that is ready, each in its own
    transaction; (imported, not imported).
    """
    done = failed = 0
    waiting = intake.batches.filter(state="previewed", summary__standing="ready").values_list(
        "pk", flat=True
    )
    chosen = list(waiting)
    for pk in chosen:
        tell(done + failed, len(chosen))
        batch = intake.batches.select_related("division", "file", "intake").get(pk=pk)
        try:
            imported = bool(confirm_batch(batch, by=by, for_units=intake.for_units).accepted)
        except (NotAllowed, Refused):
            imported = False
        done, failed = done + imported, failed + (not imported)
        type(intake)._default_manager.filter(pk=intake.pk).update(beat=timezone.now())
    resettle(intake, by=by)
    return done, failed
