"""Feedback notices (反馈函): sent with a deadline, received with a name and a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from wenxiao.orgs import permissions
from wenxiao.records.services import receive_notice, send_notice

if TYPE_CHECKING:
    from datetime import date

    from wenxiao.orgs.models import User
    from wenxiao.records.models import Notice
    from wenxiao.reviews.models import Review


@transaction.atomic
def send_feedback(
    *,
    review: Review,
    by: User | None,
    issued_on: date,
    due_on: date | None = None,
    text: str = "",
    number: str = "",
) -> Notice:
    """Send a review's problems and advice to its unit. The report says 已反馈 only when the receipt is in."""
    permissions.require(
        by, "confirm_finding", unit=review.dossier.unit, subject=review.dossier.subject
    )
    return send_notice(
        division=review.round.division,
        unit=review.dossier.unit,
        kind="feedback",
        target=review,
        text=text,
        issued_on=issued_on,
        due_on=due_on,
        by=by,
        number=number,
    )


@transaction.atomic
def receive_feedback(*, notice: Notice, by: User | None, on: date, name: str) -> Notice:
    """The unit signs for it (签收)."""
    permissions.require(by, "fill", unit=notice.unit)
    return receive_notice(notice=notice, on=on, by_name=name, by=by)
