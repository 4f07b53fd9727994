"""Lists and summary tables in other units and layouts, and what cannot be
right in one of their rows.
"""

from __future__ import annotations

import docx
import pytest
from files.builders.plainbook import read_document, read_rows, told, with_changes, word_table

HEAD = [
    "序号",
    "项目名称",
    "主管部门",
    "实施单位",
    "年初预算数",
    "全年预算数",
    "全年执行数",
    "执行率",
    "自评得分",
    "等级",
]
ROWS = [
    [1, "甲项目", "教育局", "一小", 80, 100, 90, "90%", 95, "优"],
    [2, "乙项目", "教育局", "二小", 50, 50, 50, "100%", 88.5, "良"],
    [3, "丙项目", "水利局", "水管所", 20, 20, 10, "50.0%", 75, "中"],
    ["合计", None, None, None, 150, 170, 150, "88.24%"],
]
LIST = [["2021年度项目支出绩效自评汇总表"], ["单位：元"], HEAD, *ROWS]
SUMMARY = [
    ["2021年财政评价情况表"],
    ["单位：元"],
    [
        "序号",
        "预算部门",
        "评价对象",
        "预算安排资金",
        "经审查实际安排资金",
        "经审查实际使用资金",
        "预算执行率(%)",
        "审查评分",
        "评价等级",
    ],
    ["一、部门整体支出"],
    [1, "教育局", "教育局", 31000000, 30000000, 29000000, 96.67, 87.45, "良"],
    ["二、项目支出"],
    [2, "水利局", "丙", 1000000, 1000000, 900000, 90, 92, "优"],
]


@pytest.mark.parametrize(
    ("changes", "due"),
    [
        ({}, []),
        ({(4, 8): "95%"}, [("ZJ-10", "H4")]),
        ({(4, 8): 0.9}, []),
        ({(4, 8): "高"}, [("ZJ-05", "H4")]),
        ({(5, 10): "优"}, [("ZP-13", "J5")]),
        ({(5, 2): "甲项目", (5, 4): "一小"}, [("DR-35", "B5")]),
        ({(5, 2): "甲项目"}, []),
        ({(6, 5): -20, (7, 5): 110}, [("ZJ-01", "E6")]),
        ({(6, 7): 30, (6, 8): "150%", (7, 7): 170}, [("ZJ-02", "G6")]),
        ({(4, 9): 105}, [("PJ-02", "I4")]),
        ({(4, 9): -5}, [("PJ-02", "I4")]),
        ({(4, 2): None}, [("DR-22", "B4")]),
        ({(4, 6): "一百"}, [("ZJ-03", "F4")]),
        ({(7, 6): 171}, [("ZJ-13", "F7")]),
    ],
)
def test_faults_of_a_list_in_yuan(tmp_path, changes, due):
    found = read_rows(tmp_path, with_changes(LIST, changes))
    assert told(found) == due


@pytest.mark.parametrize(
    ("changes", "due"),
    [
        ({}, []),
        ({(7, 7): 95}, [("ZJ-10", "G7")]),
        ({(5, 9): "优"}, [("PJ-04", "I5")]),
        ({(7, 6): 1100000, (7, 7): 110}, [("ZJ-02", "F7")]),
    ],
)
def test_faults_of_a_summary_table(tmp_path, changes, due):
    assert told(read_rows(tmp_path, with_changes(SUMMARY, changes))) == due


def test_payments_may_repeat_and_be_taken_back(tmp_path):
    rows = [
        ["2021年支付明细（元）"],
        ["日期", "单位名称", "项目名称", "支付金额", "用途"],
        ["2021-03-01", "一小", "甲项目", 100, "课桌"],
        ["2021-03-01", "一小", "甲项目", -100, "课桌"],
        ["2021-03-02", "一小", None, 100, "课桌"],
    ]
    assert told(read_rows(tmp_path, rows)) == []


@pytest.mark.parametrize(
    "above",
    [
        [["2021年项目清单（单位：亿元）"]],
        [["2021年项目清单（亿元）"]],
        [["2021年项目清单"], ["金额单位", "亿元"]],
        [["2021年项目清单"], [None, None, "单位：亿元"]],
    ],
)
def test_the_unit_of_a_list_wherever_it_stands(tmp_path, above):
    table = [
        ["序号", "项目名称", "主管部门", "年初预算", "执行数"],
        [1, "甲", "局", 1.2, 1.1],
        [2, "乙", "局", 0.03, 0.02],
    ]
    form = read_rows(tmp_path, [*above, *table])["forms"][0]
    assert form["rows"][1]["initial"]["yuan"] == "3000000"
    assert form["title"] == {"value": above[0][0], "cell": "A1"}


def test_two_units_side_by_side(tmp_path):
    table = [
        ["序号", "项目名称", "主管部门", "预算数（元）", "执行数（万元）"],
        [1, "甲", "局", 1000000, 90],
    ]
    row = read_rows(tmp_path, table)["forms"][0]["rows"][0]
    assert (row["budget"]["yuan"], row["executed"]["yuan"]) == ("1000000", "900000")


def test_groups_numbered_in_a_column_of_their_own(tmp_path):
    table = [
        ["2021年项目清单（万元）"],
        ["序号", "项目名称", "主管部门", "预算金额", "实际支出"],
        ["一", "教育局", None, 150, 140],
        [1, "甲", "教育局", 100, 90],
        [2, "乙", "教育局", 50, 50],
        ["（二）", "水利局"],
        [1, "丙", "水利局", 30, 30],
        ["小计", None, None, 30, 20],
    ]
    found = read_rows(tmp_path, table)
    form = found["forms"][0]
    assert [group["name"] for group in form["groups"]] == ["一、教育局", "(二)水利局"]
    assert [row["group"] for row in form["rows"]] == ["一、教育局", "一、教育局", "(二)水利局"]
    assert told(found) == [("ZJ-12", "E8")]


def test_hidden_rows_of_a_list(tmp_path):
    found = read_rows(tmp_path, LIST, hidden_rows=[5])
    assert told(found, hints=True) == [("DR-23", None)]
    assert [row.get("hidden") for row in found["forms"][0]["rows"]] == [None, True, None]


def test_the_title_above_a_list_in_word(tmp_path):
    document = docx.Document()
    document.add_paragraph("2021年度项目绩效目标清单")
    document.add_paragraph("单位：万元")
    word_table(document, [["序号", "项目名称", "主管部门", "预算数"], [1, "甲", "局", 100]])
    form = read_document(tmp_path, document)["forms"][0]
    assert form["title"] == {"value": "2021年度项目绩效目标清单", "cell": None}
    assert form["rows"][0]["budget"] == {"cell": "1,3", "raw": "100", "yuan": "1000000"}
