"""How many dossiers and reviews there are, from the counts kept by unit; exact at every moment.

Units in which something changed since they were counted carry a mark (set by the database in the
same transaction): of these the rows themselves are counted, of all others the kept counts are added
up, both in one statement.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, Sum, TextField
from django.db.models.functions import Cast

from wenxiao.budget.census import Listed, counted_one_by_one, looks_from
from wenxiao.budget.models import Dossier, Exemption, Subject
from wenxiao.orgs.permissions import grants_kept
from wenxiao.orgs.selectors import sight_of
from wenxiao.reviews.models import Review
from wenxiao.reviews.tallies import DossierTally, ReviewTally, TallyMark
from wenxiao.store.among import prepared
from wenxiao.targets.models import Target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.db.models import QuerySet

    from wenxiao.budget.census import CensusLook
    from wenxiao.orgs.models import User

EVERYBODY: Final = "everybody"
"""Stands for a reader in counts that don't depend on who looks."""
if TYPE_CHECKING:
    Reader = User | Literal["everybody"] | None

OF_DOSSIER = {
    "unit": "unit",
    "division": "subject__division",
    "fiscal_year": "fiscal_year",
    "kind": "subject__kind",
    "nature": "subject__nature",
    "tags": "subject__tags",
    "tag_text": "tag_text",
    "restriction": "subject__restriction",
}
"""What dossiers are counted by, and where a dossier says it."""
OF_REVIEW = {
    "unit": "dossier__unit",
    "division": "dossier__subject__division",
    "restriction": "dossier__subject__restriction",
    "round": "round",
    "kind": "kind",
    "state": "state",
    "arrived": "came",
    "excused": "free",
    "step": "step",
    "in_round": "in_round",
    "unjudged": "not_judged",
    "apart": "not_as_computed",
    "full_points": "all_points",
    "fiscal_year": "dossier__fiscal_year",
    "subject_kind": "dossier__subject__kind",
    "tags": "dossier__subject__tags",
}
"""What reviews are counted by, and where a review says it."""


UNJUDGED = Q(complete=False)
APART = Q(published_points__isnull=False) & ~Q(published_points=F("points"))
FULL = Q(points__isnull=False, points__gte=100)


def counted_dossiers(dossiers: QuerySet[Dossier], *by: str) -> QuerySet[Any, Any]:
    """Some dossiers counted row by row, as (*by, how many, how many of them
    with an approved target).
    """
    approved = Exists(Target.objects.filter(state=Target.State.APPROVED, dossier=OuterRef("pk")))
    rows = dossiers.order_by().annotate(tag_text=Cast("subject__tags", TextField()))
    rows = rows.values_list(*(_path(name, OF_DOSSIER) for name in by))
    return rows.annotate(n=Count("pk"), ready=Count("pk", filter=Q(approved)))


def counted_reviews(reviews: QuerySet[Review], *by: str, **only: Any) -> QuerySet[Any, Any]:
    """Some reviews counted row by row, as (*by, how many); ``only`` as in
    :func:`reviews_counted`.
    """
    excused = Exemption.objects.filter(round=OuterRef("round"), dossier=OuterRef("dossier"))
    rows = reviews.order_by().annotate(
        came=Q(received_on__isnull=False),
        free=Exists(excused),
        not_judged=UNJUDGED,
        not_as_computed=APART,
        all_points=FULL,
    )
    rows = rows.filter(_led(tuple(only.items()), OF_REVIEW))
    return rows.values_list(*(_path(name, OF_REVIEW) for name in by)).annotate(n=Count("pk"))


def dossiers_counted(user: Reader, *by: str, **only: Any) -> list[tuple[Any, ...]] | None:
    """The dossiers the user sees, counted by some of :data:`OF_DOSSIER`: (*by, how many, with an
    approved target).

    ``only`` limits by the same names (with Django's lookups). By unit and tags there may be several
    rows of one thing. None for who sees parts of a division: ask the rows.
    """
    seen = _seen(user)
    return None if seen is None else _counted(_dossier_statement, seen, by, tuple(only.items()))


def reviews_counted(user: Reader, *by: str, **only: Any) -> list[tuple[Any, ...]] | None:
    """The reviews the user sees, counted by some of :data:`OF_REVIEW`: (*by, how many); as
    :func:`dossiers_counted`.
    """
    seen = _seen(user)
    return None if seen is None else _counted(_review_statement, seen, by, tuple(only.items()))


Seen = tuple[bool, tuple[int, ...], tuple[int, ...]]
"""Everything kept here; else the divisions seen whole, and those seen but
for what only some may know.
"""
Only = tuple[tuple[str, Any], ...]


def _counted(
    statement: Callable[[Seen, tuple[str, ...], Only], tuple[str, Any]],
    seen: Seen,
    by: tuple[str, ...],
    only: Only,
) -> list[tuple[Any, ...]]:
    """Rows of a statement that is put together once for each question,
    whoever asks it how often.
    """
    limits = tuple(
        (name, tuple(sorted(value)) if isinstance(value, list | tuple | set | frozenset) else value)
        for name, value in sorted(only)
    )
    try:
        sql, parameters = statement(seen, by, limits)
    except EmptyResultSet:  # no round, or no unit, is asked about
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return _joined(cursor.fetchall(), by)


@lru_cache(maxsize=512)
def _dossier_statement(seen: Seen, by: tuple[str, ...], only: Only) -> tuple[str, Any]:
    limits, marked = dict(only), TallyMark.objects.values("unit")
    kept = DossierTally.objects.filter(_condition(seen), **limits).exclude(unit__in=marked)
    kept = kept.order_by().annotate(tag_text=Cast("tags", TextField()))
    if {"unit", "tag_text"} <= set(by):  # hardly two are alike: whoever asks adds these up anyway
        added = kept.values_list(*by, "dossiers", "approved")
    else:
        added = kept.values_list(*by).annotate(n=Sum("dossiers"), ready=Sum("approved"))
    rows = Dossier.objects.filter(_condition(seen, "subject__"), unit__in=marked)
    live = counted_dossiers(rows.filter(_led(only, OF_DOSSIER)), *by)
    return added.union(live, all=True).query.sql_with_params()


@lru_cache(maxsize=512)
def _review_statement(seen: Seen, by: tuple[str, ...], only: Only) -> tuple[str, Any]:
    limits, marked = dict(only), TallyMark.objects.values("unit")
    kept = ReviewTally.objects.filter(_condition(seen), **limits).exclude(unit__in=marked)
    added = kept.order_by().values_list(*by).annotate(n=Sum("reviews"))
    changed = Dossier.objects.filter(unit__in=marked).values("pk")
    rows = Review.objects.filter(_condition(seen, "dossier__subject__"), dossier__in=changed)
    # A sum no index answers: the database begins with the few marked units, not with the rounds.
    rows = rows.annotate(in_round=F("round_id") + 0)
    apart = {name.replace("round__in", "in_round__in"): value for name, value in only}
    live = counted_reviews(rows, *by, **apart)
    return added.union(live, all=True).query.sql_with_params()


def looks_counted(user: User | None) -> list[CensusLook] | None:
    """As :func:`wenxiao.budget.census.census` of all dossiers the user sees; None for who sees
    parts of a division.
    """
    seen = _seen(user)
    if seen is None:
        return None

    def question() -> QuerySet[Any, Any]:
        marked = TallyMark.objects.values("unit")
        kept = DossierTally.objects.filter(_condition(seen)).exclude(unit__in=marked).order_by()
        kept = kept.annotate(tag_text=Cast("tags", TextField()))
        named = kept.values_list("fiscal_year", "kind", "tag_text")
        added = named.annotate(listed=Listed("unit"), numbers=Listed("dossiers"))
        rows = Dossier.objects.filter(_condition(seen, "subject__"), unit__in=marked)
        return added.union(counted_one_by_one(rows), all=True)

    return looks_from(prepared(("looks", seen), question))


def looks_reviewed(user: User | None, kind: str, rounds: Iterable[int]) -> list[CensusLook] | None:
    """The looks of the dossiers with a review of a kind in some rounds that the user sees; None for
    who sees parts of a division, and where several rounds may hold a dossier twice.
    """
    by = ("round", "fiscal_year", "subject_kind", "tags", "unit")
    rows = reviews_counted(user, *by, kind=kind, round__in=list(rounds))
    if rows is None or len({row[0] for row in rows}) > 1:
        return None
    return looks_from((*look, str(unit), str(n)) for _, *look, unit, n in rows)


def _path(name: str, paths: dict[str, str]) -> str:
    """Where a row says what is counted by ``name``; what follows ``__`` goes on from there."""
    own, gap, onward = name.partition("__")
    return f"{paths[own]}{gap}{onward}"


def _led(only: Only, paths: dict[str, str]) -> Q:
    """The same conditions where a row itself says them."""
    return Q(*((_path(name, paths), value) for name, value in only))


def _seen(user: Reader) -> Seen | None:
    """What :func:`~wenxiao.budget.selectors.seen_by` asks of divisions;
    None where it asks of units or objects.
    """
    if isinstance(user, str):
        return True, (), ()
    with grants_kept(user):
        sight = sight_of(user)
        if sight.everything:
            return True, (), ()
        if sight.units or sight.listed or not sight.whole:
            return None
        return False, tuple(sorted(sight.full)), tuple(sorted(sight.open))


def _condition(seen: Seen, path: str = "") -> Q:
    """The same as a condition on kept counts, or (by ``path``) on the subjects of rows."""
    everything, full, open_to_all = seen
    if everything:
        return Q()
    shut = Q(**{f"{path}restriction": Subject.Restriction.RESTRICTED})
    return Q(**{f"{path}division__in": full}) | Q(**{f"{path}division__in": open_to_all}) & ~shut


def _joined(rows: list[tuple[Any, ...]], by: tuple[str, ...]) -> list[tuple[Any, ...]]:
    """Kept and live counts of the same thing, added to each other; by unit they never meet."""
    if "unit" in by:
        return rows
    names = len(by)
    counts: dict[tuple[Any, ...], list[int]] = {}
    for row in rows:
        known = counts.setdefault(row[:names], [0] * (len(row) - names))
        for place, number in enumerate(row[names:]):
            known[place] += number
    return [(*key, *numbers) for key, numbers in counts.items()]
