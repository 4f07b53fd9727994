"""Forms saved without merges, with several labels in one cell or their
title above the table; and faults seen in them.
"""

from __future__ import annotations

import docx
import pytest
from files.builders.plainbook import read_rows

from wenxiao.files.forms.reading import read_file

INDICATORS = ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"]
SCORES = ["一级指标", "二级指标", "三级指标", "分值", "得分", "扣分原因"]


@pytest.fixture
def read(tmp_path):
    return lambda *rows: read_rows(tmp_path, rows)


def told(found):
    return [(problem["code"], problem["level"], problem["cell"]) for problem in found["problems"]]


def test_several_labels_in_one_cell(read):
    found = read(
        ["2022年度项目支出绩效自评表"],
        ["项目名称：河道保洁  主管部门：市水利局  实施单位：河道所  单位：元"],
        INDICATORS,
        ["产出指标", "数量指标", "保洁里程", "≥50公里", "50公里", 100, 100],
    )
    form = found["forms"][0]
    assert [form[name]["value"] for name in ("project_name", "dept", "unit")] == [
        "河道保洁",
        "市水利局",
        "河道所",
    ]
    assert form["project_name"]["cell"] == form["unit"]["cell"] == "A2"


def test_a_name_with_a_colon_stays_whole(read):
    found = read(
        ["2022年度项目支出绩效自评表"],
        ["项目名称：道路养护：二期 工程：甲段"],
        INDICATORS,
        ["产出", "数量", "里程", "1", "1", 1, 1],
    )
    assert found["forms"][0]["project_name"]["value"] == "道路养护：二期 工程：甲段"


@pytest.mark.parametrize(
    "period", ["监控期间：2022年1月—10月", "2022年1-10月", "2022年1月1日至10月31日"]
)
def test_the_period_watched_gives_the_year(read, period):
    found = read(
        ["项目绩效运行监控表"],
        [period],
        ["项目名称", "道路养护"],
        ["一级指标", "二级指标", "三级指标", "指标值", "1-10月完成值", "全年预计完成值", "备注"],
        ["产出", "数量", "里程", "120公里", "80公里", "120公里"],
    )
    assert (found["kind"], found["forms"][0]["year"]["value"]) == ("monitor", 2022)


def test_a_monitoring_head_of_two_rows_without_merges(read):
    head = [
        "一级指标",
        "二级指标",
        "三级指标",
        "年度指标值",
        "1-7月执行情况",
        "全年预计完成情况",
        "偏差原因分析",
        *[None] * 4,
    ]
    found = read(
        ["项目支出绩效目标执行监控表"],
        ["（2022年1-7月）"],
        ["项目名称", "道路养护"],
        [*head, "完成目标可能性", None, None, "备注"],
        [
            *[None] * 6,
            "经费保障",
            "制度保障",
            "人员保障",
            "硬件条件保障",
            "其他",
            "确定能",
            "有可能",
            "完全不可能",
        ],
        [
            "产出指标",
            "数量指标",
            "里程",
            "≥120公里",
            "60公里",
            "120公里",
            "√",
            *[None] * 5,
            "√",
            None,
            "雨季",
        ],
    )
    row = found["forms"][0]["indicators"][0]
    assert row["causes"]["funds"] == {"cell": "G6", "value": "√"}
    assert (row["possibility"]["value"], row["possibility"]["cell"]) == ("有可能", "M6")
    assert row["note"]["value"] == "雨季"


@pytest.mark.parametrize(
    ("title", "subject"),
    [
        ("2021年度智慧停车项目财政重点绩效评价评分表", "智慧停车项目"),
        ("2021年度县级项目支出绩效评价评分表", None),
        ("2021年度项目支出绩效评价评分表", None),
    ],
)
def test_the_title_above_a_word_table(tmp_path, title, subject):
    document = docx.Document()
    document.add_paragraph(title)
    document.add_paragraph("主管部门：区城管局")
    rows = [
        SCORES,
        ["决策", "立项", "依据", "20", "20", "不扣分"],
        ["过程", "资金", "到位", "10", "10", "不扣分"],
    ]
    rows += [
        ["产出", "数量", "完成", "30", "30", "不扣分"],
        ["效益", "社会", "成效", "40", "40", "不扣分"],
    ]
    rows.append(["合计", "", "", "100", "100", "优"])
    table = document.add_table(len(rows), len(SCORES))
    for at, row in enumerate(rows):
        for col, words in enumerate(row):
            table.cell(at, col).text = words
    path = tmp_path / "评分表.docx"
    document.save(path)
    form = read_file(path)["forms"][0]
    assert (form["title"]["value"], form["year"]["value"]) == (title, 2021)
    assert (form["subject_name"]["value"], form["dept"]["value"]) == (subject, "区城管局")


def test_points_of_execution_above_their_weight_are_named(read):
    found = read(
        ["2022年度项目支出绩效自评表"],
        ["项目名称", "甲"],
        ["项目资金（万元）", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"],
        ["年度资金总额", 100, 100, 90, 10, "90%", 11],
        INDICATORS,
        ["产出指标", "质量指标", "合格率", "≥95%", "120%", "２５", 25],
        ["产出指标", "质量指标", "增长率", "≥95%", "120%", 65, 65],
    )
    assert ("ZP-11", "阻断", "G4") in told(found)
    assert [one for one in told(found) if one[0] == "ZJ-04"] == [("ZJ-04", "警告", "E6")]
    weight = found["forms"][0]["indicators"][0]["weight"]
    assert (weight["value"], weight["stored"]) == ("25", "２５")


def test_a_formula_is_an_actual_and_no_negative_rate_is_asked_for(read):
    found = read(
        ["2022年度项目支出绩效自评表"],
        ["项目名称", "甲"],
        ["项目资金（万元）", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"],
        ["年度资金总额", 100, -120, 90, 10, "75%", 7.5],
        INDICATORS,
        ["产出指标", "数量指标", "数量", "≥1", '=WEBSERVICE("x")', 90, 90],
    )
    codes = [code for code, _, _ in told(found)]
    assert "ZJ-01" in codes
    assert not {"ZP-14", "ZJ-10"} & set(codes)


def test_results_below_sixty_points(read):
    found = read(
        ["2021年度甲项目绩效评价评分表"],
        SCORES,
        ["决策", "立项", "依据", 50, 50, None],
        ["产出", "数量", "完成", 30, 30, None],
        ["效益", "社会", "成效", 20, 20, None],
        ["合计", None, None, 100, 100, None],
    )
    assert ("PJ-06", "警告", "D4") in told(found)
