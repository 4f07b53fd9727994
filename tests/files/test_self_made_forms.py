"""Self-evaluation and monitoring forms as units lay them out themselves."""

from __future__ import annotations

import docx
import pytest
from files.builders.plainbook import fill, read_document, read_rows, told, with_changes, word_table

HEAD = ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因"]
ROWS = [
    ["产出指标", "数量指标", "培训人数", "≥100人", "105人", 20, 20],
    [None, "质量指标", "合格率", "≥95%", "96%", 15, 15],
    [None, "时效指标", "完成时间", "12月底前", "11月", 15, 15],
    ["效益指标", "社会效益指标", "就业率", "≥80%", "82%", 30, 30],
    ["满意度指标", "服务对象满意度", "学员满意度", "≥90%", "92%", 10, 10],
]
MONEY = [
    ["项目资金（万元）", None, "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"],
    [None, "年度资金总额", 100, 120, 120, 10, "100%", 10],
    [None, "其中：财政拨款", 100, 100, 100, "—", "—", "—"],
    [None, "其他资金", 0, 20, 20, "—", "—", "—"],
]
NAMES = [["项目名称", "技能培训"], ["主管部门", "市人社局", None, "实施单位", "市培训中心"]]
TOTAL = ["总分", None, None, None, None, 100, 100]


def form(money=MONEY, rows=ROWS, head=(HEAD,), tail=(TOTAL,)):
    return [["2021年度项目支出绩效自评表"], *NAMES, *money, *head, *rows, *tail]


def funds_of(found):
    keys = ("initial", "full_year", "executed")
    return [
        (row["label"], [(row[key]["yuan"], row[key]["cell"]) for key in keys if key in row])
        for row in found["forms"][0]["funds"]
    ]


@pytest.mark.parametrize(
    ("money", "funds", "rate"),
    [
        (
            [["预算数（万元）", 120, "执行数（万元）", 108, "执行率", "90%"]],
            [("资金总额", [("1200000", "B4"), ("1080000", "D4")])],
            ("F4", "90"),
        ),
        (
            [
                ["年初预算数", 100, "全年预算数", 120, "全年执行数", 110, "执行率", "91.67%"],
                ["金额单位：元"],
            ],
            [("资金总额", [("100", "B4"), ("120", "D4"), ("110", "F4")])],
            ("H4", "91.67"),
        ),
        (
            [
                ["预算执行情况（万元）", "预算数：", 120, "执行数：", 110],
                [None, "其中：财政拨款", 120, "其中：财政拨款", 110],
                [None, "其他资金", 0, "其他资金", 0],
            ],
            [
                ("预算执行情况（万元）", [("1200000", "C4"), ("1100000", "E4")]),
                ("其中：财政拨款", [("1200000", "C5"), ("1100000", "E5")]),
                ("其他资金", [("0", "C6"), ("0", "E6")]),
            ],
            None,
        ),
        (
            [
                ["项目资金（万元）", "预算数", "120", "其中：财政资金", "100"],
                [None, "执行数", "110", "其中：财政资金", "90"],
            ],
            [
                ("项目资金（万元）", [("1200000", "C4"), ("1100000", "C5")]),
                ("其中：财政资金", [("1000000", "E4"), ("900000", "E5")]),
            ],
            None,
        ),
        (
            [["年初预算数：9万元", "全年预算数：10万元", "全年执行数：9.5万元"]],
            [("资金总额", [("90000", "A4"), ("100000", "B4"), ("95000", "C4")])],
            None,
        ),
    ],
)
def test_money_laid_out_sideways(tmp_path, money, funds, rate):
    found = read_rows(tmp_path, form(money))
    assert funds_of(found) == funds
    shown = found["forms"][0]["funds"][0].get("rate")
    assert (shown and (shown["cell"], shown["percent"])) == rate
    assert len(found["forms"][0]["indicators"]) == 5


def test_a_budget_without_spending_is_no_money_block(tmp_path):
    found = read_rows(tmp_path, form([["预算数（万元）", 120, "项目类型", "一次性"]]))
    assert found["forms"][0]["funds"] == []


def test_a_heading_of_two_rows_saved_without_merges(tmp_path):
    head = [
        [
            "一级指标",
            "二级指标",
            "三级指标",
            "年度指标值",
            None,
            None,
            "实际完成值",
            "分值",
            "得分",
        ],
        [None, None, None, "性质", "指标值", "单位"],
    ]
    rows = [["产出指标", "数量指标", "培训人数", "≥", 100, "人", 105, 90, 90]]
    found = read_rows(tmp_path, form(rows=rows, head=head, tail=[["总分", *[None] * 6, 100, 100]]))
    (row,) = found["forms"][0]["indicators"]
    assert (row["row"], row["target_text"], row["target"]["cell"], row["actual"]["cell"]) == (
        10,
        "≥100人",
        "E10",
        "G10",
    )
    assert told(found) == []


def test_blank_rows_between_all_rows(tmp_path):
    spread = [part for row in form() for part in (row, [])]
    found = read_rows(tmp_path, spread)
    assert [row["row"] for row in found["forms"][0]["funds"]] == [9, 11, 13]
    assert [row["row"] for row in found["forms"][0]["indicators"]] == [17, 19, 21, 23, 25]
    assert told(found) == []


def test_a_total_above_the_rows_and_one_in_the_middle(tmp_path):
    found = read_rows(tmp_path, [*form(tail=())[:8], TOTAL, *ROWS])
    assert (found["forms"][0]["total"]["score"]["cell"], len(found["forms"][0]["indicators"])) == (
        "G9",
        5,
    )
    found = read_rows(tmp_path, [*form(tail=())[:8], *ROWS[:3], TOTAL, *ROWS[3:]])
    assert (found["forms"][0]["total"]["score"]["cell"], len(found["forms"][0]["indicators"])) == (
        "G12",
        5,
    )
    assert told(found) == []


def test_tasks_of_a_department_are_not_its_money(tmp_path):
    rows = [
        ["2021年度部门整体支出绩效自评表"],
        ["部门（单位）名称", "市教育局（盖章）"],
        ["年度主要任务", "任务名称", "完成情况", "预算数（万元）", "执行数（万元）"],
        [None, "任务一", "已完成", 300, 300],
        [
            "部门预算情况（万元）",
            "年初预算数",
            "全年预算数",
            "全年执行数",
            "分值",
            "执行率",
            "得分",
        ],
        ["年度资金总额", 900, 1000, 950, 10, "95%", 9.5],
        ["基本支出", 400, 400, 400, "—", "—", "—"],
        ["项目支出", 500, 600, 550, "—", "—", "—"],
        [*HEAD[:7], "扣分说明"],
        ["履职效能", "工作任务", "新建学校", "2所", "2所", 50, 50],
        ["社会效应", "满意度", "群众满意度", "≥90%", "93%", 40, 39, "抽样少"],
        ["总分", None, None, None, None, 100, 98.5],
    ]
    found = read_rows(tmp_path, rows)
    form = found["forms"][0]
    assert form["dept"] == {"value": "市教育局", "cell": "B2"}
    assert [row["label"] for row in form["funds"]] == ["年度资金总额", "基本支出", "项目支出"]
    assert form["indicators"][1]["deviation"]["value"] == "抽样少"
    assert told(found) == []


def test_a_monitoring_table_with_one_level(tmp_path):
    found = read_rows(
        tmp_path,
        [
            ["2021年度预算绩效运行监控表（1—10月）"],
            ["项目名称：道路养护", None, "主管部门：交通局"],
            ["预算数（万元）", 100, "执行数（万元）", 58, "执行率", "58%"],
            [
                "绩效指标",
                "年度目标值",
                "截至10月底完成值",
                "完成率",
                "预计年底完成值",
                "偏差分析",
                "纠偏措施",
            ],
            ["里程", "100公里", "60公里", "60%", "100公里", "雨季", None],
        ],
    )
    form = found["forms"][0]
    (row,) = form["indicators"]
    assert (form["kind"], form["period"]) == ("monitor", "1-10月")
    assert [row["target_text"], row["actual"]["cell"], row["forecast"]["cell"]] == [
        "100公里",
        "C5",
        "E5",
    ]
    assert row["level3"] == "里程"
    assert told(found) == []


WATCH = [
    ["项目支出绩效目标执行监控表"],
    ["（2021年1-7月）"],
    ["项目名称", "道路养护", "主管部门", "交通局"],
    ["项目资金（万元）", None, "年初预算数", "1-7月执行数", "1-7月执行率", "全年预计执行数"],
    [None, "年度资金总额", 100, 58, "58%", 100],
    [None, "其中：财政拨款", 100, 58, "58%", 100],
    ["一级指标", "二级指标", "三级指标", "年度指标值", "1-7月执行情况", "全年预计完成情况", "备注"],
    ["产出指标", "数量指标", "里程", "≥100公里", "60公里", "100公里"],
    [None, "质量指标", "合格率", "≥95%", "96%", "96%"],
]


@pytest.mark.parametrize(
    ("changes", "due"),
    [
        ({}, []),
        ({(6, 5): "60%"}, [("ZJ-10", "E6")]),
        ({(5, 6): 50, (6, 6): None}, [("ZJ-14", "F5")]),
        ({(8, 4): None}, [("ZP-15", "D8")]),
    ],
)
def test_faults_of_a_monitoring_form(tmp_path, changes, due):
    assert told(read_rows(tmp_path, with_changes(WATCH, changes))) == due


def test_a_budget_in_words_stands_for_no_other(tmp_path):
    found = read_rows(tmp_path, with_changes(form(), {(5, 4): "一百二十"}))
    assert told(found) == [("ZJ-03", "D5")]


def test_letters_that_formulas_refer_to(tmp_path):
    head = [
        "一级指标",
        "二级指标",
        "三级指标",
        "年度指标值A",
        "B.全年实际值",
        "分值",
        "得分",
        "扣分理由",
    ]
    money = [
        ["资金情况（万元）", "年初预算", "调整预算", "实际支出", "执行率", "分值", "得分"],
        ["总额", 100, 120, 108, "90%", 10, 9],
    ]
    found = read_rows(
        tmp_path, form(money, head=[head], tail=[with_changes([TOTAL], {(1, 7): 99})[0]])
    )
    assert funds_of(found) == [("总额", [("1000000", "B5"), ("1200000", "C5"), ("1080000", "D5")])]
    assert found["forms"][0]["indicators"][0]["actual"] == {"cell": "E7", "value": "105人"}
    assert told(found) == []


@pytest.mark.parametrize(
    ("stored", "number_format", "seen", "yuan"),
    [
        (1200000, '0!.0,"千元"', "120.0千元", None),
        (1200000, '0.00,"千元"', "1200.00千元", "1200000"),
        (1234567, '#,##0!.0,"万"', "123.5万", "1234567"),
        (123.4567, '0.00"万元"', "123.46万元", "1234567"),
        (1200000, '#,##0.00"元"', "1,200,000.00元", "1200000"),
        (12, '0"百万元"', "12百万元", "12000000"),
    ],
)
def test_money_cut_down_by_its_format(tmp_path, stored, number_format, seen, yuan):
    rows = with_changes(form(), {(4, 1): "项目资金", (5, 4): stored})
    found = read_rows(tmp_path, rows, formats={"D5": number_format})
    money = found["forms"][0]["funds"][0]["full_year"]
    assert (money["raw"], money["yuan"]) == (seen, yuan)


def test_a_name_merged_over_two_levels_is_no_missing_name(tmp_path):
    rows = with_changes(form(), {(13, 3): None})
    assert told(read_rows(tmp_path, rows, ["B13:C13"])) == []
    assert told(read_rows(tmp_path, rows)) == [("ZP-21", "C13")]


def test_hidden_columns_are_named(tmp_path):
    found = read_rows(tmp_path, form(), hidden_cols=["H", "F"])
    assert [one["text"] for one in found["problems"]] == ["第 F、H 列被隐藏但有内容，已一并读取。"]


class TestNested:
    """Word forms laid out with tables in the cells of a table."""

    MONEY = [
        ["项目资金（万元）", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"],
        ["年度资金总额", 100, 120, 120, 10, "100%", 10],
    ]
    NAMES = [["项目名称", "技能培训", "主管部门", "市人社局"], ["实施单位", "市培训中心"]]

    def expect_whole(self, found):
        (form,) = found["forms"]
        assert (form["title"]["value"], form["year"]["value"]) == (
            "2021年度项目支出绩效自评表",
            2021,
        )
        assert [form[key]["value"] for key in ("project_name", "dept", "unit")] == [
            "技能培训",
            "市人社局",
            "市培训中心",
        ]
        assert (form["funds"][0]["full_year"]["yuan"], len(form["indicators"])) == ("1200000", 5)
        assert told(found) == []

    def test_names_and_money_in_cells_of_the_table(self, tmp_path):
        document = docx.Document()
        document.add_paragraph("2021年度项目支出绩效自评表")
        outer = word_table(document, [["基本信息", *[None] * 7], ["资金"], HEAD, *ROWS, TOTAL])
        word_table(outer.cell(0, 1).merge(outer.cell(0, 7)), self.NAMES)
        word_table(outer.cell(1, 1).merge(outer.cell(1, 7)), self.MONEY)
        self.expect_whole(read_document(tmp_path, document))

    def test_money_and_rows_in_cells_of_the_head(self, tmp_path):
        document = docx.Document()
        document.add_paragraph("2021年度项目支出绩效自评表")
        outer = word_table(document, [*self.NAMES, ["项目资金"], ["绩效指标"]])
        word_table(outer.cell(2, 1).merge(outer.cell(2, 3)), self.MONEY)
        word_table(outer.cell(3, 1).merge(outer.cell(3, 3)), [HEAD, *ROWS, TOTAL])
        self.expect_whole(read_document(tmp_path, document))

    def test_the_whole_form_in_one_cell(self, tmp_path):
        document = docx.Document()
        outer = document.add_table(1, 1)
        outer.cell(0, 0).text = "2021年度项目支出绩效自评表"
        inner = outer.cell(0, 0).add_table(12, 8)
        fill(
            inner,
            [[*self.NAMES[0], *self.NAMES[1]], *self.MONEY, ["年度总体目标"], HEAD, *ROWS, TOTAL],
        )
        self.expect_whole(read_document(tmp_path, document))

    def test_a_form_s_own_cells_are_no_head_of_the_next(self, tmp_path):
        document = docx.Document()
        document.add_paragraph("2021年度项目支出绩效自评表")
        outer = word_table(document, [["基本信息", *[None] * 7], HEAD, *ROWS, TOTAL])
        word_table(outer.cell(0, 1).merge(outer.cell(0, 7)), self.NAMES)
        document.add_paragraph("2021年度项目支出绩效自评表")
        word_table(document, [HEAD, *ROWS, TOTAL])
        names = [
            form["project_name"]["value"] for form in read_document(tmp_path, document)["forms"]
        ]
        assert names == ["技能培训", None]


def test_a_side_label_is_not_the_goal(tmp_path):
    goal = [
        ["年度目标", "预期目标", None, None, "实际完成情况"],
        [None, "办好", None, None, "已办好"],
    ]
    found = read_rows(
        tmp_path, [*form(head=[], rows=[], tail=[]), *goal, HEAD, *ROWS, TOTAL], ["A8:A9"]
    )
    assert found["forms"][0]["goal"] == {
        "expected": {"value": "办好", "cell": "B9"},
        "actual": {"value": "已办好", "cell": "E9"},
    }


def test_headings_printed_again_keep_the_level_above(tmp_path):
    found = read_rows(tmp_path, form(rows=[*ROWS[:2], HEAD, *ROWS[2:]]))
    assert [row["level1"] for row in found["forms"][0]["indicators"]][:3] == ["产出指标"] * 3
    document = docx.Document()
    document.add_paragraph("2021年度项目支出绩效自评表")
    word_table(document, [*TestNested.NAMES, *TestNested.MONEY, HEAD, *ROWS[:2]])
    word_table(document, [HEAD, *ROWS[2:], TOTAL])
    found = read_document(tmp_path, document)
    assert [row["level1"] for row in found["forms"][0]["indicators"]][:3] == ["产出指标"] * 3
    assert told(found) == []


LEVELLED = [
    [row[0] and f"{row[0]}（{points}分）", *row[1:]]
    for row, points in zip(ROWS, (50, 0, 0, 30, 10), strict=True)
]


def with_subtotals(label="小计"):
    out = []
    for first, rows, points in (
        ("产出", ROWS[:3], 50),
        ("效益", ROWS[3:4], 30),
        ("满意度", ROWS[4:], 10),
    ):
        out += [*rows, [label.format(first), None, None, None, None, points, points]]
    return out


@pytest.mark.parametrize("label", ["小计", "{}小计", "{}指标小计"])
def test_subtotals_of_a_self_evaluation(tmp_path, label):
    assert told(read_rows(tmp_path, form(rows=with_subtotals(label)))) == []
    wrong = read_rows(
        tmp_path, with_changes(form(rows=with_subtotals(label)), {(12, 7): 49, (14, 6): 31})
    )
    assert told(wrong) == [("ZP-25", "G12"), ("ZP-25", "F14")]


def test_a_subtotal_above_its_rows_hands_its_level_down(tmp_path):
    rows = [["产出指标", "小计", None, None, None, 50, 50], [None, *ROWS[0][1:]], *ROWS[1:]]
    found = read_rows(tmp_path, form(rows=rows))
    assert [row["level1"] for row in found["forms"][0]["indicators"]][:3] == ["产出指标"] * 3
    assert told(found) == []


def test_points_behind_a_level_against_its_rows(tmp_path):
    assert told(read_rows(tmp_path, form(rows=LEVELLED))) == []
    wrong = with_changes(LEVELLED, {(1, 1): "产出指标（55分）"})
    assert told(read_rows(tmp_path, form(rows=wrong))) == [("ZP-26", "A9")]


@pytest.mark.parametrize(
    ("money", "total", "due"),
    [
        ([["预算数（万元）", 120, "执行数（万元）", 108, "执行率", "90%"]], 99, []),
        ([["预算数（万元）", 120, "执行数（万元）", 108, "执行率", "90%"]], 98, [("ZP-12", "G11")]),
        ([["预算数（万元）", 120, "执行数（万元）", 108]], 99, []),
        ([], 90, []),
        ([], 89, [("ZP-12", "G10")]),
    ],
)
def test_ten_points_the_form_does_not_print(tmp_path, money, total, due):
    found = read_rows(tmp_path, form(money, tail=[["总分", None, None, None, None, None, total]]))
    assert told(found) == due
