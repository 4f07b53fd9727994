"""Score sheets as agencies draw them: other orders, heads, numbering,
totals; and what is planted in them.
"""

from __future__ import annotations

import docx
import openpyxl
import pytest
from files.builders.plainbook import put, read_document, read_rows, told, with_changes, word_table

from wenxiao.files.forms.reading import read_file

TOP = [
    ["财政重点绩效评价评分表"],
    ["项目名称", "道路改造", "主管部门", "市交通局"],
    ["评价年度", "2021年", "金额单位", "万元"],
    ["经审查实际安排资金", 500, "经审查实际使用资金", 480],
]
HEAD = ["一级指标", "二级指标", "三级指标", "分值", "得分", "扣分原因"]
ROWS = [
    ["决策", "项目立项", "立项依据充分性", 5, 5],
    [None, None, "立项程序规范性", 5, 4, "程序不全"],
    [None, "绩效目标", "目标合理性", 10, 10],
    ["过程", "资金管理", "预算执行率", 20, 17.6, "执行88%"],
    ["产出", "产出数量", "里程", 35, 35],
    ["效益", "社会效益", "通行", 15, 12, "调查不足"],
    [None, "满意度", "满意度", 10, 9, "92%"],
]
TAIL = [["合计", None, None, 100, 92.6], ["评价等级", "优"]]
SHEET = [*TOP, HEAD, *ROWS, *TAIL]


def criteria(found):
    return [
        (row["level1"], row["level2"], row["level3"], row["weight"]["value"], row["score"]["value"])
        for row in found["forms"][0]["criteria"]
    ]


DUE = [
    ("决策", "项目立项", "立项依据充分性", "5", "5"),
    ("决策", "项目立项", "立项程序规范性", "5", "4"),
    ("决策", "绩效目标", "目标合理性", "10", "10"),
    ("过程", "资金管理", "预算执行率", "20", "17.6"),
    ("产出", "产出数量", "里程", "35", "35"),
    ("效益", "社会效益", "通行", "15", "12"),
    ("效益", "满意度", "满意度", "10", "9"),
]


def expect_whole(found, total="E13", grade="B14"):
    (form,) = found["forms"]
    assert criteria(found) == DUE
    assert (form["total"]["cell"], form["total"]["value"]) == (total, "92.6")
    assert form["grade"]["cell"] == grade
    assert told(found) == []


def test_the_unit_in_a_cell_of_its_own(tmp_path):
    found = read_rows(tmp_path, SHEET)
    expect_whole(found)
    assert found["forms"][0]["audited_used"] == {"cell": "D4", "raw": "480", "yuan": "4800000"}
    assert found["forms"][0]["dept"]["value"] == "市交通局"


def test_the_unit_in_the_title(tmp_path):
    found = read_rows(
        tmp_path, with_changes(SHEET, {(1, 1): "项目绩效评分表（元）", (3, 3): None, (3, 4): None})
    )
    assert found["forms"][0]["audited_used"]["yuan"] == "480"


def test_columns_in_another_order(tmp_path):
    order = [5, 4, 3, 0, 1, 2]
    table = [[(row + [None] * 6)[at] for at in order] for row in [HEAD, *ROWS]]
    found = read_rows(tmp_path, [*TOP, *table, [None, 92.6, 100, "合计"], ["等级：优"]])
    expect_whole(found, "B13", "A14")


def test_a_head_of_two_rows_saved_without_merges(tmp_path):
    head = [
        ["评价指标", None, None, "分值", "评价结果"],
        ["一级", "二级", "三级", None, "得分", "扣分说明"],
    ]
    expect_whole(read_rows(tmp_path, [*TOP, *head, *ROWS, *TAIL]), "E14", "B15")


def test_plain_numbers_before_names(tmp_path):
    rows = with_changes(
        ROWS,
        {
            (1, 1): "1 决策",
            (1, 2): "1.1 项目立项",
            (1, 3): "1.1.1 立项依据充分性",
            (4, 1): "2　过程",
        },
    )
    found = read_rows(tmp_path, [*TOP, HEAD, *rows, *TAIL])
    expect_whole(found)
    assert found["forms"][0]["criteria"][0]["level1_raw"] == "1 决策"


NUMBERED = [
    ["一", "决策", 20, 19],
    ["1", "项目立项", 10, 9],
    ["1.1", "立项依据充分性", 5, 5],
    ["1.2", "立项程序规范性", 5, 4, "程序不全"],
    ["2", "绩效目标", 10, 10],
    ["2.1", "目标合理性", 10, 10],
    ["二", "过程", 20, 17.6],
    ["1", "资金管理", 20, 17.6],
    ["1.1", "预算执行率", 20, 17.6, "执行88%"],
    ["三", "产出", 35, 35],
    ["1", "产出数量", 35, 35],
    ["1.1", "里程", 35, 35],
    ["四", "效益", 25, 21],
    ["1", "社会效益", 15, 12],
    ["1.1", "通行", 15, 12, "调查不足"],
    ["2", "满意度", 10, 9],
    ["2.1", "满意度", 10, 9, "92%"],
]
ENDING = [[None, "合计", 100, 92.6], ["评价等级", "优"]]


def test_one_column_of_indicators_numbered_by_level(tmp_path):
    head = ["序号", "评价指标", "分值", "得分", "扣分原因"]
    expect_whole(read_rows(tmp_path, [*TOP, head, *NUMBERED, *ENDING]), "D23", "B24")


@pytest.mark.parametrize(
    "marks",
    [("（一）", "1.", "（1）"), ("A", "A1", "A11"), ("", "  ", "    "), ("1", "1.1", "1.1.1")],
)
def test_one_column_with_its_numbers_or_indents_before_the_names(tmp_path, marks):
    depth = {"一": 0, "二": 0, "三": 0, "四": 0, "1": 1, "2": 1, "1.1": 2, "1.2": 2, "2.1": 2}
    blank = " " if marks[0] in {"A", "1"} else ""
    rows = [[f"{marks[depth[number]]}{blank}{name}", *rest] for number, name, *rest in NUMBERED]
    found = read_rows(
        tmp_path,
        [*TOP, ["评价指标", "分值", "得分", "扣分原因"], *rows, *[row[1:] for row in ENDING[:1]]],
    )
    assert criteria(found) == DUE
    assert told(found) == []


def test_sums_of_an_outline_that_differ_are_named(tmp_path):
    head = ["序号", "评价指标", "分值", "得分", "扣分原因"]
    rows = with_changes(NUMBERED, {(1, 4): 18, (2, 3): 9})
    assert told(read_rows(tmp_path, [*TOP, head, *rows, *ENDING])) == [
        ("PJ-05", "D6"),
        ("PJ-12", "C7"),
    ]


def test_total_and_subtotals_above_their_rows(tmp_path):
    named = [
        [name, *row[1:]]
        for row, name in zip(ROWS, ["决策"] * 3 + ["过程", "产出", "效益", "效益"], strict=True)
    ]
    sums = {"决策": (20, 19), "过程": (20, 17.6), "产出": (35, 35), "效益": (25, 21)}
    table = [["合计", None, None, 100, 92.6]]
    for name, (weight, score) in sums.items():
        table += [[name, "小计", None, weight, score], *(row for row in named if row[0] == name)]
    found = read_rows(tmp_path, [*TOP, HEAD, *table, ["评价等级", "优"]])
    expect_whole(found, "E6", "B18")
    assert [entry["level1"] for entry in found["forms"][0]["subtotals"]] == list(sums)
    wrong = read_rows(
        tmp_path, with_changes([*TOP, HEAD, *table, ["评价等级", "优"]], {(11, 5): 18})
    )
    assert told(wrong) == [("PJ-05", "E11")]


def test_weights_as_shares_and_marks_out_of_their_weight(tmp_path):
    shares = [[*row[:3], row[3] / 100, *row[4:]] for row in ROWS]
    found = read_rows(tmp_path, [*TOP, HEAD, *shares, ["合计", None, None, 1, 92.6], TAIL[1]])
    expect_whole(found)
    assert found["forms"][0]["criteria"][0]["weight"] == {
        "cell": "D6",
        "value": "5",
        "stored": "0.05",
    }
    marks = [[*row[:4], f"{row[4]}/{row[3]}", *row[5:]] for row in ROWS]
    found = read_rows(
        tmp_path, [*TOP, HEAD, *marks, ["合计", None, None, 100, "92.6/100"], TAIL[1]]
    )
    expect_whole(found)
    assert found["forms"][0]["criteria"][1]["score"]["stored"] == "4/5"


@pytest.mark.parametrize(
    "words", ["扣分原因及依据", "失分原因", "扣分说明", "得分说明", "扣分事项"]
)
def test_the_reason_under_many_headings(tmp_path, words):
    expect_whole(read_rows(tmp_path, [*TOP, [*HEAD[:5], words], *ROWS, *TAIL]))


@pytest.mark.parametrize("label", ["评价结果", "评价结论", "绩效评定结果", "等次"])
def test_the_grade_under_many_labels(tmp_path, label):
    expect_whole(read_rows(tmp_path, [*TOP, HEAD, *ROWS, TAIL[0], [label, "优"]]))


def test_a_total_nobody_named(tmp_path):
    expect_whole(read_rows(tmp_path, [*TOP, HEAD, *ROWS, [None, None, None, 100, 92.6], TAIL[1]]))


@pytest.mark.parametrize(
    ("changes", "due"),
    [
        ({(13, 5): None}, [("PJ-16", "E13")]),
        ({(7, 3): None}, [("PJ-21", "C7")]),
        ({(7, 3): "立项依据充分性"}, [("PJ-20", "C7")]),
        ({(6, 5): 6, (13, 5): 93.6}, [("PJ-02", "E6")]),
    ],
)
def test_planted_faults(tmp_path, changes, due):
    assert told(read_rows(tmp_path, with_changes(SHEET, changes))) == due


def test_hidden_rows_and_columns_of_a_score_sheet(tmp_path):
    found = read_rows(tmp_path, SHEET, hidden_rows=[8], hidden_cols=["F"])
    assert [one["text"] for one in found["problems"]] == [
        "第 8 行被隐藏但有内容，已一并读取。",
        "第 F 列被隐藏但有内容，已一并读取。",
    ]


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
@pytest.mark.parametrize("beside", [[["说明"]], SHEET])
def test_a_hidden_score_sheet_is_said_to_be_left_out(tmp_path, state, beside):
    book = openpyxl.Workbook()
    put(book.active, beside)
    hidden = book.create_sheet("旧版")
    put(hidden, SHEET)
    hidden.sheet_state = state
    book.save(tmp_path / "表.xlsx")
    found = read_file(tmp_path / "表.xlsx")
    assert len(found["forms"]) == (beside is SHEET)
    assert [(one["code"], one["level"]) for one in found["problems"] if one["sheet"] == "旧版"] == [
        ("DR-49", "警告")
    ]


def test_title_and_head_far_above_a_word_table(tmp_path):
    document = docx.Document()
    document.add_paragraph("2021年度项目支出绩效评价评分表")
    word_table(document, [TOP[1], ["金额单位", "万元"], TOP[3]])
    word_table(document, [HEAD, *ROWS, TAIL[0]])
    document.add_paragraph("评价等级：优")
    found = read_document(tmp_path, document)
    form = found["forms"][0]
    assert (form["title"]["value"], form["year"]["value"]) == (
        "2021年度项目支出绩效评价评分表",
        2021,
    )
    assert form["audited_arranged"] == {"cell": "2,1", "raw": "500", "yuan": "5000000", "table": 0}
    assert told(found) == []


def test_a_score_sheet_in_a_cell_of_another_table(tmp_path):
    document = docx.Document()
    outer = word_table(
        document,
        [["2021年度项目支出绩效评价评分表", None], ["项目名称", "道路改造"], ["评分", None]],
    )
    word_table(outer.cell(2, 1), [HEAD, *ROWS, TAIL[0]])
    found = read_document(tmp_path, document)
    assert criteria(found) == DUE
    assert (found["forms"][0]["subject_name"]["value"], found["forms"][0]["year"]["value"]) == (
        "道路改造",
        2021,
    )


@pytest.mark.parametrize("merges", [["E5:G5"], []])
def test_experts_named_in_the_second_row_of_the_head(tmp_path, merges):
    head = [
        ["一级指标", "二级指标", "三级指标", "分值", "专家评分", None, None, "平均分", "备注"],
        [None, None, None, None, "张某", "李某", "王某"],
    ]
    rows = [[*row[:4], f"{row[4]}分", row[4], row[4], row[4], *row[5:]] for row in ROWS]
    total = ["合计", None, None, 100, 92.6, 92.6, 92.6, 92.6]
    found = read_rows(tmp_path, [*TOP, *head, *rows, total, TAIL[1]], merges)
    expect_whole(found, "H14", "B15")
    assert [mark["cell"] for mark in found["forms"][0]["criteria"][0]["experts"]] == [
        "E7",
        "F7",
        "G7",
    ]
    wrong = read_rows(
        tmp_path, with_changes([*TOP, *head, *rows, total, TAIL[1]], {(8, 6): 1}), merges
    )
    assert told(wrong) == [("PJ-13", "H8"), ("PJ-14", "F14")]


@pytest.mark.parametrize(
    ("ending", "total", "grade"),
    [
        ([["总分", None, None, 100, "92.6分（优）"]], "E13", "E13"),
        ([["综合得分：92.6分，评价等级：优"]], "A13", "A13"),
        ([TAIL[0], ["评价等级：优（90分以上）"]], "E13", "A14"),
        ([TAIL[0], ["评价结论", "经评价，该项目得分92.6分，评价等级为“优”。"]], "E13", "B14"),
    ],
)
def test_total_and_grade_in_words(tmp_path, ending, total, grade):
    expect_whole(read_rows(tmp_path, [*TOP, HEAD, *ROWS, *ending]), total, grade)


def test_no_problems_and_no_suggestions_are_none(tmp_path):
    found = read_rows(tmp_path, [*SHEET, ["存在的问题", "无"], ["意见建议", "1.暂无"]])
    assert (found["forms"][0]["problems"], found["forms"][0]["suggestions"]) == ([], [])


def test_points_on_top_need_no_weight(tmp_path):
    rows = [*ROWS, ["加分项", None, "工作创新", None, 2]]
    found = read_rows(tmp_path, [*TOP, HEAD, *rows, ["合计", None, None, 100, 94.6], TAIL[1]])
    assert told(found) == []
