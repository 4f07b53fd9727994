"""Coming in: by password, and in a demonstration by choosing who to be."""

import pytest
from django.test import Client, override_settings

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def test_a_password_opens_the_door_and_leads_on(client, small):
    response = client.post(
        "/login?next=/subjects",
        {"username": "clerk", "password": "Demo-pass-2021", "next": "/subjects"},
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


@override_settings(DEMO=True, ENTER_WITHOUT_PASSWORD=True)
def test_in_a_demonstration_one_click_is_enough(client, small):
    assert "示例经办" in client.get("/login").content.decode()
    assert client.post("/login", {"demo": "clerk"}).status_code == 302
    small.division.demo = False
    small.division.save()
    client.logout()
    assert client.post("/login", {"demo": "clerk"}).status_code == 401


@override_settings(DEMO=True, ENTER_WITHOUT_PASSWORD=True)
def test_an_account_nobody_has_a_password_for_is_not_offered(client, small):
    clerk = small.clerk
    clerk.set_unusable_password()
    clerk.save()
    page = client.get("/login").content.decode()
    assert "示例经办" not in page
    assert 'name="demo"' in page


def test_a_foreign_way_on_is_ignored(client, small):
    response = client.post(
        "/login",
        {"username": "clerk", "password": "Demo-pass-2021", "next": "https://elsewhere.example"},
    )
    assert response["Location"] == "/"


def test_leaving(inside, small):
    client = inside(small.clerk)
    assert client.post("/logout")["Location"] == "/login"
    assert client.get("/subjects").status_code == 302


def test_what_was_sent_after_the_session_ended_leads_back_to_its_page(client, small):
    answer = client.post(
        "/rounds/new", {"name": "x"}, headers={"referer": "http://testserver/rounds/new?year=2021"}
    )
    assert (answer.status_code, answer["Location"]) == (
        302,
        "/login?next=/rounds/new%3Fyear%3D2021",
    )
    assert "刚才提交的没有写入" in client.get("/login").content.decode()
    foreign = client.post(
        "/rounds/new", {}, headers={"referer": "https://elsewhere.example/rounds/new"}
    )
    assert foreign["Location"] == "/login?next=/"


def test_a_part_of_a_page_is_told_and_leads_nowhere(client, small):
    answer = client.get(
        f"/dossiers/{small.dossiers[0].pk}/spending", headers={"hx-request": "true"}
    )
    assert answer.status_code == 401
    assert "登录已经过期" in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_an_address_for_buttons_says_so_when_opened(small, inside):
    answer = inside(small.officer).get("/findings/draw")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "这一步要从页面上办" in answer.content.decode()


def test_a_page_left_open_too_long_is_said_in_words(small):
    client = Client(enforce_csrf_checks=True)
    client.force_login(small.officer)
    answer = client.post(
        "/rounds/new", {"name": "x"}, headers={"referer": "http://testserver/rounds/new"}
    )
    assert answer.status_code == 403
    text = answer.content.decode()
    assert "页面停留太久了" in text
    assert 'href="http://testserver/rounds/new"' in text


def test_refusals_lead_only_where_one_may_go(small, inside):
    text = inside(small.security).get("/trail").content.decode()
    assert "回工作台" in text
    assert "去对象列表" not in text
