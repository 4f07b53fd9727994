"""Published results for machines: records with named fields, and the schema
that says what each field means.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wenxiao.portal.sheets import row_of
from wenxiao.rulebook.table_layouts import table_layout

if TYPE_CHECKING:
    from collections.abc import Iterable


def records(rows: Iterable[Any]) -> list[dict[str, str | None]]:
    """One record a result; numbers as decimal text, null where something was not published."""
    names = [column.field for column in table_layout("disclosed").columns]
    return [dict(zip(names, row_of(row), strict=True)) for row in rows]


def schema() -> dict[str, Any]:
    """JSON Schema of :func:`records`, each field with the heading of the workbook."""
    fields: dict[str, Any] = {}
    for column in table_layout("disclosed").columns:
        fields[column.field] = {"type": ["string", "null"], "title": column.label}
        if column.json == "decimal":
            fields[column.field]["pattern"] = r"^-?\d+(\.\d+)?$"
        if column.json == "date":
            fields[column.field]["format"] = "date"
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "绩效公开数据",
        "type": "array",
        "items": {
            "type": "object",
            "properties": fields,
            "required": [*fields],
            "additionalProperties": False,
        },
    }
