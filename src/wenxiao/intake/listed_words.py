"""Words of a sheet that are chosen from a list: one that is listed is taken as the list has it, any
other is left out of what is written, and named. The sheet is received all the same.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from wenxiao.intake.columns import NAMES
from wenxiao.rulebook.choice_columns import ChoiceColumn, choice_columns
from wenxiao.rulebook.codes import CHOICE_UNREAD
from wenxiao.rulebook.problems import Problem

if TYPE_CHECKING:
    from wenxiao.files.forms.dossier_forms import MonitorForm, MonitorRow, SelfEvalRow
    from wenxiao.orgs.models import Division


def with_listed_words(
    form: MonitorForm, year: int | None, division: Division
) -> tuple[MonitorForm, list[Problem]]:
    """The form with the words its lists have, and what in it is none of them; what was read stays
    as it was read.
    """
    problems: list[Problem] = []
    read: list[tuple[int, str, Any]] = []
    columns = choice_columns("monitoring", year, division.own_rules)
    for at, row in enumerate(form.rows):
        for column in columns:
            name = NAMES[column.field]
            written: Any = getattr(row, name)
            words = [written] if isinstance(written, str) else written
            listed = [word for text in words if (word := column.read(text))]
            value = "".join(listed) if isinstance(written, str) else listed
            if value != written:
                read.append((at, name, value))
            problems += [
                _unread(form, row, column, text) for text in words if text and not column.read(text)
            ]
    if read:
        form = deepcopy(form)
    for at, name, value in read:
        form.rows[at].say(name, value)
    return form, problems


def _unread(
    form: MonitorForm, row: SelfEvalRow | MonitorRow, column: ChoiceColumn, text: str
) -> Problem:
    return Problem(
        CHOICE_UNREAD,
        "警告",
        f"“{row.name}”的{column.word}“{text[:40]}”不在可选的词里，这一格没有写入。",
        sheet=form.sheet or None,
        cell=row.places.get(NAMES[column.field]),
        expected=column.offered,
        got=text[:40],
        mend=f"请从{column.offered}里选，导入后可以在填报页改。",
    )
