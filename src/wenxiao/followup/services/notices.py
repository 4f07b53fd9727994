"""Feedback notices (反馈函) and 评价通知书: sent with a deadline, received with a name and a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from wenxiao.budget.selectors import dossiers_of
from wenxiao.followup.selectors.ledger import notices_about
from wenxiao.followup.selectors.plannable import notices_of_round
from wenxiao.orgs import permissions
from wenxiao.orgs.models import Unit
from wenxiao.records.models import Notice
from wenxiao.records.services import receive_notice, send_notice
from wenxiao.reviews.kinds import JUDGED, kind_of
from wenxiao.reviews.states import SETTLED
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from datetime import date

    from wenxiao.budget.models import Round
    from wenxiao.orgs.models import User
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
    told: int | None = None,
) -> Notice:
    """Send a review's problems and advice to its unit.
    The report says 已反馈 only when the receipt is in.

    ``told`` is how many notices about the review the person had before them: one more meanwhile
    stops the second.
    """
    permissions.require_for(by, "confirm_finding", review.dossier)
    # Monitoring has no result to confirm: a problem a person confirmed is enough to tell the unit.
    if kind_of(review.kind).scores and review.state not in SETTLED:
        raise NotAllowed(f"“{review}”现为“{review.get_state_display()}”，结果确认后才能发反馈函。")
    if told is not None and told != len(notices_about([review.pk])[review.pk]):
        raise NotAllowed("这份结果刚刚发过反馈函，没有重复发出；请看最新情况。")
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


READ_BY = ("fill", "check_unit", "check_department")
"""Powers over the unit of those who read a letter that was sent to it."""


def require_letter(user: User | None, review: Review) -> None:
    """Pass whoever writes the letters, and the unit's own side once one
    went out to it; Refused for anybody else.
    """
    unit, subject = review.dossier.unit, review.dossier.subject
    sent = bool(notices_about([review.pk])[review.pk])
    if sent and any(permissions.can(user, power, unit=unit, subject=subject) for power in READ_BY):
        return
    permissions.require(user, "confirm_finding", unit=unit, subject=subject)


@transaction.atomic
def receive_feedback(*, notice: Notice, by: User | None, on: date, name: str) -> Notice:
    """The unit signs for it (签收)."""
    permissions.require(by, "fill", unit=notice.unit)
    if not name.strip():
        raise NotAllowed("请写明签收人。")
    if on > today():
        raise NotAllowed(f"签收日期 {on} 还没有到，请改正。")
    return receive_notice(notice=notice, on=on, by_name=name, by=by)


@transaction.atomic
def announce_evaluation(
    *,
    round: Round,
    number: str,
    issued_on: date,
    by: User | None,
    due_on: date | None = None,
    text: str = "",
) -> list[Notice]:
    """Send the 评价通知书 of a task to every unit it evaluates that has none yet: one a unit, all with
    the task's 文号.

    ``due_on`` is the day by which materials are asked for, ``text`` what is asked for besides the
    usual.
    """
    permissions.require(by, "manage_round", division=round.division)
    if round.kind not in JUDGED:
        raise NotAllowed(f"“{round.name}”不是评价任务，没有评价通知书。")
    if not number.strip():
        raise NotAllowed("请填写评价通知书的文号。")
    sent = notices_of_round(round).values_list("unit", flat=True)
    units = Unit.objects.filter(
        pk__in=dossiers_of(round).order_by().values("unit"), division=round.division
    ).exclude(pk__in=list(sent))
    rows = [
        send_notice(
            division=round.division,
            unit=unit,
            kind=Notice.Kind.EVALUATION,
            target=round,
            text=text.strip(),
            issued_on=issued_on,
            due_on=due_on,
            by=by,
            number=number.strip()[:60],
            synthetic=round.synthetic,
        )
        for unit in units.order_by("path")
    ]
    if not rows:
        raise NotAllowed("这次评价涉及的单位都已经发过通知书。")
    return rows
