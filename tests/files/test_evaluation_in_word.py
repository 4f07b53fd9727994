"""Score sheets in Word that go on in a further table, and means that leave
out the highest and the lowest mark.
"""

from __future__ import annotations

import pytest
from files.builders import paper

from wenxiao.files.forms.reading import read_file
from wenxiao.rulebook.published import judge_sheet

HEAD = ["一级指标", "二级指标", "三级指标", "分值", "得分", "扣分原因"]
ROWS = [
    ["决策", "项目立项", "立项依据充分性", 10, 9, "缺可研"],
    ["过程", "资金管理", "预算执行率", 10, 10, None],
    [None, None, "资金使用合规性", 20, 18, "一笔无合同"],
    ["产出", "产出数量", "完成率", 30, 28, "少1座"],
    ["效益", "社会效益", "满意度", 30, 27, "低于目标"],
    ["合计", None, None, 100, 92, None],
]


def drawn(rows):
    out = paper.Paper()
    for at, row in enumerate(rows):
        for col, value in enumerate(row):
            out.put(at, col, value)
    return out


@pytest.mark.parametrize("cut", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("again", [True, False], ids=["head repeated", "no head"])
def test_a_sheet_cut_by_a_page_is_one_sheet(tmp_path, cut, again):
    first, second = [HEAD, *ROWS[:cut]], [*([HEAD] if again else []), *ROWS[cut:]]
    found = read_file(
        paper.word(
            tmp_path / "表.docx", ["2023年评分表", "项目名称：甲", drawn(first), drawn(second)]
        )
    )
    (form,) = found["forms"]
    assert [
        (row["level1"], row["level2"], row["level3"], row["score"]["value"])
        for row in form["criteria"]
    ] == [
        ("决策", "项目立项", "立项依据充分性", "9"),
        ("过程", "资金管理", "预算执行率", "10"),
        ("过程", "资金管理", "资金使用合规性", "18"),
        ("产出", "产出数量", "完成率", "28"),
        ("效益", "社会效益", "满意度", "27"),
    ]
    assert [row.get("table", 0) for row in form["criteria"]] == [0] * cut + [1] * (5 - cut)
    assert form["total"]["value"] == "92"
    assert judge_sheet(form)["total"]["agrees"] is True


EXPERTS = ["一级指标", "二级指标", "三级指标", "分值", "专家1", "专家2", "专家3", "平均分"]


def marked(note, score):
    rows = [
        EXPERTS,
        ["决策", "项目立项", "立项依据充分性", 100, 90, 80, 20, score],
        ["合计", None, None, 100, None, None, None, score],
    ]
    return [["评分表"], ["项目名称", "甲"], *rows, [note]]


@pytest.mark.parametrize(
    ("note", "score", "agrees"),
    [
        ("注：平均分去掉一个最高分和一个最低分。", 80, True),
        ("注：平均分去掉一个最高分和一个最低分。", 63.33, False),
        ("注：平均分为算术平均。", 63.33, True),
        ("注：平均分为算术平均。", 80, False),
    ],
)
def test_a_trimmed_mean_counts_where_the_sheet_says_so(tmp_path, note, score, agrees):
    found = read_file(paper.workbook(tmp_path / "表.xlsx", {"评分表": drawn(marked(note, score))}))
    (form,) = found["forms"]
    assert ("PJ-13" not in {problem["code"] for problem in found["problems"]}) is agrees
    assert judge_sheet(form)["rows"][0]["agrees"] is agrees


def test_an_empty_mean_is_computed_as_the_sheet_says(tmp_path):
    note = "注：去掉最高分、最低分后平均"
    found = read_file(paper.workbook(tmp_path / "表.xlsx", {"评分表": drawn(marked(note, None))}))
    score = found["forms"][0]["criteria"][0]["score"]
    assert (score["value"], score["computed"]) == (None, "80.00")
