"""Scenes by which an officer judges: a wrong total, a mixed zip, a letter without receipt, late
and taken-back money, secrets.
"""

import io
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect
from tests.browser.seeding_scenes import FED_BACK, GUARDED, LATE, SHEET, UNITS, WORKS, code_of

pytestmark = pytest.mark.journey
SAMPLES = Path(__file__).resolve().parents[1] / "files" / "pass"
FORM = SAMPLES / "02_SE025_空值满分.xlsx"
JUDGED = SAMPLES / "63_专家评分_级名带分_合成.xlsx"


def heading(page):
    return page.locator("h1").first.inner_text()


def form(unit, name, year=2020, **cells):
    """A self-evaluation as a unit fills it in."""
    book = openpyxl.load_workbook(FORM)
    sheet = book.active
    sheet["A2"], sheet["C3"], sheet["C4"], sheet["G4"] = f"（{year}年度）", name, unit, unit
    for address, value in cells.items():
        sheet[address] = value
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def uploaded(page, path):
    """The intake page once everything is read."""
    page.goto("/imports")
    page.set_input_files("#f-files", str(path))
    page.get_by_role("button", name="上传并预览").click()
    page.wait_for_url(re.compile(r"/imports/\d+$"))
    page.locator(".intake-list tbody tr").first.wait_for(timeout=120_000)
    return page.url


def ledger(page, path, head, *lines):
    book = openpyxl.Workbook()
    for line in (head, *lines):
        book.active.append(list(line))
    book.save(path)
    page.goto("/imports/ledgers")
    page.set_input_files("input[type=file]", str(path))
    page.get_by_role("button", name="上传并核对").click()
    button = page.get_by_role("button", name=re.compile(r"^\s*导入 [\d,]+ 行"))
    button.wait_for(timeout=120_000)
    button.click()
    expect(page.locator("h1").first).to_contain_text("已导入", timeout=120_000)


def test_a_total_wrong_by_half_a_point_is_named_and_kept_apart(enter_bare, look, tmp_path):
    """Scene 1: read whatever its layout, the fault named with its cell, the sum of the rows
    beside what was written.
    """
    book = openpyxl.load_workbook(JUDGED)
    sheet = book.active
    sheet["B4"], sheet["G4"], sheet["B5"] = SHEET, UNITS[2], 2020
    path = tmp_path / "评分表.xlsx"
    book.save(path)
    page = enter_bare("scene")
    intake = uploaded(page, path)
    page.locator(".intake-list tbody a").first.click()
    expect(page.locator("main")).to_contain_text("相差 0.5 分")
    expect(page.locator("main")).to_contain_text("I28")
    expect(page.locator("main")).to_contain_text("PJ-03")
    look(page, "scene-1-fault")
    page.goto(intake)
    page.get_by_role("button", name="导入可以导入的").click()
    expect(page.locator("h1").first).to_contain_text("1 份已导入", timeout=120_000)
    page.goto("/evaluations?year=2021")
    page.locator("table.results a", has_text=SHEET).first.click()
    text = page.locator("main").inner_text()
    assert "93.46" in text
    assert "93.96" in text
    look(page, "scene-1-sheet")


def mixed(path):
    """Sixty files as they come: good ones, doubles, other years, unknown units, broken, locked
    away, none of ours.
    """
    good = [(unit, f"{unit}{work}") for unit in UNITS for work in WORKS]
    files = {f"{unit}/{name}自评表.xlsx": form(unit, name) for unit, name in good}
    files |= {f"重复/{name}.xlsx": files[f"{unit}/{name}自评表.xlsx"] for unit, name in good[:10]}
    files |= {f"往年/{name}.xlsx": form(unit, name, 2019) for unit, name in good[:8]}
    files |= {f"外单位/{n}.xlsx": form(f"外地第{n}局", f"外地项目{n}") for n in range(4)}
    files |= {f"坏/{n}.xlsx": b"PK\x03\x04" + bytes(40 + n) for n in range(4)}
    files |= {f"杂/{n}.txt": f"第{n}份说明".encode() for n in range(3)}
    files["内部/某工程.xlsx"] = form(*good[0], A1="机密★5年")
    with zipfile.ZipFile(path, "w") as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return len(files)


def test_sixty_mixed_files_are_sorted_and_nothing_is_half_stored(enter_bare, look, tmp_path):
    """Scene 2: what is good goes in, everything else is named with its reason, one error list a
    unit.
    """
    assert mixed(tmp_path / "报送.zip") == 60
    page = enter_bare("scene")
    intake = uploaded(page, tmp_path / "报送.zip")
    page.wait_for_function("!document.querySelector('[data-busy]')", timeout=120_000)
    look(page, "scene-2-preview")
    text = page.locator("main").inner_text()
    numbers = [int(n) for n in re.findall(r"(\d+) 份", heading(page))]
    assert 30 in numbers, heading(page)
    assert sum(numbers[1:]) == 60, heading(page)
    assert "第 60 份（未留存）" in text
    page.get_by_role("button", name="导入可以导入的").click()
    expect(page.locator("h1").first).to_contain_text("30 份已导入", timeout=120_000)
    page.goto(intake + "/faults")
    told = page.content()
    assert "年度不对：表上是 2019 预算年度" in told
    assert f"发给{UNITS[0]}的文字" in told
    look(page, "scene-2-faults")
    page.goto("/selfeval?year=2021")
    assert "30 / " in heading(page)


def test_a_letter_without_receipt_is_not_told_as_received(enter_bare, look):
    """Scene 4: two letters go out, one is signed for; the report says so, and says all only when
    both are.
    """
    page, clerk = enter_bare("scene"), enter_bare("sceneunit1")
    for number, name in enumerate(FED_BACK, start=1):
        page.goto("/feedback?year=2021")
        row = page.locator("tbody tr", has_text=name)
        row.get_by_role("link", name="反馈", exact=True).click()
        page.fill("#f-number", f"示例反馈〔2021〕{number}号")
        page.get_by_role("button", name=re.compile("发出反馈函")).first.click()
        expect(page.locator("main")).to_contain_text("未签收")
    receive(clerk)
    told = drafted(page)
    assert "1份问题反馈函已由相关部门签收，其余1份尚未签收" in told, told[:1500]
    look(page, "scene-4-report")
    receive(enter_bare("sceneunit2"))
    told = drafted(page)
    assert "尚未签收" not in told


def receive(clerk):
    clerk.goto("/feedback?year=2021")
    with clerk.expect_navigation():
        clerk.locator("main").get_by_role("button", name="签收").first.click()


def drafted(page):
    page.goto("/report/2021")
    button = page.get_by_role("button", name="起草", exact=True)
    if button.count():
        with page.expect_navigation():
            button.first.click()
    return page.locator("main").inner_text().replace("\n", "")


def test_late_money_is_not_plain_red_and_a_cut_to_a_hundred_warns(enter_bare, look, tmp_path):
    """Scene 6: money of June is measured from June; taken back, full execution is warned of."""
    page, budget, treasury = (
        enter_bare("scene"),
        enter_bare("scenebudget"),
        enter_bare("scenetreasury"),
    )
    at = (code_of(LATE), LATE, UNITS[3])
    ledger(
        treasury,
        tmp_path / "支付.xlsx",
        ("支付日期", "项目代码", "项目名称", "预算单位", "支付金额（元）", "支付凭证号"),
        ("2021-09-15", *at, "4000000", "V1"),
    )
    page.goto("/monitoring?year=2021")
    assert "1 红" in heading(page)
    head = (
        "项目代码",
        "项目名称",
        "预算单位",
        "年度",
        "资金性质",
        "年初预算（元）",
        "收回（元）",
        "收回日期",
        "到位资金（元）",
        "到位日期",
        "全年预算（元）",
    )
    ledger(
        budget,
        tmp_path / "到位.xlsx",
        head,
        (*at, 2021, "一般公共预算", "8800000", None, None, "8800000", "2021-06-15", "8800000"),
    )
    page.goto("/monitoring?year=2021")
    assert "1 红" not in heading(page)
    page.locator("main a", has_text=LATE).first.click()
    expect(page.locator("main")).to_contain_text("资金 6 月到位：按到位后计")
    expect(page.locator("main")).to_contain_text("按全年计")
    look(page, "scene-6-late")
    ledger(
        budget,
        tmp_path / "收回.xlsx",
        head,
        (
            *at,
            2021,
            "一般公共预算",
            "8800000",
            "4800000",
            "2021-10-20",
            "4000000",
            "2021-06-15",
            "4000000",
        ),
    )
    page.reload()
    expect(page.locator("main")).to_contain_text("收回预算 480 万元后执行率 100%")
    look(page, "scene-6-cut")


def test_a_marked_file_is_refused_and_a_restricted_project_is_absent(enter_bare, look, tmp_path):
    """Scene 8: what to do is said, nothing is kept; who may not know of a project finds it
    nowhere.
    """
    path = tmp_path / "某工程.xlsx"
    path.write_bytes(form(UNITS[4], f"{UNITS[4]}{WORKS[0]}", A1="机密★5年"))
    page, office = enter_bare("scene"), enter_bare("sceneoffice")
    uploaded(page, path)
    assert "某工程" not in page.locator("main").inner_text()
    page.locator(".intake-list tbody a").first.click()
    expect(page.locator("main")).to_contain_text("不得导入本系统")
    expect(page.locator("main")).to_contain_text("线下")
    assert page.get_by_role("link", name="下载原件").count() == 0
    look(page, "scene-8-refused")
    name = GUARDED
    office.goto(f"/subjects?q={name}&fiscal=2019")
    href = office.locator("tbody a", has_text=name).first.get_attribute("href")
    page.goto(href)
    page.locator("[data-dialog=openness]").click()
    page.select_option("#o-r", "restricted")
    page.fill("#o-why", "领导小组要求")
    page.locator("dialog[open]").get_by_role("button", name="改变").click()
    expect(page.locator("main")).to_contain_text("限制知悉")
    assert office.goto(href).status == 404
    office.goto(f"/subjects?q={name}&fiscal=2019")
    assert office.locator("tbody a", has_text=name).count() == 0
    office.goto(f"/search?q={name}")
    assert office.locator("main a", has_text=name).count() == 0
    look(office, "scene-8-absent")
    assert office.request.get("/open").text().count(name) == 0
