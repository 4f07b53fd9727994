"""The one head of every list: sort, columns, widths, row height, copying out, and all of it kept
under a name.
"""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.journey


def column(page, at):
    return page.locator("table[data-dressed]").first.evaluate(
        "(table, at) => [...table.tBodies[0].rows].filter(row => !row.matches('.group'))"
        ".map(row => row.cells[at].innerText.trim())",
        at,
    )


def test_a_list_is_sorted_narrowed_copied_and_kept(enter, look):
    page = enter("performance")
    page.goto("/documents")  # no other journey changes how many there are
    tools = page.locator(".table-tools").first
    head = page.locator("table[data-dressed]").first.locator("thead th")
    first = head.first.inner_text().strip()

    head.locator(".sorter").first.click()
    up = column(page, 0)
    assert head.first.get_attribute("aria-sort") == "ascending"
    head.locator(".sorter").first.click()
    assert column(page, 0) == up[::-1] or len(set(up)) < len(up)
    expect(head.first).to_have_attribute("aria-sort", "descending")

    before = head.first.bounding_box()["width"]
    head.locator(".sorter").first.press("Alt+ArrowRight")
    head.locator(".sorter").first.press("Alt+ArrowRight")
    assert head.first.bounding_box()["width"] > before

    tools.get_by_text("列 ", exact=False).click()
    tick = tools.locator(".tick").first
    word = tick.inner_text().strip()
    tick.locator("input").uncheck()
    expect(head.filter(has_text=word).first).to_be_hidden()
    tools.get_by_text("列 ", exact=False).click()
    tools.get_by_role("button", name="行高：标准").click()
    expect(page.locator("table.t.tight")).to_have_count(1)

    page.evaluate(
        "const own = DataTransfer.prototype.setData;"
        "window.copied = ''; DataTransfer.prototype.setData = function (kind, words) {"
        " if (kind === 'text/plain') window.copied = words; return own.call(this, kind, words); }; null"
    )
    tools.get_by_role("button", name="复制成表").click()
    expect(page.locator("#toasts")).to_contain_text("已复制")
    copied = page.evaluate("window.copied") or ""
    assert copied.splitlines()[0].split("\t")[0] == first
    assert word not in copied.splitlines()[0].split("\t")

    tools.locator("summary", has_text="视图").click()
    tools.locator(".save-view [name=name]").fill("倒着排")
    look(page, "table-views")
    with page.expect_navigation():
        tools.locator(".save-view button").click()
    page.evaluate("localStorage.clear()")
    page.goto("/views")
    page.get_by_role("link", name="倒着排").click()
    page.wait_for_url("**/documents**")
    expect(head.first).to_have_attribute("aria-sort", "descending")
    expect(head.filter(has_text=word).first).to_be_hidden()
    expect(page.locator("table.t.tight")).to_have_count(1)
    assert column(page, 0) == sorted(up, key=up.index, reverse=True) or len(set(up)) < len(up)


def test_a_list_with_two_lines_of_heads_is_sorted_and_narrowed_by_the_lower_one(enter):
    page = enter("performance")
    page.goto("/monitoring?year=2021")
    table = page.locator("table.watch-t[data-dressed]")
    money = table.locator("thead th", has_text="资金").first
    assert money.get_attribute("colspan") == "4"
    table.locator("thead .sorter", has_text="预算").click()
    expect(table.locator("thead th[aria-sort=ascending]")).to_contain_text("预算")
    sums = [float(one.replace(",", "")) for one in column(page, 4)]
    assert len(sums) > 3
    assert sums == sorted(sums)
    tools = page.locator(".table-tools").first
    tools.get_by_text("列 ", exact=False).click()
    for name in ("预算", "支出"):
        tools.locator(".tick", has_text=name).locator("input").uncheck()
    assert money.get_attribute("colspan") == "2"
    expect(table.locator("tbody tr").first.locator("td").nth(3)).to_be_hidden()


@pytest.mark.parametrize(
    "address", ["/rounds", "/subjects", "/evaluations", "/documents", "/people/units/contacts"]
)
def test_rows_on_the_phone_are_two_lines_until_opened(enter, address):
    page = enter("performance", "phone")
    page.goto(address)
    folded = page.locator("table.two-lines > tbody > tr:not(.group, .open)")
    tall = "rows => rows.map(row => row.offsetHeight).filter(height => height > 100)"
    page.locator("table.two-lines").first.wait_for()
    assert folded.count()
    assert folded.evaluate_all(tall) == []
    hidden = (
        "rows => rows.flatMap(row => [...row.querySelectorAll(':scope > :is([data-first], .act)')]"
        ".filter(cell => cell.getBoundingClientRect().bottom > row.getBoundingClientRect().bottom))"
        ".map(cell => cell.innerText)"
    )
    assert folded.evaluate_all(hidden) == []
    under = (
        "rows => rows.flatMap(row => { const tick = row.querySelector('[data-tick]')"
        "?.getBoundingClientRect(); return tick ? [...row.cells].filter(cell => !cell.matches('th, .tick'))"
        ".map(cell => cell.getBoundingClientRect()).filter(box => box.right > tick.left"
        " && box.top < tick.bottom && box.width).map(box => box.top - tick.bottom) : []; })"
    )
    assert folded.evaluate_all(under) == []
    first = folded.first
    more = first.locator(".more-row")
    if more.is_visible():
        name = first.locator("th").inner_text()
        more.click()
        expect(page.locator("table.two-lines tr.open th")).to_have_text(name, use_inner_text=True)
