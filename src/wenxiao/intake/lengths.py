"""Texts too long for where they belong: refused by name, place and length, never cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wenxiao.budget.models import Subject
from wenxiao.evidence.models import Actual
from wenxiao.files.forms.dossier_forms import DossierForm
from wenxiao.files.forms.score_sheet import ScoreSheet
from wenxiao.files.forms.targets.form import TargetForm
from wenxiao.intake.targets import promises_of
from wenxiao.orgs.models import Unit
from wenxiao.reviews.models import Criterion, Review
from wenxiao.reviews.services.describing import TEXTS
from wenxiao.rulebook.codes import TEXT_TOO_LONG
from wenxiao.rulebook.problems import Problem
from wenxiao.targets.models import Indicator
from wenxiao.targets.services import WIDEST

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.db.models import Model

    from wenxiao.files.forms.dossier_forms import MonitorRow, SelfEvalRow
    from wenxiao.files.forms.forms import ObjectForm
    from wenxiao.files.forms.score_sheet import ScoredCriterion
    from wenxiao.intake.matching import Match

_Columns = tuple[tuple[str, type["Model"], str], ...]
_INDICATOR: _Columns = (
    ("level1", Indicator, "level1"),
    ("level2", Indicator, "level2"),
    ("name", Indicator, "name"),
    ("promise", Indicator, "expression"),
    ("actual_text", Actual, "value"),
    ("forecast_text", Actual, "forecast"),
    ("possibility_text", Actual, "possibility"),
)
_CRITERION: _Columns = (
    ("code", Criterion, "code"),
    ("level1", Criterion, "level1"),
    ("level2", Criterion, "level2"),
    ("name", Criterion, "name"),
)
Measured = tuple[str, str, type["Model"], str, str | None]
"""Whose text, the text, the column it goes to, its cell."""


def too_long(form: ObjectForm, matched: Match) -> list[Problem]:
    """Each text of a form that its column doesn't hold."""
    problems = [
        over(whose, text, model, field, sheet=form.sheet, cell=cell)
        for whose, text, model, field, cell in _texts(form, matched)
    ]
    if isinstance(form, DossierForm):
        problems += [
            over("", text, Review, name, sheet=form.sheet, cell=form.places.get(name), longest=most)
            for name, text in form.beside_rows.items()
            for most in (TEXTS[name][1],)
        ]
    return [problem for problem in problems if problem is not None]


def over(
    whose: str,
    text: str,
    model: type[Model],
    field: str,
    *,
    sheet: str = "",
    cell: str | None = None,
    longest: int | None = None,
) -> Problem | None:
    """The refusal of a text longer than its column, or ``longest`` where that has no end; None for one that fits."""
    column = model._meta.get_field(field)
    most = longest or getattr(column, "max_length", None) or len(text)
    if len(text) <= most:
        return None
    word = getattr(column, "verbose_name", field)
    return Problem(
        TEXT_TOO_LONG,
        "阻断",
        f"{whose}{word}有 {len(text)} 字，超过 {most} 字，没有截断。",
        sheet=sheet or None,
        cell=cell,
        expected=f"不超过 {most} 字",
        got=f"{text[:40]}…",
        mend="请缩短后再导入。",
    )


def _texts(form: ObjectForm, matched: Match) -> Iterator[Measured]:
    if isinstance(form, TargetForm):
        yield from _promised(form)
        yield from _made(form, matched)
        return
    columns = _CRITERION if isinstance(form, ScoreSheet) else _INDICATOR
    rows: Sequence[SelfEvalRow | MonitorRow | ScoredCriterion] = form.rows
    for number, row in enumerate(rows, start=1):
        places = row.places
        for name, model, field in columns:
            text = getattr(row, name) or ""
            yield f"第 {number} 行", text, model, field, places.get(name)
    grade = form.places.get("grade_text")
    yield "", form.grade_text, Review, "published_grade", f"{form.sheet}!{grade}" if grade else None
    yield from _made(form, matched)


def _promised(form: TargetForm) -> Iterator[Measured]:
    """The texts of a target table's rows, mid-term ones too."""
    cells = [row.places.get("name") for row in form.rows]
    for number, row in enumerate(promises_of(form.indicators), start=1):
        for name in WIDEST:
            yield f"第 {number} 行", getattr(row, name), Indicator, name, cells[number - 1]
    for number, row in enumerate(promises_of(form.long_indicators), start=1):
        for name in WIDEST:
            yield f"中长期第 {number} 行", getattr(row, name), Indicator, name, None


def _made(form: ObjectForm, matched: Match) -> Iterator[Measured]:
    """What is made for a form, by the names it brings."""
    if matched.create_unit:
        yield "", form.unit_text or form.department_text, Unit, "name", None
    if matched.create_subject:
        yield "", form.subject_text, Subject, "name", None
        yield "", form.code, Subject, "code", None
