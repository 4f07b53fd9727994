"""Set-based writes inside Django's own transaction: executemany on SQLite, COPY on PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl
from django.db import connection, models
from django.db.models import NOT_PROVIDED

from wenxiao.store.triggers import changed_together, marked_together


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
    """Insert ``rows`` (values in the order of field ``names``) and return how many; call inside a
    transaction.

    Values pass through the fields' own preparation, so Decimals become 分 here as everywhere;
    columns not named get their field's default (a field without one must be named).
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
            statement = f"INSERT INTO {table} ({columns}) VALUES ({marks})"
            with marked_together(model._meta.db_table, len(prepared)):
                cursor.executemany(statement, prepared)
    return len(prepared)


def update_rows(
    model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]
) -> int:
    """Update by primary key: each row is (pk, value, value …) in the order
    of ``names``; return how many were given.
    """
    prepared = _prepared(model, names, rows)
    if prepared:
        _Update(model, names, ()).run(prepared)
    return len(prepared)


class RowExchange:
    """As :func:`update_rows`, but only rows that still hold what they held: (pk, values before …,
    values after …).

    Everything is prepared here, outside a transaction where they are many; :meth:`run` only writes.
    """

    def __init__(
        self, model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]
    ) -> None:
        self.model = model
        self._rows = _prepared(model, [*names, *names], rows)
        self._update = _Update(model, names, names)

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def keys(self) -> list[int]:
        """The rows by primary key."""
        return [row[0] for row in self._rows]

    def run(self) -> bool:
        """Whether all of them held what they should, inside a transaction that ends where not."""
        return not self._rows or self._update.run(self._rows) == len(self._rows)


def _prepared(
    model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]
) -> list[tuple[Any, ...]]:
    fields = _columns(model, names)
    return [
        (row[0], *(f.get_db_prep_save(v, connection) for f, v in zip(fields, row[1:], strict=True)))
        for row in rows
    ]


class _Update:
    """One UPDATE over many rows (pk, values of ``held`` …, values of ``names`` …)."""

    def __init__(
        self, model: type[models.Model], names: Sequence[str], held: Sequence[str]
    ) -> None:
        self._quote = connection.ops.quote_name
        self._table, self._pk = model._meta.db_table, model._meta.pk
        self._sets, self._held = _columns(model, names), _columns(model, held)

    def run(self, prepared: Sequence[Sequence[Any]]) -> int:
        """How many rows were changed."""
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                return self._by_temp_table(cursor, prepared)
            return self._one_by_one(cursor, prepared)

    def _one_by_one(self, cursor: Any, prepared: Sequence[Sequence[Any]]) -> int:
        quote, middle = self._quote, 1 + len(self._held)
        sets = ", ".join(f"{quote(f.column)} = %s" for f in self._sets)
        same = "".join(f" AND {quote(f.column)} IS %s" for f in self._held)
        statement = (
            f"UPDATE {quote(self._table)} SET {sets} WHERE {quote(str(self._pk.column))} = %s{same}"
        )
        turned = [(*row[middle:], *row[:middle]) for row in prepared]
        columns = [field.column for field in self._sets]
        with changed_together(self._table, columns, [row[0] for row in prepared]):
            cursor.executemany(statement, turned)
            return int(cursor.rowcount)

    def _by_temp_table(self, cursor: Any, prepared: Sequence[Sequence[Any]]) -> int:
        quote = self._quote
        named = [("pk", self._pk)]
        named += [(f"held_{at}", field) for at, field in enumerate(self._held)]
        named += [(f"set_{at}", field) for at, field in enumerate(self._sets)]
        kinds = ", ".join(f"{name} {field.rel_db_type(connection)}" for name, field in named)
        cursor.execute("DROP TABLE IF EXISTS wenxiao_bulk")
        cursor.execute(f"CREATE TEMP TABLE wenxiao_bulk ({kinds}) ON COMMIT DROP")
        with connection.wrap_database_errors, cursor.copy("COPY wenxiao_bulk FROM STDIN") as copy:
            for row in prepared:
                copy.write_row(row)
        sets = ", ".join(f"{quote(f.column)} = b.set_{at}" for at, f in enumerate(self._sets))
        same = "".join(
            f" AND t.{quote(f.column)} IS NOT DISTINCT FROM b.held_{at}"
            for at, f in enumerate(self._held)
        )
        statement = (
            f"UPDATE {quote(self._table)} AS t SET {sets} FROM wenxiao_bulk AS b "
            f"WHERE t.{quote(str(self._pk.column))} = b.pk{same}"
        )
        cursor.execute(statement)
        return int(cursor.rowcount)


def insert_frame(model: type[models.Model], frame: pl.DataFrame) -> int:
    """Insert a whole frame and return how many rows; call inside a transaction.
    Nothing is done per row.

    Columns are named as the table's own (``dossier_id``) and hold what the database stores: money
    as int64 分, dates as Date. Fields not named get their default. A column the model doesn't have
    is a KeyError.
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
            pl.lit(text, dtype=_literal(text)).alias(field.column)
            for field, value in defaults.items()
            for text in [_as_text(value)]
        ),
    ).select(columns)
    quote = connection.ops.quote_name
    table, named = quote(model._meta.db_table), ", ".join(quote(name) for name in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            _copy(cursor, f"COPY {table} ({named}) FROM STDIN (FORMAT csv, NULL '\\N')", ready)
        else:
            marks = ", ".join(["%s"] * len(columns))
            statement = f"INSERT INTO {table} ({named}) VALUES ({marks})"
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


def _as_text(value: Any) -> Any:
    """PostgreSQL's driver wraps what a JSON column holds; COPY takes its text."""
    if connection.vendor != "postgresql":
        return value
    from psycopg.types.json import Jsonb

    return json.dumps(value.obj, ensure_ascii=False) if isinstance(value, Jsonb) else value


def _literal(value: Any) -> Any:
    """The kind of a default's column; truth values stay truth values
    (PostgreSQL takes no 0 and 1 for them).
    """
    if isinstance(value, bool):
        return pl.Boolean
    if isinstance(value, int):
        return pl.Int64
    if value is None or isinstance(value, str):
        return pl.String
    raise TypeError(f"{type(value).__name__} has no column kind")
