"""The workbook a bureau begins with."""

from __future__ import annotations

from io import BytesIO

import openpyxl

from wenxiao.files.cells.workbooks import read_xlsx
from wenxiao.files.out.opening_template import opening_template, read_opening


def filled(tmp_path, change):
    book = openpyxl.load_workbook(BytesIO(opening_template()))
    change(book)
    path = tmp_path / "a.xlsx"
    book.save(path)
    return read_opening(read_xlsx(path))


def test_the_blank_workbook_reads_as_empty_and_right(tmp_path):
    opening = filled(tmp_path, lambda _: None)
    assert (opening.units, opening.people, opening.subjects, opening.problems) == ([], [], [], [])


def test_filled_rows_come_back_with_money_in_yuan(tmp_path):
    def fill(book):
        book["单位"].append(["101", "某局"])
        book["单位"].append(["101001", "某局本级", None, "101"])
        book["人员"].append(["zhang", "张某", "101001", "单位经办人"])
        book["对象"].append(
            ["360000000000000000001", "甲项目", "101001", "项目", "特定目标类", 2024, "86.5"]
        )

    opening = filled(tmp_path, fill)
    assert opening.problems == []
    assert [unit["name"] for unit in opening.units] == ["某局", "某局本级"]
    (subject,) = opening.subjects
    assert (subject["budget"], subject["year"], subject["line"]) == ("865000", 2024, 3)


TERM = ["101", "政府投资基金", None, 2024, None, None, None]


def test_who_answers_and_for_how_long_is_read(tmp_path):
    def fill(book):
        book["单位"].append(["101", "某局"])
        book["对象"].append([None, "甲基金", *TERM, "王某", "5年", "2028年12月31日", "2026-6-30"])

    opening = filled(tmp_path, fill)
    assert opening.problems == []
    (row,) = opening.subjects
    assert (row["kind"], row["manager"], row["term_years"]) == ("政府投资基金", "王某", 5)
    assert (row["expires_on"], row["midterm_on"]) == ("2028-12-31", "2026-06-30")


def test_a_term_or_day_that_is_none_is_named_with_its_cell(tmp_path):
    def fill(book):
        book["单位"].append(["101", "某局"])
        book["对象"].append([None, "甲", *TERM, "王" * 61, "五年左右", "2028-13-01", "明年年中"])

    opening = filled(tmp_path, fill)
    assert [(problem.code, problem.cell, problem.got[:4]) for problem in opening.problems] == [
        ("DR-52", "J3", "王王王王"),
        ("DR-52", "K3", "五年左右"),
        ("DR-52", "L3", "2028"),
        ("DR-52", "M3", "明年年中"),
    ]
    assert opening.subjects == []


def test_every_fault_is_named_and_its_row_left_out(tmp_path):
    def fill(book):
        book["单位"].append(["101", "某局"])
        book["单位"].append(["101", "又一局"])
        book["单位"].append([None, "没有编码"])
        book["人员"].append(["zhang", "张某", "999", "单位经办人"])
        book["对象"].append([None, "甲", "101", "工程", None, "去年", "二百万"])

    opening = filled(tmp_path, fill)
    assert sorted((problem.code, problem.line) for problem in opening.problems) == [
        ("DR-52", 3),
        ("DR-52", 3),
        ("DR-52", 3),
        ("DR-52", 5),
        ("DR-53", 4),
        ("DR-54", 3),
    ]
    assert opening.subjects == []


def test_a_missing_sheet_and_a_missing_head_are_named(tmp_path):
    def spoil(book):
        del book["人员"]
        book["对象"].delete_rows(1)

    assert [problem.code for problem in filled(tmp_path, spoil).problems] == ["DR-50", "DR-51"]


def test_the_workbook_says_that_the_bureau_itself_is_a_unit():
    """Without its own row the bureau's people are refused one by one."""
    guide = openpyxl.load_workbook(BytesIO(opening_template())).worksheets[0]
    assert any("财政局也要在“单位”表里占一行" in str(row[3].value) for row in guide)
