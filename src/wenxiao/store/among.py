"""Statements put together once: a page that asks the same question of other rows pays only for the
answer.

Django builds a query anew for every request, which costs more than small questions themselves.
:func:`prepared` keeps a question's text by its name and shape; the ids asked about are one
parameter (``among``), so that their number does not change the text.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Field, ForeignKey, Lookup

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from django.db.models import QuerySet

IDS = "ids asked about"
"""What stands for the ids in a question that is put together before they are known."""
OTHER_IDS = "other ids asked about"
"""The same for a second list of ids."""
_MOST = 512
_Text = tuple[str, tuple[Any, ...]]
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
    text = _text_of(build) if shape is None else _kept_text((connection.vendor, shape), build)
    if text is None:
        return []
    sql, parameters = text
    given = {IDS: as_parameter(ids, connection.vendor)}
    if OTHER_IDS in parameters:
        given[OTHER_IDS] = as_parameter(others, connection.vendor)
    listed = [given.get(one, one) if isinstance(one, str) else one for one in parameters]
    with connection.cursor() as cursor:
        cursor.execute(sql, listed)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _kept_text(key: Hashable, build: Callable[[], QuerySet[Any, Any]]) -> _Text | None:
    if key not in _texts:
        if len(_texts) >= _MOST:
            _texts.clear()
        _texts[key] = _text_of(build)
    return _texts[key]


def _text_of(build: Callable[[], QuerySet[Any, Any]]) -> _Text | None:
    """A question's text and parameters; None where it can have no answer."""
    try:
        text: _Text = build().query.sql_with_params()
    except EmptyResultSet:
        return None
    return text


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
