"""Everything kept about one dossier, for somebody who comes to check: every row of every table,
files, entries.

Tables are found by following what points at the dossier, so a table added later is in the package
by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wenxiao.records.models import ImportBatch, StoredFile
from wenxiao.records.selectors import entries_about
from wenxiao.records.trail import plain_data

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Model, QuerySet

    from wenxiao.budget.models import Dossier
    from wenxiao.records.models import Entry

DEEPEST = 4


@dataclass(frozen=True)
class Kept:
    """One table's rows about a dossier: its Chinese name, its label, the
    columns' names, and the values as text.
    """

    title: str
    label: str
    columns: list[str]
    rows: list[list[str]]
    ids: list[int]


def kept_about(dossier: Dossier) -> list[Kept]:
    """The dossier, its subject, and every row that hangs on it, one table
    each; two queries a table at most.
    """
    tables = [
        _kept(type(dossier)._default_manager.filter(pk=dossier.pk)),
        _kept(type(dossier.subject)._default_manager.filter(pk=dossier.subject_id)),
    ]
    for model, path in _hanging(type(dossier)):
        rows = model._default_manager.filter(**{path: dossier.pk}).distinct().order_by("pk")
        table = _kept(rows)
        if table.rows:
            tables.append(table)
            tables += _linked(model, table.ids)
    return tables


def _linked(model: type[Model], ids: list[int]) -> list[Kept]:
    """What the rows of a table are tied to many to many (a proof to its
    indicators), as pairs of numbers.
    """
    tables = []
    for field in model._meta.local_many_to_many:
        through: Any = field.remote_field.through
        near, far = field.m2m_column_name(), field.m2m_reverse_name()
        pairs = (
            through._default_manager.filter(**{f"{near}__in": ids})
            .order_by("pk")
            .values_list(near, far)
        )
        if linked := [[str(one), str(other)] for one, other in pairs]:
            names = [f"{model._meta.verbose_name}编号", f"{field.verbose_name}编号"]
            tables.append(
                Kept(f"{model._meta.verbose_name}的{field.verbose_name}", "", names, linked, [])
            )
    return tables


def _hanging(start: type[Model]) -> Iterator[tuple[type[Model], str]]:
    """Models that lead to ``start`` and the way there, nearest first, each once."""
    seen, edge = {start}, [(start, "")]
    for _ in range(DEEPEST):
        further: list[tuple[type[Model], str]] = []
        for model, path in edge:
            for relation in model._meta.related_objects:
                child = relation.related_model
                if child in seen or isinstance(child, str) or relation.field.remote_field is None:
                    continue
                seen.add(child)
                way = relation.field.name + (f"__{path}" if path else "")
                further.append((child, way))
                yield child, way
        edge = further


def _kept(rows: QuerySet[Any]) -> Kept:
    fields = list(rows.model._meta.concrete_fields)
    values = list(rows.values_list(*[field.attname for field in fields]))
    names = [f"{field.verbose_name}" if not field.primary_key else "编号" for field in fields]
    body = [[_text(value) for value in row] for row in values]
    return Kept(
        str(rows.model._meta.verbose_name),
        rows.model._meta.label,
        names,
        body,
        [row[0] for row in values],
    )


def _text(value: Any) -> str:
    plain = plain_data(value)
    if plain is None:
        return ""
    return str(plain)


def files_of(tables: list[Kept], dossier: Dossier) -> list[StoredFile]:
    """The files as received that any of these rows came from or names, each once."""
    by_label = {table.label: table.ids for table in tables}
    ids: set[int] = set()
    for relation in StoredFile._meta.related_objects:
        model: Any = relation.related_model
        rows = model._default_manager.filter(
            pk__in=by_label.get(model._meta.label, ()), **{f"{relation.field.name}__isnull": False}
        )
        ids.update(rows.values_list(relation.field.name, flat=True))
    ids.update(
        ImportBatch.objects.filter(pk__in=_batches(by_label), file__isnull=False).values_list(
            "file", flat=True
        )
    )
    return list(
        StoredFile.objects.filter(pk__in=ids, division=dossier.subject.division_id).order_by("pk")
    )


def _batches(by_label: dict[str, list[int]]) -> set[int]:
    batches: set[int] = set()
    for relation in ImportBatch._meta.related_objects:
        model: Any = relation.related_model
        rows = model._default_manager.filter(
            pk__in=by_label.get(model._meta.label, ()), batch__isnull=False
        )
        batches.update(rows.values_list("batch", flat=True))
    return batches


def entries_of_tables(tables: list[Kept]) -> QuerySet[Entry]:
    """The trail of all these rows, oldest first."""
    return entries_about((table.label, table.ids) for table in tables)
