"""Imports that can be taken back (:mod:`.undoing`): what a batch wrote is
noted with the values before.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from dataclasses import asdict, dataclass, is_dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import connection, models, transaction

from wenxiao.records.models import ImportBatch
from wenxiao.records.trail import plain_data, record
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wenxiao.orgs.models import Division, User
    from wenxiao.records.models import StoredFile

SLICE = 500
"""Rows a statement names by their keys."""
W = ImportBatch.State


class Written:
    """What one import writes, in order.
    Rows in numbers that carry the batch themselves are noted by table only.
    """

    def __init__(self) -> None:
        self._acts: list[dict[str, Any]] = []

    def created(self, row: models.Model) -> None:
        """``row`` is new: undoing deletes it."""
        self._acts.append({"act": "created", "model": row._meta.label, "pk": row.pk})

    def changed(self, row: models.Model, before: Mapping[str, Any]) -> None:
        """``row`` had the values ``before`` (field or column name → value):
        undoing puts them back.
        """
        stored = {
            field.attname: _stored(field, v)
            for name, v in before.items()
            for field in (field_of(type(row), name),)
        }
        self._acts.append(
            {"act": "changed", "model": row._meta.label, "pk": row.pk, "before": stored}
        )

    def created_with_batch(self, model: type[models.Model], count: int) -> None:
        """``count`` new rows of ``model`` whose ``batch`` is this batch:
        undoing deletes all that carry it.
        """
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

    def sealed(self, expected: Mapping[tuple[str, int], str] | None = None) -> list[dict[str, Any]]:
        """The acts with a digest of each row as it stands now, by which a later change is noticed.

        ``expected`` are digests of rows that are changed only after this, as :func:`digests_after`
        tells them.
        """
        known = dict(expected or {})
        known |= digests_of(a for a in self._acts if (a["model"], a.get("pk", 0)) not in known)
        return [{**act, "seal": known.get((act["model"], act.get("pk", 0)))} for act in self._acts]


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
    written: Written | NotedActs,
    why: str = "",
    choices: Mapping[str, Any] | None = None,
) -> ImportBatch:
    """The batch is applied: its rows are noted for undoing, and one entry with count and digest
    goes into the trail.

    ``choices`` are what a person decided in between (matches, leaving faulty rows out). What
    :func:`hold_batch` noted is not noted again.
    """
    before = plain_data(dict(choices)) if choices is not None else batch.choices
    values: dict[str, Any] = {"accepted": accepted, "choices": before}
    if isinstance(written, NotedActs):
        acts_digest = written.digest
        move_batch(batch, W.WRITING, W.APPLIED, **values)
    else:
        acts = written.sealed()
        acts_digest = digest(acts)
        move_batch(batch, W.PREVIEWED, W.APPLIED, written=acts, **values)
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
            "digest": acts_digest,
            "file": batch.file.sha256 if batch.file else None,
            "choices": before,
        },
    )
    return batch


@dataclass(frozen=True, slots=True)
class NotedActs:
    """What a batch that is being written part by part has noted for
    undoing: how many rows, and the digest of the acts.
    """

    rows: int
    digest: str

    def __len__(self) -> int:
        return self.rows


def hold_batch(
    *, batch: ImportBatch, written: Written, expected: Mapping[tuple[str, int], str] | None = None
) -> NotedActs | None:
    """Its rows come part by part, hidden until :func:`close_batch`; what is noted goes if that
    never comes.

    With ``expected`` (see :meth:`Written.sealed`) all is noted as it will stay.
    """
    acts = written.acts if expected is None else written.sealed(expected)
    seen = W.PREVIEWED if batch.state == W.PREVIEWED else W.WRITING
    move_batch(batch, seen, W.WRITING, written=acts)
    return None if expected is None else NotedActs(len(written), digest(acts))


@transaction.atomic
def refuse_batch(*, batch: ImportBatch, by: User | None, why: str) -> ImportBatch:
    """Nothing of this file enters; the batch stays with its problems."""
    move_batch(batch, ImportBatch.State.PREVIEWED, ImportBatch.State.REFUSED)
    record(
        division=batch.division,
        by=by,
        act="导入未通过",
        target=batch,
        why=why,
        label=str(batch.file or batch),
    )
    return batch


def move_batch(batch: ImportBatch, seen: str, to: str, **values: Any) -> None:
    """Give the batch another state and ``values``, which are JSON;
    NotAllowed when it is not in the one seen.
    """
    if ImportBatch.objects.filter(pk=batch.pk, state=seen).update(state=to, **values) != 1:
        batch.refresh_from_db()
        raise NotAllowed(
            f"{batch}现为“{batch.get_state_display()}”，不能转为“{ImportBatch.State(to).label}”。"
        )
    for name, value in values.items():
        setattr(batch, name, value)
    batch.state = to


def field_of(model: type[models.Model], name: str) -> Any:
    """A field by its name or its column's attribute."""
    return next(
        field for field in model._meta.concrete_fields if name in {field.name, field.attname}
    )


def _stored(field: Any, value: Any) -> Any:
    """A field's value as JSON that its ``to_python`` reads back exactly."""
    value = value.pk if isinstance(value, models.Model) else value
    return plain_data(field.to_python(value)) if value is not None else None


def digests_after(
    model: type[models.Model], after: Mapping[int, Mapping[str, Any]]
) -> dict[tuple[str, int], str]:
    """The digests rows will have once ``after`` (row → field name → value) is written to them."""
    digests: dict[tuple[str, int], str] = {}
    keys = sorted(after)
    fields = {name: field_of(model, name) for one in after.values() for name in one}
    for start in range(0, len(keys), SLICE):
        rows = model._default_manager.filter(pk__in=keys[start : start + SLICE]).values()
        for values in rows:
            pk = values[model._meta.pk.attname]
            will = values | {
                fields[name].attname: _as_stored(fields[name], value)
                for name, value in after[pk].items()
            }
            digests[model._meta.label, pk] = digest(plain_data(will))
    return digests


def _as_stored(field: Any, value: Any) -> Any:
    """A value as the database will give it back."""
    if value is None or not hasattr(field, "from_db_value"):
        return value
    return field.from_db_value(field.get_db_prep_save(value, connection), None, connection)


def digests_of(acts: Iterable[dict[str, Any]]) -> dict[tuple[str, int], str]:
    """(model, pk) → digest of the row as the database holds it now; rows
    that are gone are absent.
    """
    wanted: dict[str, set[int]] = defaultdict(set)
    for act in acts:
        if act["act"] != "created_with_batch":
            wanted[act["model"]].add(act["pk"])
    digests: dict[tuple[str, int], str] = {}
    for label, keys in wanted.items():
        model = apps.get_model(label)
        ordered = sorted(keys)
        for start in range(0, len(ordered), SLICE):
            for values in model._default_manager.filter(
                pk__in=ordered[start : start + SLICE]
            ).values():
                digests[label, values[model._meta.pk.attname]] = digest(plain_data(values))
    return digests


def digest(value: Any) -> str:
    """SHA-256 of plain data."""
    return hashlib.sha256(
        json.dumps(value, sort_keys=True, ensure_ascii=False, default=str).encode()
    ).hexdigest()


def _json(value: Any) -> Any:
    if hasattr(value, "as_json"):
        return value.as_json()
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
