"""What may be ordered to be mended from a project's own page, and problems
narrowed by how much money they concern.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from django.db.models import OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from wenxiao.budget.models import Appropriation
from wenxiao.followup.models import Finding
from wenxiao.followup.selectors.problems import findings_seen_by

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from wenxiao.orgs.models import User

MOST = 30


def orderable_at_once(user: User | None, dossier: int) -> list[Finding]:
    """The problems of a dossier, confirmed ones and candidates, whose mending nobody ordered."""
    states = (Finding.State.CANDIDATE, Finding.State.CONFIRMED)
    rows = findings_seen_by(user).filter(dossier=dossier, state__in=states, rectification=None)
    return list(rows.order_by("-state", "item__order", "pk")[:MOST])


def of_amount(rows: QuerySet[Finding], least: str) -> QuerySet[Finding]:
    """The problems of objects with a budget of at least so many 万元, as
    typed; what is no number narrows nothing.
    """
    try:
        yuan = Decimal(least.strip()) * 10_000
    except InvalidOperation:
        return rows
    if not yuan.is_finite() or not 0 < yuan < 10**13:
        return rows
    arranged = Appropriation.objects.filter(dossier=OuterRef("dossier")).order_by()
    summed = arranged.values("dossier").annotate(all=Sum(Coalesce("adjusted", "opening")))
    return rows.annotate(budget=Subquery(summed.values("all")[:1])).filter(budget__gte=yuan)
