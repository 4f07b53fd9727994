"""Target tables (绩效目标表, 申报表) of the layouts bureaus publish: what they
promise, in money and in indicators.
"""

import docx
import openpyxl
import pytest

from wenxiao.files.forms.reading import read_file, read_forms
from wenxiao.files.forms.targets.table import target_table


def book(path, rows, merges=(), name="目标表"):
    """A workbook of rows ({column: text}); ``merges`` as ranges."""
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = name
    for number, row in enumerate(rows, 1):
        for column, text in row.items():
            sheet.cell(number, column, text)
    for merge in merges:
        sheet.merge_cells(merge)
    made.save(path)
    return read_file(path)


def only(answer):
    assert [form["kind"] for form in answer["forms"]] == ["target"]
    return answer["forms"][0]


def names(form, key="indicators"):
    return [(row["level1"], row["level2"], row["level3"], row["target_text"]) for row in form[key]]


def money(form):
    return {fund["label"]: fund["initial"]["yuan"] for fund in form["funds"]}


DECLARED = [
    {1: "项目支出绩效目标申报表"},
    {1: "（2023年度）"},
    {1: "填报单位（盖章）：示例馆", 6: "单位：万元"},
    {1: "项目名称", 3: "场馆免费开放", 5: "项目属性", 7: "延续项目☑"},
    {1: "主管部门", 3: "示例区文旅局", 5: "项目负责人", 7: "经办人甲 0791-1234567"},
    {1: "项目实施单位", 3: "示例馆"},
    {1: "项目起止时间", 3: "2023年1月至2025年12月"},
    {1: "项目资金申请（万元）", 2: "资金总额：", 5: 86.5},
    {2: "财政拨款：", 5: 80},
    {2: "其他：", 5: "—"},
    {1: "项目概况", 3: "对分馆免费开放给予补助，每年约86万元。"},
    {1: "项目实施进度计划", 2: "项目实施内容", 5: "开始时间", 7: "完成时间"},
    {2: "1、制定开放计划", 5: "2023年1月", 7: "2023年2月"},
    {2: "2、"},
    {2: "……", 5: "……", 7: "……"},
    {1: "项目绩效目标", 2: "长期目标", 5: "年度目标"},
    {2: "三年建成服务网络。", 5: "全年开放不少于320天。"},
    {1: "长期绩效指标", 2: "一级指标", 3: "二级指标", 5: "指标内容", 7: "指标值", 8: "备注"},
    {2: "产出指标", 3: "数量指标", 5: "指标1：三年服务人次", 7: "≥45万人次"},
    {1: "年度绩效指标", 2: "一级指标", 3: "二级指标", 5: "指标内容", 7: "指标值", 8: "备注"},
    {2: "产出指标", 3: "数量指标", 5: "指标1：免费开放天数", 7: "≥320天", 8: "含节假日"},
    {5: "指标2：公益演出场次", 7: "≥48场"},
    {5: "……"},
    {2: "效益指标", 3: "经济效益指标", 5: "指标1："},
    {3: "社会效益指标", 5: "指标1：服务群众人次", 7: "≥15万人次"},
    {1: "其他说明的问题", 3: "无"},
    {1: "填报人：经办人乙"},
]
SIDES = ("A8:A10", "A12:A15", "A16:A17", "A18:A19", "A20:A25", "B21:B23", "C21:C23", "B24:B25")


def test_a_declaration_keeps_the_years_rows_apart_from_the_long_term_ones(tmp_path):
    form = only(book(tmp_path / "a.xlsx", DECLARED, SIDES))
    assert names(form) == [
        ("产出指标", "数量指标", "免费开放天数", "≥320天"),
        ("产出指标", "数量指标", "公益演出场次", "≥48场"),
        ("效益指标", "社会效益指标", "服务群众人次", "≥15万人次"),
    ]
    assert names(form, "long_indicators") == [("产出指标", "数量指标", "三年服务人次", "≥45万人次")]
    assert form["indicators"][0]["note"] == "含节假日"
    assert form["goals"] == {"long": "三年建成服务网络。", "year": "全年开放不少于320天。"}


def test_a_declaration_says_who_asks_for_how_much_and_until_when(tmp_path):
    form = only(book(tmp_path / "a.xlsx", DECLARED, SIDES))
    assert (form["scope"], form["year"]["value"], form["money_unit"]) == ("project", 2023, "万元")
    assert (form["project_name"]["value"], form["dept"]["value"]) == (
        "场馆免费开放",
        "示例区文旅局",
    )
    assert (form["unit"]["value"], form["unit"]["cell"]) == ("示例馆", "A3")
    assert (form["start"], form["end"], form["responsible"]) == ("2023-01", "2025-12", "经办人甲")
    assert money(form) == {"资金总额": "865000", "财政拨款": "800000", "其他": None}
    assert form["plan"] == [{"step": "制定开放计划", "from": "2023-01", "to": "2023-02"}]
    assert form["text"].startswith("对分馆")


def test_last_years_level_and_last_years_money_are_never_this_years(tmp_path):
    rows = [
        {1: "部门预算项目支出绩效目标申报表"},
        {1: "（2022年度）"},
        {1: "项目基本情况", 2: "项目名称", 3: "执法检查"},
        {
            1: "项目资金情况",
            2: "资金来源（万元）",
            4: "上年度预算安排",
            5: "上年度实际执行",
            6: "本年度申请金额",
        },
        {2: "合计", 4: 130, 5: 126.4, 6: 140},
        {2: "上年结转", 4: "——", 5: "——", 6: 5},
        {1: "项目支出明细", 2: "项目", 4: "上年度预算安排", 6: "本年度申请金额"},
        {2: "1.差旅费", 4: 90, 6: 95},
        {
            1: "绩效指标",
            2: "指标名称",
            5: "上年度实际水平",
            6: "本年度计划水平",
            7: "指标内容/计算公式",
        },
        {3: "二级指标", 4: "三级指标"},
        {
            2: "目标完成程度",
            3: "数量指标",
            4: "检查企业户次",
            5: "1180户次",
            6: "≥1200户次",
            7: "检查记录汇总",
        },
    ]
    merges = ("A4:A6", "B9:D9", "E9:E10", "F9:F10", "G9:G10", "A9:A11")
    form = only(book(tmp_path / "a.xlsx", rows, merges))
    assert names(form) == [("目标完成程度", "数量指标", "检查企业户次", "≥1200户次")]
    row = form["indicators"][0]
    assert (row["last_actual"], row["note"]) == ("1180户次", "检查记录汇总")
    assert money(form) == {"合计": "1400000", "上年结转": "50000"}
    assert form["project_name"]["value"] == "执法检查"


def test_sign_value_and_unit_in_three_columns_are_one_target(tmp_path):
    rows = [
        {1: "部门预算项目支出绩效目标表"},
        {1: "（2024年度）", 8: "金额单位：元"},
        {1: "项目名称", 3: "51000024T000012345678-公益电影放映"},
        {1: "部门（单位）", 3: "309001-示例电影站"},
        {
            1: "项目预算（元）",
            3: "年度资金总额",
            4: "436800.00",
            5: "其中：财政拨款",
            6: "400000.00",
            7: "其他资金",
            8: "0.00",
        },
        {
            1: "绩效指标",
            2: "一级指标",
            3: "二级指标",
            4: "三级指标",
            5: "指标性质",
            6: "指标值",
            7: "度量单位",
            8: "权重",
            9: "指标方向性",
        },
        {
            2: "产出指标",
            3: "数量指标",
            4: "放映场次",
            5: "≥",
            6: "1560",
            7: "场",
            8: "20",
            9: "正向指标",
        },
        {3: "质量指标", 4: "设备完好率", 5: "≥", 6: "98%", 7: "%", 8: "10", 9: "正向指标"},
        {
            2: "效益指标",
            3: "可持续影响指标",
            4: "机制健全性",
            5: "定性",
            6: "好坏",
            8: "10",
            9: "正向指标",
        },
    ]
    form = only(book(tmp_path / "a.xlsx", rows, ("A6:A9",)))
    assert [row["target_text"] for row in form["indicators"]] == ["≥1560场", "≥98%", "好坏"]
    assert [row["nature"] for row in form["indicators"]] == ["≥", "≥", "定性"]
    assert form["indicators"][0]["weight"] == {"value": "20", "cell": "H7"}
    assert (form["project_name"]["value"], form["project_code"]) == (
        "公益电影放映",
        "51000024T000012345678",
    )
    assert form["unit"]["value"] == "示例电影站"
    assert money(form) == {"年度资金总额": "436800", "其中：财政拨款": "400000", "其他资金": "0"}


def test_a_department_names_its_tasks_with_their_money(tmp_path):
    rows = [
        {1: "部门整体支出绩效目标申报表"},
        {1: "（ 2023 年度）"},
        {1: "部门（单位）名称", 3: "示例区城管局"},
        {1: "年度主要任务", 2: "任务名称", 3: "主要内容", 5: "预算金额（万元）"},
        {5: "总额", 6: "财政拨款", 7: "其他资金"},
        {2: "环卫作业", 3: "道路清扫", 5: "2,680.40", 6: "2,680.40"},
        {2: "公厕建设", 3: "新建14座", 5: "560", 6: "500", 7: "60"},
        {2: "金额合计", 5: "3,240.40"},
        {1: "年度总体目标", 2: "目标1：新建改建公厕14座。"},
        {1: "年度绩效指标", 2: "一级指标", 3: "二级指标", 4: "三级指标", 6: "指标值", 7: "权重"},
        {2: "产出指标", 3: "数量指标", 4: "新建公厕", 6: "≥14座", 7: "15"},
        {1: "合计", 7: "15"},
    ]
    form = only(book(tmp_path / "a.xlsx", rows, ("A4:A8", "E4:G4", "A10:A11")))
    assert form["scope"] == "department"
    assert [(task["name"], task["total"]["yuan"]) for task in form["tasks"]] == [
        ("环卫作业", "26804000"),
        ("公厕建设", "5600000"),
    ]
    assert money(form) == {"金额合计": "32404000"}
    assert names(form) == [("产出指标", "数量指标", "新建公厕", "≥14座")]
    assert form["goals"]["year"] == "目标1：新建改建公厕14座。"


def test_an_exported_list_makes_one_form_a_project_though_rows_alternate(tmp_path):
    head = [
        "预算年度",
        "单位名称",
        "项目代码",
        "项目名称",
        "年度预算数",
        "一级指标",
        "二级指标",
        "三级指标",
        "指标性质",
        "指标值",
        "度量单位",
        "分值",
    ]

    def line(code, name, budget, level3, sign, value, unit):
        return [
            "2022",
            "示例中心",
            code,
            name,
            budget,
            "产出指标",
            "数量指标",
            level3,
            sign,
            value,
            unit,
            "20",
        ]

    lines = [
        head,
        line("36012122R000100010003", "物业管理", "860000.00", "服务面积", "＝", "18500", "平方米"),
        line("36012122T000100010001", "平台运维", "1250000.00", "接入社区", "≥", "46", "个"),
        line("36012122R000100010003", "物业管理", "860000.00", "巡检次数", "≥", "12", "次"),
    ]
    answer = book(tmp_path / "a.xlsx", [dict(enumerate(row, 1)) for row in lines])
    forms = answer["forms"]
    assert [form["project_name"]["value"] for form in forms] == ["物业管理", "平台运维"]
    assert [form["project_code"] for form in forms] == [
        "36012122R000100010003",
        "36012122T000100010001",
    ]
    assert [row["target_text"] for row in forms[0]["indicators"]] == ["＝18500平方米", "≥12次"]
    assert money(forms[1]) == {"年度预算数": "1250000"}
    assert {form["year"]["value"] for form in forms} == {2022}


def test_a_transfers_regional_table_is_of_scope_transfer(tmp_path):
    rows = [
        {1: "中央对地方专项转移支付区域绩效目标表"},
        {1: "（2024年度）"},
        {1: "专项名称", 3: "老旧小区改造补助"},
        {1: "中央主管部门", 3: "财政部"},
        {1: "资金情况（万元）", 2: "年度金额：", 4: "18,640.00"},
        {2: "其中：中央补助", 4: "11,760.00"},
        {2: "      地方资金", 4: "6,880.00"},
        {1: "年度目标", 2: "改造小区26个。"},
        {1: "绩效指标", 2: "一级指标", 3: "二级指标", 4: "三级指标", 6: "指标值"},
        {2: "产出指标", 3: "成本指标", 4: "户均补助", 6: "≤1.2万元/户"},
    ]
    form = only(book(tmp_path / "a.xlsx", rows, ("A5:A7", "A9:A10")))
    assert (form["scope"], form["dept"]["value"]) == ("transfer", "财政部")
    assert money(form) == {
        "年度金额": "186400000",
        "其中：中央补助": "117600000",
        "地方资金": "68800000",
    }
    assert names(form) == [("产出指标", "成本指标", "户均补助", "≤1.2万元/户")]


def test_money_written_as_a_sentence_is_read_too(tmp_path):
    rows = [
        {1: "项目绩效目标表"},
        {1: "项目名称", 3: "基础设施"},
        {1: "资金总额及构成", 3: "总额10606.7522万元"},
        {3: "一、财政拨款：6923.3552万元（其中：上级财政资金：6923.3552万元；本级财政：0万元）"},
        {1: "年度绩效指标", 2: "一级指标", 3: "二级指标", 4: "指标内容", 5: "指标值", 6: "备注"},
        {2: "产出指标", 3: "数量指标", 4: "完成项目", 5: "≥12个"},
    ]
    form = only(book(tmp_path / "a.xlsx", rows, ("A3:A4", "A5:A6")))
    assert money(form)["总额"] == "106067522"
    assert money(form)["财政拨款"] == "69233552"


def test_a_mid_term_block_beside_the_years_is_read_apart(tmp_path):
    rows = [
        {1: "项目支出绩效目标表"},
        {1: "项目名称", 3: "科研专项"},
        {1: "绩效指标", 2: "一级指标", 3: "实施期目标", 6: "年度目标"},
        {3: "二级指标", 4: "三级指标", 5: "指标值", 6: "二级指标", 7: "三级指标", 8: "指标值"},
        {
            2: "产出指标",
            3: "数量指标",
            4: "论文篇数",
            5: "≥30篇",
            6: "数量指标",
            7: "论文篇数",
            8: "≥10篇",
        },
    ]
    merges = ("A3:A5", "B3:B4", "C3:E3", "F3:H3")
    form = only(book(tmp_path / "a.xlsx", rows, merges))
    assert names(form) == [("产出指标", "数量指标", "论文篇数", "≥10篇")]
    assert names(form, "long_indicators") == [("产出指标", "数量指标", "论文篇数", "≥30篇")]


def test_a_column_without_a_known_heading_is_told(tmp_path):
    rows = [
        {1: "项目支出绩效目标表"},
        {1: "项目名称", 3: "甲项目"},
        {1: "一级指标", 2: "二级指标", 3: "三级指标", 4: "指标值", 5: "责任处室"},
        {1: "产出指标", 2: "数量指标", 3: "完成数量", 4: "≥3个", 5: "一处"},
    ]
    form = only(book(tmp_path / "a.xlsx", rows))
    assert form["indicators"][0]["extra"] == {"责任处室": {"value": "一处", "cell": "E4"}}


def test_what_was_done_or_scored_makes_it_another_form(tmp_path):
    rows = [
        {1: "项目支出绩效自评表"},
        {1: "项目名称", 3: "甲项目"},
        {
            1: "一级指标",
            2: "二级指标",
            3: "三级指标",
            4: "年度指标值",
            5: "实际完成值",
            6: "分值",
            7: "得分",
        },
        {1: "产出指标", 2: "数量指标", 3: "完成数量", 4: "≥3个", 5: "3个", 6: "10", 7: "10"},
    ]
    assert [form["kind"] for form in book(tmp_path / "a.xlsx", rows)["forms"]] == ["selfeval"]


@pytest.mark.parametrize("above", ["2024年项目支出绩效目标表", "项目支出绩效目标表（2024年度）"])
def test_in_word_title_and_year_stand_above_the_table(tmp_path, above):
    document = docx.Document()
    document.add_paragraph("附件3")
    document.add_paragraph(above)
    rows = [
        ["项目名称", "道路养护", "主管部门", "示例县交通局"],
        ["实施单位", "示例县养护中心", "", ""],
        ["资金情况（万元）", "年度资金总额：", "210.00", ""],
        ["一级指标", "二级指标", "三级指标", "指标值"],
        ["产出指标", "质量指标", "养护合格率", "100%"],
    ]
    table = document.add_table(len(rows), 4)
    for row, cells in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    path = tmp_path / "a.docx"
    document.save(path)
    form = only(read_file(path))
    assert (form["year"]["value"], form["scope"], form["table"]) == (2024, "project", 0)
    assert (form["dept"]["value"], form["unit"]["value"]) == ("示例县交通局", "示例县养护中心")
    assert money(form) == {"年度资金总额": "2100000"}
    assert form["indicators"][0]["level3_cell"] == "4,2"


def test_two_blocks_under_their_goals_are_told_apart_by_them(tmp_path):
    """The heading has one first level and no word of the term: 中期目标 and
    年度目标 above say which block is which.
    """
    rows = [
        {1: "2023年度项目支出绩效目标申报表"},
        {1: "项目名称", 2: "公厕改造", 5: "实施单位", 6: "示例县环卫所"},
        {1: "项目资金（万元）", 2: "中期资金总额：", 3: 600, 5: "年度资金总额：", 6: 200},
        {1: "总体目标", 2: "中期目标（2022年—2024年）", 5: "年度目标"},
        {2: "三年改造60座。", 5: "改造20座。"},
        {
            1: "绩效指标",
            2: "一级指标",
            3: "二级指标",
            4: "三级指标",
            5: "指标值",
            6: "二级指标",
            7: "三级指标",
            8: "指标值",
        },
        {
            2: "产出指标",
            3: "数量指标",
            4: "改造公厕",
            5: "60座",
            6: "数量指标",
            7: "改造公厕",
            8: "20座",
        },
    ]
    merges = ("A4:A5", "B4:D4", "E4:H4", "B5:D5", "E5:H5", "A6:A7")
    answer = book(tmp_path / "a.xlsx", rows, merges)
    form = only(answer)
    assert names(form) == [("产出指标", "数量指标", "改造公厕", "20座")]
    assert names(form, "long_indicators") == [("产出指标", "数量指标", "改造公厕", "60座")]
    # the year's money is what the year's target is held against
    typed = read_forms(tmp_path / "a.xlsx").forms[0]
    assert target_table(typed).head["budget_yuan"] == 2_000_000


def test_past_years_beside_the_target_make_no_other_form_of_it(tmp_path):
    rows = [
        {1: "2023年项目绩效目标申报表"},
        {1: "项目名称", 2: "公共自行车运营"},
        {1: "指标类别", 2: "指标名称", 3: "2021年实际值", 4: "2023年目标值", 5: "权重（%）"},
        {1: "产出—数量", 2: "投放车辆", 3: "1800辆", 4: "≥2200辆", 5: "20%"},
        {1: "满意度—服务对象", 2: "市民满意度", 3: "88%", 4: "≥90%", 5: "10%"},
    ]
    form = only(book(tmp_path / "a.xlsx", rows, ("A1:E1",)))
    assert names(form) == [
        ("产出", "数量", "投放车辆", "≥2200辆"),
        ("满意度", "服务对象", "市民满意度", "≥90%"),
    ]
    assert form["indicators"][0]["weight"]["value"] == "20"
    assert form["indicators"][0]["extra"] == {"2021年实际值": {"value": "1800辆", "cell": "C4"}}


def test_a_term_in_the_title_is_no_year_and_a_column_of_the_term_is_no_promise_of_the_year(
    tmp_path,
):
    rows = [
        {1: "整体绩效目标表（2024-2026年）"},
        {1: "部门名称", 2: "示例县民政局"},
        {1: "整体资金（万元）", 2: "基本支出", 3: 860, 4: "项目支出", 5: 2400},
        {1: "一级指标", 2: "二级指标", 3: "三级指标", 4: "中长期目标值", 5: "本年目标值"},
        {1: "履职效能", 2: "养老服务", 3: "建成养老床位", 4: "600张", 5: "200张"},
    ]
    form = only(book(tmp_path / "a.xlsx", rows, ("A1:E1", "B2:E2")))
    assert form["year"]["value"] is None
    assert names(form) == [("履职效能", "养老服务", "建成养老床位", "200张")]
    assert names(form, "long_indicators") == [("履职效能", "养老服务", "建成养老床位", "600张")]
    assert money(form) == {"基本支出": "8600000", "项目支出": "24000000"}


def test_an_adjustment_table_promises_what_stands_after_the_adjustment(tmp_path):
    rows = [
        {1: "项目绩效目标调整申请表（2023年度）"},
        {1: "项目名称", 2: "智慧停车", 4: "起止时间", 5: "2023.01-2023.12"},
        {1: "一级指标", 2: "二级指标", 3: "三级指标", 4: "调整前指标值", 5: "调整后指标值"},
        {1: "产出指标", 2: "数量指标", 3: "建设停车场", 4: "6处", 5: "8处"},
    ]
    form = only(book(tmp_path / "a.xlsx", rows, ("A1:E1", "B2:C2")))
    assert names(form) == [("产出指标", "数量指标", "建设停车场", "8处")]
    assert (form["start"], form["end"]) == ("2023-01", "2023-12")


def test_a_list_with_other_words_is_read_whole(tmp_path):
    words = "预算单位,项目编码,项目,年初预算数(元),年度总目标,指标类型,指标子类,指标名称,计算符号,年度指标值,度量单位,分值权重"
    line = (
        "示例县一中,P001,校舍维修,500000,完成校舍维修,产出指标,数量指标,维修面积,≥,3000,平方米,30"
    )
    rows = [
        dict(enumerate(text.split(","), 1))
        for text in (words, line, line.replace("维修面积", "合格率"))
    ]
    form = only(book(tmp_path / "a.xlsx", rows))
    assert names(form)[0] == ("产出指标", "数量指标", "维修面积", "≥3000平方米")
    assert form["goals"]["year"] == "完成校舍维修"
    assert list(money(form).values()) == ["500000"]
    assert form["indicators"][0]["weight"]["value"] == "30"
