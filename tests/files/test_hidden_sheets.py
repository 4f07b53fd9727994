"""A form on a hidden sheet is named, so that nobody takes an old version for the one in sight."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from wenxiao.files.forms.ledger import read_ledger
from wenxiao.files.forms.reading import read_file

PASS = Path(__file__).parent / "pass"


@pytest.mark.parametrize(
    ("name", "done"),
    [
        ("17_SE008_改写为元_公式.xlsx", "已一并读取"),
        ("31_MO002_监控_区法院辅助人员经费.xlsx", "已一并读取"),
        ("41_清单_万元.xlsx", "没有读取"),
    ],
)
def test_a_hidden_form_is_named(tmp_path, name, done):
    book = openpyxl.load_workbook(PASS / name)
    sheet = book.active
    visible = book.copy_worksheet(sheet)
    book.active = book.index(visible)
    sheet.title, sheet.sheet_state = "旧表", "hidden"
    path = tmp_path / "表.xlsx"
    book.save(path)
    found = [problem for problem in read_file(path)["problems"] if problem["code"] == "DR-49"]
    assert [(one["text"], one["level"], one["sheet"]) for one in found] == [
        (f"工作表“旧表”是隐藏的，{done}。", "警告", "旧表")
    ]


def test_a_hidden_ledger_is_named(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["支付日期", "项目名称", "支付金额（元）"])
    book.active.append(["2021-03-05", "甲", 1])
    book.active.title, book.active.sheet_state = "旧表", "hidden"
    book.create_sheet("说明").append(["见附件"])
    path = tmp_path / "台账.xlsx"
    book.save(path)
    assert [(one["code"], one["sheet"]) for one in read_ledger(path)["problems"]] == [
        ("DR-49", "旧表")
    ]
