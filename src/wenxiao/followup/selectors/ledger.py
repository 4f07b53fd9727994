"""What follows, as people see it: rectifications, notices, accountability
and uses, each in the scope of their grants.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Case, Count, Min, Q, QuerySet, Value, When

from wenxiao.budget.models import Round
from wenxiao.budget.questions import rows_seen
from wenxiao.budget.selectors import seen_by, seen_with
from wenxiao.followup.models import FALLS_DUE, Accountability, Finding, Rectification, Use
from wenxiao.followup.states import UNDER_WAY
from wenxiao.orgs.permissions import once
from wenxiao.orgs.selectors import sight_of
from wenxiao.records.models import Entry, Notice, StoredFile
from wenxiao.records.trail import target_of
from wenxiao.reviews.kinds.evaluation import DEPARTMENT_EVALUATION, FINANCE_EVALUATION
from wenxiao.reviews.models import Review
from wenxiao.reviews.selectors import told_to

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from django.db.models import Model

    from wenxiao.orgs.models import User
    from wenxiao.orgs.selectors import Sight

REVIEW_TYPE = "reviews.Review"
EVALUATIONS = (FINANCE_EVALUATION.code, DEPARTMENT_EVALUATION.code)
"""The kinds that end in an evaluation report (评价报告)."""
_ITEM = (
    "finding__dossier__subject__division",
    "finding__dossier__unit",
    "finding__item",
    "finding__review__round",
)


# --- Rectifications -------------------------------------------------------------------------------


def rectifications_seen_by(user: User | None) -> QuerySet[Rectification]:
    """The rectifications on dossiers the user may see; ``due`` is the deadline in force (an
    extension counts).

    ``done`` is 1 for the closed ones, so that lists may put what still waits first.
    """
    rows = Rectification.objects.filter(seen_by(user, "finding__dossier"))
    rows = rows.select_related(*_ITEM, "unit", "notice", "proof", "submitted_by")
    return rows.annotate(
        due=FALLS_DUE,
        done=Case(When(state=Rectification.State.CLOSED, then=Value(1)), default=Value(0)),
    )


def of_work_year(rows: QuerySet[Rectification], year: int) -> QuerySet[Rectification]:
    """Those whose problem was found in a round of the work year; without a
    review the dossier's own year counts.
    """
    in_year = Q(finding__review__round__work_year=year)
    return rows.filter(in_year | Q(finding__review=None, finding__dossier__fiscal_year=year))


UNITS_TURN = tuple(state for state in UNDER_WAY if state != "replied")
"""The states in which the unit has to act, not the bureau."""


def overdue(rows: QuerySet[Rectification], on: date) -> QuerySet[Rectification]:
    """Those under way whose day has passed; what waits for the bureau's
    verification is not the unit's delay.
    """
    late = rows.annotate(late_since=FALLS_DUE).filter(late_since__lt=on)
    return late.filter(state__in=UNITS_TURN)


@dataclass(frozen=True, slots=True)
class DueDay:
    """A day on which rectifications that are not closed fall due, and how many of them are late."""

    on: date
    waiting: int
    late: int


def due_days(user: User | None, on: date) -> list[DueDay]:
    """The days ahead and behind on which a user's rectifications fall due, in order. One query."""
    rows = Rectification.objects.filter(seen_by(user, "finding__dossier"), state__in=UNDER_WAY)
    passed = Q(falls__lt=on) & ~Q(state="replied")
    counted = (
        rows.annotate(falls=FALLS_DUE)
        .filter(falls__isnull=False)
        .order_by("falls")
        .values_list("falls")
        .annotate(n=Count("pk"), late=Count("pk", filter=passed))
    )
    return [DueDay(day, n, late) for day, n, late in counted]


def states() -> list[tuple[str, str]]:
    """The states of a rectification in the order of its road: code and word."""
    return [(code, str(word)) for code, word in Rectification.State.choices]


def state_counts(rows: QuerySet[Rectification]) -> dict[str, int]:
    """How many are in each state; states without any are 0."""
    counted = rows.order_by().values_list("state").annotate(n=Count("pk"))
    return {state: 0 for state, _ in Rectification.State.choices} | dict(counted)


@dataclass(frozen=True, slots=True)
class RectificationCounts:
    """The rectifications a person sees, counted: by state, and how many are
    overdue since which day.
    """

    states: dict[str, int]
    late: int
    first: date | None


def mending_of(user: User, on: date) -> RectificationCounts:
    """One query, and one for a whole page however often it asks."""
    return once(user, f"mending {on}", lambda: _mending(user, on))


def _mending(user: User, on: date) -> RectificationCounts:
    in_states, late, first = {state: 0 for state, _ in states()}, 0, None
    for state, passed, n, day in rows_seen(user, _mending_question, on):
        in_states[state] += n
        if passed:
            late, first = late + n, day if first is None else min(first, day)
    return RectificationCounts(in_states, late, first)


def _mending_question(sight: Sight, on: date) -> QuerySet[Any, Any]:
    rows = Rectification.objects.filter(seen_with(sight, "finding__dossier")).order_by()
    late_now = When(late_since__lt=on, state__in=UNITS_TURN, then=Value(True))
    dated: Any = rows.annotate(late_since=FALLS_DUE)
    marked = dated.annotate(passed=Case(late_now, default=Value(False)))
    counted: QuerySet[Any, Any] = marked.values_list("state", "passed").annotate(
        n=Count("pk"), first=Min("late_since")
    )
    return counted


class LateRectification(NamedTuple):
    """A rectification that is overdue, as a desk shows it: of which dossier's object (its kind,
    name and unit), whose turn it is, since when, and how often it was pressed for.
    """

    pk: int
    text: str
    unit: str
    subject_kind: str
    subject: str
    subject_unit: str
    due: date
    escalated: int


LATE_SHOWN = 3


def first_late(user: User, on: date) -> list[LateRectification]:
    """The rectifications overdue longest, :data:`LATE_SHOWN` at most; ordered by their days alone,
    then read.
    """
    return [LateRectification(*row) for row in rows_seen(user, _late_question, on)]


def _late_question(sight: Sight, on: date) -> QuerySet[Any, Any]:
    late = overdue(Rectification.objects.filter(seen_with(sight, "finding__dossier")), on)
    first = late.order_by(FALLS_DUE, "pk").values("pk")[:LATE_SHOWN]
    named: QuerySet[Any, Any] = (
        Rectification.objects.filter(pk__in=first)
        .order_by(FALLS_DUE, "pk")
        .annotate(due=FALLS_DUE)
        .values_list(
            "pk",
            "finding__text",
            "unit__name",
            "finding__dossier__subject__kind",
            "finding__dossier__subject__name",
            "finding__dossier__unit__name",
            "due",
            "escalated",
        )
    )
    return named


def orderable(user: User | None, review: Review | None = None) -> QuerySet[Finding]:
    """Confirmed findings whose mending was not ordered yet."""
    rows = Finding.objects.filter(seen_by(user), state=Finding.State.CONFIRMED, rectification=None)
    return rows if review is None else rows.filter(review=review)


def accountabilities_seen_by(user: User | None) -> QuerySet[Accountability]:
    """问责事项 on dossiers the user may see, latest first."""
    rows = Accountability.objects.filter(seen_by(user))
    return rows.select_related("dossier__subject", "unit", "rectification__finding__item").order_by(
        "-decided_on", "-pk"
    )


def account_kinds() -> list[tuple[str, str]]:
    """The acts of 问责: code and word."""
    return [(code, str(word)) for code, word in Accountability.Kind.choices]


def handed_over(user: User | None) -> QuerySet[Rectification]:
    """What belongs into the package for 审计 and 纪检: serious findings, and
    whatever was handed to somebody by name.
    """
    serious = Q(finding__severity=Finding.Severity.SERIOUS)
    named = Q(pk__in=Accountability.objects.exclude(handed_to="").values("rectification"))
    return rectifications_seen_by(user).filter(serious | named)


def trail_of(*rows: Model) -> QuerySet[Entry]:
    """The entries about some rows, oldest first: the road as it was walked."""
    about = Q(pk__in=())
    for row in rows:
        kind, pk = target_of(row)
        about |= Q(target_type=kind, target_id=pk)
    return Entry.objects.filter(about).order_by("pk")


def entries_behind(item: Rectification, accounts: Iterable[Accountability] = ()) -> QuerySet[Entry]:
    """The trail of one rectification with its finding, the review it came
    from, its notice and its accountability items.
    """
    finding = item.finding
    rows: list[Model | None] = [item, finding, finding.review, item.notice, *accounts]
    return trail_of(*[row for row in rows if row is not None])


# --- Notices --------------------------------------------------------------------------------------


def notices_about(reviews: Iterable[int]) -> dict[int, list[Notice]]:
    """Feedback notices by review id, oldest first. One query."""
    notices: dict[int, list[Notice]] = defaultdict(list)
    rows = Notice.objects.filter(
        kind=Notice.Kind.FEEDBACK, target_type=REVIEW_TYPE, target_id__in=list(reviews)
    )
    for row in rows.select_related("unit").order_by("issued_on", "pk"):
        notices[row.target_id or 0].append(row)
    return notices


def letters_sent(reviews: QuerySet[Review]) -> int:
    """How many of these reviews a feedback letter went out about. One query."""
    sent = Notice.objects.filter(
        kind=Notice.Kind.FEEDBACK,
        target_type=REVIEW_TYPE,
        target_id__in=reviews.order_by().values("pk"),
    )
    return sent.values("target_id").distinct().count()


def notice_seen_by(user: User | None, pk: int) -> Notice | None:
    """A feedback notice whose review's dossier the user may see; None otherwise."""
    row = (
        Notice.objects.filter(pk=pk, kind=Notice.Kind.FEEDBACK, target_type=REVIEW_TYPE)
        .select_related("unit")
        .first()
    )
    return row if row and reviews_seen_by(user).filter(pk=row.target_id or 0).exists() else None


def notices_to_receive(user: User) -> QuerySet[Notice]:
    """Feedback notices on reviews the user may see, and 评价通知书 to their
    units, whose receipt (签收) is not entered.
    """
    reviews = Review.objects.filter(seen_by(user)).order_by().values("pk")
    fed_back = Q(kind=Notice.Kind.FEEDBACK, target_type=REVIEW_TYPE, target_id__in=reviews)
    announced = Q(kind=Notice.Kind.EVALUATION) & sight_of(user).of_units("unit")
    rows = Notice.objects.filter(fed_back | announced, received_on=None)
    return rows.select_related("unit").order_by("due_on", "pk")


def to_feed_back(user: User | None, work_year: int) -> QuerySet[Review]:
    """Results that are fixed, so that their problems can be told: finance evaluations, key rounds,
    others once they were told.
    """
    notified = Notice.objects.filter(kind=Notice.Kind.FEEDBACK, target_type=REVIEW_TYPE).values(
        "target_id"
    )
    return reviews_seen_by(user).filter(
        Q(round__key=True) | Q(kind="finance_evaluation") | Q(pk__in=notified),
        round__work_year=work_year,
        state__in=(Review.State.CONFIRMED, Review.State.ISSUED),
    )


# --- Reviews and files behind them ----------------------------------------------------------------


def reviews_seen_by(user: User | None) -> QuerySet[Review]:
    """Reviews of dossiers the user may see, with what a line of results shows."""
    rows = Review.objects.filter(seen_by(user), told_to(user))
    return rows.select_related(
        "dossier__subject__division",
        "dossier__unit",
        "round__division",
        "audited",
        "agency",
        "submitted_by",
    )


def evaluations_to_report(user: User | None, round: Round) -> QuerySet[Review]:
    """The 财政评价 or 部门评价 of a round whose report a user may write (None: the machine, all of
    them), in the order they were opened.
    """
    rows = Review.objects.all() if user is None else reviews_seen_by(user)
    named = rows.select_related("dossier__subject", "round__division")
    return named.filter(round=round, kind__in=EVALUATIONS).order_by("pk")


def proof_seen_by(user: User | None, pk: int) -> StoredFile | None:
    """The proof file of a rectification the user may see; None otherwise."""
    row = rectifications_seen_by(user).filter(pk=pk).first()
    return row.proof if row else None


# --- Uses -----------------------------------------------------------------------------------------


def uses_seen_by(user: User | None, *, internal: bool) -> QuerySet[Use]:
    """Proposals and decisions on the use of results; without ``internal``
    only what was decided and accepted.
    """
    rows = Use.objects.filter(seen_by(user))
    rows = rows if internal else rows.filter(state=Use.State.ACCEPTED)
    return rows.select_related(
        "dossier__subject__division", "dossier__unit__office", "review__round", "decided_by"
    )


def use_kinds() -> list[tuple[str, str]]:
    """The kinds of use: code and word."""
    return [(code, str(word)) for code, word in Use.Kind.choices]
