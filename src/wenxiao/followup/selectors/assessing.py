"""What units are assessed by (工作考核): each count of a work year by budget
department, with the rows behind it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.timezone import localdate

from wenxiao.budget.models import Dossier, Exemption, Round
from wenxiao.budget.selectors import dossiers_of
from wenxiao.followup.assessment import UnitAssessment
from wenxiao.followup.models import FALLS_DUE, Rectification
from wenxiao.orgs.models import Attendance, Course, Unit
from wenxiao.orgs.permissions import holdings
from wenxiao.reviews.models import Review
from wenxiao.reviews.round_counts import ARRIVED
from wenxiao.reviews.states import SETTLED
from wenxiao.store.clock import today
from wenxiao.targets.models import Target

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet

    from wenxiao.orgs.models import Division, User

ALL_SEEN_WITH = ("manage_round", "sign_report", "watch_trail")
"""Powers over the whole division of which one shows every unit's
assessment; others see their own unit's, confirmed.
"""


@dataclass(frozen=True, slots=True)
class AssessedRow:
    """One row that counts for a unit: its key ("budget.Dossier:12"), name,
    and whether it is done.
    """

    key: str
    name: str
    done: bool


Counted = dict[int, list[AssessedRow]]
"""Rows by budget department."""


def departments(division: Division) -> list[Unit]:
    """The budget departments that are assessed, by code."""
    rows = Unit.objects.filter(division=division, kind=Unit.Kind.DEPARTMENT, valid_to=None)
    return list(rows.order_by("code"))


def counted(division: Division, work_year: int, measures: Iterable[str]) -> dict[str, Counted]:
    """The rows of each measure asked for, by department; a fixed number of
    queries a round or measure.
    """
    above = _departments_above(division)
    return {
        measure: _by_department(_READ[measure](division, work_year), above) for measure in measures
    }


_Row = tuple[int, str, str, bool]
"""Unit, key, name, done."""


def _departments_above(division: Division) -> dict[int, int]:
    """The budget department of each unit that has one."""
    units = list(Unit.objects.filter(division=division).values_list("pk", "path", "kind"))
    heads = {pk for pk, _, kind in units if kind == Unit.Kind.DEPARTMENT}
    above = {}
    for pk, path, _ in units:
        chain = [int(part) for part in path.strip("/").split("/") if part.isdigit()] or [pk]
        head = next((one for one in reversed(chain) if one in heads), None)
        if head is not None:
            above[pk] = head
    return above


def _by_department(rows: Iterable[_Row], above: dict[int, int]) -> Counted:
    grouped: Counted = defaultdict(list)
    for unit, key, name, done in rows:
        if unit in above:
            grouped[above[unit]].append(AssessedRow(key, name, done))
    return grouped


def _targets(division: Division, year: int) -> Iterable[_Row]:
    approved = set(
        Target.objects.filter(
            state=Target.State.APPROVED,
            dossier__fiscal_year=year,
            dossier__subject__division=division,
        ).values_list("dossier", flat=True)
    )
    rows = Dossier.objects.filter(subject__division=division, fiscal_year=year).order_by("pk")
    for pk, unit, name in rows.values_list("pk", "unit", "subject__name"):
        yield unit, f"budget.Dossier:{pk}", name, pk in approved


def _handed_in(kind: str, *, in_time: bool) -> Callable[[Division, int], Iterable[_Row]]:
    def read(division: Division, year: int) -> Iterable[_Row]:
        rounds = Round.objects.filter(division=division, work_year=year, kind=kind).exclude(
            state=Round.State.DRAFT
        )
        if in_time:
            rounds = rounds.filter(deadline__lt=today())
        for one in rounds.order_by("pk"):
            arrived = _arrived(one)
            for pk, unit, name in _due(one).values_list("pk", "unit", "subject__name"):
                day = arrived.get(pk)
                done = pk in arrived
                if in_time:
                    done = day is not None and one.deadline is not None and day <= one.deadline
                yield unit, f"budget.Dossier:{pk}", f"{name}（{one.name}）", done

    return read


def _due(one: Round) -> QuerySet[Dossier]:
    excused = Exemption.objects.filter(round=one).values("dossier")
    return dossiers_of(one).exclude(pk__in=excused).order_by("pk")


def _arrived(one: Round) -> dict[int, date | None]:
    """When each object's form arrived: the day it was received, else handed
    in; None where no day is known.
    """
    rows = Review.objects.filter(ARRIVED, round=one)
    days: dict[int, date | None] = {}
    for dossier, received, submitted in rows.values_list("dossier", "received_on", "submitted_at"):
        days[dossier] = received or (localdate(submitted) if submitted else None)
    return days


def _same_grade(division: Division, year: int) -> Iterable[_Row]:
    own = dict(
        Review.objects.filter(
            round__division=division, round__work_year=year, kind=Round.Kind.SELFEVAL
        )
        .exclude(grade="")
        .values_list("dossier", "grade")
    )
    rows = Review.objects.filter(
        round__division=division, round__work_year=year, kind=Round.Kind.RECHECK, state__in=SETTLED
    ).order_by("pk")
    for pk, dossier, unit, name, grade in rows.values_list(
        "pk", "dossier", "dossier__unit", "dossier__subject__name", "grade"
    ):
        if dossier in own:
            yield unit, f"reviews.Review:{pk}", name, own[dossier] == grade


def _mended(*, in_time: bool) -> Callable[[Division, int], Iterable[_Row]]:
    def read(division: Division, year: int) -> Iterable[_Row]:
        rows = Rectification.objects.filter(
            Q(finding__review__round__work_year=year), finding__dossier__subject__division=division
        ).order_by("pk")
        names = ("pk", "unit", "finding__text", FALLS_DUE, "closed_on")
        for pk, unit, text, due, closed in rows.values_list(*names):
            if in_time and due >= today():
                continue
            done = closed is not None and (not in_time or closed <= due)
            yield unit, f"followup.Rectification:{pk}", text, done

    return read


def _trained(division: Division, year: int) -> Iterable[_Row]:
    """Each course held, once for every department: done where somebody of it signed in."""
    above = _departments_above(division)
    held = Course.objects.filter(division=division, year=year, held_on__lte=today()).order_by("pk")
    came: dict[int, set[int]] = defaultdict(set)
    for course, unit in Attendance.objects.filter(course__in=held.values("pk")).values_list(
        "course", "unit"
    ):
        if unit in above:
            came[course].add(above[unit])
    for pk, title in held.values_list("pk", "title"):
        for head in sorted(set(above.values())):
            yield head, f"orgs.Course:{pk}", title, head in came[pk]


_READ: dict[str, Callable[[Division, int], Iterable[_Row]]] = {
    "目标批复": _targets,
    "监控报送": _handed_in(Round.Kind.MONITORING, in_time=False),
    "监控按时": _handed_in(Round.Kind.MONITORING, in_time=True),
    "自评报送": _handed_in(Round.Kind.SELFEVAL, in_time=False),
    "自评按时": _handed_in(Round.Kind.SELFEVAL, in_time=True),
    "自评等级相符": _same_grade,
    "整改销号": _mended(in_time=False),
    "整改按期": _mended(in_time=True),
    "培训参加": _trained,
}


def sees_all(user: User | None, division: Division) -> bool:
    """Whether somebody reads every unit's assessment of a division."""
    held = holdings(user)
    return any(held.can_for_all(power, division.pk) for power in ALL_SEEN_WITH)


def assessments_seen_by(
    user: User | None, division: Division, work_year: int
) -> list[UnitAssessment]:
    """The assessments of a work year a user may see, by the unit's code."""
    rows = UnitAssessment.objects.filter(division=division, work_year=work_year).select_related(
        "unit", "prepared_by", "confirmed_by", "division"
    )
    if sees_all(user, division):
        return list(rows.order_by("unit__code"))
    held = holdings(user)
    shown = rows.filter(state=UnitAssessment.State.CONFIRMED).order_by("unit__code")
    return [row for row in shown if held.can("see_unit", unit=row.unit)]


def assessment_seen_by(user: User | None, division: Division, pk: int) -> UnitAssessment | None:
    """One assessment the user may see; None where there is no such."""
    year = (
        UnitAssessment.objects.filter(division=division, pk=pk)
        .values_list("work_year", flat=True)
        .first()
    )
    if year is None:
        return None
    return next((row for row in assessments_seen_by(user, division, year) if row.pk == pk), None)
