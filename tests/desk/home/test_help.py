"""帮助: each role reads its own first task; whoever has no grant learns whom to ask."""

import pytest

from wenxiao.orgs.models import Grant, Role
from wenxiao.orgs.services import grant

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def test_each_role_reads_its_own_part(small, inside):
    text = inside(small.clerk).get("/help").content.decode()
    assert "填一份自评并报送" in text
    assert "登记一条批示" not in text
    assert "Ctrl K" in text


@pytest.mark.parametrize("role", list(Role))
def test_no_role_is_left_without_a_first_task(role, small, inside):
    Grant.objects.filter(user=small.clerk).delete()
    listed = [] if role in {Role.AGENCY, Role.EXPERT} else None
    grant(
        user=small.clerk, role=role, division=small.division, subjects=listed, by=None, why="任职"
    )
    assert f'id="h-{role}"' in inside(small.clerk).get("/help").content.decode()


def test_without_a_grant_one_learns_whom_to_ask(small, inside):
    Grant.objects.filter(user=small.clerk).delete()
    text = inside(small.clerk).get("/help").content.decode()
    assert "您的账号还没有授权" in text
    assert small.security.name in text


def test_the_frame_leads_there(small, inside):
    assert 'href="/help"' in inside(small.clerk).get("/").content.decode()


def test_it_costs_the_same_with_many_people(small, inside, django_assert_max_num_queries):
    client = inside(small.officer)
    client.get("/help")
    with django_assert_max_num_queries(8):
        client.get("/help")


def test_strangers_to_the_public_pages_are_not_told_of_grants(client):
    text = client.get("/open/99999").content.decode()
    assert "授权" not in text
    assert "看公开的结果" in text
