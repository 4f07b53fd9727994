"""Reads that every page and every act begins with, made into SQL once.

Django builds the SQL of a queryset anew at each call; where a short read is asked thousands of
times that costs several times what the database does. A prepared read is compiled at its first call
and afterwards sent with another key. Only reads whose SQL is the same for every key are fit for it.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models.expressions import Col
from django.db.models.query import ModelIterable

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models.sql.compiler import SQLCompiler

Row = TypeVar("Row", bound=models.Model)
MARK = -9_087_131_415
"""Stands for the key while the SQL is made; no row has such a key, no other value is the same."""


@dataclass(frozen=True, slots=True)
class _Compiled:
    compiler: SQLCompiler
    sql: str
    values: tuple[Any, ...]


class PreparedRead(Generic[Row]):
    """A queryset that depends on one key alone, compiled once for each kind of database."""

    def __init__(self, build: Callable[[int], models.QuerySet[Row]]) -> None:
        self._build = build
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, key: int) -> list[Row]:
        """The rows as the queryset of this key would give them, relations and annotations too."""
        statement = self._compiled.get(connection.vendor)
        if statement is None:
            statement = self._compiled[connection.vendor] = self._compile()
        compiler: Any = copy(statement.compiler)
        compiler.connection = connections[DEFAULT_DB_ALIAS]
        values = tuple(key if value == MARK else value for value in statement.values)
        compiler.as_sql = lambda: (statement.sql, values)
        asked: Any = SimpleNamespace(
            db=DEFAULT_DB_ALIAS,
            query=SimpleNamespace(get_compiler=lambda **_: compiler),
            _known_related_objects={},
        )
        return list(ModelIterable(asked))

    def _compile(self) -> _Compiled:
        compiler = self._build(MARK).query.get_compiler(DEFAULT_DB_ALIAS)
        sql, values = compiler.as_sql()
        if MARK not in values:
            raise AssertionError("the key is no value of the statement")
        return _Compiled(compiler, sql, tuple(values))


def hash_columns_by_field() -> None:
    """From now on a statement's columns are looked up by alias and field, in this process.

    Django draws the hash of a column from the signature of its class, which on the desk cost a
    fifth of all queries. Equal columns always have the same alias and field; whether two are equal
    Django decides as before.
    """
    Col.__hash__ = _hash  # type: ignore[method-assign,assignment]


def _hash(column: Col) -> int:
    return hash((column.alias, column.target))
