"""Forms given back: who gave them back, when and why, which rows were
marked, and what was changed since.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wenxiao.evidence.models import Actual
from wenxiao.records.models import Entry
from wenxiao.records.trail import target_of
from wenxiao.reviews.kinds import kind_of
from wenxiao.reviews.models import Review
from wenxiao.reviews.states import OPEN, RETURNED

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """One row written since the form was given back: its value before and now, by whom and when."""

    indicator: int
    name: str
    before: str
    after: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Returned:
    """A form given back and not handed in again.
    ``marked`` are the rows the reason is about: (indicator, name).
    """

    why: str
    by_name: str
    at: datetime
    marked: tuple[tuple[int, str], ...]
    changed: tuple[ChangedRow, ...]

    @property
    def rows(self) -> list[tuple[int, int, str, bool]]:
        """The marked rows as the page counts them: number, indicator, name,
        whether it was changed since.
        """
        done = {one.indicator for one in self.changed}
        return [(at, pk, name, pk in done) for at, (pk, name) in enumerate(self.marked, start=1)]

    @property
    def numbers(self) -> dict[int, int]:
        """The number a marked row carries, by indicator."""
        return {pk: at for at, pk, _, _ in self.rows}


def last_returns(reviews: Iterable[Review]) -> dict[int, Entry]:
    """The last return of each form that was not handed in since, by review; one query for all."""
    open_ones = [one for one in reviews if one.state in OPEN]
    if not open_ones:
        return {}
    kind, _ = target_of(open_ones[0])
    rows = Entry.objects.filter(
        target_type=kind, target_id__in=[one.pk for one in open_ones], act=RETURNED
    )
    return {row.target_id: row for row in rows.order_by("pk") if row.target_id is not None}


def returned_of(review: Review) -> Returned | None:
    """Everything a unit must know of the return of its form; None where nobody gave it back."""
    entry = last_returns([review]).get(review.pk)
    if entry is None:
        return None
    marks = entry.data.get("marks") or []
    return Returned(
        entry.why,
        entry.by_name,
        entry.at,
        tuple((int(one["indicator"]), str(one["name"])) for one in marks),
        tuple(_changed_since(review, entry)),
    )


def _changed_since(review: Review, entry: Entry) -> list[ChangedRow]:
    """The rows written after the return, the last change of each; two queries."""
    actuals = {
        one.pk: one
        for one in Actual.objects.filter(
            indicator__target=review.target_id,
            stage=kind_of(review.kind).stage,
            through_month=review.round.through_month or 12,
        ).select_related("indicator")
    }
    kind, _ = target_of(Actual(pk=0))
    rows = Entry.objects.filter(
        pk__gt=entry.pk, target_type=kind, target_id__in=list(actuals), act="填报完成值"
    )
    changed: dict[int, ChangedRow] = {}
    for row in rows.order_by("pk"):
        actual = actuals[row.target_id or 0]
        first = changed.get(actual.indicator_id)
        before = first.before if first else str((row.data.get("before") or {}).get("value", ""))
        changed[actual.indicator_id] = ChangedRow(
            actual.indicator_id,
            actual.indicator.name,
            before,
            str((row.data.get("after") or {}).get("value", "")),
            row.by_name,
            row.at,
        )
    return list(changed.values())
