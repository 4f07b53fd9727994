"""Coming in: by password, and in a demonstration by choosing who to be."""

import pytest
from django.test import override_settings

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def test_a_password_opens_the_door_and_leads_on(client, small):
    response = client.post(
        "/login?next=/subjects", {"username": "clerk", "password": "Demo-pass-2021", "next": "/subjects"}
    )
    assert (response.status_code, response["Location"]) == (302, "/subjects")


def test_a_wrong_password_is_told_and_keeps_the_account(client, small):
    response = client.post("/login", {"username": "clerk", "password": "wrong"})
    assert response.status_code == 401
    text = response.content.decode()
    assert "账号或密码不对" in text
    assert 'value="clerk"' in text


def test_outside_a_demonstration_no_account_is_listed_or_opened(client, small):
    assert "示例经办" not in client.get("/login").content.decode()
    assert client.post("/login", {"demo": "clerk"}).status_code == 401


@override_settings(DEMO=True)
def test_in_a_demonstration_one_click_is_enough(client, small):
    assert "示例经办" in client.get("/login").content.decode()
    assert client.post("/login", {"demo": "clerk"}).status_code == 302
    small.division.demo = False
    small.division.save()
    client.logout()
    assert client.post("/login", {"demo": "clerk"}).status_code == 401


def test_a_foreign_way_on_is_ignored(client, small):
    response = client.post(
        "/login", {"username": "clerk", "password": "Demo-pass-2021", "next": "https://elsewhere.example"}
    )
    assert response["Location"] == "/"


def test_leaving(inside, small):
    client = inside(small.clerk)
    assert client.post("/logout")["Location"] == "/login"
    assert client.get("/subjects").status_code == 302
