"""Statements put together once: a page that asks the same question of other rows pays only for the
answer.

Django builds a query anew for every request, which costs more than small questions themselves.
:func:`prepared` keeps a question's text by its name and shape; the ids asked about are one
parameter (``among``), so that their number does not change the text.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Field, ForeignKey, Lookup

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping

    from django.db.models import QuerySet

IDS = "ids asked about"
"""What stands for the ids in a question that is put together before they are known."""
OTHER_IDS = "other ids asked about"
"""The same for a second list of ids."""
_MOST = 512
_texts: dict[Hashable, _Text | None] = {}


@Field.register_lookup
@ForeignKey.register_lookup
class Among(Lookup[Any]):
    """``pk__among=ids``: one parameter however many there are, which Django need not look at one by
    one.
    """

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """An array on PostgreSQL, JSON text on SQLite."""
        left, parameters = self.process_lhs(compiler, connection)
        given = self.rhs if isinstance(self.rhs, str) else as_parameter(self.rhs, connection.vendor)
        if connection.vendor == "postgresql":
            return f"{left} = ANY(%s::bigint[])", [*parameters, given]
        listed = "(SELECT value FROM json_each(%s))"
        return f"{left} IN {listed}", [*parameters, given]


def as_parameter(ids: Iterable[int], vendor: str) -> Any:
    """The ids as the database takes them at once."""
    listed = list(ids)
    return listed if vendor == "postgresql" else json.dumps(listed)


def prepared(
    shape: Hashable | None,
    build: Callable[[], QuerySet[Any, Any]],
    ids: Iterable[int] = (),
    others: Iterable[int] = (),
) -> list[tuple[Any, ...]]:
    """The raw rows of the question ``build`` puts together with :data:`IDS` for the ids, and
    :data:`OTHER_IDS` for others.

    ``shape``: everything the text depends on; None for a question nobody asks again. Numbers come
    as the database holds them (money in 分).
    """
    return raw_rows(shape, build, {IDS: ids, OTHER_IDS: others})


def raw_rows(
    shape: Hashable | None,
    build: Callable[[], QuerySet[Any, Any]],
    lists: Mapping[str, Iterable[int]],
) -> list[tuple[Any, ...]]:
    """As :func:`prepared`, of any lists of ids, each by the word that stands for it in the
    question.
    """
    text = _text_of(shape, build)
    return _sent(text, lists) if text is not None else []


def plain_rows(
    shape: Hashable, build: Callable[[], QuerySet[Any, Any]], lists: Mapping[str, Iterable[int]]
) -> list[tuple[Any, ...]]:
    """As :func:`raw_rows`, with the values as Django gives them (days, truth values, money in
    元).
    """
    text = _text_of(shape, build)
    if text is None:
        return []
    rows = _sent(text, lists)
    if not text.converters:
        return rows
    return [_converted(row, text.converters) for row in rows]


Converters = tuple[tuple[int, tuple["Callable[..., Any]", ...], Any], ...]
"""Of the columns that Django converts: the place, what converts it one after the other, and the
expression the column stands for.
"""


@dataclass(frozen=True, slots=True)
class _Text:
    """A question put together: its SQL, its parameters with words for lists, and what converts its
    columns.
    """

    sql: str
    parameters: tuple[Any, ...]
    converters: Converters


def _text_of(shape: Hashable | None, build: Callable[[], QuerySet[Any, Any]]) -> _Text | None:
    """The text of a question, put together at its first asking (each time without a shape); None
    where no row can answer it.
    """
    if shape is None:
        return _put_together(build())
    key = (connection.vendor, shape)
    if key not in _texts:
        if len(_texts) >= _MOST:
            _texts.clear()
        _texts[key] = _put_together(build())
    return _texts[key]


def _put_together(question: QuerySet[Any, Any]) -> _Text | None:
    compiler = question.query.get_compiler(connection=connection)
    try:
        sql, parameters = compiler.as_sql()
    except EmptyResultSet:
        return None
    columns = [column[0] for column in compiler.select[: compiler.col_count]]
    converters = tuple(
        (place, tuple(how), expression)
        for place, (how, expression) in compiler.get_converters(columns).items()
    )
    return _Text(sql, tuple(parameters), converters)


def _sent(text: _Text, lists: Mapping[str, Iterable[int]]) -> list[tuple[Any, ...]]:
    listed = [
        as_parameter(lists[one], connection.vendor)
        if isinstance(one, str) and one in lists
        else one
        for one in text.parameters
    ]
    with connection.cursor() as cursor:
        cursor.execute(text.sql, listed)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _converted(row: tuple[Any, ...], converters: Converters) -> tuple[Any, ...]:
    values = list(row)
    for place, how, expression in converters:
        for convert in how:
            values[place] = convert(values[place], expression, connection)
    return tuple(values)


def exact(hundredths: Any) -> Decimal | None:
    """A column of hundredths (money, points) as Python holds it; nothing of nothing."""
    return None if hundredths is None else Decimal(int(hundredths)).scaleb(-2)


def answered(question: QuerySet[Any, Any]) -> list[tuple[Any, ...]]:
    """The raw rows of a question: numbers as the database holds them (money in 分)."""
    try:
        sql, parameters = question.query.sql_with_params()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
