"""What a person sees in a cell, and what a label means, in the spellings officers use."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import openpyxl
import pytest
from files import hostile
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from wenxiao.files.cells import workbooks
from wenxiao.files.cells.bookjson import book_as_json, book_from_json
from wenxiao.files.cells.labels import bare, money_unit_in, number_in, year_in
from wenxiao.files.cells.numberformats import decimal_of, format_number, is_date_format, shown_value
from wenxiao.files.cells.workbooks import UnreadableError, read_csv, read_xls, read_xlsx
from wenxiao.files.door.markings import marking_in
from wenxiao.files.forms.reading import read_file


@pytest.mark.parametrize(
    ("number", "number_format", "seen"),
    [
        ("0.9", "0%", "90%"),
        ("0.97755", "0.00%", "97.76%"),
        ("387664.62", "#,##0.00", "387,664.62"),
        ("8.0", "General", "8"),
        ("-5", "0.00_);[Red](0.00)", "(5.00)"),
        ("0", '_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * "-"??_ ;_ @_ ', "-"),
        ("5", '0"分"', "5分"),
        ("12345", "0.0,", "12.3"),
        ("3", "[$￥-804]#,##0.00", "￥3.00"),
        ("0.5", "#.##", ".5"),
        ("12", "0.##", "12"),
        ("3", "000", "003"),
        ("-0.001", "0.00", "0.00"),
        ("1.5", "# ?/?", "1.5"),
        ("1E+3", None, "1000"),
        ("0.991", "0%", "99%"),
        ("7", '"无"', "无"),
    ],
)
def test_a_number_is_printed_as_its_format_says(number, number_format, seen):
    assert format_number(Decimal(number), number_format) == seen


def test_dates_and_what_is_no_date():
    assert shown_value(44926, 'yyyy"年"m"月"d"日"') == ("2022年12月31日", "44926")
    assert shown_value(dt.date(2022, 12, 31), "yyyy/m/d")[0] == "2022-12-31"
    assert shown_value(10**10, "yyyy-mm-dd")[0] == "10000000000"
    assert not is_date_format('0"分"')
    assert not is_date_format("[Red]0.00")


def test_binary_noise_is_not_money():
    assert decimal_of(0.1 + 0.2) == Decimal("0.3")
    assert decimal_of(float("nan")) is None
    assert decimal_of(float("inf")) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("三级 \n指标", "三级指标"),
        ("执行率（B/A）", "执行率"),
        ("项 目 名 称：", "项目名称"),
        ("一、主管部门", "主管部门"),
        ("★得　分", "得分"),
    ],
)
def test_a_label_is_reduced_to_its_words(text, words):
    assert bare(text) == words


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("项目资金\n（万元）", "万元"),
        ("单位：元", "元"),
        ("金额单位:亿元", "亿元"),
        ("每亩300元补助", None),
        ("人民币", None),
    ],
)
def test_the_money_unit_is_the_one_named(text, unit):
    assert money_unit_in(text) == unit


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("（２０２２年度）", 2022),
        ("二〇二三年度", 2023),
        ("2030.12", None),
        ("(2021)", 2021),
        ("共2022个", None),
    ],
)
def test_a_year_is_read_in_every_spelling(text, year):
    assert year_in(text) == year


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("１００％", "100"),
        ("99.55分", "99.55"),
        ("(5)", "-5"),
        ("1,234.50", "1234.5"),
        ("—", None),
        ("二百万", None),
        ("1.2.3", None),
    ],
)
def test_a_number_in_a_cell(text, number):
    assert number_in(text) == (None if number is None else Decimal(number))


@pytest.mark.parametrize(
    ("text", "marking"),
    [
        ("机密★5年", "机密★5年"),
        ("秘密", "秘密"),
        ("密级 : 绝 密", "密级:绝密"),
        ("密级：秘密□机密□", None),
        ("商业秘密★", None),
        ("泄露国家秘密事件数", None),
        ("秘密级文件传输及时率", None),
        ("工作秘密", None),
    ],
)
def test_only_a_marking_is_a_marking(text, marking):
    assert marking_in(text) == marking


def test_a_book_survives_the_way_out_of_the_child(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"], sheet["B2"], sheet["C3"] = "甲", "=1+1", 0.5
    sheet["C3"].number_format = "0%"
    sheet.merge_cells("A1:B1")
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["D"].hidden = True
    sheet.oddHeader.center.text = "页眉"
    path = tmp_path / "a.xlsx"
    book.save(path)
    read = read_xlsx(path)
    assert read.margins == ["页眉"]
    assert read.sheets[0].hidden_rows == {3}
    assert book_from_json(book_as_json(read)) == read


def test_a_marking_in_a_page_header_is_found(tmp_path):
    book = openpyxl.Workbook()
    book.active["A1"] = "项目支出绩效自评表"
    book.active.oddHeader.right.text = "秘密★3年"
    path = tmp_path / "a.xlsx"
    book.save(path)
    assert read_file(path)["problems"][0]["code"] == "DR-16"


def test_a_saved_result_that_is_not_what_the_formula_yields_is_named(tmp_path):
    def row(number, *cells):
        return f'<row r="{number}">' + "".join(cells) + "</row>"

    text = hostile.cell
    rows = row(1, text("A1", "项目名称"), text("B1", "甲"))
    rows += row(
        2,
        *(
            text(f"{column}2", words)
            for column, words in zip(
                "ABCDE",
                ("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值"),
                strict=True,
            )
        ),
    )
    rows += row(
        3,
        text("A3", "产出指标"),
        text("C3", "场次"),
        text("D3", "≥2"),
        '<c r="E3"><f>1+1</f><v>999999</v></c>',
    )
    found = read_file(hostile.put(tmp_path, "假.xlsx", hostile.one(hostile.sheet(rows))))
    assert found["forms"][0]["indicators"][0]["actual"]["value"] == "999999"
    assert ("DR-25", "E3") in [(problem["code"], problem["cell"]) for problem in found["problems"]]


def test_parser_faults_become_sentences(tmp_path):
    bad = hostile.sheet('<row r="1"><c r="A1" t="s"><v>99</v></c></row>')
    found = read_file(hostile.put(tmp_path, "坏.xlsx", hostile.one(bad)))
    (problem,) = found["problems"]
    assert (problem["code"], problem["cell"]) == ("DR-06", "A1")
    assert problem["sheet"]
    assert "A1 指向第 99 条共用文字，文件里没有，无法读取。" in problem["text"]


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ('<c r="B2"><v>一百</v></c>', "B2 记作数字，内容却是“一百”"),
        ('<c r="B2" t="b"><v>真</v></c>', "B2 记作是或否，内容却是“真”"),
        ('<c r="B2" t="d"><v>去年</v></c>', "B2 记作日期，内容却是“去年”"),
        ('<c r="B2" s="77"><v>1</v></c>', "B2 用的第 77 号格式，文件里没有"),
    ],
)
def test_a_broken_cell_is_named_in_plain_words(tmp_path, cell, why):
    bad = hostile.sheet(f'<row r="2">{cell}</row>')
    (problem,) = read_file(hostile.put(tmp_path, "坏.xlsx", hostile.one(bad)))["problems"]
    assert why in problem["text"]
    assert problem["cell"] == "B2"
    assert not re.search("[A-Za-z]+Error", problem["text"])


@pytest.mark.parametrize(
    ("value", "number_format", "seen"),
    [
        (True, None, ("TRUE", None)),
        (False, None, ("FALSE", None)),
        (float("inf"), None, ("#NUM!", None)),
        (dt.time(9, 30), None, ("09:30", "09:30:00")),
        (dt.timedelta(hours=30), None, ("30:00:00", "30:00:00")),
        (dt.date(2021, 12, 31), "yyyy/m/d", ("2021-12-31", "44561")),
        (44561, 'yyyy"年"m"月"', ("2021年12月", "44561")),
        (-3, "yyyy-mm-dd", ("-3", "-3")),
        ("   ", None, ("", None)),
        (None, None, ("", None)),
    ],
)
def test_values_of_every_kind(value, number_format, seen):
    assert shown_value(value, number_format) == seen


def test_formulas_over_areas_and_tables_are_texts(tmp_path):
    book = openpyxl.Workbook()
    book.active["A1"], book.active["A2"] = 2, 3
    book.active["B1"] = ArrayFormula("B1:B2", "=A1:A2*2")
    book.active["C1"] = DataTableFormula("C1:C2", dt2D=False)
    book.save(tmp_path / "表.xlsx")
    cells = read_xlsx(tmp_path / "表.xlsx").sheets[0].cells
    assert (cells[1, 2].formula, cells[1, 2].has_cached) == ("=A1:A2*2", False)
    assert cells[1, 3].formula == ""


@pytest.mark.parametrize("reader", [read_xlsx, read_xls])
def test_what_is_no_workbook_becomes_a_sentence(tmp_path, reader):
    path = tmp_path / "表.xlsx"
    path.write_bytes(b"no workbook at all")
    with pytest.raises(UnreadableError, match="另存为"):
        reader(path)


def test_a_sheet_or_csv_without_bounds_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(workbooks, "MOST_CELLS", 3)
    book = openpyxl.Workbook()
    for row in (1, 2):
        book.active.append([row, row])
    book.save(tmp_path / "表.xlsx")
    with pytest.raises(UnreadableError, match="超过 3 格"):
        read_xlsx(tmp_path / "表.xlsx")
    (tmp_path / "表.csv").write_text("1,2\n3,4\n", encoding="utf-8")
    with pytest.raises(UnreadableError, match="超过 3 格"):
        read_csv(tmp_path / "表.csv")
