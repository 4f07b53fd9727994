"""Set-based writes inside Django's own transaction: executemany on SQLite, COPY on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl
from django.db import connection, models
from django.db.models import NOT_PROVIDED

from wenxiao.store.triggers import marked_together


def _columns(model: type[models.Model], names: Sequence[str]) -> list[Any]:
    return [model._meta.get_field(name) for name in names]


def _defaults(model: type[models.Model], names: Sequence[str]) -> dict[Any, Any]:
    """What the columns not named hold in a new row, prepared once."""
    blank = model()
    absent = [f for f in model._meta.concrete_fields if not f.primary_key and f.name not in names]
    return {
        f: f.get_db_prep_save(f.pre_save(blank, add=True), connection)
        for f in absent
        if f.db_default is NOT_PROVIDED
    }


def insert_rows(
    model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]
) -> int:
    """Insert ``rows`` (values in the order of field ``names``) and return how many; call inside a transaction.

    Values pass through the fields' own preparation, so Decimals become 分 here as everywhere; columns not named get
    their field's default (a field without one must be named).
    """
    named, rest = _columns(model, names), _defaults(model, names)
    tail = tuple(rest.values())
    fields = [*named, *rest]
    prepared = [
        (
            *(
                field.get_db_prep_save(value, connection)
                for field, value in zip(named, row, strict=True)
            ),
            *tail,
        )
        for row in rows
    ]
    if not prepared:
        return 0
    quote = connection.ops.quote_name
    table, columns = quote(model._meta.db_table), ", ".join(quote(f.column) for f in fields)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with (
                connection.wrap_database_errors,
                cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy,
            ):
                for row in prepared:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(fields))
            statement = f"INSERT INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608 - names come from models
            with marked_together(model._meta.db_table, len(prepared)):
                cursor.executemany(statement, prepared)
    return len(prepared)


def update_rows(
    model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]
) -> int:
    """Update by primary key: each row is (pk, value, value …) in the order of ``names``; return how many were given."""
    fields = _columns(model, names)
    pk = model._meta.pk
    prepared = [
        (*(f.get_db_prep_save(v, connection) for f, v in zip(fields, row[1:], strict=True)), row[0])
        for row in rows
    ]
    if not prepared:
        return 0
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            _update_by_temp_table(cursor, table, [*fields, pk], prepared)
        else:
            sets = ", ".join(f"{quote(f.column)} = %s" for f in fields)
            statement = f"UPDATE {table} SET {sets} WHERE {quote(str(pk.column))} = %s"  # noqa: S608 - as above
            cursor.executemany(statement, prepared)
    return len(prepared)


def _update_by_temp_table(
    cursor: Any, table: str, fields: Sequence[Any], prepared: Sequence[Sequence[Any]]
) -> None:
    quote = connection.ops.quote_name
    *sets, pk = fields
    kinds = ", ".join(f"{quote(f.column)} {f.rel_db_type(connection)}" for f in fields)
    cursor.execute("DROP TABLE IF EXISTS wenxiao_bulk")
    cursor.execute(f"CREATE TEMP TABLE wenxiao_bulk ({kinds}) ON COMMIT DROP")
    with connection.wrap_database_errors, cursor.copy("COPY wenxiao_bulk FROM STDIN") as copy:
        for row in prepared:
            copy.write_row(row)
    assignments = ", ".join(f"{quote(f.column)} = b.{quote(f.column)}" for f in sets)
    statement = (
        f"UPDATE {table} AS t SET {assignments} FROM wenxiao_bulk AS b "  # noqa: S608 - names come from models
        f"WHERE t.{quote(pk.column)} = b.{quote(pk.column)}"
    )
    cursor.execute(statement)


def insert_frame(model: type[models.Model], frame: pl.DataFrame) -> int:
    """Insert a whole frame and return how many rows; call inside a transaction. Nothing is done per row.

    Columns are named as the table's own (``dossier_id``) and hold what the database stores: money as int64 分, dates as
    Date. Fields not named get their default. A column the model doesn't have is a KeyError.
    """
    if not frame.height:
        return 0
    fields = {field.column: field for field in model._meta.concrete_fields}
    strange = [name for name in frame.columns if name not in fields]
    if strange:
        raise KeyError(strange[0])
    defaults = _defaults(model, [fields[name].name for name in frame.columns])
    columns = [*frame.columns, *(field.column for field in defaults)]
    texts = [pl.col(name).cast(pl.String) for name, kind in frame.schema.items() if kind == pl.Date]
    ready = frame.with_columns(
        *texts,
        *(
            pl.lit(value, dtype=_literal(value)).alias(field.column)
            for field, value in defaults.items()
        ),
    ).select(columns)
    quote = connection.ops.quote_name
    table, named = quote(model._meta.db_table), ", ".join(quote(name) for name in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            _copy(cursor, f"COPY {table} ({named}) FROM STDIN (FORMAT csv, NULL '\\N')", ready)
        else:
            marks = ", ".join(["%s"] * len(columns))
            statement = f"INSERT INTO {table} ({named}) VALUES ({marks})"  # noqa: S608 - names come from models
            rows: Any = ready.iter_rows()  # one after the other, never all at once
            with marked_together(model._meta.db_table, frame.height):
                cursor.executemany(statement, rows)
    return frame.height


_SLICE = 100_000


def _copy(cursor: Any, statement: str, ready: pl.DataFrame) -> None:
    with connection.wrap_database_errors, cursor.copy(statement) as copy:
        for part in ready.iter_slices(_SLICE):
            copy.write(
                part.write_csv(
                    include_header=False, null_value="\\N", quote_style="non_numeric"
                ).encode()
            )


def _literal(value: Any) -> Any:
    """The kind of a default's column; truth values stay truth values (PostgreSQL takes no 0 and 1 for them)."""
    if isinstance(value, bool):
        return pl.Boolean
    if isinstance(value, int):
        return pl.Int64
    if value is None or isinstance(value, str):
        return pl.String
    raise TypeError(f"{type(value).__name__} has no column kind")
