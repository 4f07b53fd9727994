"""Merger, split, hand-over: what is still open goes to the unit that takes
over; what is done stays where it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from wenxiao.followup.models import Rectification
from wenxiao.orgs.permissions import require
from wenxiao.orgs.services import merge_units
from wenxiao.orgs.services.administering import refuse_unreasoned
from wenxiao.records.models import Notice, Todo
from wenxiao.records.services import record
from wenxiao.records.trail import target_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from wenxiao.budget.models import Subject
    from wenxiao.orgs.models import Unit, User


@transaction.atomic
def merge_with_work(
    *, units: Iterable[Unit], into: Unit, on: date, by: User | None, why: str
) -> Unit:
    """单位合并 with its open work: rectifications, to-dos and letters not
    signed for follow in the same act.
    """
    old = [unit for unit in units if unit.pk != into.pk]
    merge_units(units=old, into=into, on=on, by=by, why=why)
    gone = [unit.pk for unit in old]
    _follow(
        into,
        mending=Q(unit__in=gone),
        todos=Q(unit__in=gone),
        letters=Q(unit__in=gone),
        by=by,
        why=why,
    )
    return into


@transaction.atomic
def succeed_in_work(*, subjects: Iterable[Subject], to: Unit, by: User | None, why: str) -> None:
    """After 移交对象 the open rectifications of these objects, with their
    to-dos, are the new unit's.
    """
    require(by, "manage_units", division=to.division)
    refuse_unreasoned(by, why)
    chosen = Q(finding__dossier__subject__in=[one.pk for one in subjects])
    open_ones = (
        Rectification.objects.filter(chosen)
        .exclude(state=Rectification.State.CLOSED)
        .values_list("pk", flat=True)
    )
    kind, _ = target_of(Rectification())
    todos = Q(target_type=kind, target_id__in=list(open_ones))
    _follow(to, mending=chosen, todos=todos, letters=Q(pk__in=()), by=by, why=why)


def _follow(to: Unit, *, mending: Q, todos: Q, letters: Q, by: User | None, why: str) -> None:
    """Move what is open and matches; one entry says how much."""
    waiting = Todo.objects.filter(todos, state=Todo.State.OPEN).update(unit=to)
    moved = (
        Rectification.objects.filter(mending)
        .exclude(state=Rectification.State.CLOSED)
        .update(unit=to)
    )
    sent = Notice.objects.filter(letters, received_on=None).update(unit=to)
    if not (waiting or moved or sent):
        return
    record(
        division=to.division,
        by=by,
        act="承接未办事项",
        target=to,
        why=why,
        data={"rectifications": moved, "todos": waiting, "notices": sent},
    )
