"""What the leaders' page tells besides the report's own figures: mending as it stands, next year's
money, what waits for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Q

from wenxiao.budget.models import Subject
from wenxiao.followup.models import BudgetDecision, Disclosure, Rectification
from wenxiao.followup.selectors.half_year import Named
from wenxiao.followup.selectors.rectifications import LATE_STATES
from wenxiao.records.models import Instruction

if TYPE_CHECKING:
    from datetime import date

    from wenxiao.orgs.models import Division

OPEN = Subject.Restriction.OPEN


@dataclass(frozen=True, slots=True)
class LateMending:
    """A mending past its deadline on the day the page is made."""

    id: int
    text: str
    unit: str
    due: date


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision on a request for next year's budget, in 元; ``signed``:
    it stands in a signed list.
    """

    id: int
    name: str
    asked: Decimal
    cut: Decimal
    signed: bool


@dataclass(frozen=True, slots=True)
class LeadersRows:
    """The rows behind the leaders' page of a work year, on ``day``."""

    day: date
    ordered: tuple[Named, ...]
    closed: tuple[Named, ...]
    late: tuple[LateMending, ...]
    decisions: tuple[Decided, ...]
    to_publish: tuple[Named, ...]
    instructions: tuple[Named, ...]


def leaders_rows(
    division: Division, work_year: int, *, on: date, public: bool = False
) -> LeadersRows:
    """The rows of a work year; ``public`` leaves out objects only some may know of (限制知悉)."""
    mendings = Rectification.objects.filter(
        finding__dossier__subject__division=division, finding__review__round__work_year=work_year
    ).select_related("unit", "finding")
    decisions = BudgetDecision.objects.filter(
        request__subject__division=division, request__fiscal_year=work_year + 1
    ).select_related("request__subject")
    waiting = Disclosure.objects.filter(
        review__dossier__subject__division=division, state=Disclosure.State.APPROVED
    )
    if public:
        mendings = mendings.filter(finding__dossier__subject__restriction=OPEN)
        decisions = decisions.filter(request__subject__restriction=OPEN)
        waiting = waiting.filter(review__dossier__subject__restriction=OPEN)
    rows = list(mendings.order_by("deadline", "pk"))
    return LeadersRows(
        on,
        tuple((row.pk, row.finding.text) for row in rows),
        tuple((row.pk, row.finding.text) for row in rows if row.state == "closed"),
        tuple(sorted((one for row in rows if (one := _late(row, on))), key=lambda one: one.due)),
        tuple(
            Decided(row.pk, row.request.subject.name, row.asked, row.cut, row.signed_id is not None)
            for row in decisions.order_by("pk")
        ),
        tuple(waiting.order_by("pk").values_list("pk", "review__dossier__subject__name")),
        tuple(
            Instruction.objects.filter(division=division, closed_on=None)
            .filter(Q(given_on__lte=on))
            .order_by("given_on", "pk")
            .values_list("pk", "text")
        ),
    )


def _late(row: Rectification, on: date) -> LateMending | None:
    due = row.falls_due
    if row.state not in LATE_STATES or due >= on:
        return None
    return LateMending(row.pk, row.finding.text, row.unit.name, due)
