"""A form imported once more: what it changes on points, values or money is an act of whoever brings it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from wenxiao.orgs.permissions import require_one
from wenxiao.records.services import record
from wenxiao.reviews.kinds import kind_of
from wenxiao.reviews.services.hands import Standing, add_author, note_crossing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wenxiao.orgs.models import User
    from wenxiao.reviews.models import Review


@transaction.atomic
def note_imported_changes(
    *,
    review: Review,
    by: User | None,
    changes: Mapping[str, tuple[str, str]],
    before: Standing,
    why: str,
) -> None:
    """Enter the rows an import changed, name → (old, new), and note its bringer among the authors. Nothing without changes.

    ``before`` are points and grade as they stood; a crossed grade line stands with the review, its reason is ``why``.
    """
    require_one(
        by,
        ("import", kind_of(review.kind).fill),
        what="导入改分",
        division=review.round.division_id,
        unit=review.dossier.unit,
        subject=review.dossier.subject,
    )
    if not changes:
        return
    add_author(review, by)
    record(
        division=review.round.division,
        by=by,
        act="导入改分",
        target=review,
        label=str(review),
        why=why,
        data={
            "before": {name: old for name, (old, _) in changes.items()},
            "after": {name: new for name, (_, new) in changes.items()},
        },
    )
    note_crossing(review, before, by, why)
