"""A 1–7月 round of three units in the browser: one turns red, is fed back,
mends, is refused once, and is closed.
"""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.journey


def heading(page):
    return page.locator("h1").first.inner_text()


def open_round(page):
    page.goto("/rounds/new?year=2021")
    page.select_option("#f-kind", "monitoring")
    page.fill("#f-name", "2021年重点监控（1-7月）")
    page.fill("#f-work_year", "2021")
    page.fill("#f-fiscal_year", "2021")
    page.fill("#f-deadline", "2021-12-10")
    page.select_option("#f-from", "1")
    page.select_option("#f-through", "7")
    page.select_option("[name=key]", "1")
    for box in page.locator("[name=route]").all():
        box.set_checked(box.get_attribute("value") == "performance")
    page.get_by_role("button", name="下达任务").click()
    page.wait_for_url(re.compile(r"/rounds/\d+$"))


def hand_in(page, value, note):
    page.goto("/monitoring?year=2021")
    page.locator("main a", has_text="示例项目").first.click()
    page.get_by_role("button", name="开始填报").click()
    page.wait_for_url("**/filling/**")
    cells = page.locator("[data-cell]")
    cells.nth(0).fill(value)
    cells.nth(1).fill("30")
    page.locator("select[data-cell]").first.select_option(label="确定能")
    page.locator("[data-cell].text").first.fill(note)
    page.locator("[data-cell].text").first.press("Tab")
    expect(page.locator("#saved")).to_contain_text("已保存")
    page.locator("#submit").click()
    page.locator("#submit-sure").click()
    expect(page.locator("main")).to_contain_text("待审核")
    return page.url.rpartition("/")[2]


def settle(page, other, reviews):
    """Every unit's form is passed by one officer and confirmed by the other."""
    for pk in reviews:
        for who, verb in ((page, "审核通过"), (other, "确认评价结果")):
            who.goto(f"/reviews/{pk}")
            with who.expect_navigation():
                who.get_by_role("button", name=verb).click()
    expect(other.locator("main")).to_contain_text("已确认")


@pytest.mark.long(
    core=[
        "tests/monitoring/test_journey.py::test_from_deviation_to_closure",
        "tests/browser/test_scenes.py::test_late_money_is_not_plain_red_and_a_cut_to_a_hundred_warns",
        "tests/browser/test_scenes.py::test_a_letter_without_receipt_is_not_told_as_received",
        "tests/browser/test_keyed.py::test_a_finding_is_fed_back_mended_and_closed_by_keys_alone",
        "tests/desk/rectifications/test_rectifications.py::test_the_whole_road_refused_once_then_closed",
    ]
)
def test_one_unit_turns_red_mends_is_refused_once_and_is_closed(enter_bare, look):
    officer = enter_bare("watcher")
    open_round(officer)
    look(officer, "followed-1-round")
    red = enter_bare("unit3")
    reviews = [
        hand_in(enter_bare("unit1"), "19", "按计划"),
        hand_in(enter_bare("unit2"), "18", "按计划"),
    ]
    reviews.append(hand_in(red, "6", "招标推迟"))
    settle(officer, enter_bare("watcher2"), reviews)
    officer.goto("/monitoring?year=2021")
    assert "1 红" in heading(officer)
    assert "20.00% ÷ 58.33% = 34.3" in officer.locator("main").inner_text()
    look(officer, "followed-2-red")
    confirm_drawn(officer, look)
    feed_back(officer, look)
    mend(red, officer, look)


def confirm_drawn(officer, look):
    """Rules look for contradictions in the background; the officer confirms
    the slow one under the catalogue.
    """
    officer.goto("/findings?year=2021")
    officer.locator("#drawn summary").click()
    officer.locator("#drawn button").click()
    for _ in range(40):
        officer.goto("/findings?year=2021&state=candidate")
        if "个问题等人确认" in heading(officer):
            break
        officer.wait_for_timeout(250)
    for link in officer.locator(".triage-list a", has_text="示例项目3").all():
        link.click()
        if "红灯" in officer.locator("#case").inner_text():
            break
    look(officer, "followed-3-candidates")
    said = officer.locator(".undo-bar")
    officer.keyboard.press("x")
    officer.keyboard.type("试按")
    with officer.expect_navigation():
        officer.keyboard.press("Enter")
    expect(said).to_contain_text("已认定不成立")
    with officer.expect_navigation():
        officer.keyboard.press("z")
    if not officer.locator("#case input[name=item]:checked").count():
        officer.keyboard.press("1")
    with officer.expect_navigation():
        officer.keyboard.press("Enter")
    expect(officer.locator(".undo-bar")).to_contain_text("已确认")


def feed_back(officer, look):
    officer.goto("/feedback?year=2021")
    row = officer.locator("tbody tr", has_text="示例项目3")
    row.get_by_role("link", name="反馈", exact=True).click()
    officer.fill("#f-number", "示例反馈〔2021〕1号")
    look(officer, "followed-4-feedback")
    officer.get_by_role("button", name="发出反馈函并下达整改").click()
    expect(officer.locator("main")).to_contain_text("未签收")
    with officer.expect_download() as letter:
        officer.locator("tbody tr", has_text="示例项目3").get_by_role("link", name="下载").click()
    assert letter.value.suggested_filename.endswith("反馈函.docx")


def mend(unit, officer, look):
    unit.goto("/feedback?year=2021")
    unit.get_by_role("button", name="签收").click()
    expect(unit.locator("main")).to_contain_text("11月22日")
    unit.goto("/rectifications?year=2021")
    unit.locator("tbody a").first.click()
    address = unit.url
    unit.fill("#b-measure", "重新招标，12月前完成支付")
    unit.fill("#f-owner", "项目负责人")
    unit.get_by_role("button", name="报方案").click()
    answer(unit, "已完成招标")
    verify(officer, address, "缺中标通知书", "退回重改")
    unit.goto(address)
    expect(unit.locator("main")).to_contain_text("缺中标通知书")
    look(unit, "followed-5-refused")
    answer(unit, "已完成招标，附中标通知书")
    verify(officer, address, "属实", "通过并销号")
    look(officer, "followed-6-closed")
    officer.goto("/rectifications/board?year=2021")
    assert heading(officer) == "1 项整改，销号 1 项，没有逾期"
    look(officer, "followed-7-board")


def answer(unit, text):
    unit.fill("#b-reply", text)
    unit.get_by_role("button", name="报整改结果").click()
    expect(unit.locator("main")).to_contain_text("待核验")


def verify(officer, address, verdict, verb):
    officer.goto(address)
    officer.fill("#b-verdict", verdict)
    with officer.expect_navigation():
        officer.get_by_role("button", name=verb).click()
