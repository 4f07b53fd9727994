"""One query into one Polars frame: integers stay integers, nothing becomes a float."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import QuerySet

from wenxiao.store.fields import FixedField

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_TEXT = (models.CharField, models.TextField)
_INTEGER = (
    FixedField,
    models.IntegerField,
    models.AutoField,
    models.ForeignKey,
    models.BooleanField,
)
_Kind = type[pl.String | pl.Int64 | pl.Date]


def _kind(model: type[models.Model], name: str) -> _Kind:
    field: Any = None
    for part in name.split("__"):
        field = (field.related_model if field is not None else model)._meta.get_field(part)
    if isinstance(field, _TEXT):
        return pl.String
    if isinstance(field, _INTEGER):
        return pl.Int64
    if isinstance(field, models.DateField) and not isinstance(field, models.DateTimeField):
        return pl.Date
    raise TypeError(f"{name}: {type(field).__name__} has no column kind")


def read_frame(rows: QuerySet[Any], names: Sequence[str]) -> pl.DataFrame:
    """The fields ``names`` of ``rows`` as a frame, in one query.
    Money and points arrive as int64 hundredths.

    Truth values arrive as 0 and 1. TypeError for a field that has no such column (JSON, times).
    """
    kinds = {name: _kind(rows.model, name) for name in names}
    return read_columns(rows.values_list(*names), dict(kinds))


_SLICE = 50_000


def read_columns(rows: QuerySet[Any, Any], schema: dict[str, Any]) -> pl.DataFrame:
    """The values of ``rows`` (a ``values_list``, annotations allowed) as a frame with the columns
    of ``schema``, in order.

    One query, nothing converted on the way: money is int64 分, sums of money too; truth values
    arrive as 0 and 1.
    """
    try:
        sql, params = rows.query.get_compiler(connection=connection).as_sql()
    except EmptyResultSet:
        return pl.DataFrame(schema=schema)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return frame_of(cursor.fetchall(), schema)


def read_slices(rows: QuerySet[Any, Any], schema: dict[str, Any]) -> Iterator[pl.DataFrame]:
    """The same in frames of at most 50 000 rows, so that a million are
    never held as Python values at once.
    """
    try:
        sql, params = rows.query.get_compiler(connection=connection).as_sql()
    except EmptyResultSet:
        return
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, params)
        while data := cursor.fetchmany(_SLICE):
            yield frame_of(data, schema)


def frame_of(data: list[tuple[Any, ...]], schema: dict[str, Any]) -> pl.DataFrame:
    """Raw rows as a frame with the columns of ``schema``, in order."""
    if not data:
        return pl.DataFrame(schema=schema)
    columns = zip(schema.items(), zip(*data, strict=True), strict=True)
    return pl.DataFrame([_series(name, kind, values) for (name, kind), values in columns])


def _series(name: str, kind: Any, values: tuple[Any, ...]) -> pl.Series:
    """One column. PostgreSQL sums BIGINT to NUMERIC: whole Decimals are
    taken as the integers they are.
    """
    if kind == pl.Int64:
        values = tuple(None if value is None else int(value) for value in values)
    if kind == pl.Date and any(isinstance(value, str) for value in values):
        return pl.Series(name, values, dtype=pl.String).str.to_date()
    return pl.Series(name, values, dtype=kind)
