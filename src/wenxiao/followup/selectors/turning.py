"""结转新年度, looked at before it is done: what goes on, what is made, what goes
on by itself, what needs a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.apps import apps
from django.db.models import CASCADE, PROTECT, Q

from wenxiao.budget.models import Dossier, OwnFiling, Round, Subject
from wenxiao.followup.models import Rectification
from wenxiao.followup.states import UNDER_WAY
from wenxiao.orgs.models import Grant, Unit
from wenxiao.records.models import ImportBatch

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet

    from wenxiao.orgs.models import Division

KIND = "roll_over"
"""The kind of the batch that holds what a roll-over made."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One year turned into the next: subjects to carry over, rounds and
    settings to prepare, and what is only told.
    """

    year: int
    carried: list[int]
    unsaid: list[Subject]
    ended: list[Subject]
    gone: list[Subject]
    standing: int
    rounds: list[Round]
    filing: list[str]
    units: int
    people: int
    expiring: list[Grant]
    rectifications: int
    rules: int
    done: ImportBatch | None


def turn_of(division: Division, year: int) -> Turn:
    """What turning ``year`` into the next would do today; nothing is written."""
    first = date(year + 1, 1, 1)
    next_year = Dossier.objects.filter(subject__division=division, fiscal_year=year + 1)
    already = set(next_year.values_list("subject", flat=True))
    sorted_out = _sorted_out(division, year, already)
    units = Unit.objects.filter(division=division)
    rounds = Round.objects.filter(division=division, work_year=year)
    grants = Grant.objects.in_force().filter(division=division)
    open_ones = Rectification.objects.filter(
        finding__dossier__subject__division=division, state__in=UNDER_WAY
    )
    return Turn(
        year=year,
        carried=[one.pk for one in sorted_out["carried"]],
        unsaid=sorted_out["unsaid"],
        ended=sorted_out["ended"],
        gone=sorted_out["gone"],
        standing=len(already),
        rounds=list(rounds.exclude(state=Round.State.DRAFT).order_by("pk")),
        filing=sorted(set(_filed(division, year)) - set(_filed(division, year + 1))),
        units=units.filter(Q(valid_to=None) | Q(valid_to__gte=first)).count(),
        people=grants.values("user").distinct().count(),
        expiring=list(grants.filter(until__date__lt=first).select_related("user")),
        rectifications=open_ones.count(),
        rules=sum(len(values) for values in division.own_rules.values()),
        done=turned(division, year),
    )


def _sorted_out(division: Division, year: int, already: set[int]) -> dict[str, list[Subject]]:
    """The subjects of a year by what becomes of them; those with a dossier
    of the next year are left out.
    """
    first = date(year + 1, 1, 1)
    groups: dict[str, list[Subject]] = {"carried": [], "unsaid": [], "ended": [], "gone": []}
    of_year = Dossier.objects.filter(fiscal_year=year).values("subject")
    subjects = Subject.objects.filter(division=division, pk__in=of_year).select_related("unit")
    for subject in subjects.order_by("unit__path", "code"):
        if subject.pk in already:
            continue
        if subject.unit.valid_to is not None and subject.unit.valid_to < first:
            groups["gone"].append(subject)
        elif _over(subject, first):
            groups["ended"].append(subject)
        else:
            groups["carried" if _goes_on(subject, first) else "unsaid"].append(subject)
    return groups


def turned(division: Division, year: int) -> ImportBatch | None:
    """The roll-over of that year that stands; None where none was made or it was taken back."""
    rows = ImportBatch.objects.filter(
        division=division, kind=KIND, state=ImportBatch.State.APPLIED, reading__year=year
    )
    return rows.order_by("-pk").first()


def _filed(division: Division, year: int) -> QuerySet[OwnFiling, str]:
    return OwnFiling.objects.filter(division=division, fiscal_year=year).values_list(
        "kind", flat=True
    )


def _over(subject: Subject, first: date) -> bool:
    """Whether the subject's own dates say that it ends before the new year."""
    return any(day is not None and day < first for day in (subject.ends_on, subject.expires_on))


def _goes_on(subject: Subject, first: date) -> bool:
    """Departments as wholes always; others that recur, or whose own dates
    reach into the new year.
    """
    return (
        subject.kind == Subject.Kind.DEPARTMENT
        or bool(subject.recurring)
        or any(day is not None and day >= first for day in (subject.ends_on, subject.expires_on))
    )


def done_since(batch: ImportBatch) -> list[str]:
    """What people did with what a roll-over made: by kind of row and how
    many, so that undoing can be refused by name.
    """
    since = []
    for act in batch.written:
        model = apps.get_model(act["model"])
        chosen = {"pk": act["pk"]} if act["act"] == "created" else {"batch": batch}
        rows = model._default_manager.filter(**chosen)
        since += _hanging(model, rows)
        if act["act"] == "created" and model is Round:
            since += [f"任务“{row}”已下达" for row in rows if row.state != Round.State.DRAFT]
    return since


def _hanging(model: type[Model], rows: QuerySet[Model]) -> list[str]:
    hanging = []
    for relation in model._meta.related_objects:
        if relation.on_delete in {CASCADE, PROTECT} and not relation.many_to_many:
            other = relation.related_model
            later = other._default_manager.filter(**{f"{relation.field.name}__in": rows})
            count = later.count()
            if count and not other.__name__.startswith("Watch"):
                hanging.append(
                    f"{model._meta.verbose_name}上的{other._meta.verbose_name} {count} 条"
                )
    return hanging
