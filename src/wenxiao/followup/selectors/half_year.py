"""What the half-year brief (半年简报) is told from: the rounds of the first half as they stand, and
what was mended or held.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from wenxiao.budget.models import Dossier, Exemption, Round, Subject
from wenxiao.budget.selectors import dossiers_of
from wenxiao.followup.models import FALLS_DUE, Rectification
from wenxiao.orgs.models import Attendance
from wenxiao.reviews.kinds import ASKED
from wenxiao.reviews.models import Review
from wenxiao.reviews.states import SETTLED
from wenxiao.reviews.worklists import received
from wenxiao.targets.models import Target

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from wenxiao.orgs.models import Division

Named = tuple[int, str]
"""A row behind a count: its id and what it is called."""


@dataclass(frozen=True, slots=True)
class RoundLine:
    """One round opened in the first half: who owes it, what is due, what arrived or is settled."""

    id: int
    name: str
    kind: str
    owed_by_unit: bool
    deadline: date | None
    due: tuple[Named, ...]
    done: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class HalfYear:
    """The rows of a half year; each list is (id, name).
    ``day`` is its last day: what happened later is not in it.
    """

    day: date
    rounds: tuple[RoundLine, ...]
    targets: tuple[Named, ...]
    objects: tuple[Named, ...]
    ordered: tuple[Named, ...]
    closed: tuple[Named, ...]
    overdue: tuple[Named, ...]
    people: tuple[Named, ...]


def half_year(division: Division, year: int, *, public: bool = False) -> HalfYear:
    """The first half of a work year; ``public`` leaves out objects only some may know of (限制知悉)."""
    day = date(year, 6, 30)
    opened = Round.objects.filter(division=division, work_year=year, opens_on__lte=day).exclude(
        state=Round.State.DRAFT
    )
    objects = _told(Dossier.objects.filter(subject__division=division, fiscal_year=year), public)
    approved = Target.objects.filter(state=Target.State.APPROVED, dossier__in=objects.values("pk"))
    dated = approved.filter(Q(approval__issued_on=None) | Q(approval__issued_on__lte=day))
    mendings = Rectification.objects.filter(
        finding__dossier__in=_told(
            Dossier.objects.filter(subject__division=division), public
        ).values("pk"),
        finding__review__round__work_year=year - 1,
    ).order_by("pk")
    lines = [_mending(row) for row in mendings.values_list(*_MENDING)]
    came = Attendance.objects.filter(course__division=division, course__held_on__year=year)
    return HalfYear(
        day,
        tuple(_round(one, public) for one in opened.order_by("opens_on", "pk")),
        tuple(dated.order_by("pk").values_list("dossier", "dossier__subject__name")),
        tuple(objects.order_by("pk").values_list("pk", "subject__name")),
        tuple(line.named for line in lines),
        tuple(line.named for line in lines if line.closed_by(day)),
        tuple(line.named for line in lines if line.due < day and not line.closed_by(day)),
        tuple(came.filter(course__held_on__lte=day).order_by("pk").values_list("pk", "name")),
    )


def _told(rows: QuerySet[Dossier], public: bool) -> QuerySet[Dossier]:  # noqa: FBT001 - passed through
    if public:
        return rows.filter(subject__restriction=Subject.Restriction.OPEN)
    return rows


_MENDING = ("pk", "finding__text", FALLS_DUE, "closed_on")


@dataclass(frozen=True, slots=True)
class _Mending:
    named: Named
    due: date
    closed_on: date | None

    def closed_by(self, day: date) -> bool:
        return self.closed_on is not None and self.closed_on <= day


def _mending(row: tuple[int, str, date, date | None]) -> _Mending:
    pk, text, due, closed = row
    return _Mending((pk, text), due, closed)


def _round(one: Round, public: bool) -> RoundLine:  # noqa: FBT001 - as above
    """The objects in a round's scope without those excused, and those of
    which it has what it asked for.
    """
    excused = Exemption.objects.filter(round=one).values("dossier")
    due = _told(dossiers_of(one).exclude(pk__in=excused), public)
    owed = one.kind in ASKED
    done: Any = (
        received(one)
        if owed
        else Review.objects.filter(round=one, state__in=SETTLED).values("dossier")
    )
    rows = list(due.order_by("pk").values_list("pk", "subject__name"))
    arrived = set(due.filter(pk__in=done).values_list("pk", flat=True))
    return RoundLine(
        one.pk,
        one.name,
        str(one.get_kind_display()),
        owed,
        one.deadline,
        tuple(rows),
        tuple(row for row in rows if row[0] in arrived),
    )
