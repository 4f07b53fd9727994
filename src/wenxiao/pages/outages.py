"""When what the pages stand on is away (database, disk): which it is, in
plain words, answered 503 until it is back.
"""

from __future__ import annotations

import errno
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Outage:
    """``code`` for machines, ``title`` and ``text`` for people, ``seconds``
    until trying again makes sense.
    """

    code: str
    title: str
    text: str
    seconds: int = 15


AWAY = Outage(
    "away",
    "数据库暂时连不上",
    "网页还在，数据库没有应答。已保存的内容都在，刚才这一步没有写入。数据库恢复后这里自己会好，不用重启。",
)
BUSY = Outage(
    "busy",
    "系统正忙",
    "有别的办理正在写入，等了一会儿还没有轮到。刚才这一步没有写入，请稍后再按一次。",
    5,
)
FULL = Outage(
    "full",
    "服务器磁盘已满",
    "服务器磁盘没有空间了，刚才这一步没有写入，没有写入一半。已保存的内容都在。请告诉系统管理员腾出空间，腾出后自己会好。",
    60,
)
READ_ONLY = Outage(
    "read-only",
    "现在只能查看",
    "数据库或磁盘处于只读状态，刚才这一步没有写入。已保存的内容都在。请告诉系统管理员，恢复可写后自己会好。",
    60,
)

_WORDS = (
    ("is locked", BUSY),
    ("disk is full", FULL),
    ("no space left", FULL),
    ("could not extend file", FULL),
    ("readonly database", READ_ONLY),
    ("read-only", READ_ONLY),
)
LEAST_FREE = 1_000_000
"""With fewer bytes free than this SQLite can't keep the files it works with."""
_ERRNO = {errno.ENOSPC: FULL, errno.EDQUOT: FULL, errno.EROFS: READ_ONLY}
_SQLSTATES = {"25006": READ_ONLY, "53100": FULL, "55P03": BUSY}


def outage_of(error: BaseException | None) -> Outage | None:
    """The outage behind an error; None when it is a fault of the program and nothing is away."""
    for cause in _causes(error):
        if isinstance(cause, DatabaseError | InterfaceError):
            if (outage := _of_database(cause)) is not None:
                return outage
        elif isinstance(cause, OSError) and cause.errno in _ERRNO:
            return _ERRNO[cause.errno]
    return None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what led to it, each once."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _of_database(error: Exception) -> Outage | None:
    state = getattr(error.__cause__, "sqlstate", None)
    if state in _SQLSTATES:
        return _SQLSTATES[state]
    text = str(error).lower()
    for words, outage in _WORDS:
        if words in text:
            return outage
    if isinstance(error, InterfaceError | OperationalError):
        return FULL if _no_room(text) else AWAY
    return None


def _no_room(text: str) -> bool:
    """Whether SQLite could not even open its file because the home's disk
    is full: it needs room beside it.
    """
    if not any(words in text for words in ("disk i/o error", "unable to open database file")):
        return False
    return shutil.disk_usage(settings.HOME).free < LEAST_FREE
