"""What day it is: the calendar's, or in the demonstration the day its story stands at."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.utils import timezone


def today() -> date:
    """The day deadlines are held against, in the bureau's time zone. The trail always keeps the real time."""
    told: date | None = getattr(settings, "TODAY", None)
    return told or timezone.localdate()
