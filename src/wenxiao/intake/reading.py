"""From the typed forms of a file to what each means for one dossier."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from wenxiao.files.cells.seen import Seen
from wenxiao.files.forms.forms import (
    Amount,
    DossierForm,
    Form,
    Grade,
    MonitorForm,
    MonitorRow,
    ScoredCriterion,
    ScoreSheet,
    SelfEvalForm,
    SelfEvalRow,
    total_first,
)
from wenxiao.files.forms.targets.form import TargetForm
from wenxiao.intake.forms import Incoming, IncomingFund, IncomingRow
from wenxiao.intake.targets import incoming_target

if TYPE_CHECKING:
    from collections.abc import Iterable

_CAUSES = {
    "funds": "经费保障",
    "system": "制度保障",
    "staff": "人员保障",
    "hardware": "硬件条件保障",
    "other": "其他",
}
_NUMBERED = re.compile(r"^\s*[（(]?\d{1,2}[）)．.、]\s*")


def incoming_forms(forms: Iterable[Form]) -> list[Incoming]:
    """The forms of a file that concern one dossier each; lists are not among them (the ledger's road is theirs)."""
    incoming = [_incoming(form) for form in forms]
    return [form for form in incoming if form is not None]


def _incoming(form: Form) -> Incoming | None:
    if isinstance(form, SelfEvalForm):
        return _selfeval(form)
    if isinstance(form, MonitorForm):
        return _monitor(form)
    if isinstance(form, TargetForm):
        return incoming_target(form)
    return _evaluation(form) if isinstance(form, ScoreSheet) else None


def _text(seen: Seen | None) -> str:
    return "" if seen is None or seen.value is None else seen.value.strip()


def _cell(sheet: str, *seen: Seen | None) -> str:
    """Where the first of these stands, "自评表!F7"."""
    cell = next((one.cell for one in seen if one is not None), None)
    return f"{sheet}!{cell}"[:60] if cell else ""


def _cells(sheet: str, **seen: Seen | Amount | Grade | None) -> dict[str, str]:
    """Where each of several values stands, by their names; what has no cell is left out."""
    return {
        name: f"{sheet}!{one.cell}" for name, one in seen.items() if one is not None and one.cell
    }


def _lines(texts: list[str]) -> list[str]:
    return [_NUMBERED.sub("", text).strip() for text in texts if text.strip()]


def _head(form: DossierForm, kind: str) -> Incoming:
    return Incoming(
        kind=kind,
        sheet=form.sheet,
        subject=_text(form.project_name),
        unit=_text(form.unit),
        department=_text(form.dept),
        year=None if form.year.value is None else int(form.year.value),
        funds=[
            IncomingFund(
                label=line.label,
                initial=_yuan(line.initial),
                full_year=_yuan(line.full_year),
                executed=_yuan(line.executed),
                expected=_yuan(line.expected_full_year),
                cells=_cells(
                    form.sheet,
                    initial=line.initial,
                    full_year=line.full_year,
                    executed=line.executed,
                    expected=line.expected_full_year,
                ),
                two_budgets=bool(line.budget_candidates),
            )
            for line in total_first(form.funds)
        ],
    )


def _yuan(amount: Amount | None) -> Decimal | None:
    return None if amount is None else amount.amount


def _row(sheet: str, row: SelfEvalRow | MonitorRow) -> IncomingRow:
    return IncomingRow(
        level1=row.level1 or "",
        level2=row.level2 or "",
        name=(row.level3 or "").strip(),
        weight=None if row.weight is None else row.weight.number,
        target=(row.target_text or "").strip(),
        actual=_text(row.actual),
        hidden=row.hidden,
        cell=_cell(sheet, row.score, row.actual, row.target),
        cells=_cells(
            sheet, weight=row.weight, target=row.target, actual=row.actual, points=row.score
        )
        | ({"name": f"{sheet}!{row.level3_cell}"} if row.level3_cell else {}),
    )


def _selfeval(form: SelfEvalForm) -> Incoming:
    form_read = _head(form, "selfeval")
    form_read.goal = _text(form.goal.expected)
    for row in form.indicators:
        incoming = _row(form_read.sheet, row)
        incoming.points = None if row.score is None else row.score.number
        incoming.note = _text(row.deviation)
        incoming.cells |= _cells(form_read.sheet, note=row.deviation)
        form_read.rows.append(incoming)
    if form.funds:
        weighed = (
            line
            for line in form.funds
            if line.weight is not None and line.weight.number is not None
        )
        scored = next(weighed, form.funds[0])
        form_read.execution_weight = None if scored.weight is None else scored.weight.number
        form_read.execution_points = None if scored.score is None else scored.score.number
    if form.total is not None and form.total.score is not None:
        form_read.total = form.total.score.number
    form_read.grade = _text(form.grade)
    total = form.total.score if form.total is not None else None
    form_read.cells = _cells(
        form_read.sheet, total=total, grade=form.grade, goal=form.goal.expected
    )
    return form_read


def _monitor(form: MonitorForm) -> Incoming:
    form_read = _head(form, "monitoring")
    form_read.period = through_month(form.period or form.window or "")
    form_read.goal = _text(form.goal)
    form_read.cells = _cells(form_read.sheet, goal=form.goal)
    for row in form.indicators:
        incoming = _row(form_read.sheet, row)
        incoming.forecast, incoming.possibility = _text(row.forecast), _text(row.possibility)
        named = [key for key in _CAUSES if _text(row.causes.get(key))]
        incoming.cells |= _cells(
            form_read.sheet,
            forecast=row.forecast,
            possibility=row.possibility,
            causes=row.causes[named[0]] if named else None,
            note=row.causes.get("text") or row.note,
        )
        incoming.causes = [_CAUSES[key] for key in named]
        explained = (_text(row.causes.get("text")), _text(row.note))
        incoming.note = "；".join(part for part in explained if part)
        form_read.rows.append(incoming)
    form_read.suggestions = _lines(form.suggestions.value if form.suggestions is not None else [])
    return form_read


def through_month(period: str) -> int | None:
    """The last month of a window written "1-7月" or "2021年1—10月"; None when there is none."""
    months = re.search(r"(\d{1,2})\s*月?\s*[-–—~至到]+\s*(\d{1,2})\s*月", period)
    month = int(months.group(2)) if months else 0
    return month if 1 <= month <= 12 else None


def _evaluation(form: ScoreSheet) -> Incoming:
    year = form.year.value
    return Incoming(
        kind="finance_evaluation",
        sheet=form.sheet,
        subject=_text(form.subject_name),
        unit=_text(form.dept),
        department=_text(form.dept),
        year=None if year is None else int(year),
        arranged=form.audited_arranged.amount,
        used=form.audited_used.amount,
        rows=[_criterion(form.sheet, item) for item in form.criteria],
        total=form.total.number,
        grade=form.grade.norm or form.grade.value or "",
        problems=_lines(form.problems),
        suggestions=_lines(form.suggestions),
        cells=_cells(
            form.sheet,
            arranged=form.audited_arranged,
            used=form.audited_used,
            total=form.total,
            grade=form.grade,
        ),
    )


def _criterion(sheet: str, item: ScoredCriterion) -> IncomingRow:
    return IncomingRow(
        level1=item.level1 or "",
        level2=item.level2 or "",
        name=(item.level3 or "").strip(),
        weight=item.weight.number,
        points=item.score.number,
        note=_text(item.reason),
        code=item.code or "",
        experts=[mark.number for mark in item.experts or []],
        hidden=item.hidden,
        cell=_cell(sheet, item.score),
        cells=_cells(sheet, weight=item.weight, points=item.score, note=item.reason),
    )
