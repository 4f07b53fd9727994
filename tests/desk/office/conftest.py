"""Who works beside the first officer on the office's pages."""

import pytest
from django.test import Client

from wenxiao.followup.models import RuleProposal
from wenxiao.orgs.services import create_user, grant


@pytest.fixture
def second(small):
    """A second login of the performance section; what one person read counts when this one
    confirms it.
    """
    user = create_user(
        division=small.division,
        username="second",
        name="示例副科长",
        by=None,
        password="Long-enough-1",
    )
    grant(user=user, role="performance", division=small.division, by=None)
    user.must_change_password = False
    user.save(update_fields=["must_change_password"])
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def publish(second):
    """The newest proposal published by the second login: its answer."""

    def act(*, by=second, why="局长办公会同意"):
        row = RuleProposal.objects.latest("pk")
        said = {"version": row.version, "why": why}
        return by.post(f"/rules/proposals/{row.pk}/publish", said)

    return act
