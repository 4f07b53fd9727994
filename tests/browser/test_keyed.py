"""Proof and mending without a mouse: handed in, not accepted, replaced, accepted; fed back,
planned, answered, closed.
"""

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import serving, visiting

pytestmark = pytest.mark.journey
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
FARTHEST = 160


@pytest.fixture(scope="module")
def keyed_house(tmp_path_factory, migrated):
    """A planted house of this journey's own."""
    with serving(tmp_path_factory.mktemp("keyed"), "seeding.py", migrated) as address:
        yield address


@pytest.fixture
def enter_keyed(keyed_house, chromium):
    with visiting(chromium, keyed_house) as open_page:
        yield open_page


def reach(page, target):
    """Tab until the thing has the focus, as a hand on the keyboard would;
    what can't be reached fails.
    """
    target.wait_for()
    for _ in range(FARTHEST):
        if target.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"not reached by Tab: {target}")


def press(page, target, key="Enter"):
    """Reach it and press; the page it leads to is there afterwards."""
    reach(page, target)
    with page.expect_navigation():
        page.keyboard.press(key)


def write(page, target, text):
    reach(page, target)
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text)


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def test_a_proof_is_handed_in_refused_replaced_and_accepted(enter_keyed, look, tmp_path):
    unit, officer = enter_keyed("clerk"), enter_keyed("performance")
    first, second = tmp_path / "验收单.pdf", tmp_path / "验收单（盖章）.pdf"
    first.write_bytes(PDF)
    second.write_bytes(PDF + b"2\n%%EOF\n")
    unit.goto("/?year=2021")
    press(unit, unit.locator("a", has_text="填报").first)
    reach(unit, unit.locator("a.proofs").nth(2))
    unit.keyboard.press("Enter")
    panel = unit.locator("#proof-box")
    expect(panel).to_contain_text("还没有佐证")
    look(unit, "keyed-1-panel")
    panel.locator("#m-files").set_input_files(first)
    write(unit, panel.locator("#m-note"), "全部合格")
    reach(unit, panel.locator("#clean-add"))
    unit.keyboard.press("Space")
    press(unit, panel.locator("button", has_text="交佐证"))
    expect(panel).to_contain_text("证明：全部合格")
    address = unit.url.partition("#")[0]
    officer.goto(address)
    write(officer, officer.locator("#proof-box .judge input.in"), "没有盖章")
    press(officer, officer.locator("#proof-box button[value=no]"))
    expect(officer.locator("#proof-box")).to_contain_text("没有盖章")
    look(officer, "keyed-2-refused")
    replace(unit, address, second)
    officer.goto(address)
    press(officer, officer.locator("#proof-box button[value=yes]"))
    expect(officer.locator("#proof-box")).to_contain_text("已采信")
    expect(officer.locator("tr .proofs[aria-current]")).to_contain_text("已核 1")


def replace(unit, address, path):
    unit.goto(address)
    panel = unit.locator("#proof-box")
    expect(panel).to_contain_text("没有盖章")
    reach(unit, panel.locator(".change summary").first)
    unit.keyboard.press("Enter")
    panel.locator("input[name=file]").set_input_files(path)
    reach(unit, panel.locator(".change input[name=clean]"))
    unit.keyboard.press("Space")
    press(unit, button(panel, "换新版"))
    expect(panel).to_contain_text("旧版和撤回的 1 份")


def test_a_finding_is_fed_back_mended_and_closed_by_keys_alone(enter_keyed, look):
    officer, unit = enter_keyed("performance"), enter_keyed("clerk")
    officer.goto("/feedback?year=2021")
    row = officer.locator("tbody tr", has_text="示例项目01")
    press(officer, row.get_by_role("link", name="反馈", exact=True))
    write(officer, officer.locator("#f-number"), "示例反馈〔2021〕9号")
    press(officer, officer.get_by_role("button", name="发出反馈函并下达整改"))
    expect(officer.locator("main")).to_contain_text("未签收")
    unit.goto("/rectifications?year=2021")
    press(unit, unit.locator("tbody a").first)
    address = unit.url
    write(unit, unit.locator("#b-measure"), "制定资金管理办法")
    write(unit, unit.locator("#f-owner"), "项目负责人")
    press(unit, button(unit, "报方案"))
    answer(unit, "已印发")
    verify(officer, address, "缺文号", "退回重改")
    unit.goto(address)
    answer(unit, "已补文号")
    verify(officer, address, "属实", "通过并销号")
    look(officer, "keyed-3-closed")
    for path, name in (
        ("/rectifications", "ledger"),
        ("/rectifications/board", "board"),
        ("/findings/heat", "heat"),
    ):
        officer.goto(f"{path}?year=2021")
        look(officer, f"keyed-4-{name}")


def answer(unit, text):
    write(unit, unit.locator("#b-reply"), text)
    press(unit, button(unit, "报整改结果"))
    expect(unit.locator("main")).to_contain_text("待核验")


def verify(officer, address, verdict, verb):
    officer.goto(address)
    write(officer, officer.locator("#b-verdict"), verdict)
    press(officer, button(officer, verb))
