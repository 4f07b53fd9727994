"""A preview as commands and machines are told it: what each form is, what
it would change, what is open and how to say so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wenxiao.files.forms.targets.form import TargetForm
from wenxiao.intake.answers import CREATE
from wenxiao.intake.apply import ImportOutcome
from wenxiao.intake.changes import changes_of
from wenxiao.intake.targets import NOBODYS
from wenxiao.rulebook.codes import (
    CHOICE_DIFFERS,
    NO_ROUND,
    NO_YEAR,
    OTHER_YEAR,
    ROWS_NOT_JOINED,
    UNKNOWN_SUBJECT,
    UNKNOWN_UNIT,
)

if TYPE_CHECKING:
    from wenxiao.intake.preview import FormPreview, Preview


def outcome_of(seen: Preview, *, changes: bool = True) -> ImportOutcome:
    """What would come of a file; nothing is written.
    ``changes``: with every value beside the stored one.
    """
    return ImportOutcome(
        batch=None,
        source_rows=seen.source_rows,
        problems=seen.all_problems(),
        unmatched=[
            _unmatched(at, one, seen)
            for at, one in enumerate(seen.forms)
            if one.match.problems and not one.skip
        ],
        forms=[_form(one, seen, changes=changes) for one in seen.forms],
        standing=seen.standing,
    )


def _unmatched(at: int, one: FormPreview, seen: Preview) -> dict[str, Any]:
    """A form that asks something, with what may be answered under which key of ``choices``."""
    form = one.form
    return {
        "form": at,
        "sheet": form.sheet,
        "unit": form.unit_text,
        "project": form.subject_text,
        "year": one.match.year,
        "problems": one.problems,
        "close": one.match.close,
        "choices": {str(at): choices_open(one, seen)},
    }


def choices_open(one: FormPreview, seen: Preview) -> dict[str, list[Any]]:
    """What may be answered to each open question of a form; leaving it out
    (``skip``) is always among them.
    """
    creates = seen.importer.creates
    asked = {problem.code for problem in one.match.problems}
    open_choices: dict[str, list[Any]] = {"skip": [True]}
    for name, code in (("unit", UNKNOWN_UNIT), ("subject", UNKNOWN_SUBJECT)):
        if code in asked:
            near = [_plain(name, pk, seen) for pk, _ in one.match.close.get(name, [])]
            open_choices[name] = near + ([CREATE] if name in creates else [])
    if ROWS_NOT_JOINED in asked:
        open_choices["joins"] = [NOBODYS]
    asks_round = asked & {NO_YEAR, NO_ROUND, OTHER_YEAR, CHOICE_DIFFERS}
    if asks_round and not isinstance(one.form, TargetForm):
        rounds = [row.name for row in seen.directory.rounds_for(one.form)[:8]]
        open_choices["round"] = rounds + ([CREATE] if "round" in creates else [])
    different = [value.key for value in one.values or [] if value.chosen]
    if different:
        open_choices["cells"] = different
    return open_choices


def _plain(name: str, pk: int, seen: Preview) -> str:
    names = seen.directory.unit_names if name == "unit" else seen.directory.subject_names
    return names[pk]


def _form(one: FormPreview, seen: Preview, *, changes: bool) -> dict[str, Any]:
    form, matched, known = one.form, one.match, seen.directory
    standing = seen.standing_of(one)
    return {
        "sheet": form.sheet,
        "kind": form.round_kind,
        "unit": {
            "text": form.unit_text or form.department_text,
            "matched": known.unit_names.get(matched.unit or 0),
            "near": [_plain("unit", pk, seen) for pk, _ in matched.close.get("unit", [])],
        },
        "subject": known.subject_names.get(matched.subject or 0) or form.subject_text,
        "subject_match": {
            "text": form.subject_text,
            "matched": known.subject_names.get(matched.subject or 0),
            "near": [_plain("subject", pk, seen) for pk, _ in matched.close.get("subject", [])],
        },
        "standing": standing,
        "received": standing == "accept" and not one.skip,
        "changes": [change.as_json() for change in changes_of(one)]
        if changes and not one.skip
        else [],
        "problems": [*seen.problems_of(one), *one.everything],
        "choices": choices_open(one, seen) if standing == "ask" else {},
    }
