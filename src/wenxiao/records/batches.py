"""Imports that can be taken back: what a batch wrote is noted with the values before, and undone in reverse order."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from contextlib import suppress
from dataclasses import asdict, is_dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models, transaction
from django.db.models import ProtectedError

from wenxiao.records.models import ImportBatch
from wenxiao.records.trail import plain_data, record
from wenxiao.store.bulk import update_rows
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from wenxiao.orgs.models import Division, User
    from wenxiao.records.models import StoredFile

_SLICE = 500
W = ImportBatch.State


class Written:
    """What one import writes, in order. Rows in numbers that carry the batch themselves are noted by table only."""

    def __init__(self) -> None:
        self._acts: list[dict[str, Any]] = []

    def created(self, row: models.Model) -> None:
        """``row`` is new: undoing deletes it."""
        self._acts.append({"act": "created", "model": row._meta.label, "pk": row.pk})

    def changed(self, row: models.Model, before: Mapping[str, Any]) -> None:
        """``row`` had the values ``before`` (field or column name → value): undoing puts them back."""
        stored = {
            _field(type(row), name).attname: _stored(_field(type(row), name), v)
            for name, v in before.items()
        }
        self._acts.append(
            {"act": "changed", "model": row._meta.label, "pk": row.pk, "before": stored}
        )

    def created_with_batch(self, model: type[models.Model], count: int) -> None:
        """``count`` new rows of ``model`` whose ``batch`` is this batch: undoing deletes all that carry it."""
        if count:
            self._acts.append(
                {"act": "created_with_batch", "model": model._meta.label, "count": count}
            )

    @property
    def acts(self) -> list[dict[str, Any]]:
        """What was written so far."""
        return list(self._acts)

    def __len__(self) -> int:
        return sum(act.get("count", 1) for act in self._acts)

    def sealed(self) -> list[dict[str, Any]]:
        """The acts with a digest of each row as it stands now, by which a later change is noticed."""
        digests = _digests(self._acts)
        return [
            {**act, "seal": digests.get((act["model"], act.get("pk", 0)))} for act in self._acts
        ]


def open_batch(
    *,
    division: Division,
    by: User | None,
    kind: str,
    file: StoredFile | None,
    reading: Any,
    problems: Iterable[Any],
    source_rows: int,
) -> ImportBatch:
    """A batch in preview: what was read and what is wrong (Problems or their JSON)."""
    return ImportBatch.objects.create(
        division=division,
        by=by,
        kind=kind,
        file=file,
        reading=plain_data(_json(reading)),
        problems=[plain_data(_json(problem)) for problem in problems],
        source_rows=source_rows,
    )


@transaction.atomic
def close_batch(
    *,
    batch: ImportBatch,
    by: User | None,
    accepted: int,
    written: Written,
    why: str = "",
    choices: Mapping[str, Any] | None = None,
) -> ImportBatch:
    """The batch is applied: its rows are noted for undoing, and one entry with count and digest goes into the trail.

    ``choices`` are what a person decided in between (matches, leaving faulty rows out).
    """
    acts = written.sealed()
    before = plain_data(dict(choices)) if choices is not None else batch.choices
    _move(
        batch,
        W.WRITING if batch.state == W.WRITING else W.PREVIEWED,
        W.APPLIED,
        accepted=accepted,
        written=acts,
        choices=before,
    )
    record(
        division=batch.division,
        by=by,
        act="导入",
        target=batch,
        why=why,
        label=str(batch.file or batch),
        data={
            "kind": batch.kind,
            "source_rows": batch.source_rows,
            "accepted": accepted,
            "rows_written": len(written),
            "digest": _digest(acts),
            "file": batch.file.sha256 if batch.file else None,
            "choices": before,
        },
    )
    return batch


def hold_batch(*, batch: ImportBatch, written: Written) -> None:
    """Its rows will come part by part, hidden until :func:`close_batch`; what is there already goes if that never comes."""
    _move(batch, W.PREVIEWED, W.WRITING, written=written.acts)


@transaction.atomic
def drop_batch(*, batch: ImportBatch) -> None:
    """An import that ended before its last part, its hidden rows gone: all else it made goes too, unless others use it."""
    for act in reversed(batch.written):
        model = apps.get_model(act["model"])
        only = {"pk": act["pk"]} if act["act"] == "created" else {"batch": batch}
        rows = model._default_manager.filter(**only)
        with suppress(NotAllowed), transaction.atomic():
            _refuse_hanging(model, rows)
            rows.delete()
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


@transaction.atomic
def refuse_batch(*, batch: ImportBatch, by: User | None, why: str) -> ImportBatch:
    """Nothing of this file enters; the batch stays with its problems."""
    _move(batch, ImportBatch.State.PREVIEWED, ImportBatch.State.REFUSED)
    record(
        division=batch.division,
        by=by,
        act="导入未通过",
        target=batch,
        why=why,
        label=str(batch.file or batch),
    )
    return batch


@transaction.atomic
def undo_batch(*, batch: ImportBatch, by: User | None, why: str) -> ImportBatch:
    """Take an import back: new rows go, changed rows get their values back, in reverse order.

    NotAllowed, with nothing undone, when a row was changed since or something that came later hangs on it.
    """
    _move(batch, ImportBatch.State.APPLIED, ImportBatch.State.UNDONE)
    acts = batch.written
    _refuse_changed(acts)
    changed: list[dict[str, Any]] = []
    for act in reversed(acts):
        if act["act"] == "changed":
            changed.append(act)
            continue
        _put_back(changed)
        changed = []
        _remove(act, batch)
    _put_back(changed)
    record(
        division=batch.division,
        by=by,
        act="撤销导入",
        target=batch,
        why=why,
        label=str(batch.file or batch),
        data={"rows": sum(act.get("count", 1) for act in acts), "digest": _digest(acts)},
    )
    return batch


def _move(batch: ImportBatch, seen: str, to: str, **values: Any) -> None:
    if ImportBatch.objects.filter(pk=batch.pk, state=seen).update(state=to, **values) != 1:
        batch.refresh_from_db()
        raise NotAllowed(
            f"{batch}现为“{batch.get_state_display()}”，不能转为“{ImportBatch.State(to).label}”。"
        )
    batch.refresh_from_db()


def _refuse_changed(acts: Sequence[dict[str, Any]]) -> None:
    now = _digests(acts)
    for act in acts:
        if act["act"] == "created_with_batch":
            continue
        if now.get((act["model"], act["pk"])) != act["seal"]:
            name = apps.get_model(act["model"])._meta.verbose_name
            raise NotAllowed(
                f"导入之后{name}（编号 {act['pk']}）又被改动，不能整批撤销；请逐项更正。"
            )


def _put_back(acts: Sequence[dict[str, Any]]) -> None:
    """Values as they were before, many rows at a time; of a row changed twice the first values, which come last here."""
    before: dict[str, dict[int, dict[str, Any]]] = defaultdict(lambda: defaultdict(dict))
    for act in acts:
        before[act["model"]][act["pk"]] |= act["before"]
    for label, rows in before.items():
        model = apps.get_model(label)
        versions = _versions(model, list(rows))
        alike: dict[tuple[str, ...], list[tuple[Any, ...]]] = defaultdict(list)
        for pk, stored in rows.items():
            values = {
                (field := _field(model, name)).name: field.to_python(v)
                for name, v in stored.items()
            }
            if pk in versions:
                values["version"] = versions[pk] + 1
            alike[*values].append((pk, *values.values()))
        for names, lines in alike.items():
            update_rows(model, names, lines)


def _versions(model: type[models.Model], keys: Sequence[int]) -> dict[int, int]:
    """Version of each row by its key, locked; empty for a model without versions."""
    found: dict[int, int] = {}
    if any(field.name == "version" for field in model._meta.concrete_fields):
        for start in range(0, len(keys), _SLICE):
            some = keys[start : start + _SLICE]
            rows = model._default_manager.select_for_update().filter(pk__in=some)
            found |= dict(rows.values_list("pk", "version"))
    return found


def _remove(act: dict[str, Any], batch: ImportBatch) -> None:
    model = apps.get_model(act["model"])
    rows = model._default_manager.filter(
        **({"pk": act["pk"]} if act["act"] == "created" else {"batch": batch})
    )
    _refuse_hanging(model, rows)
    rows.delete()


def _refuse_hanging(model: type[models.Model], rows: Any) -> None:
    """Whatever still points to the rows came later: deleting would take it along, so the undoing is refused."""
    for relation in model._meta.related_objects:
        if relation.on_delete in {models.CASCADE, models.PROTECT} and not relation.many_to_many:
            later = relation.related_model._default_manager.filter(
                **{f"{relation.field.name}__in": rows}
            )
            if later.exists():
                names = model._meta.verbose_name, relation.related_model._meta.verbose_name
                raise NotAllowed(
                    f"导入的{names[0]}已有后续{names[1]}，不能整批撤销；请先处理后续内容。"
                )


def _field(model: type[models.Model], name: str) -> Any:
    return next(
        field for field in model._meta.concrete_fields if name in {field.name, field.attname}
    )


def _stored(field: Any, value: Any) -> Any:
    """A field's value as JSON that its ``to_python`` reads back exactly."""
    value = value.pk if isinstance(value, models.Model) else value
    return plain_data(field.to_python(value)) if value is not None else None


def _digests(acts: Iterable[dict[str, Any]]) -> dict[tuple[str, int], str]:
    """(model, pk) → digest of the row as the database holds it now; rows that are gone are absent."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for act in acts:
        if act["act"] != "created_with_batch":
            wanted[act["model"]].add(act["pk"])
    found: dict[tuple[str, int], str] = {}
    for label, keys in wanted.items():
        model = apps.get_model(label)
        ordered = sorted(keys)
        for start in range(0, len(ordered), _SLICE):
            for values in model._default_manager.filter(
                pk__in=ordered[start : start + _SLICE]
            ).values():
                found[label, values[model._meta.pk.attname]] = _digest(plain_data(values))
    return found


def _digest(value: Any) -> str:
    return hashlib.sha256(
        json.dumps(value, sort_keys=True, ensure_ascii=False, default=str).encode()
    ).hexdigest()


def _json(value: Any) -> Any:
    if hasattr(value, "as_json"):
        return value.as_json()
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
