"""Roles that come from outside finish their first task: the firm, the
expert, and those who only watch.
"""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.journey


def heading(page):
    return page.locator("h1").first


def open_sheet(page):
    with page.expect_navigation():
        page.locator("ul.tasks a.btn").first.click()


def test_a_firm_sees_its_assignment_alone_scores_the_rest_and_hands_in(enter_role, look):
    for size in ("phone", "desk"):
        page = enter_role("jigou", size)
        expect(page.locator("main")).to_contain_text("示例评价1号")
        expect(page.locator("main")).not_to_contain_text("示例评价2号")
        look(page, f"role-firm-home-{size}")
    open_sheet(page)
    expect(page.locator("main")).to_contain_text("还有没评分的行，评完后再报送")
    look(page, "role-firm-sheet")
    page.locator("input.points").nth(1).fill("52")
    expect(page.locator("[data-running]")).to_contain_text("小计 92.00")
    with page.expect_navigation():
        page.get_by_role("button", name="存评分").click()
    expect(page.locator("main")).to_contain_text("请写明扣分原因")
    page.locator("td[data-l=扣分原因] input[name^=n]").nth(1).fill("两个标段未验收")
    with page.expect_navigation():
        page.get_by_role("button", name="存评分").click()
    with page.expect_navigation():
        page.get_by_role("button", name="报送").click()
    expect(page.locator("main")).to_contain_text("待审核")
    expect(page.locator(".verdicts")).to_contain_text("92.00")
    look(page, "role-firm-handed-in")
    page.goto("/")
    expect(heading(page)).to_have_text("今天没有等您办的事")


def test_an_expert_marks_alone_before_seeing_the_others(enter_role, look):
    page = enter_role("zhuanjia")
    open_sheet(page)
    expect(page.locator("main")).to_contain_text("评完前看不到其他专家的分")
    expect(page.locator("table.marking")).not_to_contain_text("评审专家乙")
    look(page, "role-expert-sheet")
    cells = page.locator("input.points")
    cells.nth(0).focus()
    page.keyboard.type("40")
    for _ in ("原因分类", "说明", "下一行得分"):
        page.keyboard.press("Tab")
    page.keyboard.type("60")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("table.marking")).not_to_contain_text("评审专家乙")
    with page.expect_navigation():
        page.get_by_role("button", name="交分").click()
    expect(page.locator("table.marking")).to_contain_text("评审专家乙")
    expect(page.locator("main")).to_contain_text("报送由主评人或主管部门汇总后办")
    look(page, "role-expert-marked")
    page.goto("/")
    expect(heading(page)).to_have_text("今天没有等您办的事")


def test_an_auditor_reads_all_and_changes_nothing(enter_role, look):
    page = enter_role("waishen")
    look(page, "role-auditor-home")
    page.goto("/trail")
    look(page, "role-auditor-trail")
    expect(page.locator("main")).to_contain_text("签发报告")
    page.goto("/evaluations?year=2021")
    with page.expect_navigation():
        page.locator("table.results tbody th[scope=row] a").first.click()
    assert page.locator("main form[method=post]").count() == 0
    page.goto("/report/2021")
    expect(page.locator("main")).to_contain_text("已签发 第1期")
    assert page.get_by_role("button", name="签发", exact=True).count() == 0


def test_the_audit_administrator_watches_the_trail_alone(enter_role, look):
    page = enter_role("shenji")
    look(page, "role-audit-home")
    with page.expect_navigation():
        page.locator("main a", has_text="留痕").first.click()
    expect(page.locator("main")).to_contain_text("签发报告")
    assert page.goto("/subjects").status == 403
