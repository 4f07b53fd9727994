"""规则提案 a person may see: whoever keeps the rules, and the leaders who may publish."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wenxiao.followup.rule_proposals import RuleProposal
from wenxiao.orgs.permissions import holdings

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from wenxiao.orgs.models import User


def proposals_seen_by(user: User) -> QuerySet[RuleProposal]:
    """The division's proposals, newest first; nobody's for who neither proposes nor publishes."""
    held = holdings(user)
    rows = RuleProposal.objects.select_related("division", "document", "by", "decided_by", "paper")
    if not any(held.can(power) for power in ("manage_rules", "sign_report")):
        return rows.none()
    return rows.filter(division=user.division_id).order_by("-pk")


def open_proposals(user: User) -> QuerySet[RuleProposal]:
    """Those that wait for another person."""
    return proposals_seen_by(user).filter(state=RuleProposal.State.OPEN)
