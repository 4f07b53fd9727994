"""Self-evaluations as provinces lay them out: corner labels, template lines left over, units per
column, ranks in labels.
"""

from __future__ import annotations

import openpyxl
import pytest

from wenxiao.files.cells.labels import is_left_over, number_in, without_prefix
from wenxiao.files.cells.numberformats import decimal_of, plain
from wenxiao.files.forms.reading import read_file

HEAD = [["2023年度项目支出绩效自评表"], ["项目名称", "村道养护"], ["主管部门", "甲局"]]
NATIONAL = ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"]
ROWS = [["产出指标", "数量指标", "里程", "≥60公里", "60公里", 90, 90]]


def book(tmp_path, rows, merges=()):
    work = openpyxl.Workbook()
    for row in rows:
        work.active.append(row)
    for one in merges:
        work.active.merge_cells(one)
    path = tmp_path / "表.xlsx"
    work.save(path)
    return path


def form_of(path):
    found = read_file(path)
    assert found["kind"] == "selfeval"
    return found["forms"][0]


def yuan(form, row, key):
    return form["funds"][row][key]["yuan"]


def test_a_corner_label_over_the_sources_is_no_budget_column(tmp_path):
    money = [
        ["预算执行情况", "年度预算数（万元）", "年初预算", "调整后预算数", "预算执行数", "得分"],
        ["", "总额", 0, 30, 30, 10],
        ["", "其中：财政资金", 0, 30, 30, "/"],
        ["", "单位资金", 0, 0, 0, "/"],
        ["", "其他资金", None, None, None, "/"],
    ]
    form = form_of(book(tmp_path, [*HEAD, *money, NATIONAL, *ROWS]))
    assert [yuan(form, at, "full_year") for at in range(3)] == ["300000", "300000", "0"]
    assert form["money_unit"] == "万元"
    assert (
        len(form["funds"]) == 3
    )  # a block that writes its zeros says nothing with an empty last line


@pytest.mark.parametrize(
    ("corner", "heads", "amounts", "due"),
    [
        (
            "项目资金（万元）",
            ["年初预算数（元）", "全年预算数（元）", "全年执行数（元）"],
            1200000,
            "1200000",
        ),
        (
            "资金（元）",
            ["年初预算数（万元）", "全年预算数（万元）", "全年执行数（万元）"],
            120,
            "1200000",
        ),
        ("项目资金（万元）", ["年初预算数", "全年预算数", "全年执行数"], 120, "1200000"),
    ],
)
def test_the_nearest_heading_names_the_unit(tmp_path, corner, heads, amounts, due):
    money = [[corner, "", *heads], ["", "年度资金总额", amounts, amounts, amounts]]
    form = form_of(book(tmp_path, [*HEAD, *money, NATIONAL, *ROWS]))
    assert [yuan(form, 0, key) for key in ("initial", "full_year", "executed")] == [due] * 3


def test_a_row_names_its_own_unit(tmp_path):
    money = [
        ["项目资金（万元）", "", "年初预算数", "全年预算数", "全年执行数"],
        ["", "年度资金总额", 120, 120, 100],
        ["", "其中：中央资金（元）", 1200000, 1200000, 1000000],
    ]
    form = form_of(book(tmp_path, [*HEAD, *money, NATIONAL, *ROWS]))
    assert yuan(form, 1, "executed") == "1000000"


def test_what_a_template_printed_is_no_indicator(tmp_path):
    rows = [
        ["产出指标", "数量指标", "指标1：养护里程", "60", "60", 45, 45],
        ["", "", "指标2：", None, None, None, None],
        ["", "", "……", None, None, None, None],
        ["", "质量指标", "指标1:合格率", "≥95%", "96%", 45, 45],
        ["", "", "指标2:", None, None, None, None],
        ["总分", "", "", "", "", 90, 90],
        ["说明", "无"],
    ]
    form = form_of(book(tmp_path, [*HEAD, NATIONAL, *rows], ["F5:F6", "G5:G6"]))
    assert [row["level3"] for row in form["indicators"]] == ["养护里程", "合格率"]
    assert [row["weight"]["value"] for row in form["indicators"]] == ["45", "45"]


@pytest.mark.parametrize("text", ["指标2：", "指标 三:", "……", "/", "无", "", "2."])
def test_left_overs(text):
    assert is_left_over(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("指标1：里程", "里程"),
        ("指标一、合格率", "合格率"),
        ("2.培训人次", "培训人次"),
        ("1.5公里以上路段", "1.5公里以上路段"),
        ("指标完成率", "指标完成率"),
    ],
)
def test_a_printed_number_is_no_part_of_the_name(text, name):
    assert without_prefix(text) == name


@pytest.mark.parametrize(
    "label", ["县级预算部门名称", "市本级预算部门名称", "区级主管部门", "预算部门名称"]
)
def test_a_label_may_name_its_rank(tmp_path, label):
    rows = [HEAD[0], [label, "某局"], NATIONAL, *ROWS]
    assert form_of(book(tmp_path, rows))["dept"]["value"] == "某局"


@pytest.mark.parametrize(
    ("weight", "score"),
    [
        ("分值", "单项得分"),
        ("参考分值", "考评得分"),
        ("权数", "核定得分"),
        ("基准分值", "折算得分"),
    ],
)
def test_points_under_the_words_of_offices(tmp_path, weight, score):
    form = form_of(book(tmp_path, [*HEAD, [*NATIONAL[:5], weight, score], *ROWS]))
    only = form["indicators"][0]
    assert (only["weight"]["value"], only["score"]["value"]) == ("90", "90")


@pytest.mark.parametrize(
    ("kept", "meant"),
    [
        (19.200000762939453, "19.2"),
        (0.0900000035762787, "0.09"),
        (96.80000305175781, "96.8"),
        (19.2000007, "19.2000007"),
        (123456789.12, "123456789.12"),
        (0.1 + 0.2, "0.3"),
    ],
)
def test_a_number_kept_in_single_precision_is_what_was_meant(kept, meant):
    number = decimal_of(kept)
    assert number is not None
    assert plain(number) == meant


def test_single_precision_in_a_text():
    assert number_in("19.2000007629395") == number_in("19.2")


@pytest.mark.parametrize(("letters", "due"), [("（A）", "120"), ("", None)])
def test_the_adjusted_budget_is_the_one_the_rate_divides_by(tmp_path, letters, due):
    heads = ["年初预算数", f"调整预算数{letters}", "全年执行数（B）", "执行率（B/A）"]
    money = [["项目资金（元）", "", *heads], ["", "年度资金总额", 100, 120, 60, "50%"]]
    line = form_of(book(tmp_path, [*HEAD, *money, NATIONAL, *ROWS]))["funds"][0]
    assert (line.get("full_year") or {"yuan": None})["yuan"] == due
