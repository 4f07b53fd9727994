"""What an office calls a column: added as data, read in forms of every kind, asked about before."""

from __future__ import annotations

import json
from datetime import date

import openpyxl
import pytest

from wenxiao.files.forms.reading import read_forms
from wenxiao.files.pool import forms_in_child
from wenxiao.rulebook.column_words import RULE, column_words
from wenxiao.site.command import main

MONEY = ["项目资金（万元）", "", "年初预算数", "全年预算数", "本年用款", "执行率", "分值", "得分"]
HEADS = [
    "一级指标",
    "二级指标",
    "三级指标",
    "年度指标值",
    "实际完成值",
    "分值",
    "小组核定",
    "得失缘由",
]
ROWS = [
    ["2023年度项目支出绩效自评表"],
    ["项目名称", "村道养护"],
    MONEY,
    ["", "年度资金总额", 120, 100, 98, "98%", 10, 9.8],
    HEADS,
    ["产出指标", "数量指标", "里程", "≥60公里", "60公里", 90, 88, "略"],
]
SHEET = [
    ["2023年度财政评价评分表"],
    ["项目名称", "甲"],
    ["一级指标", "二级指标", "三级指标", "分值", "小组核定", "得失缘由"],
    ["决策", "立项", "依据充分性", 40, 38, "依据不足"],
    ["产出", "数量", "整治条数", 60, 55, "少五条"],
    ["合计", "", "", 100, 93, ""],
]
OWN = {
    RULE: [
        {
            "from": "2020-01-01",
            "document": "示例区表式说明",
            "clause": "二",
            "standing": "未核",
            "content": {"score": ["小组核定"], "reason": ["得失缘由"], "executed": ["本年用款"]},
        }
    ]
}


@pytest.fixture
def path(tmp_path):
    def put(rows):
        work = openpyxl.Workbook()
        for row in rows:
            work.active.append(row)
        work.save(tmp_path / "表.xlsx")
        return tmp_path / "表.xlsx"

    return put


def test_words_of_the_nation_and_of_the_division_are_one_list():
    national = column_words()
    assert national["核算分"] == "score"
    assert national["决算数"] == "executed"
    own = column_words(OWN, date(2023, 1, 1))
    assert own["小组核定"] == "score"
    assert own["核算分"] == "score", "what the division adds takes nothing away"
    assert "小组核定" not in column_words(OWN, date(2019, 1, 1))


def test_a_self_evaluation_is_read_by_the_words_of_its_office(path):
    file = path(ROWS)
    before = read_forms(file)
    assert before.forms[0].indicators[0].score is None
    assert "小组核定" in {problem.got for problem in before.problems}
    (form,) = read_forms(file, words=column_words(OWN)).forms
    row = form.indicators[0]
    assert (row.score.value, row.score.cell, row.deviation.value) == ("88", "G6", "略")
    assert form.funds[0].executed.yuan == "980000"
    assert forms_in_child(file, words=column_words(OWN)).forms == [form]


def test_a_score_sheet_is_read_by_the_words_of_its_office(path):
    file = path(SHEET)
    assert read_forms(file).forms == []
    (form,) = read_forms(file, words=column_words(OWN)).forms
    assert [item.score.value for item in form.criteria] == ["38", "55"]
    assert [item.reason.value for item in form.criteria] == ["依据不足", "少五条"]


def test_words_of_one_reading_are_forgotten_by_the_next(path):
    file = path(SHEET)
    assert read_forms(file, words=column_words(OWN)).forms
    assert read_forms(file).forms == []


def test_the_command_reads_by_the_own_words_of_a_file(path, tmp_path, capsys):
    own = tmp_path / "own.json"
    own.write_text(json.dumps(OWN, ensure_ascii=False), encoding="utf-8")
    main(["read", str(path(SHEET)), "--own", str(own), "--json"])
    found = json.loads(capsys.readouterr().out)
    assert found["forms"][0]["criteria"][0]["score"]["value"] == "38"
