"""A recognised form with a column nobody knows says so, and what it may be."""

from __future__ import annotations

import openpyxl
import pytest

from wenxiao.files.forms.reading import read_file

NATIONAL = ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"]
ROW = ["产出指标", "数量指标", "里程", "≥60公里", "60公里", 90, 90]


def told(tmp_path, headings, row):
    work = openpyxl.Workbook()
    for line in (["2023年度项目支出绩效自评表"], ["项目名称", "村道养护"], headings, row):
        work.active.append(line)
    path = tmp_path / "表.xlsx"
    work.save(path)
    found = read_file(path)["problems"]
    return [(one["level"], one["got"], one["text"]) for one in found if one["code"] == "DR-84"]


def test_a_known_form_has_nothing_to_ask(tmp_path):
    assert told(tmp_path, NATIONAL, ROW) == []


def test_points_under_an_unknown_word_are_asked_about(tmp_path):
    found = told(tmp_path, [*NATIONAL[:6], "单位自查所得分数栏"], ROW)
    assert found[0][:2] == ("警告", "单位自查所得分数栏")
    assert "得分" in found[0][2]
    assert found[1][0] == "警告"
    assert "没有找到得分列" in found[1][2]


def test_a_further_column_is_only_mentioned(tmp_path):
    found = told(tmp_path, [*NATIONAL, "牵头股室"], [*ROW, "农业股"])
    assert [(level, words) for level, words, _ in found] == [("提示", "牵头股室")]


@pytest.mark.parametrize("words", ["评分标准", "数据来源", "指标解释", "佐证材料", "序号"])
def test_what_forms_carry_besides_is_no_question(tmp_path, words):
    assert told(tmp_path, [*NATIONAL, words], [*ROW, "甲"]) == []
