"""A report held against its score sheet: a true one has no difference, each
planted fault is named once.
"""

from dataclasses import replace
from decimal import Decimal

import pytest

from wenxiao.rulebook.reconcile import reconcile, unbound_numbers
from wenxiao.rulebook.reconcile.facts import (
    Answers,
    Passage,
    PrintedTable,
    ScoreSheetFacts,
    SheetCriterion,
    WordReport,
)
from wenxiao.rulebook.reconcile.words import bare, chinese, likeness

D = Decimal
SHEET = ScoreSheetFacts(
    subject="示例渠道修复项目",
    unit="示例区水务局",
    year=2022,
    criteria=(
        SheetCriterion("决策", "立项", "立项规范性", D(20), D(18), "论证不足，扣2分。"),
        SheetCriterion("过程", "资金", "资金合规性", D(20), D("19.5"), "扣0.5分"),
        SheetCriterion("产出", "数量", "修复渠道", D(35), D(33)),
        SheetCriterion("效益", "满意", "群众满意度", D(25), D("22.5")),
    ),
    total=D(93),
    grade="优",
    budget=D("4000000"),
    spent=D("3625000"),
    problems=("论证不够充分", "档案归集不及时"),
    suggestions=("加强前期论证", "按月归集档案"),
    answers=(Answers("满意", D(150)), Answers("基本满意", D(30)), Answers("不满意", D(20))),
)
TEXT = """\
2022年度示例渠道修复项目绩效评价报告
评价组对示例渠道修复项目开展了绩效评价，收回有效问卷200份。
一、基本情况
区水务局为改善灌溉申报本项目。该项目审定预算400万元，实际支出362.5万元，预算执行率90.63%，实地走访7处。
二、评价工作
指标体系由决策、过程、产出、效益四个一级指标构成，分值分别为20、20、35、25分，共4个三级指标。
三、评价结论
经综合评价，示例渠道修复项目得分93.00分，评价等级为“优”。
四、指标分析
决策类指标分值20分，得分18.00分，得分率90.00%。
“立项规范性”指标分值20分，得18.00分。论证不足，扣2分。
“资金合规性”指标分值20分，得19.50分。两笔凭证不全，扣0.5分。
五、主要做法
其中满意150份，占75.00%、基本满意30份，占15.00%、不满意20份，占10.00%；“满意”与“基本满意”合计占90.00%。
六、存在的问题
评价发现两个方面的问题：
1.论证不够充分。前期调查少
2.档案归集不及时。专人不足
七、有关建议
提出两条建议：
1.加强前期论证。下年预算编制前完成
2.按月归集档案。由项目单位落实"""
TABLE = PrintedTable(
    (
        ("一级指标", "分值", "得分", "得分率"),
        ("决策", "20", "18.00", "90.00%"),
        ("过程", "20", "19.50", "97.50%"),
        ("产出", "35", "33.00", "94.29%"),
        ("效益", "25", "22.50", "90.00%"),
        ("合计", "100", "93.00", "93.00%"),
    ),
    "三、评价结论",
)


def report(text=TEXT, table=TABLE):
    part, passages = "", []
    for line in text.split("\n"):
        if line[1:2] == "、":
            part = line
        passages.append(Passage(line, part or line, part))
    return WordReport(tuple(passages), (table,), passages[0].text)


def differences(old="", new="", sheet=SHEET, table=TABLE):
    assert old in TEXT
    found = reconcile(report(TEXT.replace(old, new, 1) if old else TEXT, table), sheet)
    return [(one.code, one.report, one.sheet) for one in found.differences]


def test_a_true_report_has_no_difference_and_most_of_it_is_bound():
    found = reconcile(report(), SHEET)
    assert found.differences == []
    assert len(found.bound) >= 40
    assert unbound_numbers(report(), found) == [("一、基本情况", "7处")]


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("得分93.00分", "得分92.00分", ("BG-11", "92.00分", "93分")),
        ("等级为“优”", "等级为“良”", ("BG-12", "良", "优")),
        ("20、20、35、25分", "20、20、36、24分", ("BG-13", "36分", "35分")),
        ("得分率90.00%", "得分率91.00%", ("BG-13", "91.00%", "90%")),
        ("得19.50分", "得19.00分", ("BG-14", "19.00分", "19.5分")),
        ("扣0.5分", "扣1.5分", ("BG-14", "1.5分", "0.5分")),
        ("“立项规范性”指标", "“立项及时性”指标", ("BG-14", "立项及时性", "没有这个指标")),
        ("共4个三级指标", "共5个三级指标", ("BG-15", "5个三级指标", "4个")),
        ("审定预算400万元", "审定预算400元", ("BG-16", "400元", "400万元")),
        ("支出362.5万元", "支出326.5万元", ("BG-16", "326.5万元", "362.5万元")),
        ("执行率90.63%", "执行率91.63%", ("BG-17", "91.63%", "90.63%")),
        ("两个方面的问题", "三个方面的问题", ("BG-18", "三个方面的问题", "清单2条")),
        ("2.档案归集不及时。专人不足\n", "", ("BG-19", "没有写", "档案归集不及时")),
        ("2.按月归集档案", "2.另请高明执行", ("BG-19", "另请高明执行", "清单中没有")),
        (
            "评价，示例渠道修复项目",
            "评价，示例道路整治项目",
            ("BG-20", "示例道路整治项目", "示例渠道修复项目"),
        ),
        ("区水务局为", "区教育局为", ("BG-20", "区教育局", "示例区水务局")),
        ("有效问卷200份", "有效问卷220份", ("BG-21", "220份", "200份")),
        ("占15.00%", "占16.00%", ("BG-21", "“基本满意”16.00%", "15.00%（30÷200）")),
        (
            "合计占90.00%",
            "合计占91.00%",
            ("BG-21", "“满意”与“基本满意”91.00%", "90.00%（180÷200）"),
        ),
        ("2022年度示例", "2021年度示例", ("BG-22", "2021年度", "2022年度")),
    ],
)
def test_a_planted_fault_is_named(old, new, wanted):
    assert wanted in differences(old, new)


def test_a_wrong_cell_of_the_printed_table_is_named():
    rows = [list(row) for row in TABLE.rows]
    rows[3][2] = "34.00"
    wrong = PrintedTable(tuple(tuple(row) for row in rows), TABLE.where)
    assert differences(table=wrong) == [("BG-13", "34.00分", "33分")]


def test_the_grade_is_held_against_the_score_too():
    sheet = replace(SHEET, grade="良")
    found = differences(sheet=sheet)
    assert ("BG-12", "优", "良") in found
    assert all("优（" not in held for _, _, held in found)


def test_what_the_sheet_does_not_hold_is_not_judged():
    bare_sheet = ScoreSheetFacts(subject="示例渠道修复项目", year=2022)
    found = reconcile(report(), bare_sheet)
    assert {one.code for one in found.differences} <= {"BG-14"}


def test_shares_without_a_list_are_held_against_their_own_counts():
    found = differences("占10.00%", "占11.00%", sheet=replace(SHEET, answers=()))
    assert ("BG-21", "“不满意”11.00%", "10.00%（20÷200）") in found


def test_small_words():
    assert [chinese(word) for word in ("六", "十二", "二十", "二十一", "两", "7", "很多")] == [
        6,
        12,
        20,
        21,
        2,
        7,
        None,
    ]
    assert bare("（三）是 资金 管理不严：两笔") == "资金管理不严"
    assert likeness("资金管理不严", "资金管理不严格") > 0.75 > likeness("资金管理不严", "档案不全")
