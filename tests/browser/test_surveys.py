"""A satisfaction survey from the form it belongs to: answered on a phone by its link, the rest from
the table of a survey tool, and its result the form's actual.
"""

import io

import pytest
from openpyxl import Workbook
from playwright.sync_api import expect
from tests.browser.conftest import SIZES, serving

pytestmark = pytest.mark.journey
QUESTIONS = "路况满意吗\n速度满意吗\n态度满意吗\n公开满意吗\n是否：问题解决了吗\n文字：您的意见"
HEADS = ["序号", "路况满意吗", "办事速度", "态度满意吗", "公开满意吗", "问题解决了吗", "您的意见"]


@pytest.fixture(scope="module")
def house(tmp_path_factory, migrated):
    """A house of its own: elsewhere another journey may have handed the form in."""
    with serving(tmp_path_factory.mktemp("surveyed"), "seeding.py", migrated) as address:
        yield address


@pytest.fixture
def phone(house, chromium):
    """A phone that never logged in."""
    width, height = SIZES["phone"]
    context = chromium.new_context(
        viewport={"width": width, "height": height}, base_url=house, has_touch=True, is_mobile=True
    )
    yield context.new_page()
    context.close()


def exported():
    """Nine answers as a survey tool writes them: two say 一般 to the first question."""
    book = Workbook()
    sheet = book.active
    sheet.append(HEADS)
    for n in range(9):
        word = "一般" if n < 2 else "A.非常满意"
        sheet.append([n + 1, word, "满意", "满意", "满意", "是", ""])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def begin(page):
    """Ask from the last row of the form that has a survey; its address and the link."""
    page.goto("/selfeval?year=2021")
    page.goto(page.locator("a[href*='/filling/']").first.get_attribute("href"))
    page.goto(page.locator("a[href*='/survey/']").last.get_attribute("href"))
    page.fill("#f-audience", "沿线村民")
    page.fill("#f-population", "400")
    page.fill("#questions", QUESTIONS)
    page.get_by_role("button", name="发起问卷").click()
    expect(page.get_by_alt_text("满意度问卷的二维码", exact=False)).to_be_visible()
    return page.url, page.get_by_label("链接（全选复制）").input_value()


def answer(phone, link, look):
    """Tap through the questions; the same phone is not counted twice."""
    phone.goto(link)
    look(phone, "survey-phone")
    for at, word in enumerate(["非常满意", "满意", "满意", "满意", "是"]):
        phone.locator(f"input[name=q{at}][value={word}]").tap()
    phone.fill("#q5", "路修得好")
    phone.get_by_role("button", name="交问卷").tap()
    expect(phone.locator("h1")).to_have_text("已收到，谢谢")
    look(phone, "survey-answered-phone")
    phone.goto(link)
    for at, word in enumerate(["一般", "一般", "一般", "一般", "否"]):
        phone.locator(f"input[name=q{at}][value={word}]").tap()
    phone.get_by_role("button", name="交问卷").tap()
    expect(phone.get_by_role("alert")).to_contain_text("已经填过")


def bring_table(page, look):
    """Upload the table, say what stands in which column and what its words mean."""
    page.get_by_text("导入问卷工具的表").click()
    page.locator("input[type=file]").set_input_files(
        {"name": "答卷.xlsx", "mimeType": "application/zip", "buffer": exported()}
    )
    page.get_by_role("button", name="读这份表").click()
    expect(page.locator("h1")).to_have_text("9 份答卷，1 道题还没有对上")
    look(page, "survey-columns-desk")
    page.get_by_label("第 2 题的列").select_option(label="办事速度")
    page.get_by_label("第 1 题的“A.非常满意”").select_option("非常满意")
    page.get_by_role("button", name="收入答卷").click()
    expect(page.locator(".toast")).to_contain_text("9 份")


def test_a_survey_answered_on_a_phone_becomes_the_actual(enter, phone, look):
    page = enter("clerk")
    address, link = begin(page)
    answer(phone, link, look)
    page.goto(address)
    expect(page.locator("main")).to_contain_text("收到 1 份，不足 10 份，结果不显示")
    bring_table(page, look)
    page.goto(address)
    # of ten sheets with five questions each, two answers say 一般
    expect(page.locator("main")).to_contain_text("满意 48 ÷ 有效回答 50 = 96.00%")
    expect(page.locator("main")).to_contain_text("个百分点（95%")
    look(page, "survey-desk")
    page.get_by_role("button", name="作为").click()
    expect(page.locator("main")).to_contain_text("96.00%")
    page.goto("/selfeval?year=2021")
    page.goto(page.locator("a[href*='/filling/']").first.get_attribute("href"))
    assert page.locator("input[value='96.00%'], textarea:text-is('96.00%')").count() == 1
    phone.goto(link)
    expect(phone.locator("h1")).to_have_text("打不开")
