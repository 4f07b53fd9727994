"""The kinds of the handed cases in other words, orders and merges: money blocks, halves, shared
points, two levels, Word.
"""

from __future__ import annotations

from functools import partial

import pytest
from files.builders.plainbook import money, read_form, value

from wenxiao.files.forms.reading import read_file


@pytest.fixture
def read(tmp_path):
    return partial(read_form, tmp_path)


HEAD = [["2023年度项目支出绩效自评表"], ["项目名称", "技能培训（合成）"], ["实施单位", "某中心"]]
INDICATORS = [
    ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"],
    ["产出指标", "数量指标", "培训人数", "≥200人", "210人", 50, 50],
    ["效益指标", "社会效益", "覆盖率", "≥90%", "95%", 40, 40],
]


@pytest.mark.parametrize(
    ("heads", "amounts", "due"),
    [
        (
            ["预算批复数", "调整后预算", "实际支付数", "支付率"],
            [50, 40, 36, "90%"],
            ["500000", "400000", "360000"],
        ),
        (
            ["调整后预算数", "年初预算", "预算执行率", "预算执行数"],
            [40, 50, "90%", 36],
            ["500000", "400000", "360000"],
        ),
        (
            ["年初预算数", "全年预算数", "资金拨付数", "执行率"],
            [50, 40, 36, "90%"],
            ["500000", "400000", "360000"],
        ),
    ],
)
def test_money_under_other_words_and_in_another_order(read, heads, amounts, due):
    form, _ = read([*HEAD, ["资金（万元）", None, *heads], [None, "合计", *amounts], *INDICATORS])
    assert [form["funds"][0][key]["yuan"] for key in ("initial", "full_year", "executed")] == due


@pytest.mark.parametrize(
    "heads", [["控制盘子", "列支情况数"], ["下达预算盘子", "支出列报"], ["核定口径", "本年用款"]]
)
def test_money_under_words_nobody_knows_is_never_lost_in_silence(read, heads):
    block = [["资金（万元）", None, *heads], [None, "合计", 50, 36]]
    form, codes = read([*HEAD, *block, *INDICATORS])
    assert form["funds"] == []
    assert codes["DR-84"] == heads


def test_one_unknown_column_of_a_money_block_is_named(read):
    heads = ["全年预算数", "全年执行数", "财政核定口径"]
    block = [["资金（万元）", None, *heads], [None, "合计", 50, 36, 30]]
    form, codes = read([*HEAD, *block, *INDICATORS])
    assert money(form, "full_year") == ["500000"]
    assert codes["DR-84"] == ["财政核定口径"]


def test_halves_with_the_amount_behind_the_label_block_nothing(read):
    block = [
        ["年度预算申请（万元）", None, "年初预算数", "全年预算数", "全年执行数", "分值", "执行率"],
        [None, "年度资金总额", 800, 900, 880, 10, "97.78%"],
        [None, "按收入性质分：", None, None, "按支出性质分：", None, None],
        [None, "其中：一般公共预算：700", None, None, "其中：基本支出：500", None, None],
        [None, "其他资金：200", None, None, "项目支出：380", None, None],
    ]
    merges = ["A4:B4", "B6:D6", "E6:G6", "B7:D7", "E7:G7", "B8:D8", "E8:G8"]
    form, codes = read([*HEAD, *block, *INDICATORS], merges)
    lines = [(line["label"], line["full_year"]["yuan"]) for line in form["funds"]]
    assert lines == [
        ("年度资金总额", "9000000"),
        ("一般公共预算", "7000000"),
        ("基本支出", "5000000"),
        ("其他资金", "2000000"),
        ("项目支出", "3800000"),
    ]
    assert not {"ZJ-03", "ZJ-05"} & set(codes)


def test_two_criteria_under_one_weight_and_one_score_are_no_fault(read):
    rows = [
        ["2022年度项目支出绩效评价评分表"],
        ["项目名称", "公园管护（合成）"],
        ["一级指标", "二级指标", "三级指标", "分值", "得分", "扣分说明"],
        ["决策", "立项", "依据", 10, 9, "缺一份"],
        [None, None, "程序", None, None, None],
        ["产出", "数量", "完成率", 60, 60, None],
        ["效益", "满意", "满意度", 30, 30, None],
        ["总分", None, None, 100, 99, None],
    ]
    form, codes = read(rows, ["A4:A5", "B4:B5", "D4:D5", "E4:E5", "F4:F5"])
    assert len(form["criteria"]) == 4
    assert not {"PJ-01", "PJ-03", "PJ-17", "PJ-18"} & set(codes)


def test_items_and_points_to_look_at_are_two_levels(read):
    rows = [
        ["某项目事前绩效评估评分表"],
        ["审核内容", "审核要点", "分值", "审核意见", "得分"],
        ["立项必要性", "依据充分", 60, "优☑良□中□差□", 58],
        [None, "职能相关", 40, "优□良☑中□差□", 36],
    ]
    form, codes = read(rows, ["A3:A4"])
    assert [(c["level1"], c["level3"]) for c in form["criteria"]] == [
        ("立项必要性", "依据充分"),
        ("立项必要性", "职能相关"),
    ]
    assert "PJ-20" not in codes


def test_the_unit_in_a_line_above_a_word_table(tmp_path):
    import docx

    work = docx.Document()
    work.add_paragraph("2022年度项目支出绩效自评表")
    work.add_paragraph("填报单位：某县卫健局（盖章）　　金额单位：万元")
    table = work.add_table(rows=0, cols=7)
    for row in [["项目名称", "村卫生室（合成）", *[""] * 5], *INDICATORS]:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = str(text)
    path = tmp_path / "表.docx"
    work.save(path)
    (form,) = read_file(path)["forms"]
    assert (value(form, "unit"), form["year"]["value"]) == ("某县卫健局", 2022)
