"""Monitoring sheets as units word them: what the amounts beside it tell
anyhow does not stop a sheet.
"""

from __future__ import annotations

import pytest
from tests.files.test_layouts import workbook

from wenxiao.files.forms.reading import read_file


def sheet(*, rate="约40%", expected="", executed=87.57, budget=220):
    """A monitoring sheet of 申遗经费 as its bureau published it, with some cells worded otherwise."""
    money = (budget, executed, rate, expected)
    head = ["一级指标", "二级指标", "三级指标", "年度指标值", "1-6月执行情况", "全年预计完成情况"]
    causes = ["经费保障", "制度保障", "人员保障", "硬件条件保障", "其他"]
    return [
        ["项目支出绩效目标执行监控表"],
        ["（2019年度）"],
        ["项目名称", "申遗经费"],
        ["主管部门及代码", "黄石市文化和旅游局", "", "", "实施单位", "黄石市文物局"],
        ["项目资金（万元）", "", "年初预算数", "1-6月执行数", "1-6月执行率", "全年预计执行数"],
        ["", "年度资金总额：", *money],
        ["", "其中：本年一般公共预算拨款", *money],
        ["年度总体目标", "完成申遗"],
        ["绩效指标", *head, "偏差原因分析", "", "", "", "", "完成目标可能性", "", "", "备注"],
        [*[""] * 7, *causes, "确定能", "有可能", "完全不可能", ""],
        ["", "产出指标", "成本指标", "成本", "年度预算220万元", "按进度执行", *[""] * 6, "√"],
    ]


def blocked(tmp_path, rows):
    found = read_file(workbook(tmp_path, rows))["problems"]
    return [(one["code"], one["cell"]) for one in found if one["level"] == "阻断"]


FORTY = [
    {"rate": rate, "expected": expected}
    for rate in ("约40%", "40%左右", "近四成", "正常", "达到序时进度", "39.8%", "", "约40％")
    for expected in ("", "约220", "同预算", "220万元", "预计全部支出")
]


@pytest.mark.parametrize("words", FORTY, ids=lambda one: f"{one['rate']}-{one['expected']}")
def test_none_of_forty_sheets_is_stopped_by_what_its_amounts_tell(tmp_path, words):
    assert blocked(tmp_path, sheet(**words)) == []


def test_the_rate_the_amounts_make_is_named_beside_the_words(tmp_path):
    found = read_file(workbook(tmp_path, sheet()))["problems"]
    told = next(one for one in found if (one["code"], one["cell"]) == ("ZJ-05", "E6"))
    assert told["level"] == "警告"
    assert told["text"] == ("执行率写作“约40%”，由表上的预算数和执行数算得 39.8%，以算得的为准。")
    assert (told["expected"], told["got"]) == ("39.8%", "约40%")


@pytest.mark.parametrize(
    ("words", "due"),
    [
        (
            {"executed": "约87.57"},
            [("ZJ-03", "D6"), ("ZJ-03", "D7"), ("ZJ-05", "E6"), ("ZJ-05", "E7")],
        ),
        ({"budget": ""}, [("ZJ-05", "E6"), ("ZJ-05", "E7")]),
    ],
)
def test_where_nothing_makes_the_rate_words_still_stop_the_sheet(tmp_path, words, due):
    assert blocked(tmp_path, sheet(**words)) == due


def test_no_spending_in_words_is_answered_with_what_to_type(tmp_path):
    found = read_file(workbook(tmp_path, sheet(executed="尚未支出")))["problems"]
    assert {one["mend"] for one in found if one["code"] == "ZJ-03"} == {"没有支出的填 0。"}
