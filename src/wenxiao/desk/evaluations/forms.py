"""Official forms of a review, filled or blank: score sheet, self-evaluation
form, monitoring form; xlsx, docx, PDF.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wenxiao.budget.money import money
from wenxiao.files.out import official_forms as forms
from wenxiao.files.out.form_grid import FormGrid, form_document, form_workbook
from wenxiao.files.out.pdf import NoChineseFontError, forms_pdf
from wenxiao.followup.selectors.problems import departments_of
from wenxiao.reviews.kinds import KINDS
from wenxiao.reviews.panels import criterion_points
from wenxiao.reviews.selectors import promise_of, sheets_of
from wenxiao.reviews.services.describing import SOURCES, funds_of
from wenxiao.rulebook.form_packs import NATIONAL, FormPack, monitoring_pack, pack_in_force, packs
from wenxiao.rulebook.numbers import rate_percent
from wenxiao.rulebook.table_layouts import table_layout
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from wenxiao.reviews.models import Mark, Review
    from wenxiao.reviews.selectors import DossierTarget
    from wenxiao.targets.models import Indicator

WATERMARK = "演示数据"
TITLES = {"finance_evaluation": "财政评价评分表", "department_evaluation": "部门评价评分表"}


def written(form: FormGrid, kind: str) -> bytes:
    """The form as a file; NotAllowed where the machine has no font for a PDF."""
    if kind == "xlsx":
        return form_workbook([form])
    if kind == "docx":
        return form_document([form])
    try:
        return forms_pdf([form])
    except NoChineseFontError as error:
        raise NotAllowed(f"{error} 可先下载 Word 或 Excel 版。") from error


def form_of(review: Review, *, blank: bool = False) -> FormGrid:
    """A review's own official form.
    ``blank`` keeps the head and the rows' names and weights and leaves the rest to fill.
    """
    if KINDS[review.kind].rows == "criteria":
        return forms.score_sheet_form(_score_sheet(review, blank=blank))
    data = _project(review, blank=blank)
    if review.kind == "monitoring":
        return forms.monitoring_form(data)
    return forms.self_evaluation_form(data, pack_of(review))


def pack_of(review: Review) -> FormPack:
    """The form pack its division prints self-evaluations by in its year: a
    project's, or a department's whole.
    """
    overall = review.dossier.subject.kind == "department_overall"
    own = review.round.division.own_rules
    return pack_in_force("department" if overall else "project", review.dossier.fiscal_year, own)


def _mark_of(review: Review) -> str | None:
    return WATERMARK if review.round.division.demo else None


def _score_sheet(review: Review, *, blank: bool) -> forms.PrintedScoreSheet:
    sheet = sheets_of([review.pk])[review.pk]
    dossier = review.dossier
    seats = list(dict.fromkeys(m.seat for marks in sheet.marks.values() for m in marks if m.seat))
    lines = [
        _criterion(row, sheet.marks.get(row.pk, []), seats, blank=blank) for row in sheet.criteria
    ]
    overall = dossier.subject.kind == "department_overall"
    head: dict[str, Any] = {
        "subject_name": dossier.unit.name if overall else dossier.subject.name,
        "dept": departments_of([dossier.unit])[dossier.unit_id],
        "year": dossier.fiscal_year,
        "agency": review.agency.name if review.agency else "",
        "criteria": lines,
        "confirmed_note": "" if blank else review.confirmed_note,
        "experts": seats,
        "title": TITLES.get(review.kind, "评分表"),
        "watermark": _mark_of(review),
        "subject_label": "部门名称" if overall else "项目名称",
    }
    if blank:
        return forms.PrintedScoreSheet(**head)
    audited = review.audited
    problems = [row.text for row in review.findings.all() if row.state == "confirmed"]
    return forms.PrintedScoreSheet(
        **head,
        arranged=audited.arranged if audited else None,
        used=audited.used if audited else None,
        total=review.points if review.complete else None,
        grade=review.grade,
        problems=problems,
        suggestions=[row.text for row in sheet.suggestions],
    )


def _criterion(
    row: Any, marks: Sequence[Mark], seats: Sequence[str], *, blank: bool
) -> forms.CriterionLine:
    names = (row.level1, row.level2, row.name)
    words = {"explanation": row.explanation, "standard": row.standard}
    if blank:
        return forms.CriterionLine(*names, weight=row.weight, experts=[None] * len(seats), **words)
    given = {mark.seat: mark.points for mark in marks}
    further = table_layout("score_sheet").typed
    return forms.CriterionLine(
        *names,
        weight=row.weight,
        score=criterion_points(list(marks)),
        reason=_joined(marks, "note"),
        experts=[given.get(seat) for seat in seats],
        more={column.field: _joined(marks, column.field) for column in further},
        **words,
    )


def _joined(marks: Sequence[Mark], name: str) -> str:
    """What the marks of a row say in a column, each text once."""
    texts = (getattr(mark, name).strip() for mark in marks)
    return "；".join(dict.fromkeys(text for text in texts if text))


def _project(review: Review, *, blank: bool) -> forms.ProjectForm:
    dossier, promise = review.dossier, promise_of(review.dossier)
    through = review.round.through_month or 12
    lines = [
        _indicator(review, promise, row, through, blank=blank)
        for row in (promise.indicators if promise else [])
        if promise
    ]
    target = promise.target if promise else None
    head: dict[str, Any] = {
        "project_name": dossier.subject.name,
        "dept": departments_of([dossier.unit])[dossier.unit_id],
        "unit": dossier.unit.name,
        "year": dossier.fiscal_year,
        "goal": target.text if target else "",
        "indicators": lines,
        "period": review.round.period or "1-7月",
        "watermark": _mark_of(review),
        "funds": _funds(review, through, blank=blank),
    }
    if blank:
        return forms.ProjectForm(**head)
    advice = sheets_of([review.pk])[review.pk].suggestions
    return forms.ProjectForm(
        **head,
        total=review.points,
        confirmed_note=review.confirmed_note,
        suggestions="\n".join(f"{row.number}.{row.text}" for row in advice),
        goal_done=review.goal_done,
        filler=review.filler,
        phone=review.filler_phone,
    )


def _indicator(
    review: Review, promise: DossierTarget, row: Indicator, through: int, *, blank: bool
) -> forms.IndicatorLine:
    names = (row.level1, row.level2, row.name)
    if blank:
        return forms.IndicatorLine(*names, target=row.expression, weight=row.weight)
    kind = KINDS[review.kind]
    actual = promise.actuals.get((row.pk, kind.stage or "", through))
    mark = promise.marks.get((review.pk, row.pk))
    pack = monitoring_pack() if review.kind == "monitoring" else pack_of(review)
    known = set(monitoring_pack().causes)
    causes = frozenset(cause for cause in (actual.causes if actual else []) if cause in known)
    return forms.IndicatorLine(
        *names,
        target=row.expression,
        weight=row.weight,
        actual=actual.value if actual else "",
        score=mark.points if mark else None,
        deviation=(actual.note if actual else "") or (mark.note if mark else ""),
        forecast=actual.forecast if actual else "",
        causes=causes,
        more={name: getattr(actual, name, "") for name in pack.fields},
    )


def _source_line(label: str, typed: dict[str, Decimal]) -> forms.PrintedFund:
    """One source of money as the unit typed it; empty where it did not."""
    budget, executed = typed.get("budget"), typed.get("executed")
    return forms.PrintedFund(
        label, full_year=budget, executed=executed, rate=rate_percent(executed, budget)
    )


def _funds(review: Review, through: int, *, blank: bool) -> Sequence[forms.PrintedFund]:
    pack = monitoring_pack() if review.kind == "monitoring" else packs()[NATIONAL]
    labels = pack.fund_lines
    if blank:
        return ()
    typed = funds_of(review)
    rest = [
        _source_line(label, typed.get(source, {}))
        for label, source in zip(
            labels[1:], SOURCES.get(review.kind, SOURCES["selfeval"]), strict=True
        )
    ]
    amounts = money(review.dossier, through_month=through)
    budget: Decimal | None = review.budget if review.budget is not None else amounts.budget
    executed = review.executed if review.executed is not None else amounts.spent
    first = forms.PrintedFund(
        labels[0],
        initial=amounts.opening,
        full_year=budget,
        executed=executed,
        weight=review.execution_weight,
        rate=rate_percent(executed, budget),
        score=review.execution_points,
        expected=review.expected,
    )
    return (first, *rest)
