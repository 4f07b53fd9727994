"""What stays, written inside the caller's transaction: trail, files as
received, batches, to-dos, papers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from wenxiao.records.batches import (
    NotedActs,
    Written,
    close_batch,
    digests_after,
    hold_batch,
    move_batch,
    open_batch,
    refuse_batch,
)
from wenxiao.records.models import Instruction, Notice, Todo
from wenxiao.records.storage import Placed, place_file, read_file, store_file
from wenxiao.records.trail import label_of, record, target_of
from wenxiao.records.undoing import Undoing, drop_batch, end_undoing, parts_of, undo_batch
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from django.db.models import Model

    from wenxiao.orgs.models import Division, Unit, User

__all__ = [
    "NotedActs",
    "Placed",
    "Undoing",
    "Written",
    "add_instruction",
    "close_batch",
    "close_instruction",
    "count_reminder",
    "digests_after",
    "drop_batch",
    "end_undoing",
    "finish_todos",
    "hold_batch",
    "make_todo",
    "make_todos",
    "move_batch",
    "open_batch",
    "parts_of",
    "place_file",
    "read_file",
    "receive_notice",
    "record",
    "refuse_batch",
    "remind_todos",
    "send_notice",
    "store_file",
    "undo_batch",
    "void_todos",
]


def make_todo(
    *,
    division: Division,
    kind: str,
    title: str,
    role: str = "",
    unit: Unit | None = None,
    user: User | None = None,
    target: Model | None = None,
    due_on: date | None = None,
) -> Todo:
    """Something waits for whoever holds ``role`` over ``unit``, or for ``user``.
    The act that causes it leaves the trail.
    """
    kind_of, pk = target_of(target)
    return Todo.objects.create(
        division=division,
        kind=kind,
        title=title[:200],
        role=role,
        unit=unit,
        user=user,
        target_type=kind_of,
        target_id=pk,
        due_on=due_on,
    )


def make_todos(todos: Iterable[Todo]) -> int:
    """Many at once, set-based; the caller builds the rows (a round over thousands of units)."""
    return len(Todo.objects.bulk_create(list(todos), batch_size=500))


def _open_todos(target: Model, *, kind: str, unit: Unit | None, user: User | None) -> Any:
    kind_of, pk = target_of(target)
    todos = Todo.objects.filter(target_type=kind_of, target_id=pk, state=Todo.State.OPEN)
    if kind:
        todos = todos.filter(kind=kind)
    if unit is not None:
        todos = todos.filter(unit=unit)
    return todos if user is None else todos.filter(user=user)


def finish_todos(
    *, target: Model, kind: str = "", unit: Unit | None = None, user: User | None = None
) -> int:
    """The open to-dos about ``target`` (of that kind, unit or user) are done; returns how many."""
    todos = _open_todos(target, kind=kind, unit=unit, user=user)
    return int(todos.update(state=Todo.State.DONE, done_at=timezone.now()))


def void_todos(
    *, target: Model, kind: str = "", unit: Unit | None = None, user: User | None = None
) -> int:
    """The open to-dos about ``target`` are called off (round closed,
    exempted); returns how many.
    """
    todos = _open_todos(target, kind=kind, unit=unit, user=user)
    return int(todos.update(state=Todo.State.VOID, done_at=timezone.now()))


@transaction.atomic
def remind_todos(*, todos: Iterable[Todo], by: User | None, why: str = "") -> int:
    """催办: count one more reminder on each open to-do; returns how many."""
    rows = [todo for todo in todos if todo.state == Todo.State.OPEN]
    for todo in rows:
        todo.reminded += 1
    Todo.objects.bulk_update(rows, ["reminded"], batch_size=400)
    if rows:
        record(
            division=rows[0].division,
            by=by,
            act="催办",
            why=why,
            label=f"{len(rows)} 项待办",
            data={"todos": [todo.pk for todo in rows]},
        )
    return len(rows)


def count_reminder(*, target: Model, unit: Unit) -> int:
    """One more reminder on the unit's open to-dos about ``target``; the
    letter that reminds leaves the trail.
    """
    todos = _open_todos(target, kind="", unit=unit, user=None)
    return int(todos.update(reminded=F("reminded") + 1))


@transaction.atomic
def send_notice(
    *,
    division: Division,
    unit: Unit,
    kind: str,
    target: Model | None,
    text: str,
    issued_on: date,
    due_on: date | None,
    by: User | None,
    number: str = "",
    why: str = "",
    synthetic: bool = False,
) -> Notice:
    """A paper to a unit (Notice.Kind), with the day it must be answered;
    its receipt is a separate act.
    """
    if due_on is not None and due_on < issued_on:
        raise NotAllowed(f"回复期限 {due_on} 早于发出日期 {issued_on}，请改正。")
    kind_of, pk = target_of(target)
    notice = Notice.objects.create(
        division=division,
        unit=unit,
        kind=kind,
        number=number,
        target_type=kind_of,
        target_id=pk,
        text=text,
        issued_on=issued_on,
        due_on=due_on,
        synthetic=synthetic,
    )
    record(
        division=division,
        by=by,
        act=f"发出{notice.get_kind_display()}",
        target=notice,
        why=why,
        label=f"{unit.name}：{label_of(target) if target else number}",
        data={"number": number, "due_on": due_on},
    )
    return notice


@transaction.atomic
def receive_notice(
    *, notice: Notice, on: date, by_name: str, by: User | None, why: str = ""
) -> Notice:
    """签收: who of the unit took the paper, and when.
    Once only; a day before the issue is refused.
    """
    if on < notice.issued_on:
        raise NotAllowed(f"签收日期 {on} 早于发出日期 {notice.issued_on}，请改正。")
    unreceived = Notice.objects.filter(pk=notice.pk, received_on=None)
    if unreceived.update(received_on=on, received_by=by_name) != 1:
        raise NotAllowed("这份函件已经签收，不能重复签收。")
    notice.refresh_from_db()
    record(
        division=notice.division,
        by=by,
        act="签收函件",
        target=notice,
        why=why,
        label=notice.unit.name,
        data={"received_on": on, "received_by": by_name},
    )
    return notice


@transaction.atomic
def add_instruction(
    *,
    division: Division,
    leader: str,
    text: str,
    given_on: date,
    by: User | None,
    about: Model | None = None,
    assigned_to: str = "",
    due_on: date | None = None,
    why: str = "",
) -> Instruction:
    """领导批示 entered by the office: who wrote what on which paper, who carries it out, until when."""
    about_type, about_id = target_of(about)
    instruction = Instruction.objects.create(
        division=division,
        leader=leader,
        text=text,
        given_on=given_on,
        about_type=about_type,
        about_id=about_id,
        assigned_to=assigned_to,
        due_on=due_on,
    )
    record(
        division=division,
        by=by,
        act="登记批示",
        target=instruction,
        why=why,
        label=f"{leader}：{text}"[:300],
    )
    return instruction


@transaction.atomic
def close_instruction(
    *, instruction: Instruction, outcome: str, on: date, by: User | None, why: str = ""
) -> Instruction:
    """The instruction is carried out (办结); the outcome may not be empty, and it closes once."""
    if not outcome.strip():
        raise NotAllowed("办结批示须写明办理结果。")
    unclosed = Instruction.objects.filter(pk=instruction.pk, closed_on=None)
    if unclosed.update(outcome=outcome, closed_on=on) != 1:
        raise NotAllowed("这条批示已经办结。")
    instruction.refresh_from_db()
    record(
        division=instruction.division,
        by=by,
        act="办结批示",
        target=instruction,
        why=why,
        data={"outcome": outcome},
    )
    return instruction
