"""Ledgers in the shapes exports really have: tabs, names that lie about the
kind, groups, month columns, cut ends.
"""

from __future__ import annotations

import openpyxl
import pytest

from wenxiao.files.forms.ledger import read_ledger

HEAD = ["支付日期", "项目名称", "预算单位", "支付金额（元）", "摘要"]
LINE = ["2021-03-05", "垃圾分类", "城管局", "10000.00", "支付"]


def told(found):
    return [(problem["code"], problem["level"], problem["line"]) for problem in found["problems"]]


def test_a_tab_separated_text_without_a_last_line_break_is_whole(tmp_path):
    path = tmp_path / "台账.csv"
    path.write_text("\n".join("\t".join(row) for row in (HEAD, LINE, LINE)), encoding="utf-8")
    found = read_ledger(path)
    assert (len(found["rows"]), found["problems"]) == (2, [])
    path.write_text("\n".join("\t".join(row) for row in (HEAD, LINE, LINE[:3])), encoding="utf-8")
    assert told(read_ledger(path)) == [("DR-55", "阻断", 3)]


@pytest.mark.parametrize("name", ["台账.xls", "台账.et", "台账.docx", "台账.csv"])
def test_a_workbook_is_read_by_its_bytes(tmp_path, name):
    book = openpyxl.Workbook()
    for row in (HEAD, LINE):
        book.active.append(row)
    path = tmp_path / name
    book.save(path)
    assert [row[1:] for row in read_ledger(path)["rows"]] == [LINE]


def test_group_headings_and_subtotals_are_no_lines(tmp_path):
    rows = [
        "2021年度项目支出预算执行情况表,,,",
        "项目名称,单位名称,预算数（元）,执行数（元）",
        "一、部门整体支出,,300,200",
        "（一）甲局整体支出,甲局,100,80",
        "乙局整体支出,乙局,200,120",
        "小计,,300,200",
        "二、项目支出,,,",
        "丙项目,丙局,50,50",
        "合计,,350,250",
    ]
    path = tmp_path / "预算.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    found = read_ledger(path)
    assert [row[0] for row in found["rows"]] == [4, 5, 8]
    assert [row[0] for row in found["totals"]] == [6, 9]
    assert found["year"] == 2021
    assert ("DR-59", "提示", 3) in told(found)


@pytest.mark.parametrize(
    ("above", "year"),
    [("导出日期：2022年1月5日", None), ("2020年至2021年支付", None), ("2021年度支付台账", 2021)],
)
def test_the_year_of_the_title(tmp_path, above, year):
    path = tmp_path / "台账.csv"
    path.write_text(
        "\n".join([above + ",,,,", ",".join(HEAD), ",".join(LINE)]) + "\n", encoding="utf-8"
    )
    assert read_ledger(path)["year"] == year


def test_a_ledger_of_nothing_but_its_heading_says_so(tmp_path):
    path = tmp_path / "台账.csv"
    path.write_text(",".join(HEAD) + "\n", encoding="utf-8")
    problem = read_ledger(path)["problems"][0]
    assert (problem["code"], problem["text"]) == ("DR-46", "表头下面没有数据行。")


def test_half_a_ledger_is_none(tmp_path):
    path = tmp_path / "台账.csv"
    path.write_text(
        "\n".join([",".join(HEAD), ",".join(LINE), "x," * 600]) + "\n", encoding="utf-8"
    )
    found = read_ledger(path)
    assert (found["rows"], told(found)) == ([], [("DR-29", "阻断", 3)])


def test_a_closing_note_is_no_line_and_no_cut(tmp_path):
    path = tmp_path / "台账.csv"
    path.write_text(
        "\n".join([",".join(HEAD), ",".join(LINE), "注：数据截至年底"]), encoding="utf-8"
    )
    found = read_ledger(path)
    assert ([row[0] for row in found["rows"]], told(found)) == ([2], [("DR-59", "提示", 3)])


def test_a_table_that_begins_further_down_and_right_keeps_its_places(tmp_path):
    book = openpyxl.Workbook()
    for at, row in enumerate((HEAD, LINE), 4):
        for column, value in enumerate(row, 3):
            book.active.cell(at, column, value)
    path = tmp_path / "台账.xlsx"
    book.save(path)
    found = read_ledger(path)
    assert (found["header_line"], found["first_column"], found["rows"]) == (4, 2, [[5, *LINE]])
