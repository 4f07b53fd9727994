"""What the year's key rounds asked for and nobody handed in: the other half
of every count of reports.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wenxiao.budget.models import Exemption, Round, Subject
from wenxiao.budget.selectors import dossiers_of
from wenxiao.reviews.models import Review

if TYPE_CHECKING:
    from wenxiao.orgs.models import Division

REPORTED = (Round.Kind.FINANCE, Round.Kind.MONITORING)


@dataclass(frozen=True, slots=True)
class WithoutResult:
    """An object in the scope of a key round, not excused, of which there is no sheet at all."""

    dossier: int
    name: str
    round: str


def without_result(
    division: Division, work_year: int, *, public: bool = False
) -> tuple[WithoutResult, ...]:
    """The objects due in the key rounds the report speaks of and without any review; two queries a
    round.

    A round that names nobody asks for nobody in particular: what has no sheet there is no gap.
    ``public`` leaves out what only some may know of (限制知悉).
    """
    rounds = Round.objects.filter(
        division=division, work_year=work_year, key=True, kind__in=REPORTED
    ).exclude(state=Round.State.DRAFT)
    missing = []
    for one in rounds.exclude(scope={}).order_by("kind", "pk"):
        rows = dossiers_of(one).exclude(
            pk__in=Exemption.objects.filter(round=one).values("dossier")
        )
        rows = rows.exclude(pk__in=Review.objects.filter(round=one).values("dossier"))
        if public:
            rows = rows.filter(subject__restriction=Subject.Restriction.OPEN)
        named = rows.order_by("unit__path", "subject__code", "pk").values_list(
            "pk", "subject__name"
        )
        missing += [WithoutResult(pk, name, one.name) for pk, name in named]
    return tuple(missing)
