"""Where the rows are kept: an embedded SQLite file, or the PostgreSQL named
by WENXIAO_DATABASE_URL.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

CONNECT_SECONDS = 5


def database_settings(url: str, home: Path) -> dict[str, Any]:
    """Django's DATABASES entry for ``url``; an empty url means ``home/wenxiao.sqlite3``.

    Raises ImproperlyConfigured for a scheme that is neither sqlite nor postgresql.
    """
    if not url:
        return sqlite_settings(home / "wenxiao.sqlite3")
    scheme = url.partition(":")[0]
    if scheme == "sqlite":
        return sqlite_settings(Path(unquote(url.removeprefix("sqlite:///"))))
    if scheme in {"postgres", "postgresql"}:
        # A server that was started again must not cost a page; one that is gone must not hold it.
        named: dict[str, Any] = dict(
            dj_database_url.parse(url, conn_max_age=60, conn_health_checks=True)
        )
        options = {"connect_timeout": CONNECT_SECONDS, **named.get("OPTIONS", {})}
        return named | {"HOST": options.pop("host", named["HOST"]), "OPTIONS": options}
    message = f"WENXIAO_DATABASE_URL 只认 sqlite:/// 与 postgresql://，收到的是 {scheme or url}"
    raise ImproperlyConfigured(message)


def sqlite_settings(path: Path) -> dict[str, Any]:
    """WAL for readers beside a writer, FULL so that a power cut loses
    nothing, IMMEDIATE so that writers queue. Each process keeps up to 32 MB of pages at hand: with
    the usual 2 MB a page over 100,000 objects reads the same rows from the file again and again.
    """
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;"
            "PRAGMA cache_size=-32768;",
        },
    }
