"""Taking an import back: a small one at once, one that wrote very much by the worker, part by part.

Asked for, a large one waits its turn and can still be left standing. Begun, it counts no more at
once, by one short transaction, and its rows go part by part; a worker that was killed over it goes
on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from wenxiao.followup.watch.inputs import mark_batch
from wenxiao.intake import queueing
from wenxiao.intake.ledger import parts
from wenxiao.intake.scope import Importer
from wenxiao.intake.status import compare
from wenxiao.orgs.permissions import Refused
from wenxiao.records.models import ImportBatch
from wenxiao.records.services import Undoing, move_batch, record, undo_batch
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from wenxiao.orgs.models import User

State = ImportBatch.State
_LEDGERS = frozenset({"spending", "budget", "request"})


def refuse_others(batch: ImportBatch, by: User | None) -> Importer:
    """Refused to whoever neither brought the file nor imports for the whole division."""
    importer = Importer(by, batch.division)
    if not importer.whole and (by is None or batch.by_id != by.pk):
        raise Refused("这份文件由他人收件；可由收件人或财政绩效科办理。")
    return importer


def rows_written(batch: ImportBatch) -> int:
    """How many rows the batch made or changed."""
    return sum(act.get("count", 1) for act in batch.written)


def take_back(*, batch: ImportBatch, by: User | None, why: str, task: Any = None) -> ImportBatch:
    """Undo an import with a reason; records say no when something came later.

    With ``task`` one that wrote very much is given to the worker (:func:`undo_waiting`), and the
    batch waits.
    """
    refuse_others(batch, by)
    if not why.strip():
        raise NotAllowed("撤销导入须写明理由。")
    if rows_written(batch) <= parts.LARGE:
        return _undo_small(batch, by, why.strip())
    if task is None:
        return undo_in_parts(batch=batch, by=by, why=why.strip())
    with transaction.atomic():
        move_batch(batch, State.APPLIED, State.UNDO_WAITING, summary=_told(batch))
        record(
            division=batch.division,
            by=by,
            act="提出撤销导入",
            target=batch,
            why=why.strip(),
            label=str(batch.file or batch),
        )
        queueing.begin_undoing(batch, task, by, why.strip())
    return batch


def _undo_small(batch: ImportBatch, by: User | None, why: str) -> ImportBatch:
    with transaction.atomic():
        done = undo_batch(batch=batch, by=by, why=why)
        if done.intake is not None:
            compare(done.intake)
    return done


def _told(batch: ImportBatch, refused: str = "") -> dict[str, Any]:
    """What the batch's page tells of the undoing: how many rows there are
    to go, how many went, why it was refused.
    """
    summary = {name: v for name, v in batch.summary.items() if name not in {"gone", "undo_refused"}}
    return summary | ({"undo_refused": refused} if refused else {"gone": 0})


@transaction.atomic
def leave_standing(*, batch: ImportBatch, by: User | None) -> ImportBatch:
    """An undoing that was asked for and has not begun is not done after all."""
    refuse_others(batch, by)
    move_batch(batch, State.UNDO_WAITING, State.APPLIED, summary=_told(batch))
    record(
        division=batch.division,
        by=by,
        act="取消撤销导入",
        target=batch,
        label=str(batch.file or batch),
    )
    return batch


def undo_waiting(batch: ImportBatch, *, by: User | None, why: str) -> ImportBatch:
    """The worker's turn: undo it, or say why not and leave it standing.
    Begun again, it goes on where it stopped.
    """
    if batch.state == State.UNDOING:
        with parts.alone():
            parts.clear_left()
    elif batch.state == State.UNDO_WAITING:
        try:
            return undo_in_parts(batch=batch, by=by, why=why)
        except NotAllowed as refusal:
            batch.refresh_from_db()
            if batch.state == State.UNDO_WAITING:
                move_batch(batch, batch.state, State.APPLIED, summary=_told(batch, str(refusal)))
    batch.refresh_from_db()
    return batch


def undo_in_parts(*, batch: ImportBatch, by: User | None, why: str) -> ImportBatch:
    """Undo an import of very many rows.
    NotAllowed, with nothing undone, when something came later.
    """
    if batch.kind not in _LEDGERS:  # its rows can't be hidden: all of it in one transaction
        if batch.state == State.UNDO_WAITING:
            move_batch(batch, State.UNDO_WAITING, State.APPLIED)
        return _undo_small(batch, by, why)
    with parts.alone():
        parts.clear_left()
        undoing = Undoing(batch)
        with transaction.atomic():
            undoing.begin(seen=batch.state, by=by, why=why)
            for model in undoing.hidden:
                mark_batch(model, batch.pk)
        parts.finish_undoing(batch)
    return batch
