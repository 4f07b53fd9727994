"""A login that expired costs nobody what they typed: it is put back once,
on its page, for the same person.
"""

import re

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import PASSWORD

pytestmark = pytest.mark.journey


def enter_again(page, username):
    page.fill("#f-username", username)
    page.fill("#f-password", PASSWORD)
    with page.expect_navigation():
        page.get_by_role("button", name="登录", exact=True).click()


def test_a_form_survives_the_end_of_the_session(enter):
    page = enter("performance")
    page.goto("/rounds/new?year=2021")
    page.select_option("#f-kind", "selfeval")
    page.fill("#f-name", "2021年度补报")
    page.fill("#f-deadline", "2021-12-10")
    page.context.clear_cookies(name="sessionid")
    with page.expect_navigation():
        page.get_by_role("button", name="下达任务").click()
    expect(page.locator(".toast")).to_contain_text("刚才提交的没有写入")
    enter_again(page, "performance")
    expect(page).to_have_url(re.compile(r"/rounds/new\?year=2021$"))
    expect(page.locator("#f-name")).to_have_value("2021年度补报")
    expect(page.locator(".toast")).to_contain_text("已经放回")
    page.reload()
    expect(page.locator("#f-name")).to_have_value("")


def test_another_person_does_not_see_what_was_typed(enter):
    page = enter("performance")
    page.goto("/rounds/new?year=2021")
    page.select_option("#f-kind", "selfeval")
    page.fill("#f-name", "别人不该看到")
    page.fill("#f-deadline", "2021-12-10")
    page.context.clear_cookies(name="sessionid")
    with page.expect_navigation():
        page.get_by_role("button", name="下达任务").click()
    enter_again(page, "leader")
    page.goto("/rounds/new?year=2021")
    assert "别人不该看到" not in page.content()
    kept = page.evaluate("sessionStorage.getItem('wenxiao.draft')")
    assert kept is None


def test_the_head_of_a_long_table_stays_in_sight(enter):
    page = enter("performance")
    page.goto("/rules/checks")
    head = page.locator("table.t thead th").first
    page.mouse.wheel(0, 4000)
    page.wait_for_timeout(200)
    assert page.evaluate("scrollY") > 0
    assert 0 < head.bounding_box()["y"] < 80
