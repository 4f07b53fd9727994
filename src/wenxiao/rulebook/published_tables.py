"""Published tables in the shape that is judged, whether they come from a
form's one table or from a case in JSON.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from wenxiao.rulebook.checks.registry import Cells, Table
from wenxiao.rulebook.published_marks import number_in

_TOTAL = re.compile(r"总额|合计|总计|小计")
_AMOUNTS = ("initial", "full_year", "executed")


def case_of(table: Table, *, name: str) -> dict[str, Any]:
    """The one table of a self-evaluation for ``judge_table``.

    Amounts are 元. A total row that is empty or 0 while its parts are not is handed on as such, with
    the sums of the parts. What the form lacks stays None; points of the money block that nobody saw
    (a formula without saved result) too.
    """
    head = table.head
    funds: Sequence[Cells] = head.get("funds") or ()
    unit = head.get("money_unit")
    total = _total_line(funds)
    cells = total or {}
    return {
        "id": name,
        "kind": head.get("kind"),
        "year": head.get("year"),
        "money_unit": "元",
        "budget": _budget(funds, total, bare=unit is None),
        "budget_candidates": [cell for _, cell in cells.get("budgets") or ()],
        "exec_weight": _seen(cells, "weight"),
        "exec_rate_text": cells.get("rate_published") or None,
        "exec_score": _seen(cells, "score"),
        "indicators": [_indicator(row) for row in table.rows],
        "total_weight": head.get("total_weight"),
        "total_score": head.get("total"),
        "grade": head.get("grade") or None,
        "truncated": None,
        "excerpt_complete": True,
    }


def _seen(line: Cells, key: str) -> Any:
    """Points that stand in the file; what only a formula yields was seen by nobody."""
    return None if key in (line.get("uncached") or {}) else line.get(key)


def _amount(line: Cells, key: str, *, bare: bool) -> Decimal | None:
    """An amount in 元; where nobody names a unit the bare figure, which is enough for a rate."""
    if not bare:
        return line.get(key)
    texts = ((line.get(place) or {}).get(key) for place in ("raw", "unitless", "written"))
    return number_in(next((text for text in texts if text), None))


def sheet_of(table: Table) -> dict[str, Any]:
    """The one table of a score sheet for ``judge_sheet``."""
    head = table.head
    return {
        "kind": head.get("kind"),
        "year": head.get("year"),
        "mean": "trimmed" if head.get("trimmed") else None,
        "criteria": [_criterion(row) for row in table.rows],
        "subtotals": [
            {key: entry.get(key) for key in ("level1", "weight", "score")}
            for entry in head.get("subtotals") or ()
        ],
        "level_weights": {key: mark for key, (mark, _) in head["level_weights"].items()},
        "expert_totals": [mark for mark, _ in head["expert_totals"]],
        "total": head.get("total"),
        "total_weight": head.get("total_weight"),
        "grade": {"value": head.get("grade") or None, "norm": head.get("grade_norm")},
    }


def _criterion(row: Cells) -> dict[str, Any]:
    shared = row.get("shared") or {}
    points = {
        key: {"value": None, "shared_rows": shared[key]}
        if key in shared and row.get(key) is None
        else row.get(key)
        for key in ("weight", "score")
    }
    levels = {key: row.get(key) for key in ("level1", "level2", "level3")}
    return {**levels, **points, "experts": [mark for mark, _ in row.get("experts") or ()]}


def flattened(case: Mapping[str, Any]) -> Mapping[str, Any]:
    """A case whose budget is a bare figure beside its executed one
    (evaluations, monitoring) in the common shape.
    """
    budget = case.get("budget")
    if isinstance(budget, Mapping):
        return case
    rate = case.get("exec_rate_text") or case.get("rate_text") or case.get("rate_published")
    amounts = {"full_year": budget, "executed": case.get("executed")}
    rest = {key: value for key, value in case.items() if key != "executed_parts"}
    parts = (
        {"full_year_parts": case["budget_parts"]}
        if isinstance(case.get("budget_parts"), list)
        else {}
    )
    if isinstance(case.get("executed_parts"), list):
        parts["executed_parts"] = case["executed_parts"]
    rest.pop("budget_parts", None)
    return {**rest, **parts, "budget": amounts, "exec_rate_text": rate}


def is_sheet(case: Mapping[str, Any]) -> bool:
    """Whether a table is a score sheet: points are given, and no row of it
    has a target or an actual value.
    """
    rows = case.get("indicators") or ()
    judged = any(number_in(row.get("score")) is not None for row in rows)
    return judged and not any(
        _value(row.get("target")) or _value(row.get("actual")) for row in rows
    )


def sheet_from_case(case: Mapping[str, Any]) -> dict[str, Any]:
    """A score sheet given as a case (indicators, total_score, total_weight)
    in the shape of a read form.
    """
    keys = ("level1", "level2", "level3", "weight", "score", "experts")
    return {
        "kind": case.get("kind"),
        "year": case.get("year"),
        "criteria": [{key: row.get(key) for key in keys} for row in case.get("indicators") or ()],
        "total": case.get("total_score"),
        "total_weight": case.get("total_weight"),
        "level_weights": case.get("l1_weights"),
        "grade": case.get("grade"),
        "truncated": case.get("truncated") or case.get("excerpt_complete") is False,
    }


def _value(cell: object) -> Any:
    """The value of a cell or of a plain field; the computed one where a
    formula has no cached value.
    """
    if isinstance(cell, Mapping):
        value = cell.get("value")
        return cell.get("computed") if value is None else value
    return cell


def _total_line(funds: Sequence[Cells]) -> Cells | None:
    """The line that carries the whole: named 总额 or 合计, else the first."""
    named = [line for line in funds if _TOTAL.search(str(line.get("label") or ""))]
    lines = named or funds
    return lines[0] if lines else None


def _budget(funds: Sequence[Cells], total: Cells | None, *, bare: bool) -> dict[str, Any]:
    """Amounts of the total line, or the parts' sums with the empty header said."""
    if total is None:
        return dict.fromkeys(_AMOUNTS)
    amounts = {key: _amount(total, key, bare=bare) for key in _AMOUNTS}
    parts = [line for line in funds if line is not total]
    if any(amounts.values()) or not parts:
        return dict(amounts)
    sums: dict[str, Any] = {}
    for key in _AMOUNTS:
        read = (_amount(line, key, bare=bare) for line in parts)
        known = [amount for amount in read if amount is not None]
        sums[key] = sum(known, Decimal(0)) if known else None
    if any(sums.values()):
        return {**sums, "header_row_total": [amounts[key] for key in _AMOUNTS]}
    return dict(amounts)


def _indicator(row: Cells) -> dict[str, Any]:
    """One indicator row, nothing where nothing stands."""
    texts = ("level1", "level2", "level3", "target", "actual")
    numbers = {key: row.get(key) for key in ("weight", "score")}
    return {**{key: row.get(key) or None for key in texts}, **numbers}
