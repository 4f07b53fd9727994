"""A form imported once more: what it changes on points, values or money is
an act of whoever brings it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from wenxiao.orgs.permissions import require_one
from wenxiao.records.services import record
from wenxiao.reviews.kinds import kind_of
from wenxiao.reviews.services.hands import Standing, add_author, note_crossing, result_of, stood

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
    given: Mapping[str, str] | None = None,
    state: str = "",
) -> None:
    """Enter the rows an import changed, name → (old, new), and note its bringer among the authors.

    ``before`` are points and grade as they stood; a crossed grade line stands with the review, its
    reason is ``why``. ``given`` are points of rows that had none, ``state`` is where the review
    stood. No entry where nothing moved.
    """
    require_one(
        by,
        ("import", kind_of(review.kind).fill),
        what="导入改分",
        division=review.round.division_id,
        unit=review.dossier.unit,
        subject=review.dossier.subject,
    )
    points, grade = before
    old = {"state": state or review.state, "points": points, "grade": grade}
    new = {"state": review.state, **result_of(review)}
    if not changes and not given and before == stood(review) and old["state"] == new["state"]:
        return
    if changes:
        add_author(review, by)
    record(
        division=review.round.division,
        by=by,
        act="导入改分" if changes else "随表写入得分",
        target=review,
        label=str(review),
        why=why,
        data={
            "before": {name: was for name, (was, _) in changes.items()},
            "after": {**(given or {}), **{name: now for name, (_, now) in changes.items()}},
            "result": {"before": old, "after": new},
        },
    )
    if changes:
        note_crossing(review, before, by, why)
