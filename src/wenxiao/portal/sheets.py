"""Published results as open data: workbooks with exact values, one row a result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wenxiao.files.out.spreadsheets import SheetSpec
from wenxiao.files.out.summary_table import columns_of
from wenxiao.followup.selectors.disclosed import (
    arranged_and_used,
    confirmed_findings,
    scored_rows,
    suggested,
)
from wenxiao.rulebook.numbers import rate_percent
from wenxiao.rulebook.table_layouts import table_layout

if TYPE_CHECKING:
    from collections.abc import Iterable


def headings() -> tuple[str, ...]:
    """The headings of the published table."""
    return table_layout("disclosed").labels


def row_of(row: Any) -> tuple[Any, ...]:
    """One published result in the order of its table; money in 元, None
    where it was not published.
    """
    review, dossier = row.review, row.review.dossier
    arranged, used = arranged_and_used(review) if "money" in row.what else (None, None)
    made_up = row.synthetic or review.synthetic or dossier.subject.synthetic
    return table_layout("disclosed").row(
        {
            "unit": dossier.unit.name,
            "name": dossier.subject.name,
            "kind": dossier.subject.get_kind_display(),
            "budget_year": str(dossier.fiscal_year),
            "review_kind": review.get_kind_display(),
            "arranged_yuan": _text(arranged),
            "used_yuan": _text(used),
            "execution_percent": _text(rate_percent(used, arranged)),
            "points": _text(review.points),
            "grade": review.grade,
            "sentence": row.sentence,
            "published_on": row.published_on.isoformat(),
            "note": "合成" if made_up else "",
        }
    )


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def open_sheet(rows: Iterable[Any]) -> SheetSpec:
    """All results."""
    return _sheet("disclosed", [row_of(row) for row in rows])


def _sheet(name: str, rows: list[tuple[Any, ...]]) -> SheetSpec:
    layout = table_layout(name)
    return SheetSpec(
        name=layout.sheet,
        title=layout.title,
        columns=columns_of(layout.columns),
        rows=rows,
        notes=layout.notes,
    )


def result_sheets(row: Any) -> list[SheetSpec]:
    """One result: the head, its rows with points, its problems and
    suggestions, as far as they are published.
    """
    sheets = [open_sheet([row])]
    if "goals" in row.what:
        layout = table_layout("disclosed_rows")
        goals = [
            layout.row(
                {
                    "level1": goal["level1"],
                    "level2": goal["level2"],
                    "name": goal["name"],
                    "target": goal["target"] or None,
                    "weight": _text(goal["weight"]),
                    "points": _text(goal["points"]),
                    "note": "合成" if goal["synthetic"] else "",
                }
            )
            for goal in scored_rows(row.review)
        ]
        sheets.append(_sheet("disclosed_rows", goals))
    sections = (
        [("问题", f.text) for f in confirmed_findings(row.review)] if "findings" in row.what else []
    )
    sections += (
        [("建议", text) for text in suggested(row.review)] if "suggestions" in row.what else []
    )
    if sections:
        layout = table_layout("disclosed_texts")
        sheets.append(
            _sheet(
                "disclosed_texts",
                [layout.row({"what": what, "text": text}) for what, text in sections],
            )
        )
    return sheets
