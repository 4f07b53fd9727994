"""Two people at once enter what may be there once: the database lets one
through, the other is told so in a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db import IntegrityError, models

from wenxiao.store.moves import NotAllowed

_SQLITE = re.compile(r"UNIQUE constraint failed: (?:index '([^']+)'|(.+))")
_UNIQUE_VIOLATION = "23505"
_SCOPE = ("ForeignKey", "OneToOneField")
"""What a row belongs to is left out of the sentence: the person did not type it."""


class Overtaken(NotAllowed):
    """Somebody else entered the same a moment before; nothing of this act was written."""


@contextmanager
def one_wins() -> Iterator[None]:
    """Within it the loser of such a race raises Overtaken.
    Put it around the transaction, never inside.
    """
    try:
        yield
    except IntegrityError as error:
        sentence = overtaken(error)
        if not sentence:
            raise
        raise Overtaken(sentence) from error


def overtaken(error: IntegrityError) -> str:
    """The sentence for who came second; empty where the error is another
    one (a fault of the program).
    """
    constraint = _of_postgresql(error) or _of_sqlite(error)
    if constraint is None:
        return ""
    model, names = constraint
    what = _named(model, names)
    return f"{what}刚刚被别人抢先登记，这一次没有写入。请返回看最新的内容，不重复的再办一次。"


def _of_postgresql(error: IntegrityError) -> tuple[type[models.Model], list[str]] | None:
    diagnosed = getattr(error.__cause__, "diag", None)
    if getattr(error.__cause__, "sqlstate", None) != _UNIQUE_VIOLATION or diagnosed is None:
        return None
    model = _model(diagnosed.table_name)
    columns = re.search(r"\(([^)]*)\)=", diagnosed.message_detail or "")
    if model is not None and columns is None:  # an index over an expression
        return model, _columns(model, diagnosed.constraint_name)
    return (model, columns[1].split(", ") if columns else []) if model else None


def _of_sqlite(error: IntegrityError) -> tuple[type[models.Model], list[str]] | None:
    match = _SQLITE.search(str(error))
    if match is None:
        return None
    if match[1]:
        holder = next((m for m in apps.get_models() if _holds(m, match[1])), None)
        return (holder, _columns(holder, match[1])) if holder else None
    places = [place.strip().split(".", 1) for place in match[2].split(",")]
    model = _model(places[0][0])
    return (model, [place[-1] for place in places]) if model else None


def _model(table: str | None) -> type[models.Model] | None:
    models_of_table = (one for one in apps.get_models() if one._meta.db_table == table)
    return next(models_of_table, None)


def _holds(model: type[models.Model], constraint: str) -> bool:
    return any(one.name == constraint for one in model._meta.constraints)


def _columns(model: type[models.Model], constraint: str | None) -> list[str]:
    """What a unique constraint over an expression, like a name without its case, is about."""
    constraints = (one for one in model._meta.constraints if one.name == constraint)
    names: list[str] = [
        source.name
        for one in constraints
        for expression in getattr(one, "expressions", ())
        for source in expression.get_source_expressions()
    ]
    return [
        field.column
        for field in model._meta.concrete_fields
        if field.column and field.name in names
    ]


def _named(model: type[models.Model], columns: list[str]) -> str:
    """「单位的单位代码」, or 「单位」 where no column was typed."""
    fields = {field.column: field for field in model._meta.concrete_fields}
    words = [
        str(fields[one].verbose_name)
        for one in columns
        if one in fields and fields[one].get_internal_type() not in _SCOPE
    ]
    return (
        f"{model._meta.verbose_name}的“{'、'.join(words)}”"
        if words
        else f"同一项{model._meta.verbose_name}"
    )
