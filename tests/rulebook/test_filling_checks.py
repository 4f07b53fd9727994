"""What a unit's rows need before they are handed in: values, figures, causes, measures, proofs."""

import pytest

from wenxiao.rulebook.checks import Table, doors, rules_in_force

SAID = {
    "target": "≥126公里",
    "actual": "70",
    "forecast": "",
    "causes": (),
    "possibility": "",
    "measure": "",
}
FILLING = {"ZP-31", "ZP-32", "ZP-33", "ZP-34", "ZP-35", "ZP-36", "JK-09", "JK-10", "JK-11"}


def found(row, kind="monitoring", **head):
    table = Table([row], {"year": 2021, "kind": kind, **head})
    problems = [
        problem for _, problem in doors.HAND_IN.run(table, kind, rules_in_force(None, 2021))
    ]
    return [one for one in problems if one.code in FILLING]


@pytest.mark.parametrize(
    ("filled", "said"),
    [
        (
            {"actual": "二十来公里吧"},
            [("警告", "完成值“二十来公里吧”不是数值，目标是“≥126公里”。")],
        ),
        (
            {"possibility": "有可能", "measure": "加快"},
            [("阻断", "全年“有可能”完成，没有选偏差原因。")],
        ),
        (
            {"possibility": "完全不可能", "causes": ("人员保障",)},
            [("阻断", "全年“完全不可能”完成，没有写改进措施。")],
        ),
        ({"possibility": "确定能"}, []),
    ],
)
def test_a_row_says_what_is_wrong_with_it(filled, said):
    problems = found({**SAID, **filled})
    assert [(one.level, one.text) for one in problems] == said
    assert all(one.mend for one in problems)


@pytest.mark.parametrize("target", ["建立并运行", ""])
def test_words_are_taken_where_the_target_is_words(target):
    assert found({**SAID, "target": target, "actual": "部分达成"}) == []


@pytest.mark.parametrize(
    ("scores", "weight", "told"),
    [(True, 10, ("ZP-32", "阻断")), (True, 0, ("ZP-35", "警告")), (False, 10, ("ZP-35", "警告"))],
)
def test_an_empty_value_blocks_where_the_row_bears_points(scores, weight, told):
    (problem,) = found({**SAID, "actual": "", "weight": weight}, "selfeval", scores=scores)
    assert (problem.code, problem.level) == told


@pytest.mark.parametrize(
    ("said", "level"),
    [({"level": "阻断"}, "阻断"), ({"level": "提示"}, "警告"), ({"enabled": False}, "警告")],
)
def test_a_division_makes_an_empty_value_stricter_and_never_milder(said, level):
    paper = {"document": "示例区办法", "clause": "第三条", "standing": "未核"}
    own = {
        "checks": [
            {
                "rule": "checks",
                "from": "2021-01-01",
                **paper,
                "content": {"checks": {"ZP-35": said}},
            }
        ]
    }
    table = Table([{**SAID, "actual": ""}], {"year": 2021, "kind": "monitoring"})
    problems = doors.checked(doors.HAND_IN, table, "monitoring", own)
    assert [one.level for one in problems if one.code == "ZP-35"] == [level]


def test_a_refused_proof_says_why():
    row = {**SAID, "asks_proof": "验收单", "refused": ["不是本项目的"]}
    assert [one.text for one in found(row)] == ["佐证没有被采信：不是本项目的。"]
    assert found({**row, "waiting": 1}) == found({**row, "proofs": 1}) == []
