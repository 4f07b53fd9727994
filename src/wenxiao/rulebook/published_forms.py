"""A self-evaluation form as files read it, in the shape of a published table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from wenxiao.rulebook.published_marks import number_in

_TOTAL = re.compile(r"总额|合计|总计|小计")
_AMOUNTS = ("initial", "full_year", "executed")


def case_from_form(form: Mapping[str, Any], *, form_id: str | None = None) -> dict[str, Any]:
    """A form of ``wenxiao read`` (funds, indicators, total, grade) as a table for ``judge_table``.

    Amounts are taken in 元. A total row that is empty or 0 while its parts are not is handed on as such, with the sums
    of the parts. Fields that the form lacks stay None.
    """
    funds = _fund_lines(form)
    total = _total_line(funds)
    cells = total or {}
    return {
        "id": form_id or form.get("id") or _value(form.get("sheet")),
        "kind": form.get("kind"),
        "year": _value(form.get("year")),
        "money_unit": "元",
        "budget": _budget(funds, total),
        "exec_weight": number_in(cells.get("weight")),
        "exec_rate_text": _rate(cells.get("rate")),
        "exec_score": number_in(cells.get("score")),
        "indicators": [_indicator(row) for row in form.get("indicators") or ()],
        "total_weight": _of_total(form, "weight"),
        "total_score": _of_total(form, "score"),
        "grade": _value(form.get("grade")),
        "truncated": None,
        "excerpt_complete": True,
    }


def _fund_lines(form: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The lines of the money block; figures whose unit nobody names stand bare, which is enough for a rate."""
    lines = [line for line in form.get("funds") or () if isinstance(line, Mapping)]
    if form.get("money_unit", "") is not None:
        return lines
    return [
        {**line, **{key: _bare_figure(line[key]) for key in _AMOUNTS if key in line}}
        for line in lines
    ]


def _bare_figure(cell: Any) -> Any:
    """The figure of a money cell as it stands."""
    return (cell.get("raw") or cell.get("computed")) if isinstance(cell, Mapping) else cell


def flattened(case: Mapping[str, Any]) -> Mapping[str, Any]:
    """A case whose budget is a bare figure beside its executed one (evaluations, monitoring) in the common shape."""
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
    """Whether a table is a score sheet: points are given, and no row of it has a target or an actual value."""
    rows = case.get("indicators") or ()
    judged = any(number_in(row.get("score")) is not None for row in rows)
    return judged and not any(
        _value(row.get("target")) or _value(row.get("actual")) for row in rows
    )


def sheet_from_case(case: Mapping[str, Any]) -> dict[str, Any]:
    """A score sheet given as a case (indicators, total_score, total_weight) in the shape of a read form."""
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
    """The value of a cell or of a plain field; the computed one where a formula has no cached value."""
    if isinstance(cell, Mapping):
        value = cell.get("value")
        return cell.get("computed") if value is None else value
    return cell


def _of_total(form: Mapping[str, Any], key: str) -> Decimal | None:
    """A figure of the total row, whether the row has parts (weight, score) or is the score itself."""
    total = form.get("total")
    if isinstance(total, Mapping) and key in total:
        return _points(total[key])
    if key == "weight":
        return _points(form.get("total_weight"))
    return _points(total)


def _points(cell: object) -> Decimal | None:
    """The number of a cell, the computed one where a formula has no cached value."""
    return number_in(_value(cell))


def _rate(cell: object) -> str | None:
    """The published rate as a person sees it; None where a formula has no cached value, so nobody saw any."""
    if not isinstance(cell, Mapping):
        return None if cell is None else str(cell)
    for key in ("published", "value"):
        if cell.get(key) not in {None, ""}:
            return str(cell[key])
    return None


def _yuan(line: Mapping[str, Any], key: str) -> Decimal | None:
    """An amount of a fund line in 元."""
    cell = line.get(key)
    if isinstance(cell, Mapping):
        return number_in(cell.get("yuan"))
    return number_in(cell)


def _total_line(funds: list[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The line that carries the whole: named 总额 or 合计, else the first."""
    named = [line for line in funds if _TOTAL.search(str(_value(line.get("label")) or ""))]
    lines = named or funds
    return lines[0] if lines else None


def _budget(funds: list[Mapping[str, Any]], total: Mapping[str, Any] | None) -> dict[str, Any]:
    """Amounts of the total line, or the parts' sums with the empty header said."""
    if total is None:
        return dict.fromkeys(_AMOUNTS)
    amounts = {key: _yuan(total, key) for key in _AMOUNTS}
    parts = [line for line in funds if line is not total]
    if any(amounts.values()) or not parts:
        return dict(amounts)
    sums: dict[str, Any] = {}
    for key in _AMOUNTS:
        known = [amount for amount in (_yuan(line, key) for line in parts) if amount is not None]
        sums[key] = sum(known, Decimal(0)) if known else None
    if any(sums.values()):
        return {**sums, "header_row_total": [amounts[key] for key in _AMOUNTS]}
    return dict(amounts)


def _indicator(row: Mapping[str, Any]) -> dict[str, Any]:
    """One indicator row; the target is the three columns sign, value, unit without blanks where they are apart."""
    return {
        "level1": _value(row.get("level1")),
        "level2": _value(row.get("level2")),
        "level3": _value(row.get("level3")),
        "target": row.get("target_text") or _value(row.get("target")),
        "actual": _value(row.get("actual")),
        "weight": _points(row.get("weight")),
        "score": _points(row.get("score")),
    }
