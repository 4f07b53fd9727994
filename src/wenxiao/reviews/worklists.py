"""Reviews as lists of work: how far the year's works are. Same cost for 1 and for 5 000."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Value

from wenxiao.budget.models import Dossier, Exemption, Round
from wenxiao.budget.questions import scope_of
from wenxiao.budget.selectors import (
    Progress,
    called,
    dossiers_of,
    found_by,
    in_scope,
    missing_names,
    named_counts,
    rounds_running_or_of,
    seen_by,
    unit_counts,
)
from wenxiao.orgs.permissions import once
from wenxiao.records.models import StoredFile
from wenxiao.reviews.census import reviews_counted
from wenxiao.reviews.kinds import KINDS
from wenxiao.reviews.models import Assignment, Review
from wenxiao.reviews.round_counts import ARRIVED, parts_counted, units_lacking, wholes_counted
from wenxiao.reviews.selectors import told_to
from wenxiao.reviews.states import MARKABLE, OPEN, SETTLED
from wenxiao.store.among import IDS, prepared
from wenxiao.targets.selectors import handed_in_targets

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from wenxiao.budget.questions import RoundScope
    from wenxiao.budget.selectors import UnitCount
    from wenxiao.orgs.models import User
    from wenxiao.orgs.permissions import Holdings
    from wenxiao.reviews.census import Reader
    from wenxiao.reviews.round_counts import ReviewCount

_WITH = (
    "dossier__subject__division",
    "dossier__unit",
    "round__division",
    "agency",
    "submitted_by",
    "hand",
)


def reviews_visible_to(user: User | None) -> QuerySet[Review]:
    """Reviews of the dossiers the user may see, with what a line shows."""
    return Review.objects.filter(seen_by(user), told_to(user)).select_related(*_WITH)


def rounds_of_year(user: User | None, work_year: int, kind: str = "") -> list[Round]:
    """The rounds of a work year the user may see, key rounds first, then by period."""
    return [
        row
        for row in rounds_at_work(user, work_year)
        if row.work_year == work_year and (not kind or row.kind == kind)
    ]


def rounds_at_work(user: User | None, work_year: int) -> list[Round]:
    """The rounds of a work year, and those of any other year that still
    run: what is late stays, whatever year is shown.
    """
    if user is None:
        return []
    return once(user, f"rounds {work_year}", lambda: rounds_running_or_of(user, work_year))


RECEIVED = Q(state__in=OPEN, received_on__isnull=False)
"""The condition on reviews that the form arrived and is not handed in: 已收到."""


def received(round: Round) -> QuerySet[Any]:
    """The dossiers whose form of the round arrived, whether it passed the checks (handed in) or
    not; of a target round those whose target was handed in.
    """
    if round.kind == Round.Kind.TARGET:
        return handed_in_targets(round)
    return Review.objects.filter(ARRIVED, round=round).values("dossier")


@dataclass(frozen=True, slots=True)
class UnitPart:
    """One unit's part of a round: in scope less excused is what is due.
    Of a long list not all ``missing`` are named.
    """

    unit: int
    name: str
    due: int
    received: int
    excused: int
    contact: str
    phone: str
    missing: tuple[str, ...]

    @property
    def lacking(self) -> int:
        """How many have not arrived yet."""
        return self.due - self.received

    @property
    def line(self) -> str:
        """One line to copy into a message."""
        return called((self.name, self.contact, self.phone), self.lacking, self.missing, gap=" ")


def parts_of(
    user: User | None, round: Round, counted: Iterable[ReviewCount] | None = None
) -> list[UnitPart]:
    """Progress of a round by the unit responsible, of what the user may see; those that lack most
    first. ``counted`` as in :func:`~wenxiao.reviews.round_counts.parts_counted`.
    """
    rows, done = dossiers_of(round).filter(seen_by(user, "")), received(round)
    counts = sorted(counts_of_round(user, round, counted), key=lambda one: -one.missing)
    names = missing_names(rows, round, done, counts)
    return [
        UnitPart(
            one.unit,
            one.name,
            one.in_scope - one.excused,
            one.received,
            one.excused,
            one.contact,
            one.phone,
            names.get(one.unit, ()),
        )
        for one in counts
    ]


def counts_of_round(
    reader: Reader, round: Round, counted: Iterable[ReviewCount] | None = None
) -> list[UnitCount]:
    """What the reader sees of a round by unit, in the order of the tree: from the kept counts where
    they say it, else from the rows.
    """
    counts = parts_counted(reader, round, counted)
    if counts is not None:
        return named_counts(counts)
    rows = dossiers_of(round)
    if not isinstance(reader, str):
        rows = rows.filter(seen_by(reader, ""))
    return unit_counts(rows, round, received(round))


def missing_of(user: User | None, round: Round) -> tuple[int, int]:
    """What the user sees of a round that did not arrive nor is excused: how
    many dossiers, of how many units.
    """
    rows = dossiers_of(round).filter(seen_by(user, "")).exclude(pk__in=received(round))
    rows = rows.exclude(pk__in=Exemption.objects.filter(round=round).values("dossier"))
    missing = rows.aggregate(n=Count("pk"), units=Count("unit", distinct=True))
    return missing["n"], missing["units"]


def due_and_open(round: Round, unit: int) -> tuple[int, int]:
    """How many dossiers of a round a unit has to file, and how many of them
    are not handed in yet; one query.
    """
    scope = scope_of(round)
    if scope is None:
        rows = list(_due_of_units(round, round.kind, [unit]))
    else:
        shape = ("due of units", scope, round.kind)
        rows = prepared(shape, lambda: _due_of_units(scope, round.kind, IDS), [unit])
    due, done = rows[0][1:] if rows else (0, 0)
    return due, due - done


def _due_of_units(
    scope: Round | RoundScope, kind: str, units: list[int] | str
) -> QuerySet[Any, Any]:
    if kind == Round.Kind.TARGET:
        handed_in = handed_in_targets(scope)
    else:
        handed_in = Review.objects.filter(round=scope.pk).exclude(state__in=OPEN).values("dossier")
    free = Exemption.objects.filter(round=scope.pk).values("dossier")
    rows = Dossier.objects.filter(in_scope(scope), unit__among=units).exclude(pk__in=free)
    counted: QuerySet[Any, Any] = (
        rows.order_by()
        .annotate(together=Value(1))
        .values_list("together")
        .annotate(due=Count("pk"), done=Count("pk", filter=Q(pk__in=handed_in)))
    )
    return counted


def not_begun(user: User | None, round: Round, most: int) -> list[Dossier]:
    """The first ``most`` dossiers of a round's scope the user sees that nobody began to fill in and
    nobody excused, by unit.
    """
    rows = dossiers_of(round).filter(seen_by(user, "")).select_related("unit", "subject__division")
    begun = Review.objects.filter(round=round, dossier=OuterRef("pk"))
    free = Exemption.objects.filter(round=round, dossier=OuterRef("pk"))
    units = units_lacking(user, round, most)
    if units is not None:
        rows = found_by(Q(unit__in=units), rows.select_related(None))
        rows = rows.select_related("unit", "subject__division")
    rows = rows.filter(~Exists(begun), ~Exists(free))
    return list(rows.order_by("unit__path", "subject__code", "pk")[:most])


@dataclass(frozen=True, slots=True)
class Owed:
    """One form a unit owes: its dossier, and the review it was begun in
    (None before anybody began).
    """

    dossier: Dossier
    review: Review | None


MOST_OWED = 60
"""Up to how many forms begun, and how many not begun, are listed at once."""


def to_fill(user: User, holding: Holdings, round: Round | None) -> list[Owed]:
    """What a person has to fill in for a round: returned first, then begun, then not begun.
    Empty for who fills nothing.
    """
    if (
        round is None
        or round.state != Round.State.OPEN
        or not holding.can("fill")
        or KINDS[round.kind].fill != "fill"
    ):
        return []
    rows = reviews_visible_to(user).filter(round=round, state__in=OPEN)
    begun = sorted(
        rows.order_by("dossier__unit__path", "pk")[:MOST_OWED],
        key=lambda row: row.state != "returned",
    )
    return [
        *(Owed(row.dossier, row) for row in begun),
        *(Owed(row, None) for row in not_begun(user, round, MOST_OWED)),
    ]


def late_arrivals(round: Round) -> int:
    """How many forms of a round came after its deadline, by the day on the paper."""
    if round.deadline is None:
        return 0
    return Review.objects.filter(round=round, received_on__gt=round.deadline).count()


def settled_apart(user: User | None, work_year: int) -> list[tuple[int, str, int]]:
    """Finance evaluations and monitoring settled in rounds that are not
    财政重点: the round, its name, how many.
    """
    kinds = ("finance_evaluation", "monitoring")
    rows = Review.objects.filter(
        seen_by(user), kind__in=kinds, round__work_year=work_year, round__key=False
    ).filter(state__in=SETTLED)
    settled = rows.order_by("round").values_list("round", "round__name").annotate(n=Count("pk"))
    return [(pk, name, n) for pk, name, n in settled]


def not_arrived(user: User | None, round: Round) -> QuerySet[Dossier]:
    """The dossiers of a round's scope the user sees whose form did not
    arrive and that nobody excused, by unit.
    """
    rows = dossiers_of(round).filter(seen_by(user, "")).select_related("unit", "subject__division")
    excused = Exemption.objects.filter(round=round).values("dossier")
    rows = rows.exclude(pk__in=received(round)).exclude(pk__in=excused)
    return rows.order_by("unit__path", "subject__code", "pk")


def received_open(user: User | None, round: Round) -> QuerySet[Review]:
    """What arrived for a round and is not handed in yet, as far as the user
    sees it: to be mended or handed in.
    """
    rows = reviews_visible_to(user).filter(RECEIVED, round=round).select_related("received_by")
    return rows.order_by("dossier__unit__path", "dossier__subject__code", "pk")


def received_open_count(user: User | None, round: Round) -> int:
    """How many :func:`received_open` are, from the kept counts where these say it."""
    counted = reviews_counted(user, "arrived", "state", round__in=[round.pk])
    if counted is None:
        return received_open(user, round).count()
    return sum(n for arrived, state, n in counted if arrived and state in OPEN)


def arrived_unsettled(user: User | None, round: Round) -> QuerySet[Review]:
    """What arrived for a round and is not settled, as far as the user sees it:
    its day may still be corrected.
    """
    rows = reviews_visible_to(user).filter(received_on__isnull=False, round=round)
    rows = rows.exclude(state__in=SETTLED).select_related("dossier__unit", "dossier__subject")
    return rows.order_by("dossier__unit__path", "dossier__subject__code", "pk")


def assigned_to(user: User) -> QuerySet[Review]:
    """The reviews a person was assigned to and may still see."""
    return reviews_visible_to(user).filter(
        pk__in=Assignment.objects.filter(user=user).values("review")
    )


def to_score(user: User, *, expert: bool) -> QuerySet[Review]:
    """The sheets a person was assigned to and still has to work on, with ``asked`` rows and
    ``given`` marks of theirs.

    An expert marks an own seat while judges may mark; who leads the evaluation works until it is
    handed in.
    """
    seat = str(user.name)[:30] if expert else ""
    given = Count("marks", filter=Q(marks__seat=seat, marks__points__isnull=False), distinct=True)
    rows = assigned_to(user).filter(state__in=MARKABLE if expert else OPEN)
    rows = rows.annotate(asked=Count("criteria", distinct=True), given=given)
    return (rows.filter(given__lt=F("asked")) if expert else rows).order_by("round__deadline", "pk")


def files_received(user: User | None, limit: int = 8) -> list[StoredFile]:
    """The latest original files of the divisions whose whole the user
    reads; none for anybody else.
    """
    from wenxiao.orgs.selectors import reads_restricted, seeing_grants

    divisions = reads_restricted(seeing_grants(user))
    rows = StoredFile.objects.filter(division__in=divisions).select_related("by").order_by("-pk")
    return list(rows[:limit]) if divisions else []


def assignments_of_year(user: User | None, work_year: int | None) -> QuerySet[Assignment]:
    """Who was assigned to which review the user may see, in a work year (None: any), by review."""
    rows = Assignment.objects.filter(review__in=reviews_visible_to(user))
    rows = rows if work_year is None else rows.filter(review__round__work_year=work_year)
    return rows.select_related(
        "user",
        "grant",
        "review__round__division",
        "review__agency",
        "review__dossier__subject__division",
        "review__dossier__unit",
    ).order_by("review__round", "review__dossier__unit__path", "review", "pk")


def wholes_of(rounds: Sequence[Round]) -> dict[int, Progress]:
    """How far whole rounds are, by id: from the kept counts, else each in one query of its own."""
    counted = wholes_counted(rounds)
    return {one.pk: counted.get(one.pk) or _whole(one) for one in rounds}


def _whole(round: Round) -> Progress:
    excused = Q(pk__in=Exemption.objects.filter(round=round).values("dossier"))
    done = Q(pk__in=received(round)) & ~excused
    counts = dossiers_of(round).aggregate(
        n=Count("pk"), free=Count("pk", filter=excused), done=Count("pk", filter=done)
    )
    return Progress(None, "合计", counts["n"], counts["free"], counts["done"])
