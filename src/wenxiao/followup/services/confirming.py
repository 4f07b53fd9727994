"""A problem confirmed and ordered to be mended in one act: a deviation found in August is not left
until the letter in November.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from wenxiao.followup.services.findings import confirm_finding
from wenxiao.followup.services.rectifying import order_rectification
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed

if TYPE_CHECKING:
    from datetime import date

    from wenxiao.followup.models import CatalogueItem, Finding, Rectification
    from wenxiao.orgs.models import User


@transaction.atomic
def confirm_and_order(
    *,
    finding: Finding,
    by: User | None,
    deadline: date,
    item: CatalogueItem | None = None,
    severity: str | None = None,
    why: str = "",
    version: int | None = None,
) -> Rectification:
    """Confirm a candidate and order its mending by a day, both or neither; each leaves its own
    entry.

    Raises Refused, NotAllowed (no catalogue item, a day that has passed), Stale.
    """
    if deadline < today():
        raise NotAllowed(f"整改期限 {deadline} 已经过去，请填今天以后的日期。")
    confirmed = confirm_finding(
        finding=finding, by=by, item=item, severity=severity, why=why, version=version
    )
    return order_rectification(finding=confirmed, by=by, deadline=deadline)
