"""A statement's columns put in a dictionary without asking how they were made.

Django looks up each column of an ordered statement by an identity that it draws from the signature
of the class, which on the desk cost a fifth of all queries. Two columns that are equal always have
the same alias and field, so these are their hash; whether they are equal Django decides as before.
"""

from __future__ import annotations

from django.db.models.expressions import Col


def hash_by_field() -> None:
    """From now on, in this process."""
    Col.__hash__ = _hash  # type: ignore[method-assign,assignment]


def _hash(column: Col) -> int:
    return hash((column.alias, column.target))
