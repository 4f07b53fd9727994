"""The same forms in other bureaus' layouts: moved columns, other words,
several on a sheet, in Word.
"""

from __future__ import annotations

import docx
import openpyxl
import pytest

from wenxiao.files.forms.reading import read_file

HEAD = [
    ["项目支出绩效自评表"],
    ["(2023年度)"],
    ["项目名称:", "甲项目"],
    ["主管部门", "甲局", "实施单位", "甲中心"],
]
MONEY = [
    [
        "项目资金(亿元)",
        "",
        "年初预算数",
        "全年预算数(A)",
        "全年执行数(B)",
        "分值",
        "执行率(B/A)",
        "得分",
    ],
    ["", "年度资金总额", 1.2, 1.2, 1.1, 10, "91.67%", 9.17],
    ["", "其中:中央补助", 1, 1, 1, "-", "", "-"],
    ["", "地方资金", 0.2, 0.2, 0.1, "-", "", "-"],
]
GOAL = [["年度总体目标", "预期目标", "", "", "实际完成情况"], ["", "建成", "", "", "已建成"]]
ROWS = [
    [
        "绩效指标",
        "一级指标",
        "二级指标",
        "三级指标",
        "年度指标值",
        "实际完成值",
        "分值",
        "得分",
        "完成率",
        "偏差原因分析及改进措施",
    ],
    ["", "产出指标(50分)", "数量指标", "里程", "≥10公里", 10, 25, 25, "100%", ""],
    ["", "", "质量指标", "合格率", 1, 1, 25, 25, "100%", ""],
    ["", "效益指标(30分)", "社会效益指标", "影响", "显著", "显著", 30, 30],
    ["", "满意度指标(10分)", "满意度", "满意度", "≥90%", "95%", 10, 10],
    [""],
    ["总分", "", "", "", "", "", 100, 99.17],
    ["自评结论", "优秀"],
    ["填报人:张三", "", "联系电话:1"],
]
FORM = [*HEAD, *MONEY, *GOAL, *ROWS]


def workbook(folder, rows, merges=(), formats=None):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    for merge in merges:
        sheet.merge_cells(merge)
    for ref, number_format in (formats or {}).items():
        sheet[ref].number_format = number_format
    path = folder / "表.xlsx"
    book.save(path)
    return path


def codes(found):
    return [(problem["code"], problem["cell"]) for problem in found["problems"]]


def test_two_forms_on_one_sheet_in_hundred_millions(tmp_path):
    second = [list(row) for row in FORM]
    second[2][1] = "乙项目"
    found = read_file(workbook(tmp_path, [*FORM, [], *second], formats={"E13": "0%", "F13": "0%"}))
    first, other = found["forms"]
    assert [first["project_name"]["value"], other["project_name"]["value"]] == ["甲项目", "乙项目"]
    assert (first["money_unit"], first["funds"][0]["executed"]) == (
        "亿元",
        {"cell": "E6", "raw": "1.1", "yuan": "110000000"},
    )
    assert [row["level1"] for row in first["indicators"]] == [
        "产出指标",
        "产出指标",
        "效益指标",
        "满意度指标",
    ]
    assert first["indicators"][1]["target"]["value"] == "100%"
    assert first["indicators"][0]["extra"]["完成率"]["value"] == "100%"
    assert first["blank_indicator_rows"] == [16]
    assert first["total"]["score"] == {"cell": "H17", "value": "99.17"}
    assert first["grade"] == {"value": "优秀", "cell": "B18"}
    assert first["goal"]["actual"] == {"value": "已建成", "cell": "E10"}
    assert codes(found) == []


def test_points_shared_by_merged_rows_are_counted_once(tmp_path):
    rows = [list(row) for row in FORM]
    rows[11][6] = rows[11][7] = 50
    rows[12][6] = rows[12][7] = None
    found = read_file(workbook(tmp_path, rows, merges=["G12:G13", "H12:H13"]))
    first, second = found["forms"][0]["indicators"][:2]
    assert first["score"] == {"cell": "H12", "value": "50", "shared_rows": [12, 13]}
    assert second["score"] == {"cell": "H12", "value": None, "shared_rows": [12, 13]}
    assert codes(found) == []


def test_hubei_with_repeated_headings_and_points_in_the_label(tmp_path):
    rows = [
        ["2022年度共享工程项目自评表"],
        ["单位名称：某馆", "", "", "填报日期：2023.3.1"],
        ["项目名称", "共享工程"],
        ["主管部门", "某局", "", "项目实施单位", "某馆"],
        [
            "预算执行情况（万元）（20分）",
            "",
            "预算数（A）",
            "执行数（B）",
            "执行率（B/A）",
            "得分（20分*执行率）",
        ],
        ["", "年度财政资金总额", 5, 4.5, 0.9, 18],
        [
            "年度绩效目标1（80分）",
            "一级指标",
            "二级指标",
            "三级指标",
            "年初目标值（A）",
            "实际完成值（B）",
            "得分",
        ],
        ["", "产出指标", "数量指标", "活动场次", "≥10场", "12场", 60],
        [
            "年度绩效目标2",
            "一级指标",
            "二级指标",
            "三级指标",
            "年初目标值（A）",
            "实际完成值（B）",
            "得分",
        ],
        ["", "满意度指标", "服务对象满意度", "满意度", "≥95%", "97%", 20],
        ["总分", "", "", "", "", "", 98],
        ["偏差大或目标未完成原因分析", "无"],
    ]
    form = read_file(workbook(tmp_path, rows))["forms"][0]
    money = form["funds"][0]
    assert (money["weight"]["value"], money["score"]["value"], money["rate"]["percent"]) == (
        "20",
        "18",
        "90",
    )
    assert (money["full_year"]["yuan"], money["executed"]["yuan"]) == ("50000", "45000")
    assert [(row["row"], row["level1"], row["score"]["value"]) for row in form["indicators"]] == [
        (8, "产出指标", "60"),
        (10, "满意度指标", "20"),
    ]
    assert form["total"]["score"]["value"] == "98"


TICKED = [
    ["项目支出绩效运行监控表"],
    ["（２０２３年度）"],
    ["项目名称", "申遗经费"],
    ["主管部门", "局", "实施单位", "馆"],
    ["项目资金（元）", "", "年初预算数", "1—10月执行数", "1—10月执行率", "全年预计执行数"],
    ["", "年度资金总额：", 1000000, 800000, "80%", 1000000],
    ["年度总体目标", "完成申遗"],
    [
        "绩效指标",
        "一级指标",
        "二级指标",
        "三级指标",
        "年度指标值",
        "1—10月执行情况",
        "全年预计完成情况",
        "偏差原因分析",
        "",
        "",
        "",
        "",
        "",
        "完成目标可能性",
    ],
    [
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "经费保障",
        "制度保障",
        "人员保障",
        "硬件条件保障",
        "其他",
        "原因说明",
        "确定能",
        "有可能",
        "完全不可能",
        "备注",
    ],
    [
        "",
        "产出指标",
        "数量指标",
        "场次",
        "≥10",
        8,
        10,
        "",
        "",
        "√",
        "",
        "",
        "人手不足",
        "√",
        "",
        "",
        "抓紧",
    ],
]


def test_monitoring_with_ticked_possibility_and_causes(tmp_path):
    merges = ["H8:M8", "N8:P8", "A8:A10", *(f"{column}8:{column}9" for column in "BCDEFG")]
    form = read_file(workbook(tmp_path, TICKED, merges))["forms"][0]
    assert (form["kind"], form["period"], form["year"]["value"], form["goal"]["value"]) == (
        "monitor",
        "1-10月",
        2023,
        "完成申遗",
    )
    assert form["funds"][0]["expected_full_year"]["yuan"] == "1000000"
    row = form["indicators"][0]
    assert (row["actual"]["value"], row["forecast"]["value"], row["possibility"]["value"]) == (
        "8",
        "10",
        "确定能",
    )
    assert (
        row["causes"]["staff"]["value"],
        row["causes"]["text"]["value"],
        row["note"]["value"],
    ) == ("√", "人手不足", "抓紧")


def test_a_word_form_has_its_title_above_and_cells_from_zero(tmp_path):
    document = docx.Document()
    document.add_paragraph("项目支出绩效自评表")
    document.add_paragraph("（2023年度）")
    rows = [row for row in FORM[2:] if row != [""]]
    table = document.add_table(len(rows), 10)
    for at, row in enumerate(rows):
        for col, value in enumerate(row):
            table.cell(at, col).text = str(value)
    table.cell(0, 1).merge(table.cell(0, 9))
    table.cell(9, 1).merge(table.cell(10, 1))
    path = tmp_path / "表.docx"
    document.save(path)
    form = read_file(path)["forms"][0]
    assert (form["title"]["value"], form["year"]["value"], form["table"]) == (
        "项目支出绩效自评表",
        2023,
        0,
    )
    assert form["project_name"] == {"value": "甲项目", "cell": "0,1"}
    assert form["indicators"][1]["level1_cell"] == "9,1"
    assert form["funds"][0]["executed"] == {"cell": "3,4", "raw": "1.1", "yuan": "110000000"}


@pytest.mark.parametrize(
    ("place", "value", "code", "cell"),
    [
        ((5, 3), "二百万", "ZJ-03", "D6"),
        ((5, 2), -1, "ZJ-01", "C6"),
        ((5, 4), 1.3, "ZJ-04", "G6"),
        ((5, 6), "95%", "ZJ-10", "G6"),
        ((5, 3), 0, "ZJ-07", "D6"),
        ((7, 3), 0.3, "ZJ-08", "D6"),
        ((11, 7), 26, "ZP-11", "H12"),
        ((11, 7), -1, "ZP-23", "H12"),
        ((11, 7), "满分", "ZP-22", "H12"),
        ((11, 6), 20, "ZP-10", "G17"),
        ((16, 7), 98, "ZP-12", "H17"),
        ((17, 1), "良", "ZP-13", "B18"),
        ((11, 4), "", "ZP-15", "E12"),
        ((11, 5), "", "ZP-14", "F12"),
        ((11, 3), "", "ZP-21", "D12"),
        ((2, 1), "", "DR-22", "B3"),
        ((4, 0), "项目资金", "ZJ-11", None),
        ((1, 0), "", "DR-21", None),
    ],
)
def test_a_fault_is_named_by_its_cell(tmp_path, place, value, code, cell):
    rows = [list(row) for row in FORM]
    rows[place[0]][place[1]] = value
    found = read_file(workbook(tmp_path, rows))
    assert (code, cell) in codes(found)
    problem = next(problem for problem in found["problems"] if problem["code"] == code)
    assert problem["mend"]
    assert problem["text"].endswith("。")


def test_the_same_indicator_twice_is_named(tmp_path):
    rows = [list(row) for row in FORM]
    rows[12][2:5] = rows[11][2:5]
    assert ("ZP-24", "D13") in codes(read_file(workbook(tmp_path, rows)))


@pytest.mark.parametrize("text", ["机密★5年", "密级：秘密", "绝 密"])
def test_a_secrecy_marking_is_refused_without_repeating_the_content(tmp_path, text):
    found = read_file(workbook(tmp_path, [[text], *FORM]))
    assert found["forms"] == []
    assert codes(found) == [("DR-16", "A1")]
    assert "线下管理" in found["problems"][0]["mend"]


@pytest.mark.parametrize(
    "text",
    ["商业秘密保护案件数", "涉密载体销毁率", "国家秘密教育培训次数", "密级：公开", "做好保密工作"],
)
def test_prose_about_secrets_is_no_marking(tmp_path, text):
    rows = [list(row) for row in FORM]
    rows[11][3] = text
    assert len(read_file(workbook(tmp_path, rows))["forms"]) == 1


def test_an_unrelated_workbook_says_what_was_looked_for(tmp_path):
    found = read_file(workbook(tmp_path, [["你好"], ["世界"]]))
    assert (found["kind"], codes(found)) == (None, [("DR-19", None)])


def test_a_transfer_payment_form_without_points(tmp_path):
    rows = [
        ["2024年度转移支付区域（项目）绩效目标自评表"],
        ["转移支付（项目）名称", "动物防疫补助"],
        ["中央主管部门", "农业农村部"],
        ["地方主管部门", "某市农业农村局", "", "资金使用单位", "畜牧中心"],
        [
            "资金投入情况（万元）",
            "",
            "全年预算数（A）",
            "全年执行数（B）",
            "预算执行率（B/A×100%）",
        ],
        ["", "年度资金总额：", 390, 390, "100%"],
        ["", "其中：中央财政资金", 390, 390, "100%"],
        ["", "地方资金"],
        ["资金管理情况", "", "情况说明", "", "存在问题和改进措施"],
        ["", "分配科学性", "科学"],
        ["总体目标完成情况", "总体目标", "", "", "全年实际完成情况"],
        ["", "防疫", "", "", "完成"],
        [
            "绩效指标",
            "一级指标",
            "二级指标",
            "三级指标",
            "指标值",
            "全年实际完成值",
            "未完成原因和改进措施",
        ],
        ["", "产出指标", "数量指标", "免疫密度", "≥90%", "95%", ""],
        ["说明", "无"],
    ]
    form = read_file(workbook(tmp_path, rows))["forms"][0]
    assert (form["year"]["value"], form["dept"]["value"], form["unit"]["value"]) == (
        2024,
        "某市农业农村局",
        "畜牧中心",
    )
    assert [row["label"] for row in form["funds"]] == [
        "年度资金总额：",
        "其中：中央财政资金",
        "地方资金",
    ]
    assert form["goal"] == {
        "expected": {"value": "防疫", "cell": "B12"},
        "actual": {"value": "完成", "cell": "E12"},
    }
    assert len(form["indicators"]) == 1
    assert form["indicators"][0]["score"] is None
