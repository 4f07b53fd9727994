"""Score sheets as other agencies would draw them: each layout its own small grid."""

from __future__ import annotations

from decimal import Decimal

import pytest

from wenxiao.files.cells.cells import Book, Cell, Merge, Sheet
from wenxiao.files.cells.grids import column_name
from wenxiao.files.forms.checking import problems_of
from wenxiao.files.forms.evaluation import looks_like_evaluation, read_evaluation
from wenxiao.files.forms.forms import form_json, typed


def sheet_of(rows, merges=(), name="评分表", origin=1):
    sheet = Sheet(name, origin=origin, merges=[Merge(*merge) for merge in merges])
    for at, row in enumerate(rows, start=origin):
        for col, value in enumerate(row, start=origin):
            if value in {None, ""}:
                continue
            address = f"{at},{col}" if origin == 0 else f"{column_name(col)}{at}"
            formula = value if isinstance(value, str) and value.startswith("=") else None
            text = "" if formula else str(value)
            raw = None if formula else str(value)
            sheet.cells[at, col] = Cell(
                at, col, address, text, raw, None, formula, has_cached=formula is None
            )
    return sheet


def read(rows, merges=(), **more):
    (form,) = map(form_json, read_evaluation(Book("xlsx", [sheet_of(rows, merges, **more)])))
    return form


def codes(form):
    return [problem.code for problem in problems_of([typed(form)])]


HEAD = [
    ["某区财政评价评分表"],
    ["项目名称", "示例项目", None, "主管部门", "示例单位"],
    ["评价年度", 2024],
]
COLUMNS = ["一级指标", "二级指标", "三级指标", "分值", "得分", "扣分原因"]
FOUR = [
    ["决策", "项目立项", "立项依据充分性", 10, 9, "缺可研"],
    ["过程", "资金管理", "预算执行率", 20, 18, "执行率90%"],
    ["产出", "产出数量", "完成率", 40, 38, "少1座"],
    ["效益", "社会效益", "满意度", 30, 27, "低于目标"],
]
END = [
    ["合计", None, None, 100, 92],
    ["评价等级", None, None, "优"],
    ["存在的问题", "1.甲。\n2.乙。"],
    ["意见建议", "1.丙。"],
]


def test_a_plain_sheet_without_merges():
    form = read([*HEAD, COLUMNS, *FOUR, *END])
    assert form["subject_name"]["value"] == "示例项目"
    assert form["year"]["value"] == 2024
    assert [item["level3"] for item in form["criteria"]] == [
        "立项依据充分性",
        "预算执行率",
        "完成率",
        "满意度",
    ]
    assert form["total"]["value"] == "92"
    assert form["grade"]["norm"] == "优"
    assert (form["problems"], form["suggestions"]) == (["甲。", "乙。"], ["丙。"])
    assert codes(form) == []


def test_levels_left_empty_below_the_first_row_continue():
    rows = [
        ["决策", "项目立项", "甲", 5, 5],
        [None, None, "乙", 5, 5],
        [None, "绩效目标", "丙", 10, 9, "原因"],
        ["过程", "资金管理", "丁", 80, 78, "原因"],
    ]
    form = read([*HEAD, COLUMNS, *rows, ["合计", None, None, 100, 97], ["等级", "优"]])
    assert [(item["level1"], item["level2"]) for item in form["criteria"]] == [
        ("决策", "项目立项"),
        ("决策", "项目立项"),
        ("决策", "绩效目标"),
        ("过程", "资金管理"),
    ]
    assert form["criteria"][1]["level1_cell"] == "A5"


@pytest.mark.parametrize(
    "word",
    [
        "一、存在的主要问题",
        "存在问题：",
        "（一）发现的问题",
        "主要问题",
        "评价发现的主要问题",
        "存在的问题及原因分析",
    ],
)
@pytest.mark.parametrize(
    "advice", ["二、有关建议", "意见和建议", "改进建议", "相关建议：", "改进措施", "工作建议"]
)
def test_problems_and_suggestions_under_many_names(word, advice):
    rows = [
        *HEAD,
        COLUMNS,
        *FOUR,
        *END[:2],
        [word],
        ["（一）甲。"],
        ["（二）乙。"],
        [advice],
        ["①丙。"],
        ["②丁。"],
    ]
    form = read(rows)
    assert (form["problems"], form["suggestions"]) == (["甲。", "乙。"], ["丙。", "丁。"])


def test_problems_behind_a_colon_in_the_label_cell():
    form = read([*HEAD, COLUMNS, *FOUR, *END[:2], ["存在的问题：1.甲；2.乙。"], ["意见建议：丙。"]])
    assert form["problems"] == ["甲；", "乙。"]
    assert form["suggestions"] == ["丙。"]


def test_a_band_row_names_the_first_level():
    rows = [
        ["某项目绩效评价评分表"],
        ["项目名称：示例项目    主管部门：示例单位    金额单位：元"],
        ["二级指标", "三级指标", "分值", "得分", "扣分说明"],
        ["一、决策（30分）"],
        ["项目立项", "甲", 30, 28, "原因"],
        ["二、产出（70分）"],
        ["产出数量", "乙", 60, 60],
        ["产出质量", "丙", 10, 9, "原因"],
        ["合计", None, 100, 97, "评价等级：优"],
    ]
    form = read(rows, [(4, 1, 4, 5), (6, 1, 6, 5), (1, 1, 1, 5), (2, 1, 2, 5)])
    assert [item["level1"] for item in form["criteria"]] == ["决策", "产出", "产出"]
    assert form["level_weights"]["产出"]["value"] == "70"
    assert form["subject_name"]["value"] == "示例项目"
    assert form["dept"]["value"] == "示例单位"
    assert form["money_unit"] == "元"
    assert form["grade"]["value"] == "优"
    assert codes(form) == ["DR-21"]


def test_a_head_of_two_rows_with_named_experts():
    rows = [
        *HEAD,
        [
            "一级指标",
            "二级指标",
            "三级指标",
            "分值",
            "专家评分",
            None,
            None,
            "平均得分",
            "评分说明",
        ],
        [None, None, None, None, "张某", "李某", "王某"],
        ["决策", "项目立项", "甲", 40, 39, 38, 40, 39, "原因"],
        ["产出", "产出数量", "乙", 60, 60, 58, 59, 59.5, "原因"],
        ["合计", None, None, 100, 99, 96, 99, 98.5],
        ["评价等级", None, None, "优"],
    ]
    merges = [(4, c, 5, c) for c in (1, 2, 3, 4, 8, 9)] + [(4, 5, 4, 7)]
    form = read(rows, merges)
    assert [[mark["value"] for mark in item["experts"]] for item in form["criteria"]] == [
        ["39", "38", "40"],
        ["60", "58", "59"],
    ]
    assert [problem.code for problem in problems_of([typed(form)])] == ["PJ-13"]
    assert [mark["value"] for mark in form["expert_totals"]] == ["99", "96", "99"]


def test_experts_without_a_column_of_means_get_their_mean_computed():
    rows = [
        *HEAD,
        ["一级指标", "二级指标", "三级指标", "权重", "专家一", "专家二", "专家三", "备注"],
        ["决策", "项目立项", "甲", 40, 39, 38, 38],
        ["产出", "产出数量", "乙", 60, 60, 58, 59],
        ["合计", None, None, 100, 99, 96, 97],
    ]
    form = read(rows)
    assert form["criteria"][0]["score"] == {"cell": None, "value": None, "computed": "38.33"}
    assert form["sum_of_scores"] == "97.33"


def test_points_in_brackets_stand_for_a_missing_weight_column():
    rows = [
        *HEAD,
        ["一级指标", "二级指标", "三级指标", "评分标准", "得分", "扣分原因"],
        ["决策（40分）", "项目立项（40分）", "甲（20分）", "标准", 20],
        [None, None, "乙（20分）", "标准", 19, "原因"],
        ["产出（60分）", "数量(60分)", "丙 60分", "标准", 55, "原因"],
        ["总分", None, None, None, 94],
        ["评价等级", "优"],
    ]
    form = read(rows)
    assert [item["weight"]["value"] for item in form["criteria"]] == ["20", "20", "60"]
    assert [item["level3"] for item in form["criteria"]] == ["甲", "乙", "丙"]
    assert codes(form) == []


def test_a_formula_total_is_computed_and_never_taken_as_written():
    form = read(
        [
            *HEAD,
            COLUMNS,
            *FOUR,
            ["合计", None, None, "=SUM(D5:D8)", "=SUM(E5:E8)"],
            ["评价等级", None, None, "良"],
        ]
    )
    assert form["total"] == {"cell": "E9", "value": None, "stored": "=SUM(E5:E8)", "computed": "92"}
    assert codes(form) == ["PJ-04"]


def test_every_planted_fault_is_named():
    rows = [[*row] for row in FOUR]
    rows[0][4] = 11
    rows[1][5] = None
    rows[3][3] = 25
    form = read(
        [
            *HEAD,
            COLUMNS,
            rows[0],
            rows[1],
            ["过程小计", None, None, 21, 18],
            *rows[2:],
            ["合计", None, None, 100, 90],
            ["评价等级", None, None, "良"],
        ]
    )
    assert sorted(codes(form)) == [
        "PJ-01",
        "PJ-02",
        "PJ-02",
        "PJ-03",
        "PJ-04",
        "PJ-05",
        "PJ-07",
        "PJ-11",
    ]


def test_deductions_without_reason_are_named_one_by_one():
    rows = [[*row[:5], None] for row in FOUR]
    rows[0][4] = 10
    total = ["合计", None, None, 100, 93]
    found = problems_of([typed(read([*HEAD, COLUMNS, *rows, total, ["评价等级", "优"]]))])
    assert [(problem.code, problem.cell) for problem in found] == [
        ("PJ-07", "F6"),
        ("PJ-07", "F7"),
        ("PJ-07", "F8"),
    ]


def test_level_weights_that_disagree_are_named():
    rows = [
        *HEAD,
        ["一级指标", "分值", "二级指标", "分值", "三级指标", "分值", "得分", "说明"],
        ["决策", 25, "项目立项", 20, "甲", 20, 20],
        ["产出", 80, "数量", 80, "乙", 80, 80],
        ["合计", None, None, None, None, 100, 100],
        ["评价等级", "优"],
    ]
    form = read(rows)
    assert [(problem.code, problem.cell) for problem in problems_of([typed(form)])] == [
        ("PJ-12", "B5")
    ]


def test_money_units_beside_the_number_beat_the_corner():
    head = [
        ["评分表"],
        ["单位：万元"],
        ["项目名称", "甲", "评价年度", "２０２３年度"],
        ["经审查实际安排资金", "0.5亿元", "经审查实际使用资金（元）", "1,234.50"],
    ]
    form = read([*head, COLUMNS, *FOUR, *END])
    assert form["audited_arranged"]["yuan"] == "50000000"
    assert form["audited_used"]["yuan"] == "1234.5"
    assert form["year"]["value"] == 2023


def test_an_amount_without_unit_is_asked_about_and_never_guessed():
    head = [
        ["评分表"],
        ["项目名称", "甲", "评价年度", "2023"],
        ["经审查实际安排资金", "100", "经审查实际使用资金", "约百万"],
    ]
    form = read([*head, COLUMNS, *FOUR, *END])
    assert form["audited_arranged"]["yuan"] is None
    assert codes(form) == ["ZJ-03", "ZJ-11"]


def test_two_sheets_below_each_other_are_two_forms():
    block = [*HEAD, COLUMNS, *FOUR, *END]
    other = [
        ["某区财政评价评分表"],
        ["项目名称", "另一项目", None, "主管部门", "示例单位"],
        ["评价年度", 2024],
        COLUMNS,
        *FOUR,
        *END,
    ]
    forms = [*map(form_json, read_evaluation(Book("xlsx", [sheet_of([*block, [], *other])])))]
    assert [form["subject_name"]["value"] for form in forms] == ["示例项目", "另一项目"]
    assert [len(form["criteria"]) for form in forms] == [4, 4]
    assert [form["problems"] for form in forms] == [["甲。", "乙。"]] * 2


def test_a_head_repeated_on_the_next_page_is_no_second_form():
    form = read([*HEAD, COLUMNS, *FOUR[:2], COLUMNS, *FOUR[2:], *END])
    assert len(form["criteria"]) == 4


def test_what_a_cover_sheet_says_completes_the_only_form():
    cover = sheet_of(
        [
            ["财政绩效评价报告附表"],
            ["项目名称：", "示例项目"],
            ["主管部门：", "示例单位"],
            ["评价年度：2024年"],
        ],
        name="封面",
    )
    (form,) = map(
        form_json,
        read_evaluation(Book("xlsx", [cover, sheet_of([["评分表"], COLUMNS, *FOUR, *END])])),
    )
    assert form["subject_name"]["value"] == "示例项目"
    assert form["dept"]["sheet"] == "封面"
    assert form["year"]["value"] == 2024


def test_a_self_evaluation_form_is_no_score_sheet():
    rows = [
        ["项目支出绩效自评表"],
        ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"],
        ["产出指标", "数量指标", "甲", "≥1", "1", 50, 50],
        ["效益指标", "社会效益指标", "乙", "≥1", "1", 50, 50],
    ]
    assert not looks_like_evaluation(sheet_of(rows))


def test_word_tables_with_the_head_in_another_table_and_paragraphs_behind():
    head = sheet_of(
        [["项目名称", "示例项目"], ["评价年度", "2023年度"], ["经审查实际使用资金", "752.00万元"]],
        origin=0,
        name="表1",
    )
    table = sheet_of([COLUMNS, *FOUR, *END[:2]], origin=0, name="表2")
    book = Book(
        "docx",
        [head, table],
        [
            (0, "附件3"),
            (2, "一、存在的问题"),
            (2, "（一）甲。"),
            (2, "二、意见建议"),
            (2, "1.乙。"),
        ],
    )
    (form,) = map(form_json, read_evaluation(book))
    assert form["subject_name"] == {
        "value": "示例项目",
        "cell": "0,1",
        "table": 0,
        "label": "项目名称",
    }
    assert form["audited_used"]["yuan"] == "7520000"
    assert form["total"] == {"cell": "5,4", "value": "92"}
    assert (form["problems"], form["suggestions"]) == (["甲。"], ["乙。"])


def test_a_score_table_split_over_two_word_tables_is_one_form():
    first = sheet_of([COLUMNS, *FOUR[:2]], origin=0, name="表1")
    second = sheet_of([COLUMNS, *FOUR[2:], *END], origin=0, name="表2")
    forms = [
        *map(form_json, read_evaluation(Book("docx", [first, second], [(0, "项目名称：示例项目")])))
    ]
    assert [len(form["criteria"]) for form in forms] == [4]
    assert forms[0]["total"]["value"] == "92"


def test_grades_at_the_borders():
    from wenxiao.rulebook.grading import grade

    assert [
        grade(Decimal(text), 2024) for text in ("90", "89.99", "80", "79.99", "60", "59.99")
    ] == ["优", "良", "良", "中", "中", "差"]


def test_a_strangers_blanks_cost_no_time():
    import time

    wide = " " * 30_000
    rows = [
        ["评分表" + wide],
        ["项目名称：" + wide + "甲", "单位：" + wide + "x"],
        COLUMNS,
        ["决策", "立项(5" + wide, "甲(5" + wide + "x", 100, 90, "。" + wide],
        ["合计", None, None, 100, 90, "等级" + wide + "x"],
        ["评价等级" + wide + "为" + wide],
        ["存在的问题", "1." + wide + "。" + wide + "2"],
    ]
    started = time.process_time()
    read(rows)
    assert time.process_time() - started < 2


def test_missing_and_unreadable_points_are_told_apart():
    rows = [
        ["决策", "立项", "甲", 20, "优秀", "原因"],
        ["过程", "管理", "乙", None, 5, "原因"],
        ["产出", "数量", "丙", 60, None],
        ["效益", "社会", "丁", 20, 20],
    ]
    form = read([*HEAD, COLUMNS, *rows])
    assert sorted(codes(form)) == ["PJ-15", "PJ-16", "PJ-17", "PJ-18", "PJ-18"]
    assert form["sum_of_scores"] is None
    assert form["total"] == {"cell": None, "value": None}


def test_experts_faults_are_named():
    head = ["一级指标", "二级指标", "三级指标", "分值", "专家1", "专家2", "平均分", "扣分原因"]
    rows = [
        *HEAD,
        head,
        ["决策", "立项", "甲", 40, 41, 39, 40],
        ["产出", "数量", "乙", 60, 60, 60, 60],
        ["合计", None, None, 100, 101, 98, 100],
        ["评价等级", "优秀"],
    ]
    form = read(rows)
    assert [(problem.code, problem.cell) for problem in problems_of([typed(form)])] == [
        ("PJ-02", "E5"),
        ("PJ-14", "F7"),
    ]
    assert form["grade"] == {"cell": "B8", "value": "优秀", "norm": "优"}


def test_more_used_than_arranged_is_asked_about():
    head = [
        ["评分表"],
        ["项目名称", "甲", "评价年度", "2023"],
        ["经审查实际安排资金（万元）", 100, "经审查实际使用资金（万元）", 120],
    ]
    assert codes(read([*head, COLUMNS, *FOUR, *END])) == ["ZJ-02"]


def test_a_second_level_subtotal_is_its_own():
    rows = [
        ["决策", "立项", "甲", 10, 10],
        [None, None, "乙", 10, 9, "原因"],
        [None, None, "小计", 20, 18],
        ["产出", "数量", "丙", 80, 80],
        ["产出小计", None, None, 80, 80],
        ["合计", None, None, 100, 99],
        ["评价等级", "优"],
    ]
    form = read([*HEAD, COLUMNS, *rows], [(5, 1, 7, 1), (5, 2, 7, 2)])
    assert form["subtotals"][0] | {"row": 0} == {
        "level1": "决策",
        "level2": "立项",
        "row": 0,
        "weight": {"cell": "D7", "value": "20"},
        "score": {"cell": "E7", "value": "18"},
    }
    assert codes(form) == ["PJ-05"]


def test_percent_weights_and_hidden_rows_are_read():
    sheet = sheet_of([*HEAD, COLUMNS, *FOUR, *END])
    sheet.cells[5, 4] = Cell(5, 4, "D5", "10%", "0.1", "0%")
    sheet.hidden_rows = frozenset({6})
    (form,) = map(form_json, read_evaluation(Book("xlsx", [sheet])))
    assert form["criteria"][0]["weight"]["value"] == "10"
    assert form["criteria"][1]["hidden"] is True


def test_a_name_behind_its_colon_keeps_the_brackets_it_is_written_with():
    rows = [
        ["项目支出绩效评价评分表"],
        ["项目名称：农村道路养护（一期）"],
        ["一级指标", "二级指标", "三级指标", "分值", "得分"],
        ["产出", "数量", "养护里程", "100", "95"],
    ]
    (form,) = read_evaluation(Book("xlsx", [sheet_of(rows)]))
    assert form.subject_name.value == "农村道路养护（一期）"
