"""What an act does to points, grades, decisions, money and targets stands in the trail with its old
and its new value.

Nothing here names an act: every act of the table is done once, the rows it changed are compared
column by column, and whatever moved must be found before and after in the entries the act left.
"""

from copy import deepcopy

import pytest
from django.db import transaction
from tests.acts.house import House
from tests.acts.moved import changed, standing, unsaid
from tests.acts.test_acts_by_role import ROOMS, tried

from wenxiao.records.models import Entry

pytestmark = [pytest.mark.db, pytest.mark.django_db]
REACHED = {
    "budget": {
        "budget.AuditedAmount.used",
        "budget.Appropriation.opening",
        "budget.Spending.amount",
    },
    "targets": {"targets.Target.state", "targets.Indicator.expression", "targets.Indicator.weight"},
    "evidence": {"evidence.Actual.value", "evidence.Material.state"},
    "reviews": {
        *("reviews.Mark.points", "reviews.Review.points", "reviews.Review.grade"),
        *("reviews.Review.state", "reviews.Review.executed", "reviews.Criterion.weight"),
        *("reviews.PaperSignature.accepted", "evidence.Actual.value", "targets.Target.state"),
    },
    "followup": {
        *("budget.AuditedAmount.used", "followup.Use.state", "followup.Finding.state"),
        *("followup.Rectification.state", "followup.Disclosure.state"),
    },
}
"""What each room's acts must have moved, so that the comparison proves something."""


def done(house, act, person):
    """What a person's act changed, and the entries it left; everything is taken back."""
    house = deepcopy(house)
    with transaction.atomic():
        row = act.ready(house)
        before, last = standing(), Entry.objects.order_by("pk").last()
        refusal = tried(act, house, row, person)
        after = standing()
        entries = list(Entry.objects.filter(pk__gt=last.pk))
        transaction.set_rollback(True)
    assert not refusal
    return changed(before, after), entries


@pytest.mark.parametrize("room", ROOMS)
def test_what_moved_is_in_the_entry_old_and_new(db, room):
    house, wrong, reached = House(), {}, set()
    for name, act in ROOMS[room].items():
        moved, entries = done(house, act, house.people[act.may.split()[0]] if act.may else None)
        reached |= {f"{label}.{column}" for label, _, column in moved}
        if found := unsaid(moved, entries):
            wrong[name] = found
    assert wrong == {}
    assert REACHED.get(room, set()) <= reached
