"""Forms that were read, held against the rulebook: the reader says what it
saw, the checks alone say what is wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from wenxiao.files.forms.forms import Form, ListForm, Reading
from wenxiao.files.forms.score_sheet import ScoreSheet
from wenxiao.files.forms.tables import table_of
from wenxiao.rulebook.basis import Overrides
from wenxiao.rulebook.checks import Table, doors
from wenxiao.rulebook.code_levels import at_own_levels
from wenxiao.rulebook.problems import Problem


def checked(reading: Reading, overrides: Overrides | None = None) -> Reading:
    """A reading with what the checks find in its forms, by the rules of each form's year, before
    the file's own faults.

    ``overrides`` are the division's own rule values; without them the national ones count.
    """
    tables = tables_of(reading.forms)
    problems = _problems(reading.forms, tables, overrides)
    own = at_own_levels(reading.problems, overrides, _year(tables))
    return msgspec.structs.replace(reading, problems=[*problems, *own])


def problems_of(forms: Sequence[Form], overrides: Overrides | None = None) -> list[Problem]:
    """What the checks find, form by form."""
    return _problems(forms, tables_of(forms), overrides)


def tables_of(forms: Sequence[Form]) -> list[Table]:
    """The one table of each form; a summary page knows the heads of the score sheets it repeats."""
    tables = [table_of(form) for form in forms]
    heads = {
        form.sheet: table.head
        for form, table in zip(forms, tables, strict=True)
        if isinstance(form, ScoreSheet)
    }
    return [
        replace(table, head={**table.head, "score_sheets": heads})
        if isinstance(form, ListForm)
        else table
        for form, table in zip(forms, tables, strict=True)
    ]


def _problems(
    forms: Sequence[Form], tables: Sequence[Table], overrides: Overrides | None
) -> list[Problem]:
    return [
        problem
        for form, table in zip(forms, tables, strict=True)
        for problem in doors.checked(doors.FORM, table, form.kind, overrides)
    ]


def _year(tables: Sequence[Table]) -> int | None:
    """The year of a file's forms, the latest of several; None where none
    says it: the newest rules count.
    """
    return max((table.year for table in tables if table.year is not None), default=None)
