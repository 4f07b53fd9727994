"""Each role inside finishes its first task from its own home: unit, department, business office,
performance section, office.
"""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.journey
ROUND = "2021年日常监控（1-10月）"


def heading(page):
    return page.locator("h1").first


def first_task(page, what):
    """Open a task of the home page by what stands in its line."""
    with page.expect_navigation():
        page.locator("ul.tasks li", has_text=what).first.locator("a.btn").click()


def settle_ticked(page, verb, all_of_them=True):
    if all_of_them:
        page.locator("[data-tick-all]").check()
    with page.expect_navigation():
        page.get_by_role("button", name=f"{verb}所选").click()


def test_a_clerk_begins_a_self_evaluation_from_the_list(enter_role, look):
    page = enter_role("jingban")
    first_task(page, "2020年度下属单位自评")
    expect(page.locator("main")).to_contain_text("还没开始")
    look(page, "role-clerk-list")
    with page.expect_navigation():
        page.get_by_role("button", name="开始填报").click()
    page.wait_for_url("**/filling/**")
    expect(page.locator("main")).to_contain_text("完成任务数量")
    look(page, "role-clerk-filling")


def test_a_head_sees_what_waits_passes_forms_by_keyboard_and_returns_one(enter_role, look):
    for size in ("phone", "desk"):
        page = enter_role("fuzeren", size)
        expect(page.locator("ul.tasks").first).to_contain_text(ROUND)
        look(page, f"role-head-home-{size}")
        first_task(page, ROUND)
        look(page, f"role-head-settle-{size}")
    expect(heading(page)).to_contain_text("3 份等您审核")
    page.locator("[data-tick]").nth(1).focus()
    page.keyboard.press("Space")
    page.locator("[data-tick]").nth(2).focus()
    page.keyboard.press("Space")
    page.locator("#f-why").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(heading(page)).to_have_text("审核通过：办成 2 份")
    expect(page.locator("main")).to_contain_text("等主管部门审核")
    look(page, "role-head-outcome")
    page.get_by_role("link", name="接着办").click()
    with page.expect_navigation():
        page.locator("tbody th a").first.click()
    page.locator("[data-dialog=give-back]").click()
    page.locator("dialog[open] textarea").fill("支出数与国库支付不一致，请核对后重报。")
    with page.expect_navigation():
        page.locator("dialog[open] button.btn.danger, dialog[open] button.btn.main").click()
    page.goto("/")
    expect(page.locator("main")).not_to_contain_text(f"{ROUND}：")


def test_a_department_passes_what_its_units_handed_in(enter_role, look):
    page = enter_role("zhuguan")
    look(page, "role-department-home")
    first_task(page, "份待审核")
    look(page, "role-department-settle")
    settle_ticked(page, "审核通过")
    expect(heading(page)).to_contain_text("审核通过：办成")
    expect(page.locator("main")).to_contain_text("等财政业务科室审核")
    page.goto("/evaluations?kind=department_evaluation&year=2021")
    expect(page.locator("main")).to_contain_text("应评而还没有评分表的 1 个")
    look(page, "role-department-evaluations")


def test_a_business_office_passes_and_the_section_confirms_many(enter_role, look):
    page = enter_role("yewu")
    look(page, "role-office-home")
    first_task(page, "份待审核")
    page.locator("[data-tick]").first.check()
    settle_ticked(page, "审核通过", all_of_them=False)
    expect(page.locator("main")).to_contain_text("已审核")
    look(page, "role-office-outcome")
    officer = enter_role("fuhe")
    first_task(officer, "份待确认")
    expect(heading(officer)).to_contain_text("等您确认结果")
    look(officer, "role-section-confirm")
    settle_ticked(officer, "确认评价结果")
    expect(heading(officer)).to_contain_text("确认评价结果：办成")
    expect(officer.locator("main")).to_contain_text("已确认")
    officer.reload()  # told again, not done again
    expect(heading(officer)).to_contain_text("确认评价结果：办成")


def test_the_office_publishes_a_result_and_enters_an_instruction(enter_role, look):
    page = enter_role("bangong")
    look(page, "role-secretariat-home")
    first_task(page, "待签发公开")
    look(page, "role-secretariat-disclosures")
    page.get_by_role("button", name="签发公开").first.click()
    if page.locator("dialog[open]").count():
        page.locator("dialog[open] button.btn.main").click()
    expect(page.locator("main")).to_contain_text("已公开 1 项结果")
    page.goto("/report/2021")
    with page.expect_navigation():
        page.locator("a", has_text="已签发 第1期").first.click()
    page.get_by_role("button", name="登记批示").first.click()
    page.fill("#f-leader", "区长 示例")
    page.fill("#f-text", "请按季调度整改。")
    look(page, "role-secretariat-instruction")
    with page.expect_navigation():
        page.locator("dialog[open] button.btn.main").click()
    expect(page.locator("#instructions")).to_contain_text("请按季调度整改。")
