"""Taking an import back: whole in one transaction, or for very many rows prepared, made to count,
then cleared part by part.

New rows go, changed rows get their values back, in reverse order. A row changed since, or something
that came later and hangs on one, refuses the whole.
"""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models, transaction
from django.db.models import ProtectedError

from wenxiao.records.batches import SLICE, digest, digests_of, field_of, move_batch
from wenxiao.records.models import Entered, ImportBatch
from wenxiao.records.trail import record
from wenxiao.store.bulk import RowExchange, update_rows
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from wenxiao.orgs.models import User

Act = dict[str, Any]
State = ImportBatch.State


@dataclass(frozen=True, slots=True)
class UndoStep:
    """Acts of one kind on one table that can be taken back together."""

    act: str
    model: type[models.Model]
    acts: list[Act]

    @property
    def keys(self) -> list[int]:
        """The rows, where the acts name them."""
        return [act["pk"] for act in self.acts if "pk" in act]


def steps_back(acts: Sequence[Act]) -> Iterator[UndoStep]:
    """What is to be done, last act first; neighbours of one kind on one table together."""
    waiting: list[Act] = []
    for act in reversed(acts):
        if waiting and not _alike(waiting[-1], act):
            yield _step(waiting)
            waiting = []
        waiting.append(act)
    if waiting:
        yield _step(waiting)


def _alike(one: Act, other: Act) -> bool:
    if (one["act"], one["model"]) != (other["act"], other["model"]):
        return False
    # a row that may stand under another one of its table goes before that one, by itself
    model = apps.get_model(one["model"])
    return one["act"] == "changed" or not any(
        relation.related_model is model for relation in model._meta.related_objects
    )


def _step(acts: list[Act]) -> UndoStep:
    return UndoStep(acts[0]["act"], apps.get_model(acts[0]["model"]), acts)


@transaction.atomic
def undo_batch(*, batch: ImportBatch, by: User | None, why: str) -> ImportBatch:
    """Take an import back in one transaction.
    NotAllowed, with nothing undone, when something came later.
    """
    move_batch(batch, State.APPLIED, State.UNDONE)
    acts = batch.written
    _refuse_changed(acts, digests_of(acts))
    for step in steps_back(acts):
        if step.act == "changed":
            _put_back(step.model, step.acts)
        else:
            for rows in _rows_of(step, batch):
                _refuse_hanging(step.model, rows)
                rows.delete()
    _record(batch, acts, by=by, why=why)
    return batch


def _record(batch: ImportBatch, acts: Sequence[Act], *, by: User | None, why: str) -> None:
    record(
        division=batch.division,
        by=by,
        act="撤销导入",
        target=batch,
        why=why,
        label=str(batch.file or batch),
        data={"rows": sum(act.get("count", 1) for act in acts), "digest": digest(acts)},
    )


def _rows_of(step: UndoStep, batch: ImportBatch) -> Iterator[Any]:
    """The new rows of a step, so many at a time as one statement names."""
    manager = step.model._default_manager
    if step.act == "created_with_batch":
        yield manager.filter(batch=batch)
        return
    for start in range(0, len(step.keys), SLICE):
        yield manager.filter(pk__in=step.keys[start : start + SLICE])


def _refuse_changed(acts: Sequence[Act], now: dict[tuple[str, int], str]) -> None:
    for act in acts:
        if act["act"] == "created_with_batch":
            continue
        if now.get((act["model"], act["pk"])) != act["seal"]:
            raise _changed_since(apps.get_model(act["model"]), act["pk"])


def _changed_since(model: type[models.Model], pk: int) -> NotAllowed:
    name = model._meta.verbose_name
    return NotAllowed(f"导入之后{name}（编号 {pk}）又被改动，不能整批撤销；请逐项更正。")


def _values_before(model: type[models.Model], acts: Sequence[Act]) -> dict[int, dict[str, Any]]:
    """Row → field name → value before; of a row changed twice the first
    values, which come last here.
    """
    stored: dict[int, dict[str, Any]] = defaultdict(dict)
    for act in acts:
        stored[act["pk"]] |= act["before"]
    fields = {name: field_of(model, name) for values in stored.values() for name in values}
    return {
        pk: {fields[name].name: fields[name].to_python(v) for name, v in values.items()}
        for pk, values in stored.items()
    }


def _put_back(model: type[models.Model], acts: Sequence[Act]) -> None:
    """Values as they were before, many rows at a time."""
    before = _values_before(model, acts)
    versions = _versions(model, list(before))
    alike: dict[tuple[str, ...], list[tuple[Any, ...]]] = defaultdict(list)
    for pk, values in before.items():
        columns = values | ({"version": versions[pk] + 1} if pk in versions else {})
        alike[*columns].append((pk, *columns.values()))
    for names, lines in alike.items():
        update_rows(model, names, lines)


def _versions(model: type[models.Model], keys: Sequence[int]) -> dict[int, int]:
    """Version of each row by its key, locked; empty for a model without versions."""
    versions: dict[int, int] = {}
    if any(field.name == "version" for field in model._meta.concrete_fields):
        for start in range(0, len(keys), SLICE):
            some = keys[start : start + SLICE]
            rows = model._default_manager.select_for_update().filter(pk__in=some)
            versions |= dict(rows.values_list("pk", "version"))
    return versions


def _hanging(model: type[models.Model]) -> Iterator[Any]:
    """The relations by which deleting a row would take others along, or be refused."""
    for relation in model._meta.related_objects:
        if relation.on_delete in {models.CASCADE, models.PROTECT} and not relation.many_to_many:
            yield relation


def _refuse_hanging(model: type[models.Model], rows: Any) -> None:
    """Whatever still points to the rows came later: deleting would take it
    along, so the undoing is refused.
    """
    for relation in _hanging(model):
        later = relation.related_model._default_manager.filter(
            **{f"{relation.field.name}__in": rows}
        )
        if later.exists():
            raise _something_later(model, relation.related_model)


def _something_later(model: type[models.Model], later: type[models.Model]) -> NotAllowed:
    names = model._meta.verbose_name, later._meta.verbose_name
    return NotAllowed(f"导入的{names[0]}已有后续{names[1]}，不能整批撤销；请先处理后续内容。")


# ---- in parts ------------------------------------------------------------------------------------


class Undoing:
    """A large import on its way back: looked at outside a transaction, then begun in a short one.

    After :meth:`begin` nothing of the import counts any more; its rows go by :func:`parts_of`.
    """

    def __init__(self, batch: ImportBatch) -> None:
        self.batch, self.acts = batch, batch.written
        self._changes: list[RowExchange] = []
        _refuse_changed(self.acts, digests_of(self.acts))
        for step in steps_back(self.acts):
            if step.act == "changed":
                self._changes += _exchanges(step)
            else:
                self._refuse_later(step)

    @property
    def hidden(self) -> list[type[models.Model]]:
        """The tables whose new rows stop counting at once."""
        labels = {act["model"] for act in self.acts if act["act"] == "created_with_batch"}
        tables = [apps.get_model(label) for label in sorted(labels)]
        return [model for model in tables if isinstance(model._default_manager, Entered)]

    def begin(self, *, seen: str, by: User | None, why: str) -> None:
        """Inside a transaction: the changed rows are as before, the new
        ones count no more, the trail says so.
        """
        move_batch(self.batch, seen, State.UNDOING)
        for exchange in self._changes:
            if not exchange.run():
                raise _changed_since(exchange.model, exchange.keys[0])
        _record(self.batch, self.acts, by=by, why=why)

    def _refuse_later(self, step: UndoStep) -> None:
        """What hangs on the new rows and came neither with this import nor before it."""
        for relation in _hanging(step.model):
            own = relation.related_model._meta.label
            others = relation.related_model._default_manager.all()
            if any(a["act"] == "created_with_batch" and a["model"] == own for a in self.acts):
                others = others.exclude(batch=self.batch)
            own_keys = {a["pk"] for a in self.acts if a["act"] == "created" and a["model"] == own}
            for rows in _rows_of(step, self.batch):
                later = others.filter(**{f"{relation.field.name}__in": rows})
                if not own_keys.issuperset(later.values_list("pk", flat=True)[: len(own_keys) + 1]):
                    raise _something_later(step.model, relation.related_model)


def _exchanges(step: UndoStep) -> Iterator[RowExchange]:
    """The changed rows as they are and as they were, those with the same columns together."""
    model, before = step.model, _values_before(step.model, step.acts)
    versioned = any(field.name == "version" for field in model._meta.concrete_fields)
    names_of = {tuple(values): None for values in before.values()}
    for names in names_of:
        every = (*names, "version") if versioned else names
        keys = [pk for pk, values in before.items() if tuple(values) == names]
        rows = []
        for start in range(0, len(keys), SLICE):
            some = model._default_manager.filter(pk__in=keys[start : start + SLICE])
            for pk, *now in some.values_list("pk", *every):
                was = [*before[pk].values(), *([now[-1] + 1] if versioned else [])]
                rows.append((pk, *now, *was))
        yield RowExchange(model, every, rows)


def parts_of(batch: ImportBatch, acts: Sequence[Act]) -> Iterator[Callable[[int], tuple[int, int]]]:
    """What clears a step's new rows: called in a transaction with how many, it says how many it
    looked at and took away.

    Called until it looked at none. What somebody else uses by now, or changed, stays.
    """
    for step in steps_back(acts):
        if step.act != "changed":
            yield _Part(batch, step)


class _Part:
    def __init__(self, batch: ImportBatch, step: UndoStep) -> None:
        self._batch, self._step, self._after, self._at = batch, step, 0, 0

    def __call__(self, count: int) -> tuple[int, int]:
        model = self._step.model
        looked, keys = self._next(count)
        free = sorted(keys - _used(model, keys)) if keys else []
        for start in range(0, len(free), SLICE):
            rows = model._base_manager.filter(pk__in=free[start : start + SLICE])
            if _nothing_follows(model):
                rows._raw_delete(rows.db)
            else:
                rows.delete()
        return looked, len(free)

    def _next(self, count: int) -> tuple[int, set[int]]:
        step = self._step
        if step.act == "created":
            some = step.acts[self._at : self._at + count]
            self._at += len(some)
            now = digests_of(some) if "seal" in step.acts[0] else {}
            same = [a for a in some if not now or now.get((a["model"], a["pk"])) == a["seal"]]
            return len(some), {a["pk"] for a in same}
        rows = step.model._base_manager.filter(batch=self._batch, pk__gt=self._after)
        keys = list(rows.order_by("pk").values_list("pk", flat=True)[:count])
        self._after = keys[-1] if keys else self._after
        return len(keys), set(keys)


def _nothing_follows(model: type[models.Model]) -> bool:
    """Whether a row nobody uses can go by itself: no other table has to be changed with it."""
    return set(model._meta.related_objects) == set(_hanging(model))


def _used(model: type[models.Model], keys: set[int]) -> set[int]:
    """Those of the rows that something else points to."""
    used: set[int] = set()
    ordered = sorted(keys)
    for relation in _hanging(model):
        name = relation.field.attname
        manager = relation.related_model._base_manager
        for start in range(0, len(ordered), SLICE):
            some = ordered[start : start + SLICE]
            used |= set(
                manager.filter(**{f"{name}__in": some}).values_list(name, flat=True).distinct()
            )
    return used


def end_undoing(*, batch: ImportBatch, stayed: int) -> None:
    """All its rows are gone, but those somebody else uses by now: the trail says how many."""
    with transaction.atomic():
        move_batch(batch, State.UNDOING, State.UNDONE)
        if stayed:
            record(
                division=batch.division,
                by=None,
                act="撤销导入时保留",
                target=batch,
                label=f"{batch.file or batch}：{stayed} 项已另有使用，予以保留",
                data={"stayed": stayed},
            )


@transaction.atomic
def drop_batch(*, batch: ImportBatch) -> None:
    """An import that ended before its last part, its rows gone: its batch
    and its file go too, and the trail says so.
    """
    division, label, file = batch.division, str(batch.file or batch), batch.file
    batch.delete()
    if file is not None:
        with suppress(ProtectedError), transaction.atomic():
            file.delete()
    record(
        division=division,
        by=None,
        act="导入中断，已清除",
        label=label,
        why="写入途中被打断，没有一行算数；请重新导入。",
    )
