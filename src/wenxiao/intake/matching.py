"""Which unit, project, year and round a form belongs to: exact matches are
taken, close ones only offered.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wenxiao.budget.models import Dossier, Round, Subject
from wenxiao.budget.selectors import dossiers_of
from wenxiao.files.cells.textforms import WIDE
from wenxiao.files.forms.targets.form import TargetForm
from wenxiao.orgs.models import Unit
from wenxiao.reviews.kinds import JUDGED
from wenxiao.rulebook.codes import NO_ROUND, NO_YEAR, OTHER_YEAR, UNKNOWN_SUBJECT, UNKNOWN_UNIT
from wenxiao.rulebook.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from wenxiao.files.forms.forms import ObjectForm
    from wenxiao.orgs.models import Division

_FOLD = WIDE | str.maketrans("【】〔〕[]", "()()()")


def fold(name: str) -> str:
    """A name without blanks, half-width and with one kind of brackets, so
    that typing habits make no strangers.
    """
    return "".join(name.translate(_FOLD).split())


@dataclass(slots=True)
class Match:
    """What a form was matched to; ids None where a person must say
    (``close`` lists near names with their ids).
    """

    unit: int | None = None
    subject: int | None = None
    round: int | None = None
    year: int | None = None
    create_unit: bool = False
    create_subject: bool = False
    skip: bool = False
    close: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def ready(self) -> bool:
        """Nothing is left to ask."""
        return not self.skip and not self.problems

    def as_json(self) -> dict[str, Any]:
        """For the batch and the wizard."""
        return {
            "unit": self.unit,
            "subject": self.subject,
            "round": self.round,
            "year": self.year,
            "create_unit": self.create_unit,
            "create_subject": self.create_subject,
            "skip": self.skip,
            "close": self.close,
            "problems": [problem.as_json() for problem in self.problems],
        }


class Directory:
    """The names of a division, read once for a whole batch of forms."""

    def __init__(self, division: Division) -> None:
        self.division = division
        rows = list(self._known_units().values_list("pk", "name", "aliases", "parent"))
        known = [row[:3] for row in rows]
        self._above: dict[int, int | None] = {pk: parent for pk, _, _, parent in rows}
        self.unit_names: dict[int, str] = {pk: name for pk, name, _ in known}
        self.units = {fold(name): pk for pk, name in self.unit_names.items()}
        for alias, bearers in _called(known).items():
            if len(bearers) == 1:
                self.units.setdefault(alias, bearers[0])
        self.by_code: dict[str, tuple[int, int]] = {}
        self.by_name: dict[str, list[tuple[int, int]]] = {}
        self.subject_names: dict[int, str] = {}
        self.subject_codes: dict[int, str] = {}
        self._unit_of: dict[int, int] = {}
        self.overall: dict[int, int] = {}
        subjects = self._known_subjects().values_list("pk", "code", "name", "unit_id", "kind")
        for pk, code, name, unit, kind in subjects:
            self._add_subject(pk, code, name, unit)
            if kind == Subject.Kind.DEPARTMENT:
                self.overall.setdefault(unit, pk)
        self.rounds = list(self._known_rounds())
        self._scopes: dict[int, set[int]] = {}

    def _known_units(self) -> QuerySet[Unit]:
        """The units that a name may mean."""
        return Unit.objects.filter(division=self.division, valid_to=None).exclude(
            kind=Unit.Kind.FINANCE
        )

    def _known_subjects(self) -> QuerySet[Subject]:
        """The subjects that a code or a name may mean."""
        return Subject.objects.filter(division=self.division)

    def _known_rounds(self) -> QuerySet[Round]:
        """The rounds a form may belong to, the likeliest first."""
        return (
            Round.objects.filter(division=self.division)
            .exclude(state=Round.State.CLOSED)
            .order_by("-pk")
        )

    def _add_subject(self, pk: int, code: str | None, name: str, unit: int) -> None:
        self.subject_names[pk], self._unit_of[pk] = name, unit
        self.subject_codes[pk] = code or ""
        if code:
            self.by_code[code] = (pk, unit)
        bearers = self.by_name.setdefault(fold(name), [])
        if (pk, unit) not in bearers:
            bearers.append((pk, unit))

    def subjects_of(self, units: set[int] | None) -> list[tuple[str, str]]:
        """The subjects of some units (None: all) by what names them, code or full name, with their
        words, in the order of names.
        """
        rows = [
            (
                self.subject_codes[pk] or name,
                f"{name} · {self.unit_names.get(self._unit_of[pk], '')}",
            )
            for pk, name in self.subject_names.items()
            if units is None or self._unit_of[pk] in units
        ]
        return sorted(rows, key=lambda row: row[1])

    def learn(self, unit: Unit, subject: Subject, round: Round | None) -> None:
        """Take in what a form of the batch created, so that the next form
        finds it; what is known stays.
        """
        if unit.kind != Unit.Kind.FINANCE:
            self.units.setdefault(fold(unit.name), unit.pk)
        self._add_subject(subject.pk, subject.code, subject.name, subject.unit_id)
        if subject.kind == Subject.Kind.DEPARTMENT:
            self.overall.setdefault(subject.unit_id, subject.pk)
        if round is not None and round.pk not in {known.pk for known in self.rounds}:
            self.rounds.insert(0, round)

    def unit(self, name: str) -> int | None:
        """The unit of exactly this name."""
        return self.units.get(fold(name)) if name else None

    def close_units(self, name: str) -> list[tuple[int, str]]:
        """Up to five units of a similar name, for a person to choose from."""
        asked = fold(name)
        holding = [n for n in self.units if asked and (asked in n or n in asked)]
        near = difflib.get_close_matches(asked, self.units, n=5, cutoff=0.5)
        units = dict.fromkeys(self.units[n] for n in [*sorted(holding, key=len), *near])
        return [(pk, self.unit_names.get(pk, name)) for pk in list(units)[:5]]

    def subject(self, *, code: str, name: str, unit: int | None) -> int | None:
        """By code; else by exact name within the unit; else by a name that
        only one subject bears.
        """
        if code and code in self.by_code:
            return self.by_code[code][0]
        subjects = self.by_name.get(fold(name), [])
        own = [pk for pk, owner in subjects if owner == unit]
        if len(own) == 1:
            return own[0]
        return subjects[0][0] if unit is None and len(subjects) == 1 else None

    def below(self, *, name: str, department: int) -> tuple[int, int] | None:
        """The one subject of exactly this name among the units under a department, and its unit;
        None for none or several.
        """
        subjects = [
            (pk, owner)
            for pk, owner in self.by_name.get(fold(name), [])
            if department in self._departments_of(owner)
        ]
        return subjects[0] if len(subjects) == 1 else None

    def _departments_of(self, unit: int) -> set[int]:
        above: set[int] = set()
        at = self._above.get(unit)
        while at is not None and at not in above:
            above.add(at)
            at = self._above.get(at)
        return above

    def namesakes(self, name: str, unit: int | None) -> list[int]:
        """The subjects of exactly this name within one unit."""
        return [pk for pk, owner in self.by_name.get(fold(name), []) if owner == unit]

    def close_subjects(self, name: str, unit: int | None = None) -> list[tuple[int, str]]:
        """Those of this name in the unit, then up to five subjects of a similar name."""
        near = difflib.get_close_matches(fold(name), self.by_name, n=5, cutoff=0.5)
        subjects = [*self.namesakes(name, unit), *(self.by_name[n][0][0] for n in near)]
        return [(pk, self.subject_names[pk]) for pk in dict.fromkeys(subjects)]

    def round_for(self, form: ObjectForm, year: int, subject: int | None = None) -> Round | None:
        """The open round of this kind for a year and the form's window; None when there is none or
        more than one.

        Of several, as 重点 and 日常 monitoring over the same months, the one whose scope holds the
        ``subject``.
        """
        fitting = [
            r
            for r in self.rounds
            if r.kind == form.round_kind
            and r.fiscal_year == year
            and (form.through_month is None or r.through_month == form.through_month)
        ]
        if len(fitting) > 1 and subject is not None:
            fitting = [r for r in fitting if subject in self._scope_of(r)]
        return fitting[0] if len(fitting) == 1 else None

    def leaves_out(self, row: Round, subject: int | None) -> bool:
        """Whether an object with a dossier of the round's year is not in its scope; what the form
        is the first of its year for can't be.
        """
        if not row.scope or subject is None or subject in self._scope_of(row):
            return False
        return Dossier.objects.filter(subject=subject, fiscal_year=row.fiscal_year).exists()

    def _scope_of(self, row: Round) -> set[int]:
        """The subjects in a round's scope, read once for the batch."""
        if row.pk not in self._scopes:
            self._scopes[row.pk] = set(dossiers_of(row).values_list("subject", flat=True))
        return self._scopes[row.pk]


def _called(known: Iterable[tuple[int, str, list[str]]]) -> dict[str, list[int]]:
    """The units by their other names; a name that two share tells neither."""
    bearers: dict[str, list[int]] = {}
    for pk, _, aliases in known:
        for alias in aliases:
            bearers.setdefault(fold(alias), []).append(pk)
    return bearers


def match(form: ObjectForm, directory: Directory, choice: dict[str, Any] | None = None) -> Match:
    """Match one form; ``choice`` is what a person said in the match step: unit, subject, round (id
    or "create"), year, skip.
    """
    answer = choice or {}
    matched = Match(skip=bool(answer.get("skip")), year=answer.get("year") or form.fiscal_year)
    if matched.skip:
        return matched
    _match_unit(form, directory, answer, matched)
    _match_subject(form, directory, answer, matched)
    _match_round(form, directory, answer, matched)
    return matched


def _match_unit(form: ObjectForm, directory: Directory, said: dict[str, Any], made: Match) -> None:
    name = form.unit_text or form.department_text
    wanted = said.get("unit")
    made.unit = (
        wanted
        if isinstance(wanted, int)
        else directory.unit(form.unit_text or form.department_text)
    )
    if made.unit is not None:
        return
    if wanted == "create" and name:
        made.create_unit = True
        return
    subject = directory.subject(code=form.code, name=form.subject_text, unit=None)
    if not name and subject is not None:
        made.unit = Subject.objects.filter(pk=subject).values_list("unit_id", flat=True).get()
        return
    made.close["unit"] = directory.close_units(name) if name else []
    above = directory.unit(form.department_text) if form.unit_text else None
    if above is not None and above not in {pk for pk, _ in made.close["unit"]}:
        made.close["unit"].append((above, directory.unit_names[above]))
    text = f"没有名为“{name}”的单位。" if name else "表上没有写实施单位。"
    made.problems.append(
        Problem(
            UNKNOWN_UNIT,
            "阻断",
            text,
            sheet=form.sheet,
            got=name or None,
            mend="请在匹配时选定单位，或新建，或不导入此表。",
        )
    )


def _department_alone(form: ObjectForm) -> bool:
    """The official score sheet names the department and no unit: its object
    may be one of the units below.
    """
    return bool(form.department_text) and (
        not form.unit_text or (form.unit_text == form.department_text and form.round_kind in JUDGED)
    )


def _department_judged(form: ObjectForm) -> bool:
    """Whether a score sheet is of a department's whole: the object it names is the department."""
    return form.round_kind in JUDGED and form.subject_text in {form.unit_text, form.department_text}


def _match_subject(
    form: ObjectForm, directory: Directory, said: dict[str, Any], made: Match
) -> None:
    wanted = said.get("subject")
    if isinstance(wanted, int):
        made.subject = wanted
        return
    if form.scope == "department":
        made.subject = directory.overall.get(made.unit or 0)
    made.subject = made.subject or (
        directory.subject(code=form.code, name=form.subject_text, unit=made.unit)
        if form.subject_text
        else None
    )
    if made.subject is None and made.unit is not None and _department_alone(form):
        below = directory.below(name=form.subject_text, department=made.unit)
        if below is not None:
            made.subject, made.unit = below
    if made.subject is None and _department_judged(form):
        made.subject = directory.overall.get(made.unit or 0)
    if made.subject is not None or (wanted == "create" and form.subject_text):
        made.create_subject = made.subject is None
        return
    name = form.subject_text
    made.close["subject"] = directory.close_subjects(name, made.unit) if name else []
    text = f"没有名为“{name}”的项目。" if name else "表上没有写项目名称。"
    if (same := len(directory.namesakes(name, made.unit)) if name else 0) > 1:
        text = f"这个单位有 {same} 个项目名为“{name}”，表上没有能分清的项目编码。"
    made.problems.append(
        Problem(
            UNKNOWN_SUBJECT,
            "阻断",
            text,
            sheet=form.sheet,
            got=form.subject_text or None,
            mend="请在匹配时选定项目，或新建，或不导入此表。",
        )
    )


def _left_out(form: ObjectForm, row: Round) -> Problem:
    return Problem(
        NO_ROUND,
        "阻断",
        f"“{form.subject_text}”不在任务“{row.name}”的范围内。",
        sheet=form.sheet,
        mend="请核对是不是交错了：确要收下的，在匹配时选定这项任务；否则不导入此表。",
    )


def _match_round(form: ObjectForm, directory: Directory, said: dict[str, Any], made: Match) -> None:
    if made.year is None:
        made.problems.append(
            Problem(
                NO_YEAR, "阻断", "表上没有预算年度。", sheet=form.sheet, mend="请在匹配时填写年度。"
            )
        )
        return
    if isinstance(form, TargetForm):
        return
    wanted = said.get("round")
    if isinstance(wanted, int):
        made.round = wanted
        return
    round_found = directory.round_for(form, made.year, made.subject)
    if round_found is not None:
        if directory.leaves_out(round_found, made.subject):
            made.problems.append(_left_out(form, round_found))
        else:
            made.round = round_found.pk
        return
    if wanted == "create":
        return
    title = Round.Kind(form.round_kind).label
    window = f"1-{form.through_month}月" if form.through_month else ""
    code, text = NO_ROUND, f"没有（或不止一个）{made.year}预算年度{window}的{title}任务在进行。"
    mend = "请先下达任务，或在匹配时选定任务。"
    years = sorted({r.fiscal_year for r in directory.rounds if r.kind == form.round_kind})
    if years and made.year not in years:
        asked = "、".join(map(str, years))
        code = OTHER_YEAR
        text = f"年度不对：表上是 {made.year} 预算年度，在进行的{title}任务收 {asked} 预算年度的。"
        mend = "请退回单位核对年度；确是这一年度的，先下达任务，或在匹配时选定任务。"
    made.problems.append(Problem(code, "阻断", text, sheet=form.sheet, mend=mend))
