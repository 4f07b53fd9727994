"""What a desk counts of findings, uses, publications and opinions, in one statement."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import BigIntegerField, Count, F, Value
from django.db.models.functions import Cast

from wenxiao.budget.questions import ME, rows_seen
from wenxiao.budget.selectors import seen_with
from wenxiao.followup.models import Comment, Disclosure, Finding, Use
from wenxiao.orgs.permissions import once

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from wenxiao.orgs.models import User
    from wenxiao.orgs.selectors import Sight

FINDINGS, USES, DISCLOSURES, COMMENTS = range(4)
NOBODY = Cast(Value(None), BigIntegerField())
"""A typed nothing: PostgreSQL takes a bare one for text."""


@dataclass(frozen=True, slots=True)
class DeskCounts:
    """How many the person sees: candidate findings, uses by state, opinions that wait for an
    answer, and publications on their way by state that somebody else proposed and reviewed.
    """

    candidates: int
    uses: Counter[str]
    comments: int
    disclosures: Counter[str]


def desk_counts(user: User) -> DeskCounts:
    """One query for a whole page, however often it asks."""
    return once(user, "desk counts", lambda: _counted(user))


def _counted(user: User) -> DeskCounts:
    counts: dict[int, Counter[str]] = {table: Counter() for table in range(4)}
    for table, state, reviewer, n in rows_seen(user, _question):
        if table != DISCLOSURES or reviewer != user.pk:
            counts[table][state] += n
    return DeskCounts(
        counts[FINDINGS].total(), counts[USES], counts[COMMENTS].total(), counts[DISCLOSURES]
    )


def _question(sight: Sight) -> QuerySet[Any, Any]:
    candidates = Finding.objects.filter(seen_with(sight), state=Finding.State.CANDIDATE)
    on_their_way = Disclosure.objects.filter(
        seen_with(sight, "review__dossier"), state__in=("proposed", "approved")
    ).exclude(proposed_by__among=ME)
    waiting = Comment.objects.filter(
        seen_with(sight, "disclosure__review__dossier"), state=Comment.State.WAITING
    )
    counted: QuerySet[Any, Any] = _by_state(candidates, FINDINGS).union(
        _by_state(Use.objects.filter(seen_with(sight)), USES),
        _by_state(on_their_way, DISCLOSURES, F("reviewed_by")),
        _by_state(waiting, COMMENTS),
        all=True,
    )
    return counted


def _by_state(rows: QuerySet[Any, Any], table: int, reviewer: Any = NOBODY) -> QuerySet[Any, Any]:
    """(which table, state, who reviewed it, how many)."""
    named = rows.order_by().annotate(_table=Value(table), _reviewer=reviewer)
    counted = named.values_list("_table", "state", "_reviewer")
    answered: QuerySet[Any, Any] = counted.annotate(n=Count("pk"))
    return answered
