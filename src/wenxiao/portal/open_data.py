"""Published results for machines: records with named fields, and the schema that says what each field means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wenxiao.portal.sheets import HEADINGS, row_of

if TYPE_CHECKING:
    from collections.abc import Iterable

FIELDS = (
    ("unit", "string"),
    ("name", "string"),
    ("kind", "string"),
    ("budget_year", "string"),
    ("review_kind", "string"),
    ("arranged_yuan", "decimal"),
    ("used_yuan", "decimal"),
    ("execution_percent", "decimal"),
    ("points", "decimal"),
    ("grade", "string"),
    ("sentence", "string"),
    ("published_on", "date"),
    ("note", "string"),
)
"""English name and type of each column of HEADINGS, in its order."""


def records(rows: Iterable[Any]) -> list[dict[str, str | None]]:
    """One record a result; numbers as decimal text, null where something was not published."""
    names = [name for name, _ in FIELDS]
    return [dict(zip(names, row_of(row), strict=True)) for row in rows]


def schema() -> dict[str, Any]:
    """JSON Schema of :func:`records`, each field with the heading of the workbook."""
    fields: dict[str, Any] = {}
    for (name, kind), heading in zip(FIELDS, HEADINGS, strict=True):
        fields[name] = {"type": ["string", "null"], "title": heading}
        if kind == "decimal":
            fields[name]["pattern"] = r"^-?\d+(\.\d+)?$"
        if kind == "date":
            fields[name]["format"] = "date"
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "绩效公开数据",
        "type": "array",
        "items": {
            "type": "object",
            "properties": fields,
            "required": [name for name, _ in FIELDS],
            "additionalProperties": False,
        },
    }
