"""Reviews read for pages: whose results stand beside each other, the one indicator table, score
sheets, the trail.

Who may see a dossier was settled before (budget.selectors); every function costs the same queries
for 1 and for 5 000 rows.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from django.db.models import Case, Count, Max, OuterRef, Q, QuerySet, Subquery, Sum, When

from wenxiao.budget.models import Dossier, Round, Subject
from wenxiao.budget.selectors import seen_by
from wenxiao.evidence.models import Actual, Material
from wenxiao.orgs.models import Role
from wenxiao.orgs.permissions import holdings
from wenxiao.records.models import Entry
from wenxiao.records.trail import target_of
from wenxiao.reviews.models import Assignment, Criterion, ExAnte, Exchange, Mark, Review, Suggestion
from wenxiao.reviews.panels import blind_reviews, without_blind
from wenxiao.reviews.states import JUDGED, OPEN, SETTLED
from wenxiao.store.clock import today
from wenxiao.store.prepared import PreparedRead
from wenxiao.targets.models import Indicator, Target

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from decimal import Decimal

    from wenxiao.budget.money import Money
    from wenxiao.evidence.selectors import Shelf
    from wenxiao.orgs.models import Division, User

OPEN_TO_LINKS = Q(review__state__in=OPEN, review__round__division__assist_links=True) & ~Q(
    review__dossier__subject__restriction=Subject.Restriction.RESTRICTED
)
"""Of a review's rows, those a link without account may open: its form and the division's door are
open, its object is not for some alone.
"""


def latest_work_year(division: Division) -> int | None:
    """The latest work year, not after the calendar's, in which a round was
    opened; None before the first.
    """
    opened = Round.objects.filter(division=division, work_year__lte=today().year)
    opened = opened.exclude(state=Round.State.DRAFT)
    latest: int | None = opened.aggregate(latest=Max("work_year"))["latest"]
    return latest


UNIT_SIDE = frozenset({Role.CLERK.value, Role.HEAD.value})
"""Roles of the evaluated unit itself."""


def told_to(user: User | None) -> Q:
    """The condition of reviews whose rows a person may read: a unit sees an evaluation or re-check
    of itself once settled.

    Before that it sees what the exchange of opinions tells it, and nothing else.
    """
    return told_on(side_of(user))


Side = Literal["unit", "bureau"]
"""Whom somebody acts for: the evaluated unit alone, or others too."""


def side_of(user: User | None) -> Side:
    """Whom a person acts for by the grants in force."""
    roles = {scope.role for scope in holdings(user).scopes} if user is not None else set()
    return "unit" if roles and roles <= UNIT_SIDE else "bureau"


def told_on(side: Side) -> Q:
    """As :func:`told_to`, of a side."""
    return TOLD_TO_UNITS if side == "unit" else Q()


TOLD_TO_UNITS = ~Q(kind__in=(*JUDGED, "recheck")) | Q(state__in=SETTLED)


def held_in(work_year: int, kinds: Iterable[str]) -> Q:
    """The condition of reviews of some kinds in the rounds of a work year: found by their rounds,
    which are few, and not by going through all reviews.
    """
    kinds = tuple(kinds)
    rounds = Round.objects.filter(work_year=work_year, kind__in=kinds)
    return Q(kind__in=kinds, round__in=rounds.values("pk"))


def told_money(user: User | None, monies: dict[int, Money]) -> dict[int, Money]:
    """Money by dossier as a person may read it: a unit sees audited amounts once their evaluation
    is settled.

    One query, and none for anybody who is not on the unit's own side.
    """
    audited = [pk for pk, one in monies.items() if one.audited_arranged is not None]
    untold = untold_among(user, audited)
    if not untold:
        return monies
    return {
        pk: replace(one, audited_arranged=None, audited_used=None) if pk in untold else one
        for pk, one in monies.items()
    }


def untold_among(user: User | None, audited: list[int]) -> set[int]:
    """Of dossiers with audited amounts those whose amounts this person may not read yet."""
    if not audited or side_of(user) != "unit":
        return set()
    open_ones = Review.objects.filter(dossier__in=audited, kind__in=JUDGED, audited__isnull=False)
    return set(open_ones.exclude(state__in=SETTLED).values_list("dossier_id", flat=True))


def reviews_of(dossier: int, user: User | None = None) -> list[Review]:
    """A dossier's reviews in the order of their rounds' periods, with round, agency, audited
    amount and target. One query.

    With ``user`` only those whose rows this person may read.
    """
    return (_TOLD_TO_UNITS if told_to(user) else _OF_DOSSIER).rows(dossier)


def _of_dossier(dossier: int) -> QuerySet[Review]:
    rows = Review.objects.filter(dossier=dossier)
    rows = rows.select_related("round", "agency", "audited", "target", "file")
    return rows.order_by("round__work_year", "round__through_month", "pk")


_OF_DOSSIER = PreparedRead(_of_dossier)
_TOLD_TO_UNITS = PreparedRead(lambda dossier: _of_dossier(dossier).filter(TOLD_TO_UNITS))


@dataclass(frozen=True, slots=True)
class Proofs:
    """How many materials prove an indicator: verified, and not looked at yet."""

    verified: int = 0
    unverified: int = 0


@dataclass(frozen=True, slots=True)
class DossierTarget:
    """A dossier's target with everything that was filled in on its rows, keyed for laying out one
    table.

    ``actuals`` by (indicator, stage, through month); ``marks`` by (review, indicator): the panel's,
    else the first seat's.
    """

    target: Target
    versions: int
    indicators: list[Indicator]
    actuals: dict[tuple[int, str, int], Actual]
    marks: dict[tuple[int, int], Mark]
    proofs: dict[int, Proofs]


def marks_of(reviews: Iterable[int]) -> list[Mark]:
    """All marks of some reviews with their criteria, by seat: rows of the
    target's and of their own sheets alike.
    """
    return _MARKS.rows(reviews)


def _marks_among(reviews: Any) -> QuerySet[Mark]:
    own = Criterion.objects.filter(review=OuterRef("review")).order_by().values("review")
    rows = Mark.objects.filter(review__among=reviews).select_related("criterion")
    rows = rows.annotate(criteria=Subquery(own.annotate(n=Count("pk")).values("n")))
    return rows.order_by("seat", "pk")


_MARKS = PreparedRead(_marks_among, many=True)


def promise_of(
    dossier: Dossier, *, marks: Iterable[Mark] | None = None, shelf: Shelf | None = None
) -> DossierTarget | None:
    """The target in force (批复的最新版, else the latest) with its rows; None where no target was filed.

    ``marks`` of the dossier's reviews and its ``shelf`` of proofs are taken where the page has read
    them already.
    """
    target, versions, indicators = _target_in_force(dossier)
    if target is None:
        return None
    ids = [row.pk for row in indicators]
    actuals = {
        (row.indicator_id, row.stage, row.through_month): row
        for row in Actual.objects.filter(indicator__in=ids)
    }
    if marks is None:
        marks = Mark.objects.filter(indicator__in=ids).order_by("seat", "pk")
    first: dict[tuple[int, int], Mark] = {}
    for mark in marks:
        if mark.indicator_id in ids:
            first.setdefault((mark.review_id, mark.indicator_id), mark)
    proofs = _proofs(ids) if shelf is None else _shelved(shelf)
    return DossierTarget(target, versions, indicators, actuals, first, proofs)


def _target_in_force(dossier: Dossier) -> tuple[Target | None, int, list[Indicator]]:
    """The target that counts, how many versions there are, and its rows;
    one query where it has rows.
    """
    indicators: list[Any] = _ROWS_IN_FORCE.rows(dossier.pk)
    if indicators:
        return indicators[0].target, indicators[0].versions, indicators
    targets = _RANKED.rows(dossier.pk)
    return (targets[0] if targets else None), len(targets), []


def _ranked(dossier: int) -> QuerySet[Target]:
    approved_first = Case(When(state=Target.State.APPROVED, then=0), default=1)
    filed = Target.objects.filter(dossier=dossier, filing=False)
    return filed.order_by(approved_first, "-number")


def _rows_in_force(dossier: int) -> QuerySet[Indicator]:
    versions = _ranked(dossier).order_by().values("dossier").annotate(n=Count("pk")).values("n")
    rows = Indicator.objects.filter(target=Subquery(_ranked(dossier).values("pk")[:1]))
    rows = rows.select_related("target__approval").order_by("order")
    return rows.annotate(versions=Subquery(versions))


_RANKED = PreparedRead(lambda dossier: _ranked(dossier).select_related("approval"))
_ROWS_IN_FORCE = PreparedRead(_rows_in_force)


def _shelved(shelf: Shelf) -> dict[int, Proofs]:
    """How many proofs stand behind each row, counted on a shelf that was read already."""
    return {
        row: Proofs(
            sum(one.state == Material.State.VERIFIED for one in papers),
            sum(one.state == Material.State.UNVERIFIED for one in papers),
        )
        for row, papers in shelf.by_row.items()
    }


def _proofs(indicators: list[int]) -> dict[int, Proofs]:
    through = Material.indicators.through.objects.filter(indicator__in=indicators)
    counts: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for indicator, state in through.values_list("indicator_id", "material__state"):
        counts[indicator][0] += state == Material.State.VERIFIED
        counts[indicator][1] += state == Material.State.UNVERIFIED
    return {key: Proofs(*value) for key, value in counts.items()}


@dataclass(frozen=True, slots=True)
class ReviewSheet:
    """A review's own score sheet: its criteria in order, and the marks on
    each by criterion id, panel's first.
    """

    criteria: list[Criterion]
    marks: dict[int, list[Mark]]
    suggestions: list[Suggestion]


def sheets_of(
    reviews: Iterable[int], *, marks: Sequence[Mark] = (), seat: str = ""
) -> dict[int, ReviewSheet]:
    """Score sheets and suggestions by review id, three queries for all; fewer where their ``marks``
    were read before.

    Experts' marks stay out until all experts handed theirs in; ``seat`` names the one who reads and
    sees the own.
    """
    ids = list(reviews)
    sheets = {pk: ReviewSheet([], defaultdict(list), []) for pk in ids}
    for criterion in _criteria(ids, marks):
        sheets[criterion.review_id].criteria.append(criterion)
    own = marks or Mark.objects.filter(review__in=ids, criterion__isnull=False).order_by(
        "seat", "pk"
    )
    for mark in without_blind(own, seat):
        if mark.criterion_id is not None and mark.review_id in sheets:
            sheets[mark.review_id].marks[mark.criterion_id].append(mark)
    for suggestion in _SUGGESTIONS.rows(ids) if ids else ():
        sheets[suggestion.review_id].suggestions.append(suggestion)
    return sheets


_SUGGESTIONS = PreparedRead(
    lambda reviews: Suggestion.objects.filter(review__among=reviews).order_by("number"), many=True
)
_CRITERIA = PreparedRead(lambda reviews: Criterion.objects.filter(review__among=reviews), many=True)


def _criteria(reviews: list[int], marks: Sequence[Mark]) -> list[Criterion]:
    """The criteria of some reviews in order; none is read again of a sheet whose marks
    (:func:`marks_of`) name them all.
    """
    by_review: dict[int, dict[int, Criterion]] = defaultdict(dict)
    counts: dict[int, int] = {}
    for mark in marks:
        counts[mark.review_id] = getattr(mark, "criteria", None) or 0
        if mark.criterion is not None:
            by_review[mark.review_id][mark.criterion.pk] = mark.criterion
    read = {pk for pk, n in counts.items() if n == len(by_review[pk])}
    unread = [pk for pk in reviews if pk not in read]
    more = _CRITERIA.rows(unread) if unread else ()
    named = [row for pk in reviews if pk in read for row in by_review[pk].values()]
    return sorted([*named, *more], key=lambda row: (row.review_id, row.order))


def mark_seen_by(user: User | None, pk: int) -> Mark | None:
    """A mark on a dossier the user may see, with review, row and author; None otherwise."""
    mark = (
        Mark.objects.filter(seen_by(user, "review__dossier"), pk=pk)
        .select_related(
            "review__round__division",
            "review__dossier__subject",
            "criterion",
            "indicator",
            "expert",
            "by",
        )
        .first()
    )
    seat = str(user.name)[:30] if user is not None else ""
    return mark if mark is None or without_blind([mark], seat) else None


def dossier_trail(dossier: Dossier, reviews: Iterable[Review]) -> QuerySet[Entry]:
    """The entries about a dossier, its subject, targets, ex-ante
    evaluations and reviews, latest first.
    """
    kind, _ = target_of(Review())
    about = Q(target_type=kind, target_id__in=[review.pk for review in reviews])
    for model in (Target, ExAnte):
        own = model._default_manager.filter(dossier=dossier).values("pk")
        about |= Q(target_type=model._meta.label, target_id__in=own)
    for row in (dossier, dossier.subject):
        name, pk = target_of(row)
        about |= Q(target_type=name, target_id=pk)
    return Entry.objects.filter(about).order_by("-pk")


def review_trail(review: Review) -> QuerySet[Entry]:
    """The entries about one review and about its points, latest first;
    experts' once all of them handed in.
    """
    kind, pk = target_of(review)
    about = Q(target_type=kind, target_id=pk)
    marks = review.marks.filter(seat="") if blind_reviews([review.pk]) else review.marks.all()
    about |= Q(target_type=Mark._meta.label, target_id__in=marks.values("pk"))
    return Entry.objects.filter(about).order_by("-pk")


@dataclass(frozen=True, slots=True)
class ChangedPoints:
    """Points of one row that stood and were changed: the row, old and new
    points, who, when, why.
    """

    name: str
    before: str
    after: str
    by: str
    at: datetime
    why: str


def changed_points(review: Review) -> list[ChangedPoints]:
    """Where points of a review were changed after somebody had given them,
    oldest first; one query.
    """
    changes = []
    for entry in review_trail(review).filter(act__in=("评分", "导入改分")).order_by("pk"):
        before, after = entry.data.get("before"), entry.data.get("after")
        pairs = (
            [(name, old, after.get(name, "")) for name, old in before.items()]
            if isinstance(before, dict)
            else [(entry.label.rpartition("：")[2], before, after)]
        )
        changes += [
            ChangedPoints(name, old, new, entry.by_name, entry.at, entry.why)
            for name, old, new in pairs
            if old not in {None, "", new}
        ]
    return changes


def confirmed_notes(reviews: Iterable[int | None]) -> list[str]:
    """What papers must say of how some of these results were confirmed
    (小机构), each sentence once.
    """
    rows = Review.objects.filter(pk__in=[pk for pk in reviews if pk]).exclude(confirmed_note="")
    return sorted(set(rows.values_list("confirmed_note", flat=True)))


def people_on(round: Round) -> dict[int, tuple[str, dict[str, list[str]]]]:
    """Who works on a round's reviews, by dossier: the firm's name and, by
    duty, the names of its people. Two queries.
    """
    reviews = Review.objects.filter(round=round).values_list("dossier", "agency__name")
    working: dict[int, tuple[str, dict[str, list[str]]]] = {
        dossier: (agency or "", {}) for dossier, agency in reviews
    }
    given = Assignment.objects.filter(review__round=round).order_by("pk")
    for dossier, duty, name in given.values_list("review__dossier", "duty", "user__name"):
        working[dossier][1].setdefault(duty, []).append(name)
    return working


def exchange_seen_by(user: User | None, pk: int) -> Exchange | None:
    """One exchange of opinions on a dossier this person may see; None where there is none."""
    rows = Exchange.objects.filter(seen_by(user, "review__dossier"), pk=pk)
    return rows.select_related(
        "review__dossier__subject__division",
        "review__dossier__unit",
        "review__round__division",
        "review__audited",
        "by",
        "closed_by",
    ).first()


@dataclass(frozen=True, slots=True)
class LevelSum:
    """A first level of score sheets over several reviews: its weight and
    points where both are known, in how many.
    """

    level1: str
    weight: Decimal
    points: Decimal
    reviews: int


def lost_by_level(reviews: QuerySet[Review]) -> list[LevelSum]:
    """The settled reviews' own score sheets added up by first level, rows with one mark alone.
    One query.
    """
    settled = reviews.filter(state__in=SETTLED).order_by()
    rows = (
        Mark.objects.filter(review__in=settled.values("pk"), criterion__weight__isnull=False)
        .filter(points__isnull=False, seat="", expert=None)
        .order_by()
        .values("criterion__level1")
        .annotate(
            weight=Sum("criterion__weight"), earned=Sum("points"), n=Count("review", distinct=True)
        )
    )
    return [
        LevelSum(row["criterion__level1"], row["weight"], row["earned"], row["n"])
        for row in rows
        if row["weight"]
    ]
