"""What day it is: the calendar's, or in the demonstration the day its story stands at."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

_STANDING: ContextVar[date | None] = ContextVar("standing", default=None)


def today() -> date:
    """The day deadlines are held against, in the bureau's time zone.
    The trail always keeps the real time.
    """
    fixed_day: date | None = _STANDING.get() or getattr(settings, "TODAY", None)
    return fixed_day or timezone.localdate()


@contextmanager
def standing_at(day: date) -> Iterator[None]:
    """Within it, ``day`` is today, whatever the settings say: the demonstration is loaded on the
    day its story stands at.
    """
    token = _STANDING.set(day)
    try:
        yield
    finally:
        _STANDING.reset(token)
