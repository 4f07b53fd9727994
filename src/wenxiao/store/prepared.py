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

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models.expressions import Col
from django.db.models.query import ModelIterable

from wenxiao.store.among import IDS, as_parameter

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

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
    """A queryset that depends on one key alone, or on a list of them (``among``), compiled once for
    each kind of database.
    """

    def __init__(self, build: Callable[[Any], models.QuerySet[Row]], *, many: bool = False) -> None:
        self._build = build
        self._mark: int | str = IDS if many else MARK
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, key: int | Iterable[int]) -> list[Row]:
        """The rows as the queryset of this key would give them, relations and annotations too."""
        statement = self._compiled.get(connection.vendor)
        if statement is None:
            try:
                statement = self._compiled[connection.vendor] = self._compile()
            except EmptyResultSet:  # who sees nothing is answered without the database
                return []
        compiler: Any = copy(statement.compiler)
        compiler.connection = connections[DEFAULT_DB_ALIAS]
        given = key if isinstance(key, int) else as_parameter(key, connection.vendor)
        values = tuple(given if value == self._mark else value for value in statement.values)
        compiler.as_sql = lambda: (statement.sql, values)
        asked: Any = SimpleNamespace(
            db=DEFAULT_DB_ALIAS,
            query=SimpleNamespace(get_compiler=lambda **_: compiler),
            _known_related_objects={},
        )
        return list(ModelIterable(asked))

    def _compile(self) -> _Compiled:
        compiler = self._build(self._mark).query.get_compiler(DEFAULT_DB_ALIAS)
        sql, values = compiler.as_sql()
        if self._mark not in values:
            raise AssertionError("the key is no value of the statement")
        return _Compiled(compiler, sql, tuple(values))


class PreparedReads(Generic[Row]):
    """Prepared reads that are alike but for what their readers may see: one for each shape, that
    is everything the text depends on beside the key.
    """

    MOST = 256

    def __init__(self) -> None:
        self._reads: dict[Hashable, PreparedRead[Row]] = {}

    def rows(
        self,
        shape: Hashable,
        key: int | Iterable[int],
        build: Callable[[Any], models.QuerySet[Row]],
    ) -> list[Row]:
        """The rows of a key, or of a list of them; ``build`` is asked the first time a shape is."""
        if shape not in self._reads:
            if len(self._reads) >= self.MOST:
                self._reads.clear()
            self._reads[shape] = PreparedRead(build, many=not isinstance(key, int))
        return self._reads[shape].rows(key)


def hash_columns_by_field() -> None:
    """From now on a statement's columns are looked up by alias and field, in this process.

    Django draws the hash of a column from the signature of its class, which on the desk cost a
    fifth of all queries. Equal columns always have the same alias and field; whether two are equal
    Django decides as before.
    """
    Col.__hash__ = _hash  # type: ignore[method-assign,assignment]


def _hash(column: Col) -> int:
    return hash((column.alias, column.target))
