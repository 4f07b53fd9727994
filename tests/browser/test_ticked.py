"""The list of subjects by keyboard and finger: ticks, the bar that comes
and goes, an act on what is ticked.
"""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.journey


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_ticked_rows_get_a_tag_each_told_alone(enter, look, size):
    page = enter("performance", size)
    page.goto("/subjects?sort=name")
    bar, ticks = page.locator("form.batch"), page.locator("[data-tick]")
    expect(bar).to_be_hidden()
    ticks.first.focus()
    page.keyboard.press("Space")
    ticks.nth(1).check()
    expect(bar).to_be_visible()
    expect(page.locator("[data-batch-count]")).to_have_text("2")
    look(page, f"subjects-ticked-{size}")
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()
    ticks.nth(2).check()
    page.fill("#b-tag", f"示例标签{size}")
    page.get_by_role("button", name="加标签").click()
    expect(page.locator("h1")).to_contain_text("办成 1 个")
    look(page, f"subjects-done-{size}")


def test_enter_on_a_tick_opens_the_row(enter):
    page = enter("performance")
    page.goto("/subjects")
    page.locator("[data-tick]").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/dossiers/**")
