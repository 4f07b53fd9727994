"""One query into one Polars frame: integers stay integers, nothing becomes a float."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
from django.db import connection, models
from django.db.models import QuerySet

from wenxiao.store.fields import FixedField

if TYPE_CHECKING:
    from collections.abc import Sequence

_TEXT = (models.CharField, models.TextField)
_INTEGER = (models.IntegerField, models.AutoField, models.ForeignKey, models.BooleanField)


def _kind(model: type[models.Model], name: str) -> pl.DataType | type[pl.DataType]:
    field: Any = model._meta.get_field(name.split("__", maxsplit=1)[0])
    for part in name.split("__")[1:]:
        field = field.related_model._meta.get_field(part) if part != "id" else field
    if isinstance(field, _TEXT):
        return pl.String
    if isinstance(field, FixedField | _INTEGER) or name.endswith("_id"):
        return pl.Int64
    if isinstance(field, models.DateField):
        return pl.Date
    raise TypeError(f"{name}: {type(field).__name__} has no column kind")


def read_frame(rows: QuerySet[Any], names: Sequence[str]) -> pl.DataFrame:
    """The fields ``names`` of ``rows`` as a frame, in one query. Money and points arrive as int64 hundredths."""
    schema = {name: _kind(rows.model, name) for name in names}
    query = rows.values_list(*names).query
    sql, params = query.get_compiler(connection=connection).as_sql()
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        data = cursor.fetchall()
    return pl.DataFrame(data, schema=schema, orient="row")
