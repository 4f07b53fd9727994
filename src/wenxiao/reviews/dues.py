"""The honest denominators of a year: how many dossiers its rounds ask for, as a person sees it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Value

from wenxiao.budget.models import Dossier, Exemption, Round
from wenxiao.budget.questions import RoundScope, rows_seen, scopes_of
from wenxiao.budget.selectors import any_of, in_scope, seen_with
from wenxiao.orgs.selectors import sight_of
from wenxiao.reviews.census import dossiers_counted
from wenxiao.reviews.models import Review
from wenxiao.reviews.round_counts import DueCell, cell_in_scope, columns_asked
from wenxiao.reviews.states import OPEN
from wenxiao.targets.models import Target

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from wenxiao.orgs.models import User
    from wenxiao.orgs.selectors import Sight


@dataclass(frozen=True, slots=True)
class Dues:
    """The honest denominators of a year: by round id how many dossiers are
    due, and the year's targets.
    """

    rounds: dict[int, int]
    asked: int
    approved: int


def dues_of_year(user: User | None, rounds: Sequence[Round], fiscal_year: int) -> Dues:
    """How many dossiers of each round's scope the user sees that are not excused; how many of the
    fiscal year there are, and how many of these have an approved target. Two queries for all
    rounds, one more for each that names units.
    """
    counted = _due_by_tallies(user, rounds, fiscal_year)
    counts = counted if counted is not None else _due_by_rows(user, rounds, fiscal_year)
    free = _excused_in(user, rounds)
    dues = {one.pk: counts.rounds[one.pk] - free.get(one.pk, 0) for one in rounds}
    return Dues(dues, counts.asked, counts.approved)


Scopes = tuple[RoundScope, ...]


def _asked(
    user: User | None, question: Any, rounds: Sequence[Round], *limits: Any
) -> list[tuple[Any, ...]]:
    """The rows of ``question(sight, scopes, *limits)``: put together once, but for scopes that name
    units, which are looked up each time.
    """
    scopes = scopes_of(rounds)
    if scopes is not None:
        return rows_seen(user, question, scopes, *limits)
    return list(question(sight_of(user), tuple(rounds), *limits))


def _excused_in(user: User | None, rounds: Sequence[Round]) -> dict[int, int]:
    """How many dossiers of each round's scope that the user sees are excused. One query."""
    return dict(_asked(user, _excused_question, rounds)) if rounds else {}


def _excused_question(sight: Sight, scopes: Scopes) -> QuerySet[Any, Any]:
    seen = Dossier.objects.filter(seen_with(sight, ""), pk=OuterRef("dossier"))
    of_any = any_of(Q(Exists(seen.filter(in_scope(one))), round=one.pk) for one in scopes)
    counted: QuerySet[Any, Any] = (
        Exemption.objects.filter(of_any).order_by().values_list("round").annotate(n=Count("pk"))
    )
    return counted


def _due_by_rows(user: User | None, rounds: Sequence[Round], fiscal_year: int) -> Dues:
    """In scope and of the year, counted dossier by dossier."""
    rows = _asked(user, _due_question, rounds, fiscal_year)
    asked, approved, *due = rows[0][1:] if rows else (0, 0, *(0 for _ in rounds))
    return Dues({one.pk: n for one, n in zip(rounds, due, strict=True)}, asked, approved)


def _due_question(sight: Sight, scopes: Scopes, fiscal_year: int) -> QuerySet[Any, Any]:
    approved = Target.objects.filter(state=Target.State.APPROVED, dossier=OuterRef("pk"))
    rows = Dossier.objects.filter(seen_with(sight, "")).order_by().annotate(together=Value(1))
    counted: QuerySet[Any, Any] = rows.values_list("together").annotate(
        asked=Count("pk", filter=Q(fiscal_year=fiscal_year)),
        approved=Count("pk", filter=Q(Exists(approved), fiscal_year=fiscal_year)),
        **{f"round{one.pk}": Count("pk", filter=in_scope(one)) for one in scopes},
    )
    return counted


def _due_by_tallies(user: User | None, rounds: Sequence[Round], fiscal_year: int) -> Dues | None:
    """The same from the kept counts, by no more than the scopes ask; None
    for who sees parts of a division.
    """
    by = columns_asked(rounds)
    years = {fiscal_year, *(one.fiscal_year for one in rounds)}
    rows = dossiers_counted(user, *by, fiscal_year__in=years)
    if rows is None:
        return None
    cells = [(DueCell(**dict(zip(by, row, strict=False))), row[-2], row[-1]) for row in rows]
    of_year = [(n, ready) for cell, n, ready in cells if cell.fiscal_year == fiscal_year]
    dues = _listed(user, [one for one in rounds if (one.scope or {}).get("dossiers")])
    for one in rounds:
        if one.pk not in dues:
            holds = cell_in_scope(one)
            dues[one.pk] = sum(n for cell, n, _ in cells if holds(cell))
    return Dues(dues, sum(n for n, _ in of_year), sum(ready for _, ready in of_year))


def _listed(user: User | None, rounds: Sequence[Round]) -> dict[int, int]:
    """How many the user sees of rounds whose scope lists its dossiers one by one.
    One query for all of them.
    """
    rows = _asked(user, _listed_question, rounds) if rounds else []
    counts = rows[0][1:] if rows else (0 for _ in rounds)
    return {one.pk: n for one, n in zip(rounds, counts, strict=True)}


def _listed_question(sight: Sight, scopes: Scopes) -> QuerySet[Any, Any]:
    few = sorted({int(pk) for one in scopes for pk in one.scope["dossiers"]})
    rows = Dossier.objects.filter(seen_with(sight, ""), pk__among=few).order_by()
    counted: QuerySet[Any, Any] = (
        rows.annotate(together=Value(1))
        .values_list("together")
        .annotate(**{f"round{one.pk}": Count("pk", filter=in_scope(one)) for one in scopes})
    )
    return counted


def outside_scope(user: User | None, rounds: Iterable[Round]) -> Counter[tuple[str, bool, str]]:
    """Of :func:`states_of_year`, the reviews of objects that are not in their round's scope: taken
    in when somebody asked for it, owed by nobody. No query where no round has a scope.
    """
    scoped = [row for row in rounds if row.scope]
    counts: Counter[tuple[str, bool, str]] = Counter()
    if not scoped:
        return counts
    for kind, key, state, arrived in _asked(user, _outside_question, scoped):
        counts[kind, bool(key), "received" if arrived and state in OPEN else state] += 1
    return counts


def _outside_question(sight: Sight, scopes: Scopes) -> QuerySet[Any, Any]:
    own = Dossier.objects.filter(pk=OuterRef("dossier"))
    outside = any_of(Q(~Exists(own.filter(in_scope(one))), round=one.pk) for one in scopes)
    rows: QuerySet[Any, Any] = Review.objects.filter(seen_with(sight), outside).values_list(
        "kind", "round__key", "state", "received_on"
    )
    return rows
