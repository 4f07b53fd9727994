"""Score sheets whose criteria lie over several rows, share their points, or
name their columns otherwise.
"""

from __future__ import annotations

import docx
import openpyxl
import pytest

from wenxiao.files.forms.reading import read_file

HEAD = ["一级指标", "二级指标", "三级指标", "评分标准", "分值", "得分", "扣分原因"]


def sheet(tmp_path, rows, merges=()):
    work = openpyxl.Workbook()
    for row in rows:
        work.active.append(row)
    for one in merges:
        work.active.merge_cells(one)
    path = tmp_path / "评分表.xlsx"
    work.save(path)
    return read_file(path)


def codes(found):
    return {problem["code"] for problem in found["problems"]}


def test_a_criterion_over_several_scoring_points_counts_once(tmp_path):
    rows = [
        ["2023年度甲项目绩效评价评分表"],
        HEAD,
        ["决策", "立项", "依据充分性", "①符合规划，2分", 6, 5, "缺依据"],
        ["", "", "", "②符合职责，2分"],
        ["", "", "", "③不重复，2分"],
        ["", "", "程序规范性", "①申请，2分", 4, 2, ""],
        ["", "", "", "②论证，2分", None, 1, "论证不足"],
        ["产出", "数量", "完成率", "按比例", 90, 90, ""],
        ["合计", "", "", "", 100, 98, ""],
    ]
    merges = ["C3:C5", "E3:E5", "F3:F5", "C6:C7", "E6:E7", "A3:A7", "B3:B7"]
    found = sheet(tmp_path, rows, merges)
    criteria = found["forms"][0]["criteria"]
    points = [(one["level3"], one["weight"]["value"], one["score"]["value"]) for one in criteria]
    assert points == [("依据充分性", "6", "5"), ("程序规范性", "4", "3"), ("完成率", "90", "90")]
    assert criteria[1]["reason"]["value"] == "论证不足"
    assert not {"PJ-01", "PJ-03", "PJ-11", "PJ-20"} & codes(found)


def test_points_merged_over_two_criteria_count_once(tmp_path):
    rows = [
        ["2023年度甲项目绩效评价评分表"],
        HEAD,
        ["决策", "立项", "依据充分性", "", 10, 9, "资料不全"],
        ["", "", "程序规范性", "", None, None, None],
        ["产出", "数量", "完成率", "按比例", 90, 90, ""],
        ["合计", "", "", "", 100, 99, ""],
    ]
    found = sheet(tmp_path, rows, ["A3:A4", "B3:B4", "E3:E4", "F3:F4", "G3:G4"])
    criteria = found["forms"][0]["criteria"]
    assert [one["weight"]["value"] for one in criteria] == ["10", None, "90"]
    assert criteria[0]["weight"]["shared_rows"] == criteria[1]["weight"]["shared_rows"] == [3, 4]
    assert not {"PJ-01", "PJ-03", "PJ-11"} & codes(found)


@pytest.mark.parametrize(
    ("first", "second", "weight", "score"),
    [
        ("项目", "考核内容", "权数", "考评得分"),
        ("考核项目", "考核要素", "标准分", "考核得分"),
        ("维度", "评审内容", "满分", "评审得分"),
    ],
)
def test_a_sheet_that_names_no_level(tmp_path, first, second, weight, score):
    rows = [
        ["2023年部门预算管理绩效考核表"],
        ["部门名称：某县甲局"],
        [first, second, "考核指标", weight, score],
        ["支出管理（60分）", "支出进度", "完成率", 60, 57.60000228881836],
        ["政府采购（40分）", "采购", "执行率", 40, 40],
        ["合计", "", "", 100, 97.5999984741211],
    ]
    found = sheet(tmp_path, rows)
    form = found["forms"][0]
    names = [(one["level1"], one["level2"], one["level3"]) for one in form["criteria"]]
    assert names == [("支出管理", "支出进度", "完成率"), ("政府采购", "采购", "执行率")]
    assert [one["score"]["value"] for one in form["criteria"]] == ["57.6", "40"]
    assert form["total"]["value"] == "97.6"
    assert "PJ-03" not in codes(found)


def test_the_year_in_a_line_of_its_own_above_a_word_table(tmp_path):
    paper = docx.Document()
    for text in ("部门整体支出绩效评价指标评分表", "（2018年度）", "部门（单位）名称：某市甲中心"):
        paper.add_paragraph(text)
    rows = [
        ["一级指标", "分值", "二级指标", "分值", "三级指标", "分值", "得分"],
        ["投入", "10", "预算配置", "10", "在职人员控制率", "10", "9"],
        ["过程", "90", "预算执行", "90", "预算完成率", "90", "88"],
        ["合计", "100", "", "100", "", "100", "97"],
    ]
    table = paper.add_table(len(rows), 7)
    for at, row in enumerate(rows):
        for col, text in enumerate(row):
            table.cell(at, col).text = text
    path = tmp_path / "表.docx"
    paper.save(path)
    form = read_file(path)["forms"][0]
    assert (form["year"]["value"], form["subject_name"]["value"]) == (2018, "某市甲中心")
