"""A new county plays its year in real mode, from `init` to disclosure, by
pages and documented commands alone.
"""

import contextlib
import json
import os
import re
import subprocess
import sys
import zipfile

import pytest
from playwright.sync_api import Error, expect
from tests.browser import year_books as books
from tests.browser.conftest import ROOT, SIZES, WATCH, _free_port, _wait

from wenxiao.store.clock import today

pytestmark = pytest.mark.journey
OWN = "Ziji-de-mima-1"
"""Everybody's own password, chosen at the first log-in."""
SCORED = ("校舍维修", "营养改善", "县道养护")


class County:
    """A served county and the people logged in."""

    def __init__(self, address, passwords, folder, chromium):
        self.address, self.passwords, self.folder = address, passwords, folder
        self.chromium, self.pages, self.wrong = chromium, {}, []
        self.year = today().year

    def __call__(self, username):
        """This person's page; the one-time password is changed at the first visit."""
        if username not in self.pages:
            self.pages[username] = self._entered(username)
        return self.pages[username]

    def _entered(self, username):
        width, height = SIZES["desk"]
        context = self.chromium.new_context(
            viewport={"width": width, "height": height}, base_url=self.address
        )
        context.set_default_timeout(60_000)
        context.add_init_script(WATCH)
        page = context.new_page()
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.goto("/login")
        page.fill("#f-username", username)
        page.fill("#f-password", self.passwords[username])
        with page.expect_navigation():
            page.keyboard.press("Enter")
        page.locator("input[type=password]").nth(0).fill(self.passwords[username])
        page.locator("input[type=password]").nth(1).fill(OWN)
        page.fill("[name=again]", OWN)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        return page

    def close(self):
        for page in self.pages.values():
            page.context.close()


@pytest.fixture(scope="module")
def county(tmp_path_factory, migrated, chromium):
    """`wenxiao init` from the filled template, then `wenxiao serve`."""
    folder = tmp_path_factory.mktemp("county")
    home = folder / "home"
    migrated(home)
    env = {k: v for k, v in os.environ.items() if not k.startswith(("WENXIAO_", "PYTEST_XDIST"))}
    env |= {"WENXIAO_HOME": str(home), "PYTHONPATH": str(ROOT / "src")}
    env.pop("DJANGO_SETTINGS_MODULE", None)
    command = [sys.executable, "-m", "wenxiao.site.command"]
    source = books.opening(folder / "启用.xlsx", today().year)
    who = ["--code", "360999", "--name", "示例县", "--bureau", "示例县财政局"]
    begun = subprocess.run(
        [*command, "init", *who, "--from", str(source)], env=env, capture_output=True, check=False
    )
    assert begun.returncode == 0, begun.stderr.decode()
    told = json.loads(begun.stdout)
    assert (told["units"], told["subjects"]) == (6, 20)
    port = _free_port()
    serving = subprocess.Popen(
        [*command, "serve", "--port", str(port), "--workers", "1"],
        env=env,
        stdout=(folder / "serve.log").open("w"),
        stderr=subprocess.STDOUT,
    )
    address = f"http://127.0.0.1:{port}"
    passwords = {one["username"]: one["password"] for one in told["accounts"]}
    made = County(address, passwords, folder, chromium)
    try:
        _wait(address + "/login")
        yield made
    finally:
        made.close()
        serving.terminate()
        serving.wait(timeout=600)
    assert not made.wrong, made.wrong


def heading(page):
    return page.locator("h1").first.inner_text()


def until(page, wanted):
    """Work in the background ends; the page says so by itself, opened again at the latest."""
    address = page.url
    for at in range(100):
        with contextlib.suppress(Error):  # the page may just be renewing itself
            if wanted():
                return
        page.wait_for_timeout(400)
        if at % 20 == 19:
            with contextlib.suppress(Error):
                page.goto(address)
    pytest.fail(f"{address}: {page.locator('body').inner_text()[:600]}")


def press(page, name, scope="main"):
    with page.expect_navigation():
        page.locator(scope).get_by_role("button", name=name, exact=True).first.click()


def bring(page, paths, *, hand_in=False):
    """Upload, look through, import."""
    page.goto("/imports")
    page.set_input_files("#f-files", [str(path) for path in paths])
    press(page, "上传并预览")
    button = page.get_by_role("button", name=re.compile("导入可以导入的"))
    until(page, button.count)
    assert "待您选择" not in heading(page), page.locator("main").inner_text()
    if hand_in:
        assert page.locator("input[name=for_units]").is_checked()
    button.click()
    until(page, lambda: "份已导入" in heading(page) and "可以导入" not in heading(page))


def bring_ledger(page, path):
    page.goto("/imports/ledgers")
    page.set_input_files("input[type=file]", str(path))
    press(page, "上传并核对")
    button = page.get_by_role("button", name=re.compile(r"^\s*导入 [\d,]+ 行"))
    until(page, button.count)
    with page.expect_navigation():
        button.click()
    until(page, lambda: heading(page).startswith("已导入"))


def open_round(page, kind, name, year, deadline, names=()):
    """Over ticked objects of the year before, or over everything."""
    if names:
        page.goto(f"/subjects?fiscal={year}")
        for one in names:
            page.locator("tr", has=page.get_by_role("link", name=one, exact=True)).last.locator(
                "[name=tick]"
            ).check()
        press(page, "给所选下达任务", "body")
    else:
        page.goto("/rounds/new")
    page.select_option("#f-kind", kind)
    page.fill("#f-name", name)
    page.fill("#f-fiscal_year", str(year))
    page.fill("#f-deadline", deadline)
    if kind == "monitoring":
        page.select_option("#f-through", "10")
    press(page, "下达任务")
    return page.url.rpartition("/")[2]


def first_week(county, year):
    """Ledgers, approved targets and the three rounds."""
    folder = county.folder
    officer = county("jixiao1")
    officer.goto("/")
    expect(officer.locator("main")).to_contain_text("开张准备")
    bring_ledger(county("yusuan"), books.budgets(folder / "预算.xlsx", year))
    for of, months in ((year - 1, range(1, 13)), (year, range(1, 11))):
        bring_ledger(county("guoku"), books.payments(folder / f"支付{of}.xlsx", of, months))
    bring(officer, [books.targets(folder / f"目标{of}.xlsx", of) for of in (year - 1, year)])
    deadline = f"{year}-12-31"
    watched = open_round(officer, "monitoring", "绩效监控（1-10月）", year, deadline)
    names = [name for name, _ in books.OBJECTS[:12]]
    filed = open_round(officer, "selfeval", "绩效自评", year - 1, deadline, names)
    judged = open_round(officer, "finance_evaluation", "财政重点评价", year - 1, deadline, SCORED)
    return watched, filed, judged


def filled_in_excel(county, filed, year):
    """Each clerk opens the forms, takes the blank and fills it in Excel;
    the first unit fills on line.
    """
    paths = []
    for code in dict.fromkeys(unit for _, unit in books.OBJECTS[:12]):
        clerk = county(f"jb{code}")
        clerk.goto(f"/selfeval/{filed}")
        begin = clerk.get_by_role("button", name="开始填报")
        while begin.count():
            with clerk.expect_navigation():
                begin.first.click()
            if code != "101":
                name = heading(clerk).split()[0]
                review = clerk.url.rpartition("/")[2]
                blank = clerk.request.get(f"/reviews/{review}/form.xlsx?blank=1").body()
                path = county.folder / f"{name}自评表.xlsx"
                paths.append(books.selfevaluation(blank, path, name, year - 1))
            clerk.goto(f"/selfeval/{filed}")
    return paths


def fill_on_line(clerk, filed, year):
    """The grid, row by row; the total is there at once and nothing is left to an import."""
    clerk.goto(f"/selfeval/{filed}")
    links = clerk.locator("main a[href^='/filling/']").all()
    addresses = sorted({link.get_attribute("href") for link in links})
    assert len(addresses) == 3
    for address in addresses:
        clerk.goto(address)
        for cell, value in zip(clerk.locator("input.cell[name^=a]").all(), books.DONE, strict=True):
            cell.fill(f"{year - 1}年{value}" if value == "10月" else value)
            cell.press("Enter")
        slow = books.SLOW in heading(clerk)
        expect(clerk.locator("#total")).to_contain_text("93.60" if slow else "99.60")
        clerk.locator("#submit").click()
        clerk.locator("#submit-sure").click()
        expect(clerk.locator(".page-head")).to_contain_text("待审核")
    return addresses[0]


def chase(officer, filed):
    officer.goto(f"/rounds/{filed}")
    assert "还缺" in heading(officer)
    with officer.expect_download() as letter:
        officer.locator("tr", has_text="示例县教育体育局").get_by_text("催办函").first.click()
    assert letter.value.suggested_filename.endswith(".docx")


def returned_once(county, address):
    """The unit's head gives a form back; the clerk reads why and hands in again."""
    head, clerk = county("fz101"), county("jb101")
    head.goto(address)
    head.locator("[data-dialog=give-back]").click()
    head.locator("dialog[open] textarea").fill("请说明问卷份数。")
    press(head, "退回", "dialog[open]")
    clerk.goto("/")
    expect(clerk.locator("main")).to_contain_text("请说明问卷份数。")
    clerk.goto(address)
    expect(clerk.locator("[role=alert]").first).to_contain_text("请说明问卷份数。")
    clerk.locator("input.cell[name^=n]").last.fill("问卷 120 份")
    clerk.locator("input.cell[name^=n]").last.press("Enter")
    expect(clerk.locator("#saved")).to_contain_text("已保存")
    clerk.locator("#submit").click()
    clerk.locator("#submit-sure").click()
    expect(clerk.locator(".page-head")).to_contain_text("待审核")


def settle(county, round_id, count):
    """One officer passes all, another confirms all."""
    for who, verb in (("jixiao1", "审核通过所选"), ("jixiao2", "确认评价结果所选")):
        page = county(who)
        page.goto(f"/rounds/{round_id}/settle")
        for box in page.locator("[name=tick]:not([disabled])").all():
            box.check()
        press(page, verb)
        assert f"办成 {count} 份" in heading(page)


def evaluate(county, judged):
    """Frame and weights by one, fixed by another; blank sheets go out and come back scored."""
    first, second = county("jixiao1"), county("jixiao2")
    reviews, paths = {}, []
    for name in SCORED:
        first.goto("/evaluations")
        first.locator("p, li, td", has_text=name).get_by_role(
            "link", name="开始评价"
        ).first.wait_for()
        address = first.evaluate(
            """name => [...document.querySelectorAll("main a")].find((one, at, all) =>
              one.textContent.trim() === "开始评价" && all[at - 1].textContent.trim() === name
            ).getAttribute("href")""",
            name,
        )
        first.goto(address)
        press(first, "开始评价")
        reviews[name] = re.search(r"/reviews/(\d+)", first.url)[1]
        for field, weight in zip(first.locator("input[name^=w]").all(), books.WEIGHTS, strict=True):
            field.fill(str(weight))
        press(first, "存权重")
        second.goto(f"/reviews/{reviews[name]}/frame")
        with second.expect_navigation():
            second.get_by_role("button", name=re.compile("定稿")).click()
        blank = first.request.get(f"/reviews/{reviews[name]}/form.xlsx?blank=1").body()
        paths.append(books.score_sheet(blank, county.folder / f"{name}评分表.xlsx", name))
    bring(first, paths)
    for review in reviews.values():
        first.goto(f"/reviews/{review}")
        press(first, "报送")
        second.goto(f"/reviews/{review}")
        press(second, "审核通过")
        press(second, "确认评价结果")
        first.goto(f"/reviews/{review}")
        first.get_by_role("button", name=re.compile("出具报告")).first.click()
        press(first, "出具报告", "dialog[open]")
        expect(first.locator("main")).to_contain_text("已出具")
    return reviews


def confirm_problems(officer, year):
    for _ in range(2):
        officer.goto(f"/findings?year={year}&state=candidate")
        if not officer.locator("#case input[name=item]:checked").count():
            officer.locator("#case input[name=item]").nth(1).check()
        with officer.expect_navigation():
            officer.locator("#case").get_by_role("button", name="确认").first.click()
        officer.wait_for_load_state()
    officer.goto(f"/findings?year={year}&state=candidate")
    assert "没有等人确认" in heading(officer)


def feed_back(county, year):
    officer, clerk = county("jixiao1"), county("jb101001")
    officer.goto(f"/feedback?year={year}")
    row = officer.locator("tbody tr", has_text="营养改善")
    with officer.expect_navigation():
        row.get_by_role("link", name="反馈", exact=True).click()
    officer.fill("#f-number", f"示例财绩函〔{year}〕1号")
    press(officer, "发出反馈函并下达整改")
    clerk.goto(f"/feedback?year={year}")
    with clerk.expect_download() as letter:
        clerk.get_by_role("link", name="看反馈函").click()
    assert letter.value.suggested_filename.endswith("反馈函.docx")
    press(clerk, "签收")
    mend(officer, clerk, year)


def mend(officer, clerk, year):
    clerk.goto(f"/rectifications?year={year}")
    found = {link.get_attribute("href") for link in clerk.locator("tbody a").all()}
    for address in sorted(one for one in found if re.fullmatch(r"/rectifications/\d+", one)):
        clerk.goto(address)
        clerk.fill("#b-measure", "制定项目管理办法")
        clerk.fill("#f-owner", "分管副校长")
        press(clerk, "报方案")
        clerk.fill("#b-reply", "办法已印发")
        press(clerk, "报整改结果")
        officer.goto(address)
        officer.fill("#b-verdict", "属实")
        press(officer, "通过并销号")
    officer.goto(f"/rectifications/board?year={year}")
    assert heading(officer) == "2 项整改，销号 2 项，没有逾期"


def report(county, year):
    """Drafted, handed in by one, signed by the leader; the menu then opens the signed issue."""
    officer, leader = county("jixiao1"), county("juzhang")
    officer.goto(f"/report/{year}")
    press(officer, "起草")
    officer.locator("[data-dialog=hand-in]").click()
    press(officer, "送签", "dialog[open]")
    leader.goto("/")
    expect(leader.locator("main")).to_contain_text("年度工作报告待签发")
    leader.goto(f"/report/{year}")
    leader.locator("[data-dialog=sign]").click()
    leader.fill("#f-number", "1")
    press(leader, "签发", "dialog[open]")
    text = leader.locator("main").inner_text().replace("\n", "")
    assert "第1期" in text
    assert "对3个县本级部门项目" in text
    assert "1份问题反馈函已由相关部门签收，另有2份尚未发出" in text
    leader.goto("/report")
    assert re.search(r"/reports/\d+$", leader.url)


def disclose(county, reviews):
    """Proposed, looked through and signed by three; then anybody reads it."""
    first, second, third = county("jixiao1"), county("jixiao2"), county("bangongshi")
    first.goto(f"/disclosures/reviews/{reviews['校舍维修']}")
    press(first, "提出公开")
    second.goto("/disclosures")
    second.locator("main textarea, main input[name=why]").first.fill("核对无误")
    press(second, "审查通过")
    third.goto("/disclosures")
    with third.expect_navigation():
        third.get_by_role("button", name=re.compile("签发|公开")).first.click()
    third.goto("/open")
    expect(third.locator("main")).to_contain_text("校舍维修")


@pytest.fixture(scope="module")
def begun(county):
    """The rounds that stand open after the county's first week."""
    return first_week(county, county.year)


def test_a_county_opens_its_year_from_init(county, begun, look):
    officer = county("jixiao1")
    officer.goto(f"/rounds?year={county.year}")
    listed = officer.locator("main").inner_text()
    assert all(name in listed for name in ("绩效监控（1-10月）", "绩效自评", "财政重点评价")), (
        listed
    )
    look(officer, "year-1-rounds")


@pytest.mark.long(
    core=[
        "tests/browser/test_whole_year.py::test_a_county_opens_its_year_from_init",
        "tests/browser/test_scenes.py::test_sixty_mixed_files_are_sorted_and_nothing_is_half_stored",
        "tests/browser/test_grid.py",
        "tests/browser/test_roles.py",
        "tests/browser/test_keyed.py::test_a_finding_is_fed_back_mended_and_closed_by_keys_alone",
        "tests/desk/evaluations/test_key_evaluation.py",
        "tests/desk/report/test_report_hand_in.py",
        "tests/portal/test_disclosing.py",
    ]
)
def test_a_county_plays_its_year_from_init_to_disclosure(county, begun, look):
    year = county.year
    officer = county("jixiao1")
    _, filed, judged = begun
    sheets = filled_in_excel(county, filed, year)
    chase(officer, filed)
    bundle = county.folder / "自评表.zip"
    with zipfile.ZipFile(bundle, "w") as packed:
        for path in sheets:
            packed.write(path, path.name)
    bring(officer, [bundle], hand_in=True)
    address = fill_on_line(county("jb101"), filed, year)
    returned_once(county, address)
    officer.goto(f"/selfeval/{filed}")
    assert "12 / 12 项已收到" in heading(officer)
    look(officer, "year-2-selfeval")
    settle(county, filed, 12)
    reviews = evaluate(county, judged)
    confirm_problems(officer, year)
    feed_back(county, year)
    look(officer, "year-3-board")
    report(county, year)
    look(county("juzhang"), "year-4-signed")
    disclose(county, reviews)
    look(county("bangongshi"), "year-5-open")
