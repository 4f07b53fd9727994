"""Forms as other offices lay them out: two budgets, two units, ticked boxes, grades and bonds in
the head, goals one by one.
"""

from __future__ import annotations

import openpyxl
import pytest

from wenxiao.files.forms.fund_lines import total_first
from wenxiao.files.forms.heads import ticked
from wenxiao.files.forms.ledger import read_ledger
from wenxiao.files.forms.reading import read_file, read_forms
from wenxiao.files.forms.tables import table_of
from wenxiao.rulebook.published import judge_table
from wenxiao.rulebook.published_tables import case_of

HEAD = [
    ["2023年度项目支出绩效自评表"],
    ["项目名称", "村道养护"],
    ["主管部门", "甲局", "", "实施单位", "乙站"],
]
NATIONAL = ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"]
ROWS = [
    ["产出指标", "数量指标", "里程", "≥60公里", "60公里", 50, 50],
    ["效益指标", "社会效益指标", "通行率", "≥95%", "96%", 40, 40],
    ["总分", "", "", "", "", 100, 99.8],
]
SCORED = [
    ["决策", "立项", "依据充分性", 20, 18.5, "依据不足"],
    ["过程", "管理", "制度健全性", 20, 15, "缺制度"],
    ["产出", "数量", "整治条数", 60, 55, "少五条"],
    ["合计", "", "", 100, 88.5, ""],
]
LEVELS = ["一级指标", "二级指标", "三级指标", "分值", "得分", "扣分原因"]


def book(tmp_path, rows, merges=(), hidden=()):
    work = openpyxl.Workbook()
    for row in rows:
        work.active.append(row)
    for one in merges:
        work.active.merge_cells(one)
    for one in hidden:
        work.active.row_dimensions[one].hidden = True
    path = tmp_path / "表.xlsx"
    work.save(path)
    return path


def with_money(tmp_path, heads, *amounts, above=()):
    rows = [["项目资金（万元）", "", *heads, "执行率", "分值", "得分"]]
    rows += [["", label, *figures, "98%", 10, 9.8] for label, figures in amounts]
    return book(tmp_path, [HEAD[0], *above, *HEAD[1:], *rows, NATIONAL, *ROWS])


def codes(path):
    return {problem["code"]: problem for problem in read_file(path)["problems"]}


@pytest.mark.parametrize(
    ("heads", "first", "second"),
    [
        (["年初预算数", "调整预算数", "全年执行数"], "C5", "D5"),
        (["年度预算数", "调整后预算数", "全年执行数"], "C5", "D5"),
        (["年初预算数", "变更预算金额", "全年执行数"], "C5", "D5"),
        (["年初预算", "调整预算额", "执行数"], "C5", "D5"),
    ],
)
def test_two_columns_that_may_be_the_budget_are_asked_about(tmp_path, heads, first, second):
    path = with_money(tmp_path, heads, ("年度资金总额", [120, 100, 98]), ("其中：拨款", [1, 2, 1]))
    line = read_file(path)["forms"][0]["funds"][0]
    assert "full_year" not in line
    assert [one["cell"] for one in line["budget_candidates"]] == [first, second]
    assert "computed_percent" not in line["rate"]
    told = codes(path)
    assert first in told["ZJ-23"]["text"]
    assert second in told["ZJ-23"]["text"]
    assert "ZJ-10" not in told
    table = table_of(read_forms(path).forms[0])
    judged = judge_table(case_of(table, name="甲"))
    assert judged["execution"]["rate"] is None
    found = {one["code"]: one["text"] for one in judged["differences"]}
    assert first in found["budget_column_ambiguous"]
    assert second in found["budget_column_ambiguous"]
    assert "points_without_facts" not in found


@pytest.mark.parametrize(
    ("heads", "amounts", "due"),
    [
        (["年初预算数", "预算调整数", "全年预算数", "全年执行数"], [120, -20, 100, 98], "1000000"),
        (["调整预算数", "全年执行数"], [100, 98], "1000000"),
        (["年度预算数", "调整后预算数", "全年执行数"], [100, 100, 98], "1000000"),
    ],
)
def test_one_budget_is_no_question(tmp_path, heads, amounts, due):
    path = with_money(tmp_path, heads, ("年度资金总额", amounts))
    line = read_file(path)["forms"][0]["funds"][0]
    assert line["full_year"]["yuan"] == due
    assert line["rate"]["computed_percent"] == "98"
    assert "ZJ-23" not in codes(path)


def test_the_initial_budget_alone_is_named_as_assumed(tmp_path):
    path = with_money(tmp_path, ["年初预算数", "全年执行数"], ("年度资金总额", [100, 98]))
    judged = judge_table(case_of(table_of(read_forms(path).forms[0]), name="甲"))
    assert judged["execution"]["rate"] == "98.00"
    assert "年初预算数" in judged["execution"]["assumed"]


@pytest.mark.parametrize(
    ("amounts", "above", "place"),
    [
        ([("年度资金总额", [120, 100, 980_000])], (), "E5"),
        ([("年度资金总额", [1_200_000, 1_000_000, 98])], (), "E5"),
        (
            [("年度资金总额", [120, 100, 98]), ("其中：拨款", [1_200_000, 1_000_000, 980_000])],
            (),
            "E5",
        ),
        ([("年度资金总额", [120, 100, 98])], [["单位：元"]], "A2"),
    ],
)
def test_ten_thousand_between_amounts_or_units_is_named(tmp_path, amounts, above, place):
    heads = ["年初预算数", "全年预算数", "全年执行数"]
    told = codes(with_money(tmp_path, heads, *amounts, above=above))
    assert told["ZJ-24"]["cell"] == place
    assert "元" in told["ZJ-24"]["text"]


def test_an_ordinary_form_has_no_contradiction(tmp_path):
    path = with_money(
        tmp_path,
        ["年初预算数", "全年预算数", "全年执行数"],
        ("年度资金总额", [120, 100, 98]),
        ("其中：拨款", [120, 100, 98]),
        above=[["单位：万元"]],
    )
    assert not {"ZJ-23", "ZJ-24"} & set(codes(path))


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("优☑良□中□差□", "优"),
        ("优□ 良□ 中☑ 差□", "中"),
        ("□优 ☑良 □中 □差", "良"),
        ("□优秀 ☑良好 □中 □差", "良好"),
        ("优（√）良（）中（）差（）", "优"),
        ("□优□良□中□差", None),
        ("优☑良☑", None),
        ("良", None),
    ],
)
def test_the_ticked_grade(text, grade):
    assert ticked(text) == grade


def test_an_ex_ante_table_with_sections_and_ticked_opinions(tmp_path):
    rows = [
        ["2024年度新增项目事前绩效评估评分表"],
        ["项目名称", "某小学扩建", "", "", "", ""],
        ["评审指标", "审核要点", "分值", "评审意见", "得分小计", "备注"],
        ["一、立项必要性（20分）", "", "", "", "", ""],
        ["政策相关性", "是否符合规划", 20, "优☑良□中□差□", 19, ""],
        ["二、投入经济性（80分）", "", "", "", "", ""],
        ["成本合理性", "预算是否合理", 80, "优□良□中☑差□", 60, ""],
        ["合计", "", 100, "", 79, ""],
    ]
    (form,) = read_file(book(tmp_path, rows, ["A4:F4", "A6:F6"]))["forms"]
    assert form["kind"] == "evaluation"
    seen = [
        (one["level1"], one["level3"], one["weight"]["value"], one["score"]["value"])
        for one in form["criteria"]
    ]
    assert seen == [
        ("立项必要性", "政策相关性", "20", "19"),
        ("投入经济性", "成本合理性", "80", "60"),
    ]
    assert [one["opinion"]["value"] for one in form["criteria"]] == ["优", "中"]
    assert form["total"]["value"] == "79"


@pytest.mark.parametrize(
    ("head", "cell"),
    [
        (["评价得分", "88.5", "评价等级", "良"], "D3"),
        (["评价等级", "□优 ☑良 □中 □差"], "B3"),
        (["评价等级：良"], "A3"),
        (["绩效评定等次", "良好"], "B3"),
    ],
)
def test_the_grade_in_the_head_of_a_score_sheet(tmp_path, head, cell):
    rows = [["2023年度财政评价评分表"], ["项目名称", "小巷整治"], head, LEVELS, *SCORED]
    (form,) = read_file(book(tmp_path, rows))["forms"]
    assert (form["grade"]["norm"], form["grade"]["cell"]) == ("良", cell)


def test_the_head_of_a_bond_sheet(tmp_path):
    rows = [
        ["2022年度新增专项债券项目绩效评价评分表"],
        ["债券名称", "2022年某省专项债券（三期）", "项目名称", "污水处理厂扩建"],
        ["项目单位", "市水务公司", "主管部门", "市水务局"],
        ["债券额度（万元）", "5000", "实际支出（万元）", "4300"],
        LEVELS,
        *SCORED,
    ]
    (form,) = read_file(book(tmp_path, rows))["forms"]
    assert form["subject_name"]["value"] == "污水处理厂扩建"
    assert (form["dept"]["value"], form["year"]["value"]) == ("市水务局", 2022)
    assert form["audited_used"]["yuan"] == "43000000"
    assert form["header_extra"]["债券名称"]["cell"] == "B2"
    assert form["header_extra"]["债券额度"]["value"] == "5000"


def test_a_form_told_goal_by_goal(tmp_path):
    heads = ["一级指标", "二级指标", "三级指标", "年初目标值（A）", "实际完成值（B）", "得分"]
    rows = [
        ["2023年度产业发展项目自评表"],
        ["项目名称", "产业发展"],
        ["主管部门", "县农业局", "", "项目实施单位", "县农技站"],
        [
            "预算执行情况（万元）（20分）",
            "",
            "预算数（A）",
            "执行数（B）",
            "执行率（B/A）",
            "得分（20分*执行率）",
        ],
        ["", "年度财政资金总额", 100, 95, "95%", 19],
        ["年度目标1：（40分）", *heads],
        ["", "产出指标", "数量指标", "示范片", "3个", "3个", 20],
        ["", "效益指标", "经济效益指标", "增收", "≥10万元", "12万元", 20],
        ["年度目标2：（40分）", *heads],
        ["", "产出指标", "数量指标", "培训", "100人次", "100人次", 20],
        ["", "满意度指标", "服务对象满意度指标", "满意度", "≥90%", "92%", 19],
        ["总分", "", "", "", "", "", 98],
    ]
    (form,) = read_file(book(tmp_path, rows, ["A6:A8", "A9:A11"]))["forms"]
    assert form["funds"][0]["weight"]["value"] == "20"
    assert form["funds"][0]["full_year"]["yuan"] == "1000000"
    told = [(one["level2"], one["level3"], one["score"]["value"]) for one in form["indicators"]]
    assert told == [
        ("数量指标", "示范片", "20"),
        ("经济效益指标", "增收", "20"),
        ("数量指标", "培训", "20"),
        ("服务对象满意度指标", "满意度", "19"),
    ]
    assert form["total"]["score"]["value"] == "98"


def test_an_unknown_column_of_a_score_sheet_and_of_a_list_of_results_is_told(tmp_path):
    heads = [*LEVELS[:5], "折算系数", LEVELS[5]]
    scored = [[*row[:5], 0.9, row[5]] for row in SCORED]
    told = codes(book(tmp_path, [["2023年度财政评价评分表"], ["项目名称", "甲"], heads, *scored]))
    assert (told["DR-84"]["got"], told["DR-84"]["cell"]) == ("折算系数", "F3")
    listed = [
        ["2023年度评价结果清单"],
        ["序号", "项目名称", "主管部门", "预算金额（万元）", "得分", "核减额"],
        [1, "甲项目", "水利局", 100, 90, 5],
    ]
    told = codes(book(tmp_path, listed))
    assert (told["DR-84"]["got"], told["DR-84"]["cell"]) == ("核减额", "F2")


def test_an_unknown_column_of_a_target_table_is_told(tmp_path):
    rows = [
        ["2024年项目绩效目标申报表"],
        ["项目名称", "河道清淤"],
        ["一级指标", "二级指标", "三级指标", "指标值", "权数", "核定口径"],
        ["产出指标", "数量指标", "清淤长度", "≥5公里", 50, "甲"],
        ["效益指标", "社会效益", "群众受益", "≥100人", 50, "乙"],
    ]
    path = book(tmp_path, rows)
    (form,) = read_file(path)["forms"]
    assert [one["weight"]["value"] for one in form["indicators"]] == ["50", "50"]
    assert codes(path)["DR-84"]["got"] == "核定口径"


def test_a_score_sheet_without_a_column_of_points_says_what_it_lacks(tmp_path):
    heads = ["一级指标", "二级指标", "三级指标", "分值", "组内给定", "扣分原因"]
    told = codes(book(tmp_path, [["2023年度财政评价评分表"], heads, *SCORED]))
    assert "得分" in told["DR-84"]["text"]
    assert "组内给定" in told["DR-84"]["text"]


def test_filtered_rows_of_a_ledger_are_told(tmp_path):
    rows = [
        ["项目名称", "预算单位", "支付日期", "支付金额（元）"],
        *([f"项目{at}", "教育局", "2021-03-01", 100] for at in range(5)),
    ]
    found = read_ledger(book(tmp_path, rows, hidden=[3, 5]))
    (told,) = [one for one in found["problems"] if one["code"] == "DR-23"]
    assert "第 3、5 行" in told["text"]
    assert len(found["rows"]) == 5


@pytest.mark.parametrize(
    "title", ["截至2021年7月31日项目支出执行情况表", "某县执行进度表（截止7月底）"]
)
def test_the_day_a_table_of_sums_counts_to(tmp_path, title):
    rows = [[title], ["项目名称", "预算单位", "年初预算", "累计支出"], ["甲", "教育局", 100, 50]]
    assert "7月" in read_ledger(book(tmp_path, rows))["through"]


def test_a_total_printed_beside_its_own_label_with_the_grade_behind_it(tmp_path):
    rows = [
        *HEAD,
        NATIONAL,
        *ROWS[:2],
        ["总分", "", "", "", "总分值", 100, "总得分", "99.8（自评等级：优）"],
    ]
    (form,) = read_file(book(tmp_path, rows))["forms"]
    assert form["total"]["weight"]["value"] == "100"
    assert (form["total"]["score"]["value"], form["total"]["score"]["cell"]) == ("99.8", "H7")
    assert (form["grade"]["value"], form["grade"]["cell"]) == ("优", "H7")


def test_a_list_of_all_grades_is_no_grade(tmp_path):
    rows = [*HEAD, NATIONAL, *ROWS, ["评分说明：等级为优（90分以上）、良（80分以上）"]]
    (form,) = read_file(book(tmp_path, rows))["forms"]
    assert form["grade"] is None


def test_the_line_of_the_whole_may_stand_last(tmp_path):
    heads = ["年初预算数", "全年预算数", "全年执行数"]
    lines = [("财政拨款", [300, 280, 270]), ("其他资金", [20, 20, 10]), ("合计", [320, 300, 280])]
    path = with_money(tmp_path, heads, *lines)
    form = read_forms(path).forms[0]
    assert [line.label for line in form.funds] == ["财政拨款", "其他资金", "合计"]
    assert [line.label for line in total_first(form.funds)] == ["合计", "财政拨款", "其他资金"]
    assert table_of(form).head["full_year"] == 3_000_000
    assert "ZJ-08" not in codes(path)


def test_the_answers_of_a_monitoring_form_are_no_unknown_columns(tmp_path):
    heads = ["一级指标", "二级指标", "三级指标", "年度指标值", "1-7月执行情况", "全年预计完成情况"]
    rows = [
        ["2024年度项目支出绩效目标执行监控表"],
        ["项目名称", "河道清淤"],
        [*heads, "完成目标可能性", "", "", "备注"],
        [*[""] * 6, "确定能", "有可能", "完全不可能", ""],
        ["产出指标", "数量指标", "清淤长度", "≥10公里", "6公里", "10公里", "√", "", "", ""],
        ["效益指标", "社会效益", "受益人数", "≥90人", "1人", "80人", "", "√", "", ""],
    ]
    path = book(tmp_path, rows, [f"{c}3:{c}4" for c in "ABCDEFJ"] + ["G3:I3"])
    (form,) = read_forms(path).forms
    assert [row.possibility.value for row in form.indicators] == ["确定能", "有可能"]
    assert "DR-84" not in codes(path)
