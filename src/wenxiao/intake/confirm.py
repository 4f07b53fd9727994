"""Importing what was previewed and answered in the wizard: one file, or every file of an intake that is ready."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from wenxiao.intake.apply import apply
from wenxiao.intake.decide import ready_to_apply, resettle
from wenxiao.orgs.permissions import Refused
from wenxiao.store.moves import NotAllowed
from wenxiao.store.races import one_wins

if TYPE_CHECKING:
    from wenxiao.intake.apply import Outcome
    from wenxiao.orgs.models import User
    from wenxiao.records.models import ImportBatch, Intake


@one_wins()
def confirm_batch(batch: ImportBatch, *, by: User | None) -> Outcome:
    """Import one previewed file as it was shown. NotAllowed when something is still open or somebody was faster."""
    with transaction.atomic():
        seen = ready_to_apply(batch, by)
        outcome = apply(seen, batch=batch, by=by, synthetic=bool(batch.division.demo))
        if not outcome.accepted:  # why it was refused stays with the file
            batch.problems = outcome.problems
            batch.save(update_fields=["problems"])
        return outcome


def confirm_ready(intake: Intake, *, by: User | None) -> tuple[int, int]:
    """Import every file of an intake that is ready, each in its own transaction; (imported, not imported)."""
    done = failed = 0
    waiting = intake.batches.filter(state="previewed", summary__standing="ready").values_list(
        "pk", flat=True
    )
    for pk in list(waiting):
        batch = intake.batches.select_related("division", "file", "intake").get(pk=pk)
        try:
            imported = bool(confirm_batch(batch, by=by).accepted)
        except (NotAllowed, Refused):
            imported = False
        done, failed = done + imported, failed + (not imported)
        type(intake)._default_manager.filter(pk=intake.pk).update(beat=timezone.now())
    resettle(intake, by=by)
    return done, failed
