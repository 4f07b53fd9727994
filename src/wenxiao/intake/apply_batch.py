"""The way of an uploaded file: gate and reading → preview with every problem and match → one transaction → undoable batch."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from wenxiao.budget.models import Dossier, Round, Subject
from wenxiao.budget.services import ensure_subject, open_dossier, open_round, refuse_secret
from wenxiao.files.forms.forms import reading_json
from wenxiao.files.pool import forms_in_child
from wenxiao.intake.apply_form import FormRefusedError, Landing, apply_form
from wenxiao.intake.findings import draw_findings
from wenxiao.intake.matching import Directory, Match, match
from wenxiao.intake.reading import incoming_forms
from wenxiao.orgs import permissions
from wenxiao.orgs.models import Unit
from wenxiao.orgs.services import add_unit
from wenxiao.records.models import ImportBatch
from wenxiao.records.services import Written, close_batch, open_batch, refuse_batch, store_file
from wenxiao.reviews.models import Review
from wenxiao.rulebook.problems import Problem
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from wenxiao.intake.forms import Incoming
    from wenxiao.orgs.models import Division, User

CLASSIFIED = "DR-16"
"""The code of a refusal for a marking of state secrets."""
CREATE = {"unit": "create", "subject": "create", "round": "create"}
"""The choice of somebody who wants everything unknown to be created."""


@dataclass(slots=True)
class ImportOutcome:
    """What an import did or, in preview, would do. ``problems`` are JSON problems, ``unmatched`` the forms left open."""

    batch: ImportBatch | None
    source_rows: int = 0
    accepted: int = 0
    problems: list[dict[str, Any]] = field(default_factory=list)
    unmatched: list[dict[str, Any]] = field(default_factory=list)
    reviews: list[int] = field(default_factory=list)
    matches: list[dict[str, Any]] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Nothing blocks."""
        return not self.unmatched and not any(p["level"] == "阻断" for p in self.problems)

    def as_json(self) -> dict[str, Any]:
        """As the command line promises; ``batch`` and ``reviews`` besides."""
        return {
            "source_rows": self.source_rows,
            "accepted": self.accepted,
            "total_yuan": None,
            "unit": "份表",
            "encoding": None,
            "unmatched": self.unmatched,
            "problems": [
                *self.problems,
                *(problem for form in self.unmatched for problem in form["problems"]),
            ],
            "batch": self.batch.pk if self.batch else None,
            "reviews": self.reviews,
        }


def import_file(
    path: Path,
    *,
    division: Division,
    by: User | None,
    dry_run: bool = False,
    create: bool = False,
    choices: dict[str, Any] | None = None,
    synthetic: bool = False,
) -> ImportOutcome:
    """Read, match and apply one file unattended. Anything that blocks leaves the database untouched but for the batch.

    ``create`` makes unknown units, projects and rounds; ``choices`` are per form index as in :func:`match`.
    """
    preview = preview_file(
        path, division=division, by=by, create=create, choices=choices, keep=not dry_run
    )
    if dry_run or preview.batch is None:
        return preview
    if not preview.clean:
        refuse_batch(batch=preview.batch, by=by, why="有阻断问题或未匹配的表")
        return preview
    return apply_batch(preview.batch, by=by, choices=preview.batch.choices, synthetic=synthetic)


def apply_reading(
    reading: dict[str, Any],
    path: Path,
    *,
    division: Division,
    by: User | None,
    choices: dict[str, Any] | None = None,
    synthetic: bool = False,
) -> ImportOutcome:
    """Preview and, when nothing blocks, apply a file that a pool of children has read already."""
    preview = preview_reading(reading, path, division=division, by=by, choices=choices)
    if preview.batch is None or not preview.clean:
        return preview
    return apply_batch(preview.batch, by=by, choices=preview.batch.choices, synthetic=synthetic)


def preview_file(
    path: Path,
    *,
    division: Division,
    by: User | None,
    create: bool = False,
    choices: dict[str, Any] | None = None,
    keep: bool = True,
    name: str | None = None,
) -> ImportOutcome:
    """Read and match without writing anything but (with ``keep``) the file as received and its batch."""
    permissions.require(by, "import")
    reading = reading_json(forms_in_child(path))
    reading["file"] = name or path.name
    return preview_reading(
        reading, path, division=division, by=by, create=create, choices=choices, keep=keep
    )


def preview_reading(
    reading: dict[str, Any],
    path: Path,
    *,
    division: Division,
    by: User | None,
    create: bool = False,
    choices: dict[str, Any] | None = None,
    keep: bool = True,
) -> ImportOutcome:
    """Match what was read (by a pool of children, for many files) as :func:`preview_file` does."""
    forms = incoming_forms(reading)
    said = {str(i): CREATE if create else {} for i in range(len(forms))} | (choices or {})
    directory = Directory(division)
    matches = [match(form, directory, said.get(str(i))) for i, form in enumerate(forms)]
    secret = _secret(reading, forms)
    if secret:
        # What may be a state secret is neither kept nor shown back: only the refusal and what to do instead.
        return ImportOutcome(batch=None, source_rows=len(forms), problems=secret)
    problems = [*reading["problems"], *(p.as_json() for p in _faults(forms, matches))]
    made = ImportOutcome(batch=None, source_rows=len(forms), problems=problems)
    made.matches = [m.as_json() for m in matches]
    made.unmatched = [
        {
            "form": i,
            "sheet": form.sheet,
            "unit": form.unit,
            "project": form.subject,
            "year": form.year,
            "problems": [p.as_json() for p in m.problems],
            "close": m.close,
        }
        for i, (form, m) in enumerate(zip(forms, matches, strict=True))
        if m.problems
    ]
    if keep:
        with transaction.atomic():
            stored = store_file(division=division, by=by, name=reading["file"], content=path)
            made.batch = open_batch(
                division=division,
                by=by,
                kind=reading.get("kind") or "unknown",
                file=stored,
                reading=reading,
                problems=problems,
                source_rows=len(forms),
            )
            made.batch.choices = said
            made.batch.save(update_fields=["choices"])
    return made


def _secret(reading: dict[str, Any], forms: list[Incoming]) -> list[dict[str, Any]]:
    """Why this file may not enter at all: a marking of state secrets in it, or a name that says so."""
    marked = [problem for problem in reading["problems"] if problem["code"] == CLASSIFIED]
    for form in forms:
        for name in (form.subject, form.unit, form.department):
            try:
                refuse_secret(name)
            except NotAllowed as refusal:
                mend = "请立即从本机删除该文件，改由线下按保密规定办理。"
                marked.append(
                    Problem(CLASSIFIED, "阻断", str(refusal), sheet=form.sheet, mend=mend).as_json()
                )
    return marked


def _faults(forms: list[Incoming], matches: list[Match]) -> list[Problem]:
    """Faults only the batch can see: nothing to import, the same project twice."""
    if not forms:
        return [
            Problem(
                "DR-30",
                "阻断",
                "没有找到可以导入的表。",
                mend="请确认是自评表、监控表或评价评分表。",
            )
        ]
    found: list[Problem] = []
    seen: dict[Any, str] = {}
    for form, matched in zip(forms, matches, strict=True):
        key = (form.kind, form.subject, form.unit, matched.year, form.period)
        if form.subject and key in seen and not matched.skip:
            text = f"“{form.subject}”在同一文件里出现两次（另一张在“{seen[key]}”）。"
            found.append(
                Problem(
                    "DR-35",
                    "阻断",
                    text,
                    sheet=form.sheet,
                    mend="请只留一张，或选择不导入其中一张。",
                )
            )
        seen.setdefault(key, form.sheet)
    return found


def apply_batch(
    batch: ImportBatch, *, by: User | None, choices: dict[str, Any], synthetic: bool = False
) -> ImportOutcome:
    """Write a previewed batch in one transaction. A form that cannot be written stops the whole batch."""
    forms = incoming_forms(batch.reading)
    made = ImportOutcome(batch=batch, source_rows=len(forms), problems=list(batch.problems))
    try:
        with transaction.atomic():
            written, directory = Written(), Directory(batch.division)
            for index, form in enumerate(forms):
                matched = match(form, directory, choices.get(str(index)))
                review = _land(form, matched, directory, batch, by, written, synthetic=synthetic)
                if review is not None:
                    made.reviews.append(review.pk)
            made.accepted = len(made.reviews)
            close_batch(
                batch=batch, by=by, accepted=made.accepted, written=written, choices=choices
            )
    except FormRefusedError as refusal:
        made.accepted, made.reviews = 0, []
        made.problems.append(refusal.problem.as_json())
        refuse_batch(batch=batch, by=by, why=refusal.problem.text)
    return made


def _land(
    form: Incoming,
    matched: Match,
    directory: Directory,
    batch: ImportBatch,
    by: User | None,
    written: Written,
    *,
    synthetic: bool,
) -> Review | None:
    if matched.skip:
        return None
    if matched.problems:
        raise FormRefusedError(matched.problems[0])
    unit = _unit(form, matched, batch, by, written)
    subject = _subject(form, matched, unit, batch, by, written)
    dossier = _dossier(subject, matched.year or 0, batch, by, written)
    round = _round(form, matched, batch, by, written)
    directory.learn(unit, subject, round)
    landing = Landing(
        dossier=dossier,
        round=round,
        by=by,
        batch=batch,
        file=batch.file,
        written=written,
        synthetic=synthetic,
    )
    review = apply_form(form, landing)
    problems = [p for p in batch.problems if p.get("sheet") == form.sheet]
    Review.objects.filter(pk=review.pk).update(problems=problems)
    draw_findings(review, form, landing)
    return review


def _unit(
    form: Incoming, matched: Match, batch: ImportBatch, by: User | None, written: Written
) -> Unit:
    if matched.unit is not None:
        return Unit.objects.get(pk=matched.unit, division=batch.division)
    name = form.unit or form.department
    code = (
        f"ZJ{timezone.now():%Y%m%d%H%M%S}{Unit.objects.filter(division=batch.division).count():04d}"
    )
    unit = add_unit(
        division=batch.division, code=code, name=name, by=by, why="导入时新建，代码待补"
    )
    written.created(unit)
    return unit


def _subject(
    form: Incoming,
    matched: Match,
    unit: Unit,
    batch: ImportBatch,
    by: User | None,
    written: Written,
) -> Subject:
    if matched.subject is not None:
        return Subject.objects.get(pk=matched.subject, division=batch.division)
    code = (
        form.code
        or f"ZJ{timezone.now():%Y%m%d%H%M%S}{Subject.objects.filter(division=batch.division).count():05d}"
    )
    subject = ensure_subject(
        division=batch.division, unit=unit, name=form.subject, code=code, by=by
    )
    written.created(subject)
    return subject


def _dossier(
    subject: Subject, year: int, batch: ImportBatch, by: User | None, written: Written
) -> Dossier:
    known = Dossier.objects.filter(subject=subject, fiscal_year=year).first()
    if known is not None:
        return known
    dossier = open_dossier(subject=subject, fiscal_year=year, by=by, batch=batch)
    written.created(dossier)
    return dossier


def _round(
    form: Incoming, matched: Match, batch: ImportBatch, by: User | None, written: Written
) -> Round:
    if matched.round is not None:
        return Round.objects.get(pk=matched.round, division=batch.division)
    year = matched.year or 0
    monitoring = form.kind == Round.Kind.MONITORING
    name = (
        f"{year}预算年度{f'1-{form.period}月' if form.period else ''}{Round.Kind(form.kind).label}"
    )
    made = open_round(
        division=batch.division,
        kind=form.kind,
        name=name,
        work_year=year if monitoring else year + 1,
        fiscal_year=year,
        through_month=form.period,
        by=by,
        key=form.kind == Round.Kind.FINANCE,
    )
    written.created(made)
    return made
