"""日志: warnings and errors of a day in a file of that day, kept for at least six months."""

from __future__ import annotations

import logging
import os
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

BEIJING = timezone(timedelta(hours=8))
LEAST_DAYS = 183
"""不少于六个月."""
USUAL_DAYS = 400
VARIABLE = "WENXIAO_LOG_DAYS"


def days_kept() -> int:
    """For how many days logs are kept; ImproperlyConfigured for fewer than six months."""
    text = os.environ.get(VARIABLE, "").strip()
    if not text:
        return USUAL_DAYS
    if not text.isdecimal() or int(text) < LEAST_DAYS:
        raise ImproperlyConfigured(
            f"{VARIABLE} 应为 {LEAST_DAYS} 以上的天数（日志至少留六个月），收到的是“{text}”。请改正环境变量后再启动。"
        )
    return int(text)


class DailyFile(logging.Handler):
    """Appends to ``folder/2026-01-31.log``; several processes may.

    A new day takes away what is older than ``days``.
    """

    def __init__(self, folder: str, days: int = USUAL_DAYS) -> None:
        super().__init__()
        self.folder, self.days, self.today = Path(folder), days, None

    today: date | None

    def emit(self, record: logging.LogRecord) -> None:
        """One line, or several of a traceback."""
        try:
            day = datetime.fromtimestamp(record.created, tz=BEIJING).date()
            if day != self.today:
                self.begin(day)
            path = self.folder / f"{day.isoformat()}.log"
            handle = os.open(path, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o640)
            with os.fdopen(handle, "a", encoding="utf-8") as file:
                file.write(self.format(record) + "\n")
        except OSError:
            self.handleError(record)

    def begin(self, day: date) -> None:
        """A day begins: the folder is there, and what is older goes."""
        self.folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        oldest = (day - timedelta(days=self.days)).isoformat()
        for path in self.folder.glob("????-??-??.log"):
            if path.stem < oldest:
                path.unlink(missing_ok=True)
        self.today = day
