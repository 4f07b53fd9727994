"""What ``wenxiao check`` is given beside a target table: the approved
target and last year's, joined row by row.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def join_earlier(item: Mapping[str, Any], rows: list[dict[str, Any]], head: dict[str, Any]) -> None:
    """``approved`` says what each row promised before, ``previous`` what last year reached; joined
    by level 2 and name.

    Raises ValueError where either is no list of rows and no table of them.
    """
    approved, before = (_earlier(item, key) for key in ("approved", "previous"))
    if approved:
        for row in rows:
            row["target_before"] = approved.pop(_row_name(row), {}).get("target")
        head["rows_gone"] = len(approved)
    for row in rows:
        last = before.get(_row_name(row), {})
        if not row.get("last_actual"):
            row["last_actual"] = last.get("actual") or last.get("last_actual") or last.get("target")


def _earlier(item: Mapping[str, Any], key: str) -> dict[str, dict[str, Any]]:
    given = item.get(key) or []
    rows = given.get("rows") or [] if isinstance(given, dict) else given
    if not isinstance(rows, list) or any(not isinstance(row, dict) for row in rows):
        raise ValueError(f"的“{key}”应是指标行的清单。")
    return {_row_name(row): row for row in rows}


def _row_name(row: Mapping[str, Any]) -> str:
    return "".join(f"{row.get('level2') or ''}{row.get('level3') or ''}".split())
