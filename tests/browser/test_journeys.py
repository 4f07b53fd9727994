"""The product as people use it: each role's first task, both sizes, by
keyboard where it is the main path.
"""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.journey


def heading(page):
    return page.locator("h1").first.inner_text()


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_the_performance_section_sees_what_is_red_and_why(enter, look, size):
    page = enter("performance", size)
    assert heading(page).startswith("今天")
    look(page, f"desk-performance-{size}")
    page.goto("/monitoring?year=2021")
    assert heading(page) == "财政重点监控：4 个项目，1 红 1 黄 2 绿"
    assert "47.02% ÷ 83.33% = 56.4" in page.locator("main").inner_text()
    assert "人事用工管理不规范" in page.locator("main").inner_text()
    look(page, f"monitoring-{size}")
    page.goto("/selfeval?year=2021")
    look(page, f"selfeval-{size}")
    page.goto("/subjects")
    look(page, f"subjects-{size}")


@pytest.mark.parametrize(
    ("username", "address"),
    [
        ("performance", "/?year=2021"),
        ("performance", "/monitoring?year=2021"),
        ("leader", "/watch?year=2021"),
    ],
)
def test_green_but_irregular_stands_on_the_first_screen(enter, username, address):
    """Scene 5: a green light does not hide a confirmed problem, nor spending ahead of time."""
    page = enter(username)
    page.goto(address)
    for word in ("人事用工管理不规范", "超进度"):
        found = page.locator("main").get_by_text(word).locator("visible=true").first
        place = found.bounding_box()
        assert place["y"] + place["height"] <= 768, (address, word, place)


def test_units_are_chosen_by_their_letters_titles_said_by_key(enter):
    page = enter("performance")
    page.goto("/rounds/new")
    box = page.get_by_role("combobox", name="从单位里选")
    name = page.locator("select[data-adds] option").nth(1).text_content()
    with page.expect_response("**/search/letters"):
        box.focus()
    box.fill(name)
    box.press("Enter")
    assert page.input_value("#f-units") == name
    page.evaluate(  # one answer of several, from a list the page holds once, as in an import
        """() => {
          document.querySelector("main").insertAdjacentHTML("beforeend", `
            <template id="named"><option>从单位里选</option><option value="C2">乙局</option></template>
            <input id="other" value="旧"><select data-adds="other" data-from="named" data-one
            aria-label="另选一个"></select>`);
          document.dispatchEvent(new Event("htmx:afterSettle"));
        }"""
    )
    other = page.get_by_role("combobox", name="另选一个")
    other.fill("乙局")
    other.press("Enter")
    assert page.input_value("#other") == "C2"
    page.goto("/subjects")
    page.locator("tbody a").first.focus()
    page.keyboard.press("i")
    said = page.locator(".toast > span")
    said.wait_for()
    assert said.inner_text() == page.evaluate("document.activeElement.title")
    page.keyboard.press("Escape")
    expect(said).to_have_count(0)


def test_search_is_one_key_away(enter, look):
    page = enter("performance")
    page.keyboard.press("Control+k")
    page.keyboard.type("ncgl")
    page.wait_for_selector("#palette [role=option][aria-selected=true]")
    assert "对象" in page.locator("#palette-list").inner_text()
    look(page, "palette-desk")
    page.locator("#palette a", has_text="农村公路").last.click()
    page.wait_for_url("**/dossiers/**")
    page.keyboard.press("Control+k")
    page.wait_for_selector("#palette [role=option]")
    assert "最近打开" in page.locator("#palette-list").inner_text()
    page.keyboard.press("Escape")
    page.goto("/search?q=公路")
    assert "“公路”找到" in heading(page)
    look(page, "search-desk")


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_a_leader_watches(enter, look, size):
    page = enter("leader", size)
    look(page, f"desk-leader-{size}")
    page.goto("/watch?year=2021")
    assert "时间" in page.locator("h1").inner_text()
    for drawn in page.locator("svg.drawn-picture").all():
        assert drawn.get_attribute("aria-label")
    page.locator("summary", has_text="看表").first.click()
    assert page.locator(".picture details[open] tbody tr").first.is_visible()
    look(page, f"watch-{size}")


def test_the_wall_screen_reads_from_afar(enter):
    page = enter("leader")
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto("/watch?year=2021")
    assert (
        page.evaluate("parseFloat(getComputedStyle(document.querySelector('h1')).fontSize)") >= 30
    )


def test_a_clerk_fills_by_keyboard_pastes_is_told_what_is_missing_and_hands_in(enter, look):
    page = enter("clerk")
    look(page, "desk-clerk-desk")
    page.get_by_role("link", name=re.compile("^填报")).first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/filling/**")
    look(page, "filling-desk")
    first = page.locator("[data-cell]").first
    first.focus()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.press("Enter")
    expect(page.locator("#submit")).to_be_disabled()
    assert "没有填完成值" in page.locator("#checks").inner_text()
    page.keyboard.press("F8")
    assert page.evaluate("document.activeElement.closest('tr').dataset.row") == page.locator(
        "tr[data-row]"
    ).first.get_attribute("data-row")
    first.focus()
    page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.setData("text/plain", "126\\t全部验收\\n83\\t\\n");
          document.activeElement.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
        }"""
    )
    expect(page.locator("#saved")).to_contain_text("已保存")
    expect(page.locator("#submit")).to_be_enabled()
    assert page.locator("[data-cell]").nth(1).input_value() == "全部验收"
    page.locator("#submit").focus()
    page.keyboard.press("Enter")
    page.locator("#submit-sure").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "待审核" in page.locator("main").inner_text()
    assert page.locator("[data-cell]").count() == 0
    look(page, "filling-handed-in-desk")


def test_a_clerk_on_the_phone(enter, look):
    page = enter("clerk", "phone")
    look(page, "desk-clerk-phone")
    page.goto("/monitoring?year=2021")
    look(page, "monitoring-clerk-phone")


def test_who_grants_is_told_who_can_see_objects(enter, look):
    page = enter("security")
    look(page, "desk-security-desk")
    page.goto("/subjects")
    assert "由单位经办人" in page.locator("main").inner_text()
