"""The words a division adds for the columns of its forms, in force while one file is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

from wenxiao.rulebook.column_words import column_words

_WORDS: ContextVar[Mapping[str, str] | None] = ContextVar("column_words", default=None)


@contextmanager
def words_in_force(words: Mapping[str, str] | None) -> Iterator[None]:
    """Read with these words, heading → column; without any with the national ones."""
    token = _WORDS.set(words)
    try:
        yield
    finally:
        _WORDS.reset(token)


def own_column(heading: str) -> str | None:
    """The column a heading (without blanks and brackets) stands over by the
    added words; None for any other.
    """
    words = _WORDS.get()
    return (_national() if words is None else words).get(heading)


@cache
def _national() -> Mapping[str, str]:
    return column_words()
