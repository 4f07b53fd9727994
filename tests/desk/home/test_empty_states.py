"""A house of the first day: what is empty names the next act and leads there, for whoever may."""

import re

import pytest

from wenxiao.orgs.models import Role
from wenxiao.orgs.services import create_division, create_user, grant

pytestmark = [pytest.mark.db, pytest.mark.django_db]
NEXT = {
    "/": {"/rounds", "/evaluations"},
    "/monitoring": {"/rounds"},
    "/selfeval": {"/rounds"},
    "/watch": {"/monitoring"},
    "/subjects": {"/imports"},
    "/rounds": {"/rounds/new"},
    "/targets": {"/imports"},
    "/targets/returns": {"/targets"},
    "/evaluations": {"/subjects"},
    "/feedback": {"/evaluations"},
    "/rectifications": {"/feedback"},
    "/rectifications/handover": {"/findings", "/rectifications"},
    "/rectifications/board": {"/findings"},
    "/findings/heat": {"/findings"},
    "/uses": {"/evaluations"},
    "/uses/next": {"/imports/ledgers"},
    "/imports/missing": {"/rounds"},
    "/rules": {"/rounds"},
    "/rules/proposals": {"/rules"},
    "/disclosures": {"/evaluations"},
}
EMPTY = re.compile(r'<div class="empty">(.*?)</div>', re.DOTALL)
HREF = re.compile(r'href="([^"?]+)')


@pytest.fixture
def enter(client):
    division = create_division(code="360198", name="新区", bureau="新区财政局", by=None)

    def run(role):
        user = create_user(
            division=division, username=role, name=str(role), by=None, password="Chang-e_2021!"
        )
        grant(user=user, role=role, division=division, by=None)
        type(user).objects.filter(pk=user.pk).update(must_change_password=False)
        client.force_login(user)
        return client

    return run


def test_each_empty_list_of_the_first_day_leads_to_the_next_act(enter):
    client = enter(Role.PERFORMANCE)
    led = {}
    for page, wanted in NEXT.items():
        text = client.get(page).content.decode()
        led[page] = {href for part in EMPTY.findall(text) for href in HREF.findall(part)}
        assert wanted <= led[page], (page, led[page])
        for href in led[page]:
            assert client.get(href).status_code == 200, (page, href)


def test_nobody_is_led_to_a_page_that_is_closed_to_him(enter):
    client = enter(Role.LEADER)
    for page in NEXT:
        answer = client.get(page)
        if answer.status_code != 200:
            continue
        for part in EMPTY.findall(answer.content.decode()):
            for href in HREF.findall(part):
                assert client.get(href).status_code == 200, (page, href)
