"""A target form as the one table the checks look at, each field with its cell."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from wenxiao.files.forms.targets.columns import LONG
from wenxiao.files.forms.targets.form import TargetForm, TargetIndicator
from wenxiao.rulebook.checks.registry import Table


def target_table(form: TargetForm) -> Table:
    """The rows of the year (long-term rows are no promise of this year) and
    the head, money in 元.
    """
    asked = [fund for fund in form.funds if fund.initial.yuan is not None]
    of_year = [fund for fund in asked if not LONG.search(fund.label)]
    budget = next((fund.initial for fund in of_year or asked), None)
    asks = any(row.source is not None or row.proof is not None for row in form.indicators)
    head: dict[str, Any] = {
        "name": form.project_name.value or "",
        "kind": form.scope,
        "year": form.year.value,
        "unit": form.unit.value or "",
        "budget_yuan": _number(budget.yuan) if budget is not None else None,
        "start": form.start or "",
        "end": form.end or "",
        "text": form.text or "",
        "asks_source": asks,
        "sheet": form.sheet,
        "places": {
            "name": form.project_name.cell,
            "year": form.year.cell,
            "budget_yuan": budget.cell if budget is not None else None,
        },
    }
    return Table([_row(row, form.sheet) for row in form.indicators], head)


def _row(row: TargetIndicator, sheet: str) -> dict[str, Any]:
    return {
        "level1": row.level1 or "",
        "level2": row.level2 or "",
        "level3": row.level3 or "",
        "target": row.target_text or "",
        "unit": row.unit or "",
        "weight": _number(row.weight.value),
        "nature": row.nature or "",
        "last_actual": row.last_actual or "",
        "source": row.source or "",
        "proof": row.proof or "",
        "note": row.note or "",
        "sheet": sheet,
        "places": {"level3": row.level3_cell, "target": row.target.cell, "weight": row.weight.cell},
    }


def _number(text: str | None) -> Decimal | None:
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        return None
