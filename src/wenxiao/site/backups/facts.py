"""What a backup must give back, measured by plain SQL: rows of each table, sums of money and
points, heads of the trail.

Measured in the same snapshot the backup is made of, noted in its manifest, and measured again where
it is restored.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

_WORD = re.compile(r"[a-z_][a-z0-9_]*")
_HEADS = "SELECT division_id, day, number, hash FROM records_chainhead WHERE number > 0 ORDER BY division_id, day"
_NAMED = {"rows": "行数", "sums": "合计", "heads": "留痕链头"}


def summed_columns() -> list[str]:
    """Every column of exact numbers as "table.column"."""
    from django.apps import apps

    from wenxiao.store.fields import FixedField

    return sorted(
        f"{model._meta.db_table}.{field.column}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_concrete_fields
        if isinstance(field, FixedField)
    )


def measure(cursor: Any, tables: Iterable[str], columns: Iterable[str]) -> dict[str, Any]:
    """The facts of the database behind a DB-API cursor.
    Names that are none are refused with KeyError.
    """
    rows = {}
    for table in sorted(tables):
        rows[table] = _number(cursor, f"SELECT COUNT(*) FROM {_word(table)}")
    sums = {}
    for place in sorted(columns):
        table, _, column = place.partition(".")
        sums[place] = str(_number(cursor, f"SELECT SUM({_word(column)}) FROM {_word(table)}"))
    cursor.execute(_HEADS)
    heads = [
        {"division": division, "day": str(day), "number": number, "hash": digest}
        for division, day, number, digest in cursor.fetchall()
    ]
    return {"rows": rows, "sums": sums, "heads": heads}


def differences(noted: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """Where the restored rows are not those of the manifest, as sentences."""
    faults = []
    for kind in ("rows", "sums"):
        for name in sorted(noted[kind].keys() | found[kind].keys()):
            was, now = noted[kind].get(name), found[kind].get(name)
            if was != now:
                faults.append(f"{name} 的{_NAMED[kind]}应为 {was}，恢复后为 {now}")
    if noted["heads"] != found["heads"]:
        faults.append("留痕链头与清单所记的不同")
    return faults


def _word(name: str) -> str:
    if not _WORD.fullmatch(name):
        raise KeyError(name)
    return f'"{name}"'


def _number(cursor: Any, statement: str) -> int:
    cursor.execute(statement)
    return int(cursor.fetchone()[0] or 0)
