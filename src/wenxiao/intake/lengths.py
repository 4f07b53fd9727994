"""Texts too long for where they belong: refused by name, place and length, never cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wenxiao.budget.models import Subject
from wenxiao.evidence.models import Actual
from wenxiao.intake.targets import promises_of
from wenxiao.orgs.models import Unit
from wenxiao.reviews.kinds import kind_of
from wenxiao.reviews.models import Criterion, Review
from wenxiao.rulebook.codes import TEXT_TOO_LONG
from wenxiao.rulebook.problems import Problem
from wenxiao.targets.models import Indicator
from wenxiao.targets.services import WIDEST

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.db.models import Model

    from wenxiao.intake.forms import Incoming
    from wenxiao.intake.matching import Match

_INDICATOR = (
    ("level1", Indicator, "level1"),
    ("level2", Indicator, "level2"),
    ("name", Indicator, "name"),
    ("target", Indicator, "expression"),
    ("actual", Actual, "value"),
    ("forecast", Actual, "forecast"),
    ("possibility", Actual, "possibility"),
)
_CRITERION = (
    ("code", Criterion, "code"),
    ("level1", Criterion, "level1"),
    ("level2", Criterion, "level2"),
    ("name", Criterion, "name"),
)
Measured = tuple[str, str, type["Model"], str, str | None]
"""Whose text, the text, the column it goes to, its cell."""


def too_long(form: Incoming, matched: Match) -> list[Problem]:
    """Each text of a form that its column doesn't hold."""
    return [
        problem
        for whose, text, model, field, cell in _texts(form, matched)
        if (problem := over(whose, text, model, field, sheet=form.sheet, cell=cell)) is not None
    ]


def over(
    whose: str,
    text: str,
    model: type[Model],
    field: str,
    *,
    sheet: str = "",
    cell: str | None = None,
) -> Problem | None:
    """The refusal of a text longer than its column; None for one that fits."""
    column = model._meta.get_field(field)
    most = getattr(column, "max_length", None) or len(text)
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


def _texts(form: Incoming, matched: Match) -> Iterator[Measured]:
    if form.target is not None:
        yield from _promised(form)
        yield from _made(form, matched)
        return
    columns: Iterable[tuple[str, type[Model], str]]
    columns = _CRITERION if kind_of(form.kind).rows == "criteria" else _INDICATOR
    for number, row in enumerate(form.rows, start=1):
        for name, model, field in columns:
            cell = row.cells.get(name, "").rpartition("!")[2] or None
            yield f"第 {number} 行", getattr(row, name), model, field, cell
    yield "", form.grade, Review, "published_grade", form.cells.get("grade")
    yield from _made(form, matched)


def _promised(form: Incoming) -> Iterator[Measured]:
    """The texts of a target table's rows, mid-term ones too."""
    assert form.target is not None
    cells = [row.cells.get("name", "").rpartition("!")[2] or None for row in form.rows]
    for number, row in enumerate(promises_of(form.target.indicators), start=1):
        for name in WIDEST:
            yield f"第 {number} 行", getattr(row, name), Indicator, name, cells[number - 1]
    for number, row in enumerate(promises_of(form.target.long_indicators), start=1):
        for name in WIDEST:
            yield f"中长期第 {number} 行", getattr(row, name), Indicator, name, None


def _made(form: Incoming, matched: Match) -> Iterator[Measured]:
    """What is made for a form, by the names it brings."""
    if matched.create_unit:
        yield "", form.unit or form.department, Unit, "name", None
    if matched.create_subject:
        yield "", form.subject, Subject, "name", None
        yield "", form.code, Subject, "code", None
