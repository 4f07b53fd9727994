"""Set-based writes inside Django's own transaction: executemany on SQLite, COPY on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models
from django.db.models import NOT_PROVIDED


def _columns(model: type[models.Model], names: Sequence[str]) -> list[Any]:
    return [model._meta.get_field(name) for name in names]


def _defaults(model: type[models.Model], names: Sequence[str]) -> dict[Any, Any]:
    """What the columns not named hold in a new row, prepared once."""
    blank = model()
    absent = [f for f in model._meta.concrete_fields if not f.primary_key and f.name not in names]
    return {
        f: f.get_db_prep_save(f.pre_save(blank, add=True), connection) for f in absent if f.db_default is NOT_PROVIDED
    }


def insert_rows(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Insert ``rows`` (values in the order of field ``names``) and return how many; call inside a transaction.

    Values pass through the fields' own preparation, so Decimals become 分 here as everywhere; columns not named get
    their field's default (a field without one must be named).
    """
    named, rest = _columns(model, names), _defaults(model, names)
    tail = tuple(rest.values())
    fields = [*named, *rest]
    prepared = [
        (*(field.get_db_prep_save(value, connection) for field, value in zip(named, row, strict=True)), *tail)
        for row in rows
    ]
    if not prepared:
        return 0
    quote = connection.ops.quote_name
    table, columns = quote(model._meta.db_table), ", ".join(quote(f.column) for f in fields)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in prepared:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(fields))
            statement = f"INSERT INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608 - names come from models
            cursor.executemany(statement, prepared)
    return len(prepared)


def update_rows(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Update by primary key: each row is (pk, value, value …) in the order of ``names``; return how many were given."""
    fields = _columns(model, names)
    pk = model._meta.pk
    prepared = [
        (*(f.get_db_prep_save(v, connection) for f, v in zip(fields, row[1:], strict=True)), row[0]) for row in rows
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


def _update_by_temp_table(cursor: Any, table: str, fields: Sequence[Any], prepared: Sequence[Sequence[Any]]) -> None:
    quote = connection.ops.quote_name
    *sets, pk = fields
    kinds = ", ".join(f"{quote(f.column)} {f.rel_db_type(connection)}" for f in fields)
    cursor.execute("DROP TABLE IF EXISTS wenxiao_bulk")
    cursor.execute(f"CREATE TEMP TABLE wenxiao_bulk ({kinds}) ON COMMIT DROP")
    with cursor.copy("COPY wenxiao_bulk FROM STDIN") as copy:
        for row in prepared:
            copy.write_row(row)
    assignments = ", ".join(f"{quote(f.column)} = b.{quote(f.column)}" for f in sets)
    statement = (
        f"UPDATE {table} AS t SET {assignments} FROM wenxiao_bulk AS b "  # noqa: S608 - names come from models
        f"WHERE t.{quote(pk.column)} = b.{quote(pk.column)}"
    )
    cursor.execute(statement)
