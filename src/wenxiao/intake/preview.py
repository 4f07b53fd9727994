"""What a file would do, found out before anything is written: each form read once, matched once,
every problem named.

Wizard, command line and API ask here and here alone; they differ only in who answers what is still
open.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wenxiao.budget.models import Round
from wenxiao.files.forms.checking import checked
from wenxiao.files.forms.dossier_forms import MonitorForm
from wenxiao.files.forms.forms import ListForm, Reading
from wenxiao.files.forms.score_sheet import ScoreSheet
from wenxiao.files.forms.targets.form import TargetForm
from wenxiao.intake.answers import answers_for
from wenxiao.intake.audited import audit_problems
from wenxiao.intake.changes import compared, taken
from wenxiao.intake.differences import differences, handed_in_already
from wenxiao.intake.listed_words import with_listed_words
from wenxiao.intake.matching import Match, fold, match
from wenxiao.intake.refusals import secret_problems, too_long
from wenxiao.intake.scope import SeenDirectory
from wenxiao.intake.targets import meeting, target_faults
from wenxiao.intake.values import FILE
from wenxiao.rulebook.codes import (
    CHOICE_DIFFERS,
    NO_ROUND,
    NO_YEAR,
    NOTHING_TO_IMPORT,
    OTHER_TARGET_STANDS,
    OTHER_YEAR,
    ROWS_NOT_JOINED,
    SAME_OBJECT_TWICE,
    SEVERAL_VERSIONS,
    UNKNOWN_SUBJECT,
    UNKNOWN_UNIT,
)
from wenxiao.rulebook.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wenxiao.files.forms.forms import ObjectForm
    from wenxiao.intake.scope import Importer
    from wenxiao.intake.values import Change

ASKED = frozenset(
    {
        UNKNOWN_UNIT,
        UNKNOWN_SUBJECT,
        NO_YEAR,
        NO_ROUND,
        OTHER_YEAR,
        SAME_OBJECT_TWICE,
        CHOICE_DIFFERS,
        SEVERAL_VERSIONS,
        OTHER_TARGET_STANDS,
        ROWS_NOT_JOINED,
    }
)
"""Problems that an answer settles: which unit, project, year, round, and which of two."""
DOOR = "DR-"
"""Problems of the way in.
Only these keep a file out: what is wrong inside a form is received with it.
"""


def keeps_out(problem: Mapping[str, Any]) -> bool:
    """Whether a problem stands in the way of receiving the form, whatever anybody answers.

    A fault of the form itself (a wrong total, an empty value) stops its author from handing it in,
    never its receipt.
    """
    code = str(problem["code"])
    return problem["level"] == "阻断" and code.startswith(DOOR) and code not in ASKED


@dataclass(slots=True)
class FormPreview:
    """One form: what was read, what was answered, what it belongs to, and
    what was found beside (``otherwise``).
    """

    form: ObjectForm
    choice: dict[str, Any]
    match: Match
    otherwise: list[Problem] = field(default_factory=list)
    values: list[Change] | None = None
    """Each value beside the stored one, once somebody asked for them (:mod:`.changes`)."""

    @property
    def skip(self) -> bool:
        """Whether somebody chose to leave it out."""
        return self.match.skip

    @property
    def problems(self) -> list[dict[str, Any]]:
        """What stands between the form and its dossier."""
        return [problem.as_json() for problem in self.match.problems]

    @property
    def beside(self) -> list[dict[str, Any]]:
        """What it has otherwise than the approved target, and what is too long to be stored."""
        return [problem.as_json() for problem in self.otherwise]

    @property
    def everything(self) -> list[dict[str, Any]]:
        """Both, in this order."""
        return [*self.problems, *self.beside]

    @property
    def creates(self) -> dict[str, str]:
        """What is made for it: unit, subject, round → its name."""
        names: dict[str, str] = {}
        if self.match.create_unit:
            names["unit"] = self.form.unit_text or self.form.department_text
        if self.match.create_subject:
            names["subject"] = self.form.subject_text
        if (
            not isinstance(self.form, TargetForm)
            and self.choice.get("round") == "create"
            and self.match.round is None
            and self.match.year is not None
        ):
            names["round"] = round_name(self.form, self.match.year)
        return names

    def spelled(self) -> dict[str, Any]:
        """The choice with everything matched written out, as it is recorded with the batch."""
        if self.skip:
            return {"skip": True}
        spelled_out: dict[str, Any] = {
            name: getattr(self.match, name) or ("create" if name in self.creates else None)
            for name in ("unit", "subject", "round")
        }
        spelled_out |= {"year": self.match.year, "keep": bool(self.choice.get("keep"))}
        spelled_out["joins"] = self.choice.get("joins")
        spelled_out["cells"] = {
            value.key: value.take for value in self.values or [] if value.take != FILE
        }
        return {name: value for name, value in spelled_out.items() if value}


@dataclass(slots=True)
class Preview:
    """A whole file. ``reading`` is what may be stored of it; ``problems``
    are the file's own, beside each form's.
    """

    directory: SeenDirectory
    reading: Reading
    forms: list[FormPreview] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)
    source_rows: int = 0
    secret: bool = False

    @property
    def importer(self) -> Importer:
        """Who brings the file."""
        return self.directory.importer

    @property
    def choices(self) -> dict[str, dict[str, Any]]:
        """What was answered, spelled out, by the form's number from 0."""
        return {str(at): one.spelled() for at, one in enumerate(self.forms)}

    @property
    def standing(self) -> str:
        """accept, ask (something is open) or refuse."""
        wanted = [one for one in self.forms if not one.skip]
        left = {one.form.sheet for one in self.forms if one.skip} - {
            one.form.sheet for one in wanted
        }
        inside = [problem for one in wanted for problem in one.everything]
        shown = [p for p in self.problems if not wanted or p.get("sheet") not in left]
        if self.secret or any(keeps_out(problem) for problem in [*shown, *inside]):
            return "refuse"
        return "ask" if any(one.match.problems for one in wanted) else "accept"

    def standing_of(self, one: FormPreview) -> str:
        """The same of one form by itself."""
        own = [*self.problems_of(one), *one.everything]
        if self.secret or any(keeps_out(problem) for problem in own):
            return "refuse"
        return "ask" if one.problems and not one.skip else "accept"

    def problems_of(self, one: FormPreview) -> list[dict[str, Any]]:
        """The file's problems that concern this form: on its sheet, or the whole file's."""
        return [p for p in self.problems if p.get("sheet") in {one.form.sheet, None, ""}]

    def all_problems(self) -> list[dict[str, Any]]:
        """Everything there is to say of the file and of the forms that are wanted."""
        inside = [problem for one in self.forms if not one.skip for problem in one.everything]
        return [*self.problems, *inside]


def preview(
    reading: Reading,
    importer: Importer,
    choices: Mapping[str, Any] | None = None,
    *,
    directory: SeenDirectory | None = None,
) -> Preview:
    """What a read file would do, as this person sees the division; nothing is written.

    ``choices``: by form (its number from 0, its sheet, "*" for all) as in :mod:`.answers`. A
    ``directory`` read before serves many files.
    """
    directory = directory or SeenDirectory(importer)
    forms = [form for form in reading.forms if not isinstance(form, ListForm)]
    secrets = secret_problems(reading, forms)
    if secrets:
        # What may be a state secret is neither kept nor shown back: only the refusal and what to do
        # instead.
        bare = Reading(file="", kind=reading.kind, forms=[], problems=secrets)
        problems = [problem.as_json() for problem in secrets]
        return Preview(directory, bare, problems=problems, source_rows=len(forms), secret=True)
    looked = checked(reading, importer.division.own_rules)
    problems = [problem.as_json() for problem in looked.problems]
    seen = Preview(directory, reading, problems=problems, source_rows=len(forms))
    if not forms and not any(problem["level"] == "阻断" for problem in seen.problems):
        mend = (
            "请确认是自评表、监控表、评价评分表或绩效目标表；支付明细和预算清单请在“台账”处导入。"
        )
        seen.problems.append(
            Problem(NOTHING_TO_IMPORT, "阻断", "没有找到可以导入的表。", mend=mend).as_json()
        )
    seen.forms = [_form(at, form, choices or {}, directory) for at, form in enumerate(forms)]
    _name_twice(seen.forms)
    return seen


def _form(
    at: int, form: ObjectForm, choices: Mapping[str, Any], directory: SeenDirectory
) -> FormPreview:
    choice, unknown = answers_for(at, form, choices, directory)
    matched = match(form, directory, choice)
    if not matched.skip:
        matched.problems += unknown
        _check_round(form, matched, directory)
        refusal = directory.importer.refusal(form, matched, directory.subject_row(matched.subject))
        if refusal is not None:
            matched.problems.append(refusal)
    values = None
    unread: list[Problem] = []
    if not matched.skip and isinstance(form, MonitorForm):
        form, unread = with_listed_words(form, matched.year, directory.division)
    if not matched.skip and choice.get("cells"):
        form = deepcopy(form)  # what was read stays as it was read
        values, rows, wrong = taken(form, compared(form, matched), choice["cells"])
        choice = choice | {"rows": rows}
        matched.problems += wrong
    problems: list[Problem] = []
    if not matched.skip and isinstance(form, TargetForm):
        met = meeting(form, matched, choice)
        matched.problems += [problem for problem in met if problem.code in ASKED]
        problems = [problem for problem in met if problem.code not in ASKED]
        problems += [
            *target_faults(form, matched.year, directory.division),
            *too_long(form, matched),
        ]
    elif not matched.skip:
        problems = [
            *differences(form, matched, directory.division),
            *too_long(form, matched),
            *handed_in_already(form, matched),
            *unread,
            *(audit_problems(form, matched) if isinstance(form, ScoreSheet) else ()),
        ]
    return FormPreview(form, choice, matched, problems, values)


def _check_round(form: ObjectForm, matched: Match, directory: SeenDirectory) -> None:
    """A year chosen against what the form says is a decision; a round of
    another year silently taken is a fault.
    """
    row = directory.round_by_pk.get(matched.round or 0)
    if row is not None and row.fiscal_year != matched.year:
        text = f"表上的预算年度是 {matched.year} 年，“{row.name}”收的是 {row.fiscal_year} 年。"
        mend = "请核对年度后重新选定任务。"
        matched.problems.append(
            Problem(CHOICE_DIFFERS, "阻断", text, sheet=form.sheet or None, mend=mend)
        )


def _name_twice(forms: Iterable[FormPreview]) -> None:
    """The same project on two sheets of one file, neither left out."""
    seen: dict[tuple[Any, ...], str] = {}
    for one in forms:
        if one.skip or not one.form.subject_text:
            continue
        key = same_object(
            one.form.round_kind,
            one.match.subject,
            one.form.subject_text,
            one.form.unit_text or one.form.department_text,
            one.match.year,
            one.form.through_month,
        )
        if key in seen:
            text = f"“{one.form.subject_text}”在同一文件里出现两次（另一张在“{seen[key]}”）。"
            mend = "请选择不导入其中一张。"
            one.match.problems.append(
                Problem(SAME_OBJECT_TWICE, "阻断", text, sheet=one.form.sheet or None, mend=mend)
            )
        seen.setdefault(key, one.form.sheet)


def same_object(
    kind: str, subject: int | None, name: str, unit: str, year: int | None, period: int | None
) -> tuple[Any, ...]:
    """By what two forms are about the same: the matched subject, else its
    name within the unit as written.
    """
    return kind, subject or fold(name), 0 if subject else fold(unit), year, period


def round_name(form: ObjectForm, year: int) -> str:
    """What a round made for this form is called."""
    window = f"1-{form.through_month}月" if form.through_month else ""
    return f"{year}预算年度{window}{Round.Kind(form.round_kind).label}"
