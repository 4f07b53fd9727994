"""What every test stands on: how many examples a property sees."""

from __future__ import annotations

import os
import sys

import pytest
from hypothesis import HealthCheck, settings

# 200 examples in `make test`, 20 000 in `make soak`; no deadline, for a busy machine must not fail a law of arithmetic.
settings.register_profile(
    "wenxiao",
    max_examples=int(os.environ.get("WENXIAO_EXAMPLES", "200")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="WENXIAO_EXAMPLES" not in os.environ,
    database=None,
)
settings.load_profile("wenxiao")


@pytest.fixture(autouse=True)
def _nothing_kept():
    """Counts kept in the process until somebody acts: a test's database goes back in time without an act."""
    selectors = sys.modules.get("wenxiao.budget.selectors")
    if selectors is not None:
        selectors.forget_censuses()


@pytest.fixture(autouse=True, scope="session")
def _emptied_past_the_guards():
    """What takes a test's rows away again is let past the triggers that keep the trail."""
    from django.core.management.commands.flush import Command

    def emptied(command, **options):
        from wenxiao.store.guards import all_aside

        with all_aside():
            return handle(command, **options)

    handle = Command.handle
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Command, "handle", emptied)
        yield
