"""The parts of a running system as their supervisor last saw them, for pages and for /health; a
file, never a row.

A file, because the database may be what is away. Who reads it asks no lock and gets the last whole
state.
"""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FILE = "parts.json"
STALE_SECONDS = 60
"""A state nobody renewed for so long is no state: the supervisor writes every few seconds."""
SHOWN_SECONDS = 3600
"""For so long administrators see that a part had to be started again."""


@dataclass(frozen=True, slots=True)
class Part:
    """One process of the system.
    ``ended`` says how it ended last, ``ended_at`` when (seconds since 1970).
    """

    name: str
    running: bool
    restarts: int = 0
    ended: str = ""
    ended_at: float = 0.0

    @property
    def sentence(self) -> str:
        """What an administrator reads; empty while there is nothing to tell."""
        if not self.ended or (self.running and time.time() - self.ended_at > SHOWN_SECONDS):
            return ""
        at = f"{datetime.fromtimestamp(self.ended_at).astimezone():%H:%M}"
        now = "已自动重启，现在正常" if self.running else "正在重启"
        return (
            f"{self.name}在 {at} 意外结束（{self.ended}），{now}；启动以来第 {self.restarts} 次。"
        )


def write(parts: Iterable[Part]) -> None:
    """Keep the state; a full or read-only disk is no reason for the supervisor to end."""
    path = _path()
    fresh = path.with_suffix(".new")
    with suppress(OSError):
        fresh.write_text(json.dumps([asdict(part) for part in parts], ensure_ascii=False))
        os.replace(fresh, path)  # noqa: PTH105 - atomic, and said to be


def read() -> list[Part]:
    """The parts; none where no supervisor is at work."""
    path = _path()
    try:
        if time.time() - path.stat().st_mtime > STALE_SECONDS:
            return []
        return [Part(**row) for row in json.loads(path.read_text())]
    except (OSError, ValueError, TypeError):
        return []


def _path() -> Path:
    folder: Path = settings.HOME
    return folder / FILE
