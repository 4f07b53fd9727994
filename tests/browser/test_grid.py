"""The filling grid under the fingers: blocks with line breaks, undo by the
cell, keys of a table, what was read below.
"""

import re

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import serving, visiting

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def grid_house(tmp_path_factory, migrated):
    """A planted house of this journey's own: it changes the clerk's form."""
    with serving(tmp_path_factory.mktemp("grid"), "seeding.py", migrated) as address:
        yield address


@pytest.fixture
def form(grid_house, chromium):
    with visiting(chromium, grid_house) as open_page:
        page = open_page("clerk")
        page.goto("/?year=2021")
        page.locator("a", has_text="填报").first.click()
        page.wait_for_url("**/filling/**")
        page.locator("[data-grid]").wait_for()
        yield page


def cells(page, letter):
    """The fields of one column, by the first letter of their names: a value, n note."""
    return page.locator(f"[data-grid] input.cell[name^='{letter}']")


def paste(page, field, text):
    field.focus()
    field.evaluate(
        """(one, text) => {
          const data = new DataTransfer();
          data.setData("text/plain", text);
          one.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
        }""",
        text,
    )


def saved(page):
    expect(page.locator("#saved")).to_contain_text("已保存")


def write(page, field, text):
    field.click()
    field.fill(text)
    field.press("Enter")


def test_enter_in_the_last_row_saves_it(form):
    values = cells(form, "a")
    last = values.nth(values.count() - 1)
    last.fill("61%")
    last.press("Enter")
    expect(form.locator("#saved")).to_contain_text("已保存")
    form.reload()
    assert cells(form, "a").last.input_value() == "61%"


def test_a_quoted_cell_with_a_line_break_stays_one_cell(form):
    values, notes = cells(form, "a"), cells(form, "n")
    before = [values.nth(at).input_value() for at in range(2)]
    paste(form, values.nth(0), '"11\n8"\t"说""明""\n一"\r\n')
    assert values.nth(0).input_value() == "118"
    assert notes.nth(0).input_value() == '说"明" 一'
    assert values.nth(1).input_value() == before[1]
    form.keyboard.press("Control+z")
    assert values.nth(0).input_value() == before[0]


def test_undo_takes_back_the_last_act_and_never_later_work(form):
    values, notes = cells(form, "a"), cells(form, "n")
    first = values.nth(0).input_value()
    paste(form, values.nth(0), "115\n1100\n")
    write(form, values.nth(0), "116")
    write(form, notes.nth(1), "一句说明")
    notes.nth(1).focus()
    form.keyboard.press("Control+z")
    assert notes.nth(1).input_value() == ""
    assert values.nth(0).input_value() == "116"
    form.keyboard.press("Control+z")
    assert (values.nth(0).input_value(), values.nth(1).input_value()) == ("115", "1100")
    form.keyboard.press("Control+z")
    assert values.nth(0).input_value() == first
    form.keyboard.press("Control+y")
    assert (values.nth(0).input_value(), values.nth(1).input_value()) == ("115", "1100")


def test_arrows_escape_and_the_row_above(form):
    values = cells(form, "a")
    values.nth(0).click()
    form.keyboard.press("ArrowDown")
    assert values.nth(1).evaluate("one => one === document.activeElement")
    now = values.nth(1).input_value()
    form.keyboard.type("777")
    form.keyboard.press("Escape")
    assert values.nth(1).input_value() == now
    form.keyboard.press("Control+d")
    assert values.nth(1).input_value() == values.nth(0).input_value()
    form.keyboard.press("ArrowUp")
    form.keyboard.press("Shift+ArrowDown")
    expect(form.locator(".cell.picked")).to_have_count(2)


def test_what_cannot_be_read_is_said_at_once_and_earns_nothing(form, look):
    value = cells(form, "a").nth(0)
    write(form, value, "121" if value.input_value() == "120" else "120")  # whatever was left there
    saved(form)
    write(form, value, "118")
    row = form.locator("tr[data-row]").first
    expect(row.locator("[data-points]")).to_contain_text("14.05")
    expect(row.locator("[data-readback]")).to_contain_text("读作")
    total = form.locator("#total").inner_text()
    write(form, value, "十几")
    expect(row.locator("[data-readback].unread")).to_contain_text("“十几”认不出数")
    expect(row.locator("[data-points-cell] input")).to_have_value("")
    expect(form.locator("#total")).not_to_have_text(total)
    expect(form.locator("#checks")).to_contain_text("认不出数")
    look(form, "grid-unread")
    form.reload()
    expect(row.locator("[data-points-cell] input")).to_have_value("")
    write(form, cells(form, "a").nth(0), "118")
    expect(row.locator("[data-points]")).to_contain_text("14.05")


def test_what_is_written_while_its_row_is_being_saved_is_saved_too(form):
    """An answer settles what was sent, not what stands in the field by then."""
    held = []

    def hold(route):
        if held:
            route.continue_()
        held.append(route)

    form.route("**/filling/**", hold)
    value, note = cells(form, "a").nth(0), cells(form, "n").nth(0)
    with form.expect_request(lambda request: request.method == "POST"):
        write(form, note, "路面另有病害")
    value.fill("117")
    held[0].continue_()
    saved(form)
    expect(value).to_have_class(re.compile("changed"))
    with form.expect_response(lambda answer: answer.request.method == "POST"):
        value.press("Enter")
    form.reload()
    assert cells(form, "a").nth(0).input_value() == "117"
    assert cells(form, "n").nth(0).input_value() == "路面另有病害"
    write(form, cells(form, "a").nth(0), "118")
    saved(form)


def test_undoing_a_value_brings_back_the_points_it_cost(form):
    value, note = cells(form, "a").nth(0), cells(form, "n").nth(0)
    row = form.locator("tr[data-row]").first
    points = row.locator("[data-points-cell] input")
    write(form, note, "差得多")
    write(form, value, "十几")
    expect(points).to_have_value("")
    write(form, points, "3")
    expect(points).to_have_value("3.00")
    write(form, value, "118")
    expect(row.locator("[data-points]")).to_contain_text("14.05")
    value.click()
    form.keyboard.press("Control+z")
    expect(points).to_have_value("3.00")
    expect(form.locator("#saved")).to_contain_text("原来给的 3.00 分一起恢复")
    form.keyboard.press("Control+y")
    expect(row.locator("[data-points]")).to_contain_text("14.05")
    form.keyboard.press("Control+z")
    expect(points).to_have_value("3.00")
    form.reload()
    expect(points).to_have_value("3.00")
    write(form, cells(form, "a").nth(0), "118")
    saved(form)


def test_on_the_phone_a_row_shows_its_value_and_opens_what_is_refused(grid_house, chromium, look):
    with visiting(chromium, grid_house) as open_page:
        page = open_page("clerk", "phone")
        page.goto("/?year=2021")
        page.locator("a", has_text="填报").first.click()
        rows = page.locator("table.two-lines tr[data-row]")
        rows.first.wait_for()
        page.wait_for_function(
            "() => [...document.querySelectorAll('table.two-lines tr[data-row]')]"
            ".every(row => row.offsetHeight <= 96)"
        )
        row = rows.nth(1)
        value, note = row.locator("input[name^=a]"), row.locator("input[name^=n]")
        expect(value).to_be_visible()
        expect(note).to_be_hidden()
        note.evaluate(  # an earlier journey may have left a word there
            "one => { one.value = ''; one.required = true; one.form.reportValidity(); }"
        )
        expect(note).to_be_visible()
        note.fill("手机上写的说明")
        row.locator(".more-row").click()
        expect(note).to_be_hidden()
        look(page, "grid-phone")


def test_find_within_the_grid_goes_from_match_to_match(form, look):
    values, notes = cells(form, "a"), cells(form, "n")
    write(form, notes.nth(0), "甲地查到的")
    write(form, notes.nth(3), "乙地查到的")
    values.nth(1).click()
    form.keyboard.press("Control+f")
    box = form.get_by_role("search", name="在填报表里查找")
    box.get_by_role("searchbox").fill("查到")
    expect(box).to_contain_text("第 1 处，共 2 处")
    expect(form.locator("td.found")).to_have_count(2)
    expect(form.locator("td.now-found input")).to_have_value("甲地查到的")
    look(form, "grid-find")
    form.keyboard.press("Enter")
    expect(form.locator("td.now-found input")).to_have_value("乙地查到的")
    form.keyboard.press("Enter")
    expect(form.locator("td.now-found input")).to_have_value("甲地查到的")
    form.keyboard.press("Shift+Enter")
    form.keyboard.press("Escape")
    expect(box).to_be_hidden()
    assert notes.nth(3).evaluate("one => one === document.activeElement")
    expect(form.locator(".found")).to_have_count(0)
    form.keyboard.press("Control+f")
    box.get_by_role("searchbox").fill("哪里也没有")
    expect(box).to_contain_text("没有找到")


def test_widths_of_columns_by_key_and_drag_stay_with_the_viewer(form):
    head = form.locator("[data-grid] thead th", has_text="说明").first
    wide = head.evaluate("one => one.offsetWidth")
    cells(form, "n").nth(0).click()
    for _press in range(3):
        form.keyboard.press("Alt+ArrowRight")
    assert head.evaluate("one => one.offsetWidth") == wide + 48
    form.keyboard.press("Alt+ArrowLeft")
    form.reload()
    form.locator("[data-grid] .grip").first.wait_for(state="attached")
    assert head.evaluate("one => one.offsetWidth") == wide + 32
    grip = head.locator(".grip").bounding_box()
    form.mouse.move(grip["x"] + 3, grip["y"] + 6)
    form.mouse.down()
    form.mouse.move(grip["x"] + 43, grip["y"] + 6)
    form.mouse.up()
    assert head.evaluate("one => one.offsetWidth") == wide + 72
    head.locator(".grip").dblclick()
    assert abs(head.evaluate("one => one.offsetWidth") - wide) < 3
    form.reload()
    assert form.evaluate("Object.keys(localStorage).filter(one => one.includes('filling')).length")


def test_a_block_is_filled_down_from_its_first_row_and_undone_at_once(form):
    notes = cells(form, "n")
    before = [notes.nth(at).input_value() for at in range(1, 4)]
    write(form, notes.nth(1), "照此")
    notes.nth(1).click()
    form.keyboard.press("Shift+ArrowDown")
    form.keyboard.press("Shift+ArrowDown")
    form.keyboard.press("Control+d")
    assert [notes.nth(at).input_value() for at in range(1, 4)] == ["照此"] * 3
    form.keyboard.press("Control+z")
    assert [notes.nth(at).input_value() for at in range(2, 4)] == before[1:]


def test_a_block_is_left_by_whoever_goes_on_beside_it(form):
    values = cells(form, "a")
    before = [values.nth(at).input_value() for at in range(3)]
    values.nth(0).focus()
    form.keyboard.press("Shift+ArrowDown")
    form.keyboard.press("Shift+ArrowDown")
    expect(form.locator("[data-grid] .picked")).to_have_count(3)
    form.keyboard.press("Tab")
    expect(form.locator("[data-grid] .picked")).to_have_count(0)
    form.keyboard.press("Control+d")
    form.keyboard.press("Delete")
    assert [values.nth(at).input_value() for at in range(3)] == before
