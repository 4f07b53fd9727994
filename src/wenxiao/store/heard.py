"""Names looked for by their sound in the database: ``name__sounds="ncgl"``, ``name__slips="河到保洁"``.

SQLite has no expressions of its own and would hand the long pattern over anew for every row; it
asks :func:`_is_heard` instead, which is given what was typed and keeps the pattern. PostgreSQL
compares by the pattern itself.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from django.db.backends.signals import connection_created
from django.db.models import Field, Lookup

from wenxiao.store.spelling import slip_pattern, sound_pattern

_PATTERNS = {"sounds": sound_pattern, "slips": slip_pattern}


class _Heard(Lookup[Any]):
    """What was typed, beside a column of names; what makes no pattern finds nothing."""

    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """The function of :func:`hear_names` on SQLite, a pattern on PostgreSQL."""
        left, parameters = self.process_lhs(compiler, connection)
        if connection.vendor == "postgresql":
            pattern = _PATTERNS[str(self.lookup_name)](self.rhs)
            return f"{left} ~* %s", [*parameters, pattern or "(?!)"]
        return f"wenxiao_heard(%s, %s, {left})", [self.lookup_name, self.rhs, *parameters]


@Field.register_lookup
class Sounds(_Heard):
    """Initials, whole or begun pinyin."""

    lookup_name = "sounds"


@Field.register_lookup
class Slips(_Heard):
    """Some Chinese words with one sign mistyped, or all of them sounding alike."""

    lookup_name = "slips"


@lru_cache(maxsize=500)
def _pattern(how: str, typed: str) -> re.Pattern[str] | None:
    pattern = _PATTERNS[how](typed)
    return re.compile(pattern) if pattern else None


def _is_heard(how: str, typed: str, name: str | None) -> bool:
    pattern = _pattern(how, typed)
    return bool(pattern and name and pattern.search(name.lower()))


def _teach(connection: Any, **_: Any) -> None:
    if connection.vendor == "sqlite":
        connection.connection.create_function("wenxiao_heard", 3, _is_heard, deterministic=True)


def hear_names() -> None:
    """Let every connection to SQLite know how names sound; called once, when Django starts."""
    connection_created.connect(_teach, dispatch_uid="wenxiao.store.heard")
