"""A previewed file written: one transaction, one undoable batch, all of its forms or none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from wenxiao.budget.models import Dossier, Round, Subject
from wenxiao.budget.services import ensure_subject, open_dossier, open_round
from wenxiao.files.forms.targets.form import TargetForm
from wenxiao.followup.models import CatalogueItem
from wenxiao.followup.services import propose_finding, propose_low_execution
from wenxiao.intake.apply_form import apply_form
from wenxiao.intake.apply_marks import FormRefusedError, Landing
from wenxiao.intake.apply_target import Arrival, apply_target
from wenxiao.intake.matching import fold
from wenxiao.intake.preview import round_name
from wenxiao.intake.targets import subject_kind
from wenxiao.orgs.models import Unit
from wenxiao.orgs.permissions import grants_kept
from wenxiao.orgs.services import add_unit, call_unit
from wenxiao.records.services import Written, close_batch, refuse_batch
from wenxiao.reviews.models import Review

if TYPE_CHECKING:
    from wenxiao.files.forms.forms import ObjectForm
    from wenxiao.intake.preview import FormPreview, Preview
    from wenxiao.orgs.models import User
    from wenxiao.records.models import ImportBatch
    from wenxiao.targets.models import Target


@dataclass(slots=True)
class ImportOutcome:
    """What an import did or, in preview, would do.
    ``unmatched`` are the forms that still ask something.
    """

    batch: ImportBatch | None
    source_rows: int = 0
    accepted: int = 0
    problems: list[dict[str, Any]] = field(default_factory=list)
    unmatched: list[dict[str, Any]] = field(default_factory=list)
    reviews: list[int] = field(default_factory=list)
    targets: list[int] = field(default_factory=list)
    forms: list[dict[str, Any]] = field(default_factory=list)
    standing: str = "accept"
    handed_in: int = 0

    @property
    def clean(self) -> bool:
        """Whether the file is (or would be) received."""
        return self.standing == "accept"

    def as_json(self) -> dict[str, Any]:
        """As the command line promises; ``batch`` and ``reviews`` besides."""
        return {
            "source_rows": self.source_rows,
            "accepted": self.accepted,
            "total_yuan": None,
            "unit": "份表",
            "encoding": None,
            "unmatched": self.unmatched,
            "problems": self.problems,
            "forms": self.forms,
            "batch": self.batch.pk if self.batch else None,
            "reviews": self.reviews,
            "targets": self.targets,
            "handed_in": self.handed_in,
        }


def apply(
    seen: Preview,
    *,
    batch: ImportBatch,
    by: User | None,
    synthetic: bool = False,
    synthetic_points: bool = False,
) -> ImportOutcome:
    """Write what a preview found, as it found it.
    A form that cannot be written stops the whole batch.
    """
    outcome = ImportOutcome(batch, seen.source_rows, problems=list(batch.problems))
    try:
        with transaction.atomic(), grants_kept(by):
            writing = _Writing(
                batch, by, synthetic=synthetic, synthetic_points=synthetic or synthetic_points
            )
            for one in seen.forms:
                if not one.skip:
                    is_target = isinstance(one.form, TargetForm)
                    landed = outcome.targets if is_target else outcome.reviews
                    landed.append(writing.land(one).pk)
            outcome.accepted = len(outcome.reviews) + len(outcome.targets)
            close_batch(
                batch=batch,
                by=by,
                accepted=outcome.accepted,
                written=writing.written,
                choices=seen.choices,
            )
    except FormRefusedError as refusal:
        outcome.accepted, outcome.reviews, outcome.targets, outcome.standing = 0, [], [], "refuse"
        outcome.problems.append(refusal.problem.as_json())
        refuse_batch(batch=batch, by=by, why=refusal.problem.text)
        return outcome
    for unit, subject, round in writing.landed:
        seen.directory.learn(unit, subject, round)
    return outcome


class _Writing:
    """One batch while it is written: what its forms created, each thing once."""

    def __init__(
        self, batch: ImportBatch, by: User | None, *, synthetic: bool, synthetic_points: bool
    ) -> None:
        self.batch, self.by, self.synthetic = batch, by, synthetic
        self.synthetic_points = synthetic_points
        self.written = Written()
        self.landed: list[tuple[Unit, Subject, Round | None]] = []
        self._made: dict[tuple[Any, ...], Any] = {}

    def land(self, one: FormPreview) -> Review | Target:
        """A form into its dossier, with its own problems and the candidate
        findings drawn from it.
        """
        if one.match.problems:
            raise FormRefusedError(one.match.problems[0])
        form = one.form
        unit = self._unit(one)
        subject = self._subject(one, unit)
        dossier = self._dossier(subject, one.match.year or 0)
        if isinstance(form, TargetForm):
            self.landed.append((unit, subject, None))
            arrival = Arrival(dossier, self.by, self.batch, self.written, self.synthetic)
            return apply_target(form, arrival, one.choice)
        round = self._round(one)
        self.landed.append((unit, subject, round))
        landing = Landing(
            dossier=dossier,
            round=round,
            by=self.by,
            batch=self.batch,
            file=self.batch.file,
            written=self.written,
            synthetic=self.synthetic,
            synthetic_points=self.synthetic_points,
        )
        review = apply_form(form, landing)
        problems = [p for p in self.batch.problems if p.get("sheet") == form.sheet]
        problems += one.beside
        Review.objects.filter(pk=review.pk).update(problems=problems)
        draw_findings(review, form, landing)
        return review

    def _once(self, key: tuple[Any, ...], make: Any) -> Any:
        if key not in self._made:
            self._made[key] = make()
            self.written.created(self._made[key])
        return self._made[key]

    def _unit(self, one: FormPreview) -> Unit:
        division, form = self.batch.division, one.form
        if one.match.unit is not None:
            known = Unit.objects.get(pk=one.match.unit, division=division)
            if isinstance(one.choice.get("unit"), int) and form.unit_text:
                call_unit(unit=known, name=form.unit_text, by=self.by, why="导入时选定")
            return known
        name = form.unit_text or form.department_text
        code = (
            f"ZJ{timezone.now():%Y%m%d%H%M%S}{Unit.objects.filter(division=division).count():04d}"
        )
        unit: Unit = self._once(
            ("unit", fold(name)),
            lambda: add_unit(
                division=division, code=code, name=name, by=self.by, why="导入时新建，代码待补"
            ),
        )
        return unit

    def _subject(self, one: FormPreview, unit: Unit) -> Subject:
        division, form = self.batch.division, one.form
        if one.match.subject is not None:
            return Subject.objects.get(pk=one.match.subject, division=division)
        count = Subject.objects.filter(division=division).count()
        code = form.code or f"ZJ{timezone.now():%Y%m%d%H%M%S}{count:05d}"
        key = ("code", form.code) if form.code else ("name", unit.pk, fold(form.subject_text))
        subject: Subject = self._once(
            key,
            lambda: ensure_subject(
                division=division,
                unit=unit,
                name=form.subject_text,
                code=code,
                kind=subject_kind(form),
                by=self.by,
            ),
        )
        return subject

    def _dossier(self, subject: Subject, year: int) -> Dossier:
        known = Dossier.objects.filter(subject=subject, fiscal_year=year).first()
        return known or self._once(
            ("dossier", subject.pk, year),
            lambda: open_dossier(subject=subject, fiscal_year=year, by=self.by, batch=self.batch),
        )

    def _round(self, one: FormPreview) -> Round:
        if one.match.round is not None:
            return Round.objects.get(pk=one.match.round, division=self.batch.division)
        form, year = one.form, one.match.year or 0
        opened: Round = self._once(
            ("round", form.round_kind, year, form.through_month),
            lambda: self._open_round(form, year),
        )
        return opened

    def _open_round(self, form: ObjectForm, year: int) -> Round:
        return open_round(
            division=self.batch.division,
            kind=form.round_kind,
            name=round_name(form, year),
            work_year=year if form.round_kind == Round.Kind.MONITORING else year + 1,
            fiscal_year=year,
            through_month=form.through_month,
            by=self.by,
            key=form.round_kind == Round.Kind.FINANCE,
        )


def draw_findings(review: Review, form: ObjectForm, landing: Landing) -> None:
    """Candidates from an evaluation's own problem list and from the
    execution rule; persons confirm them later.
    """
    known = set(review.findings.values_list("pk", flat=True))
    items = {
        item.text: item for item in CatalogueItem.objects.filter(division=landing.batch.division)
    }
    for text in form.problem_texts:
        finding = propose_finding(
            dossier=landing.dossier,
            review=review,
            text=text,
            item=items.get(text.strip("。；")),
            by=landing.by,
            batch=landing.batch,
            synthetic=landing.synthetic,
        )
        if finding.pk not in known:
            landing.written.created(finding)
            known.add(finding.pk)
    low = propose_low_execution(
        review=review, by=landing.by, batch=landing.batch, synthetic=landing.synthetic
    )
    if low is not None and low.pk not in known:
        landing.written.created(low)
