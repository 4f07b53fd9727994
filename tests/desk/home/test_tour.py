"""走一遍: five steps for every role that works here, each beside something of the desk."""

import pytest

from wenxiao.desk.home.tour import MIDDLE, tour_of
from wenxiao.orgs.models import Role

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.mark.parametrize("role", list(Role.values))
def test_each_role_has_five_steps(role):
    steps = tour_of([role])
    assert len(steps) == 5
    assert len({step.words for step in steps}) == 5
    assert all(step.at for step in steps)


def test_without_a_role_there_is_no_tour_and_the_first_role_leads():
    assert tour_of([]) == []
    assert set(MIDDLE) == set(Role.values)
    assert tour_of(["leader", "clerk"])[1].words.startswith("“督看”")


def test_the_desk_carries_the_steps_and_the_help_leads_to_them(inside, small):
    client = inside(small.clerk)
    text = client.get("/").content.decode()
    assert text.count("<li data-at=") == 5
    assert "离开这一行就存好了" in text
    assert 'href="/#tour"' in client.get("/help").content.decode()
    assert "打印本岗位这一页" in client.get("/help").content.decode()
