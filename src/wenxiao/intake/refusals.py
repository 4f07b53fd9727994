"""What keeps a file out whatever anybody answers: a name that says state secret, a text too long
for its column.

A file that may be a secret is refused once, at every door, and never named again; no text is ever
cut.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from wenxiao.budget.models import Subject
from wenxiao.files.forms.dossier_forms import DossierForm
from wenxiao.files.forms.score_sheet import ScoreSheet
from wenxiao.files.forms.targets.form import TargetForm
from wenxiao.intake.columns import CRITERION, MARKED, PROMISED, REACHED
from wenxiao.intake.targets import promises_of
from wenxiao.orgs.models import Unit
from wenxiao.orgs.services.secrecy import secret_mark
from wenxiao.reviews.models import Review
from wenxiao.reviews.services.describing import TEXTS
from wenxiao.rulebook.codes import CLASSIFIED, TEXT_TOO_LONG
from wenxiao.rulebook.problems import Problem
from wenxiao.targets.models import Indicator
from wenxiao.targets.services import WIDEST

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from django.db.models import Model

    from wenxiao.files.forms.dossier_forms import MonitorRow, SelfEvalRow
    from wenxiao.files.forms.forms import ObjectForm, Reading
    from wenxiao.files.forms.score_sheet import ScoredCriterion
    from wenxiao.intake.matching import Match

NOT_KEPT = "（未予留存的文件）"
"""What a file is called whose name may not be kept."""
_MEND = "请立即从本机删除该文件，改由线下按保密规定办理。"


def secret_problems(reading: Reading, forms: Iterable[ObjectForm]) -> list[Problem]:
    """Why this file may not enter at all: a marking in it, or a name that says so.
    The name itself is not repeated.
    """
    marked = [
        replace(problem, sheet=None) if secret_mark(problem.sheet or "") else problem
        for problem in reading.problems
        if problem.code == CLASSIFIED
    ]
    named = [("文件名", reading.file)]
    for at, form in enumerate(forms, start=1):
        named += [
            (f"第 {at} 张表的{what}", text)
            for what, text in (
                ("工作表名称", form.sheet),
                ("项目名称", form.subject_text),
                ("单位名称", form.unit_text),
                ("部门名称", form.department_text),
                *(
                    ("指标名称", row.name)
                    for row in (form.rows if isinstance(form, TargetForm) else ())
                ),
            )
        ]
    return marked + [refusal(what, mark) for what, text in named if (mark := secret_mark(text))]


def refusal(what: str, mark: str, *, line: int | None = None) -> Problem:
    """The refusal of a name that carries a marking; ``what`` says which
    name, never how it reads.
    """
    text = f"{what}带有“{mark}”字样。涉密项目和文件不得进入本系统，没有留存。"
    return Problem(CLASSIFIED, "阻断", text, line=line, mend=_MEND)


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
    """The refusal of a text longer than its column, or ``longest`` where
    that has no end; None for one that fits.
    """
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
    columns = (*CRITERION, *MARKED) if isinstance(form, ScoreSheet) else (*PROMISED, *REACHED)
    rows: Sequence[SelfEvalRow | MonitorRow | ScoredCriterion] = form.rows
    for number, row in enumerate(rows, start=1):
        places = row.places
        for one in columns:
            text = getattr(row, one.name) or ""
            yield f"第 {number} 行", text, one.model, one.field, places.get(one.name)
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
