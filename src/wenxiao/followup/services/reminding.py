"""催办函: each letter to a unit about a round is on record, counted, and shown to both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from wenxiao.budget.services import refuse_ended
from wenxiao.followup.selectors.reminders import letters_about
from wenxiao.orgs import permissions
from wenxiao.records.selectors import open_todos_about
from wenxiao.records.services import count_reminder, remind_todos, send_notice
from wenxiao.reviews.kinds import ASKED, owner_of
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from wenxiao.budget.models import Dossier, Round
    from wenxiao.orgs.models import User
    from wenxiao.records.models import Notice


def _refuse_past(round: Round) -> None:
    """NotAllowed for 补录: its units were asked for nothing."""
    if round.past:
        raise NotAllowed(
            f"“{round}”是补录，没有向单位派待办，不催办；各单位当时交来的表请在“收表与代报”里登记。"
        )


@transaction.atomic
def remind_units(*, round: Round, units: Iterable[int], by: User | None, why: str = "") -> int:
    """催办: one more reminder on the open to-dos of the units that still owe something; how many.
    Raises Refused, NotAllowed.
    """
    permissions.require(by, "manage_round", division=round.division)
    refuse_ended(round, "催办")
    _refuse_past(round)
    if round.kind not in ASKED:
        raise NotAllowed(f"“{round}”由{owner_of(round.kind)}办，不催办单位。")
    count = remind_todos(
        todos=open_todos_about(round, units=units), by=by, why=why or f"{round}未报送"
    )
    if not count:
        raise NotAllowed("没有要催办的待办：要么都已报送，要么待办已经取消。请用电话名单或催办函。")
    return count


@transaction.atomic
def send_reminder(
    *,
    round: Round,
    missing: Sequence[Dossier],
    by: User | None,
    on: date,
    due_on: date | None = None,
) -> Notice:
    """A letter to one unit about what it still owes in a round.
    The same letter printed again that day is the same letter.

    The unit's open to-do of the round counts one more reminder. Raises Refused; NotAllowed where
    nothing is missing.
    """
    permissions.require(by, "manage_round", division=round.division)
    refuse_ended(round, "催办")
    _refuse_past(round)
    if round.kind not in ASKED:
        raise NotAllowed(f"“{round}”由{owner_of(round.kind)}办，不向单位收表，不发催办函。")
    if not missing:
        raise NotAllowed("该单位应报的都已报送，不必催办。")
    unit, text = missing[0].unit, "；".join(dossier.subject.name for dossier in missing)
    # Locked, so that two clicks at once send one letter.
    type(unit).objects.select_for_update().get(pk=unit.pk)
    same = letters_about(round).filter(unit=unit, issued_on=on, due_on=due_on, text=text).first()
    if same is not None:
        return same
    count_reminder(target=round, unit=unit)
    return send_notice(
        division=round.division,
        unit=unit,
        kind="reminder",
        target=round,
        text=text,
        issued_on=on,
        due_on=due_on,
        by=by,
    )
