"""From what the file readers say (JSON of ``wenxiao read``) to incoming forms."""

from __future__ import annotations

import re
from typing import Any

from wenxiao.intake.forms import (
    Incoming,
    IncomingFund,
    IncomingRow,
    cell_of,
    number_of,
    text_of,
    yuan_of,
)

_CAUSES = {
    "funds": "经费保障",
    "system": "制度保障",
    "staff": "人员保障",
    "hardware": "硬件条件保障",
    "other": "其他",
}
_NUMBERED = re.compile(r"^\s*[（(]?\d{1,2}[）)．.、]\s*")


def incoming_forms(reading: dict[str, Any]) -> list[Incoming]:
    """The forms of a file that concern one dossier each; lists are not among them (budget.sheets reads those)."""
    made = {"selfeval": _selfeval, "monitor": _monitor, "evaluation": _evaluation}
    return [
        made[form["kind"]](form) for form in reading.get("forms", []) if form.get("kind") in made
    ]


def _year(form: dict[str, Any]) -> int | None:
    year = form.get("year")
    value = year.get("value") if isinstance(year, dict) else year
    return int(value) if value is not None else None


def _texts(value: Any) -> list[str]:
    items = value.get("value") if isinstance(value, dict) else value
    if items is None:
        return []
    lines = items if isinstance(items, list) else str(items).splitlines()
    return [_NUMBERED.sub("", str(line)).strip() for line in lines if str(line).strip()]


def _head(form: dict[str, Any], kind: str, subject_key: str) -> Incoming:
    return Incoming(
        kind=kind,
        sheet=str(form.get("sheet", "")),
        subject=text_of(form.get(subject_key)),
        unit=text_of(form.get("unit")),
        department=text_of(form.get("dept")),
        year=_year(form),
        code=text_of(form.get("project_code")),
    )


def _funds(form: dict[str, Any]) -> list[IncomingFund]:
    return [
        IncomingFund(
            label=str(fund.get("label", "")),
            initial=yuan_of(fund.get("initial")),
            full_year=yuan_of(fund.get("full_year")),
            executed=yuan_of(fund.get("executed")),
            expected=yuan_of(fund.get("expected_full_year")),
        )
        for fund in form.get("funds", [])
    ]


def _row(sheet: str, row: dict[str, Any], **more: Any) -> IncomingRow:
    return IncomingRow(
        level1=str(row.get("level1") or ""),
        level2=str(row.get("level2") or ""),
        name=str(row.get("level3") or "").strip(),
        weight=number_of(row.get("weight")),
        target=str(row.get("target_text") or "").strip(),
        hidden=bool(row.get("hidden")),
        cell=cell_of(sheet, row.get("score") or row.get("actual") or row.get("target")),
        **more,
    )


def _selfeval(form: dict[str, Any]) -> Incoming:
    made = _head(form, "selfeval", "project_name")
    made.funds = _funds(form)
    made.goal = (
        text_of((form.get("goal") or {}).get("expected"))
        if isinstance(form.get("goal"), dict)
        else ""
    )
    made.rows = [
        _row(
            made.sheet,
            row,
            actual=text_of(row.get("actual")),
            points=number_of(row.get("score")),
            note=text_of(row.get("deviation")),
        )
        for row in form.get("indicators", [])
    ]
    if form.get("funds"):
        scored = next(
            (f for f in form["funds"] if number_of(f.get("weight")) is not None), form["funds"][0]
        )
        made.execution_weight, made.execution_points = (
            number_of(scored.get("weight")),
            number_of(scored.get("score")),
        )
    made.total = number_of((form.get("total") or {}).get("score"))
    made.grade = text_of(form.get("grade"))
    return made


def _monitor(form: dict[str, Any]) -> Incoming:
    made = _head(form, "monitoring", "project_name")
    made.funds = _funds(form)
    made.period = through_month(text_of(form.get("period")) or str(form.get("window") or ""))
    made.goal = text_of(form.get("goal"))
    made.rows = [
        _row(
            made.sheet,
            row,
            actual=text_of(row.get("actual")),
            forecast=text_of(row.get("forecast")),
            causes=_causes(row.get("causes")),
            possibility=text_of(row.get("possibility")),
            note=_cause_text(row),
        )
        for row in form.get("indicators", [])
    ]
    made.suggestions = _texts(form.get("suggestions"))
    return made


def through_month(period: str) -> int | None:
    """The last month of a window written "1-7月" or "2021年1—10月"; None when there is none."""
    found = re.search(r"(\d{1,2})\s*月?\s*[-–—~至到]+\s*(\d{1,2})\s*月", period)
    month = int(found.group(2)) if found else 0
    return month if 1 <= month <= 12 else None


def _causes(value: Any) -> list[str]:
    """The ticked causes by their official names; the reader keeps one cell for each."""
    cells = value if isinstance(value, dict) else {}
    return [name for key, name in _CAUSES.items() if text_of(cells.get(key))]


def _cause_text(row: dict[str, Any]) -> str:
    """What the unit wrote as explanation of the causes, with its remark."""
    causes = row.get("causes")
    said = text_of(causes.get("text")) if isinstance(causes, dict) else ""
    return "；".join(part for part in (said, text_of(row.get("note"))) if part)


def _evaluation(form: dict[str, Any]) -> Incoming:
    made = _head(form, "finance_evaluation", "subject_name")
    made.arranged, made.used = (
        yuan_of(form.get("audited_arranged")),
        yuan_of(form.get("audited_used")),
    )
    made.rows = [
        _row(
            made.sheet,
            row,
            points=number_of(row.get("score")),
            note=text_of(row.get("reason")),
            code=str(row.get("code") or ""),
            experts=[number_of(mark) for mark in row.get("experts") or []],
        )
        for row in form.get("criteria", [])
    ]
    total = form.get("total") or {}
    made.total = number_of(total.get("score", total) if isinstance(total, dict) else total)
    grade = form.get("grade") or {}
    made.grade = str(
        (grade.get("norm") or text_of(grade)) if isinstance(grade, dict) else grade or ""
    )
    made.problems, made.suggestions = _texts(form.get("problems")), _texts(form.get("suggestions"))
    if not made.unit:
        made.unit = made.department
    return made
