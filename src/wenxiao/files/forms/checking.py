"""Forms that were read, held against the rulebook: the reader says what it saw, the checks alone say what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    """A reading with what the checks find in its forms, by the rules of each form's year, before the file's own faults.

    ``overrides`` are the division's own rule values; without them the national ones count.
    """
    problems = problems_of(reading.forms, overrides)
    own = at_own_levels(reading.problems, overrides, _year(reading.forms))
    return msgspec.structs.replace(reading, problems=[*problems, *own])


def _year(forms: Sequence[Form]) -> int | None:
    """The year of a file's forms, the latest of several; None where none says it: the newest rules count."""
    years = [year for form in forms if (year := table_of(form).year) is not None]
    return max(years, default=None)


def problems_of(forms: Sequence[Form], overrides: Overrides | None = None) -> list[Problem]:
    """What the checks find, form by form."""
    heads = {form.sheet: table_of(form).head for form in forms if isinstance(form, ScoreSheet)}
    return [
        problem
        for form in forms
        for problem in doors.checked(doors.FORM, _table(form, heads), form.kind, overrides)
    ]


def _table(form: Form, heads: Mapping[str, object]) -> Table:
    """The table of a form; a summary page knows the heads of the score sheets it repeats."""
    table = table_of(form)
    if not isinstance(form, ListForm):
        return table
    return replace(table, head={**table.head, "score_sheets": heads})
