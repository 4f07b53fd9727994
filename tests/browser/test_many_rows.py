"""Hundreds of rows edited as one table: pasted, taken back, saved, refused in place, read again."""

import json
import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.journey
PASTE = (
    "words => { const data = new DataTransfer(); data.setData('text/plain', words);"
    " document.querySelector('.many-grid .tabulator-tableholder').dispatchEvent("
    "new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true})); }"
)
COPIED = (
    "() => { const data = new DataTransfer();"
    " document.querySelector('.many-grid .tabulator-tableholder').dispatchEvent("
    "new ClipboardEvent('copy', {clipboardData: data, bubbles: true, cancelable: true}));"
    " return data.getData('text/plain'); }"
)


def cell(page, line, name):
    """The cell of a line in sight, by its column."""
    row = page.locator(".many-grid .tabulator-row").filter(
        has=page.get_by_role("link", name=str(line), exact=True)
    )
    return row.locator(f"[tabulator-field={name}]")


def test_three_hundred_rows_are_pasted_saved_and_read_again(enter, look):
    page = enter("performance")
    page.goto("/library/table?field=合成")
    said, save = page.locator("[data-said]"), page.locator("[data-save]")
    expect(page.get_by_role("heading", level=1)).to_contain_text("300 行")
    expect(page.locator("[data-plain-rows]")).to_be_hidden()

    cell(page, 1, "unit").click()
    words = "\r\n".join(
        f"单位{at}\t正向" if at != 2 else '"单位2\n两行"\t正向' for at in range(1, 301)
    )
    page.evaluate(PASTE, words + "\r\n多的\t一行")
    expect(said).to_contain_text("粘贴了 300 行，改了 600 格；多出的 1 行没有地方放")
    expect(save).to_contain_text("300 行 600 格")
    expect(cell(page, 2, "unit")).to_have_text("单位2\n两行")
    page.keyboard.press("Control+z")
    expect(save).to_have_text("保存改动")
    page.keyboard.press("Control+y")
    expect(save).to_contain_text("300 行 600 格")

    page.keyboard.press("F2")
    page.keyboard.type("x" * 61)
    page.keyboard.press("Enter")
    expect(cell(page, 2, "unit")).to_have_class(re.compile("tabulator-range-only-cell-selected"))
    page.fill("#many-why", "补计量单位和方向")
    save.click()
    expect(said).to_contain_text("有 1 行不能存，这次一行也没有存")
    expect(cell(page, 1, "unit").locator(".told")).to_contain_text("超过 60 字，请缩短")
    look(page, "many-rows-refused")

    cell(page, 1, "unit").click()
    page.keyboard.press("F2")
    page.keyboard.press("Escape")
    page.keyboard.press("F2")
    page.keyboard.press("Control+a")
    page.keyboard.type("处")
    page.keyboard.press("Enter")
    sent = []
    page.on("request", lambda one: sent.append(one.post_data) if one.method == "POST" else None)
    save.click()
    expect(said).to_contain_text("改了 300 行")
    expect(save).to_have_text("保存改动")

    page.keyboard.press("Shift+Tab")
    cell(page, 3, "unit").click()
    page.keyboard.press("Delete")
    expect(save).to_contain_text("1 行 1 格")
    save.click()
    expect(said).to_contain_text("改了 1 行")
    assert [body.count('name="row"') for body in sent] == [300, 1], "only what changed is sent"

    page.reload()
    expect(cell(page, 1, "unit")).to_have_text("处")
    expect(cell(page, 2, "unit")).to_have_text("单位2\n两行")
    assert cell(page, 3, "unit").inner_text().strip() == ""
    cell(page, 1, "unit").click()
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowRight")
    assert page.evaluate(COPIED) == '处\t正向\n"单位2\n两行"\t正向'


def test_found_sorted_widened_and_plain_without_the_library(enter, look):
    page = enter("performance", "phone")
    page.route("**/tabulator*.js", lambda route: route.abort())
    page.goto("/library/table?field=合成")
    expect(page.locator("[data-plain-rows]")).to_be_visible()
    assert page.locator("textarea[data-cell]").count() == 3000
    page.unroute("**/tabulator*.js")
    page.reload()
    rows = page.locator(".many-grid .tabulator-row")
    page.fill("#many-find", "指标299")
    expect(rows).to_have_count(1)
    look(page, "many-rows-phone")
    page.fill("#many-find", "")
    head = page.locator(".many-grid .tabulator-col[tabulator-field=name]")
    head.locator(".tabulator-col-sorter").click()
    head.locator(".tabulator-col-sorter").click()
    expect(rows.first).to_contain_text("合成指标299")
    before = head.bounding_box()
    page.mouse.move(before["x"] + before["width"], before["y"] + 10)
    page.mouse.down()
    page.mouse.move(before["x"] + before["width"] + 40, before["y"] + 10)
    page.mouse.up()
    kept = json.loads(page.evaluate("localStorage.getItem('wenxiao.widths./library/table')"))
    assert kept["name"] > before["width"]
