"""One approved target table into its dossier, each row noted in the batch
so that it can be taken back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wenxiao.budget.services import describe_subject, set_appropriation
from wenxiao.intake.apply_marks import FormRefusedError
from wenxiao.intake.targets import contents_of, joins_of, promises_of
from wenxiao.reviews.models import Mark, Review
from wenxiao.reviews.services import receive_approval
from wenxiao.rulebook.codes import OTHER_TARGET_STANDS
from wenxiao.rulebook.problems import Problem
from wenxiao.store.moves import NotAllowed
from wenxiao.targets.models import Target
from wenxiao.targets.selectors import target_in_force

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import Model

    from wenxiao.budget.models import Dossier
    from wenxiao.files.forms.targets.form import TargetForm
    from wenxiao.orgs.models import User
    from wenxiao.records.models import ImportBatch
    from wenxiao.records.services import Written


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where a target table arrives and under whose name."""

    dossier: Dossier
    by: User | None
    batch: ImportBatch
    written: Written
    synthetic: bool = False


def apply_target(form: TargetForm, arrival: Arrival, choice: dict[str, Any]) -> Target:
    """Write one approved target with its money and its person. Raises FormRefusedError."""
    dossier, rows = arrival.dossier, promises_of(form.indicators)
    before = target_in_force(dossier)
    held = _Held(_standing(before))
    try:
        target = receive_approval(
            dossier=dossier,
            rows=rows,
            by=arrival.by,
            why="由批复的目标表导入",
            contents=contents_of(form),
            joins=joins_of(dossier, rows, choice),
            batch=arrival.batch,
            synthetic=arrival.synthetic,
        )
    except NotAllowed as refusal:
        problem = Problem(OTHER_TARGET_STANDS, "阻断", str(refusal), sheet=form.sheet or None)
        raise FormRefusedError(problem) from refusal
    arrival.written.created(target)
    for row in [*target.indicators.all(), *target.long_indicators.all(), *target.amounts.all()]:
        if not held.holds(row):
            arrival.written.created(row)
    for mark in Mark.objects.filter(review__target=target):
        if not held.holds(mark):
            arrival.written.created(mark)
    held.note(arrival.written)
    _money(form, arrival)
    _person(form, arrival)
    return target


def _standing(before: Target | None) -> list[Model]:
    """What an approval may change of a target that came along with a sheet:
    itself, its rows, its reviews, their marks.
    """
    if before is None:
        return []
    reviews = list(Review.objects.filter(target=before))
    marks = list(Mark.objects.filter(review__in=reviews))
    return [before, *before.indicators.all(), *reviews, *marks]


class _Held:
    """Rows as they were; whatever is another afterwards is noted with what it held."""

    def __init__(self, rows: Iterable[Model]) -> None:
        self._before = {
            (type(row), row.pk): {
                field.attname: getattr(row, field.attname)
                for field in row._meta.concrete_fields
                if field.name not in {"id", "version"}
            }
            for row in rows
        }

    def holds(self, row: Model) -> bool:
        return (type(row), row.pk) in self._before

    def note(self, written: Written) -> None:
        for (model, pk), before in self._before.items():
            row = model._default_manager.get(pk=pk)
            changed = {name: old for name, old in before.items() if getattr(row, name) != old}
            if changed:
                written.changed(row, changed)


def _money(form: TargetForm, arrival: Arrival) -> None:
    """The money approved with the target, where nothing was arranged for the dossier yet."""
    opening, _, _ = form.money()
    if opening is None or arrival.dossier.appropriations.exists():
        return
    row = set_appropriation(
        dossier=arrival.dossier,
        fund="total",
        by=arrival.by,
        batch=arrival.batch,
        synthetic=arrival.synthetic,
        opening=opening,
        adjusted=opening,
    )
    arrival.written.created(row)


def _person(form: TargetForm, arrival: Arrival) -> None:
    """Who answers for the project, where nobody is named yet."""
    subject, name = arrival.dossier.subject, (form.responsible or "")[:60]
    if name and not subject.manager:
        describe_subject(subject=subject, manager=name, by=arrival.by, why="批复的目标表上写明")
        arrival.written.changed(subject, {"manager": ""})
