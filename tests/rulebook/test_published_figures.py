"""Figures of a paper beside the published ones: another number is named,
the same in any rounding or unit is not.
"""

from datetime import date
from decimal import Decimal

import pytest

from wenxiao.rulebook.changes import refused_content
from wenxiao.rulebook.public_tables import missing_tables, tables_in_force
from wenxiao.rulebook.published_figures import Figures, Published, is_heading, unit_in

HELD = Published.of(
    [
        Figures("校园安保", 2020, Decimal("88.50"), "良", Decimal(1_000_000), Decimal("654321.00")),
        Figures("校园安保二期", 2020, Decimal("91.00"), "优", None, Decimal(300_000)),
        Figures("农村公路", 2019, Decimal("80.00"), "良", Decimal(5_000_000), None),
        Figures("农村公路", 2020, Decimal("82.02"), "良", Decimal(6_000_000), None),
    ]
)


@pytest.mark.parametrize(
    "text",
    [
        "校园安保项目得分88.5分，等级为良。",
        "校园安保：评价 88.50 分，评定为“良”；安排资金 100 万元，支出 65.43 万元。",
        "校园安保安排 1,000,000 元，使用资金 654321 元，即 0.01 亿元预算。",
        "校园 安保 用了 65 万元。",
        "校园安保产出指标得分 28 分，效益得分 9 分。",
        "农村公路得分 80 分；农村公路评分为 82.0 分。",
        "没有提到项目的一句：得分 12 分，支出 3 万元。",
        "得分 12 分的是别的项目，校园安保另说。",
        "校园安保二期安排 999 万元。",
        "校园安保总分 89 分。",
        "校园安保等级中没有说明。",
        "得分最低的是校园安保。21 个项目中等级为“优”的 4 个。",
    ],
)
def test_what_equals_a_published_figure_or_is_about_something_else_is_right(text):
    assert HELD.in_text(text) == []


@pytest.mark.parametrize(
    ("text", "name", "measure", "said", "published"),
    [
        ("校园安保得分 98.5 分。", "校园安保", "得分", "98.5分", "88.5分"),
        ("校园安保总分 88.6 分。", "校园安保", "得分", "88.6分", "88.5分"),
        ("校园安保等级为优。", "校园安保", "等级", "优", "良"),
        ("校园安保支出 65.44 万元。", "校园安保", "使用资金", "65.44万元", "65.4321万元"),
        ("校园安保预算 200 万元。", "校园安保", "安排资金", "200万元", "100万元"),
        ("校园安保二期得分 88.5 分。", "校园安保二期", "得分", "88.5分", "91分"),
        (
            "校园安保得分 88.5 分，农村公路得分 88.5 分。",
            "农村公路",
            "得分",
            "88.5分",
            "80分、82.02分",
        ),
    ],
)
def test_another_figure_is_named_with_what_was_published(text, name, measure, said, published):
    (found,) = HELD.in_text(text)
    assert (found.name, found.measure) == (name, measure)
    assert (found.stated, found.published) == (said, published)


def test_rows_of_tables_are_read_by_their_headings_and_unit():
    headings = ["序号", "项目名称", "预算数（万元）", "支出（万元）", "执行率", "得分", "等级"]
    assert is_heading(headings)
    assert not is_heading(["1", "校园安保", "100", "65.43", "65.43%", "88.5", "良"])
    row = ["1", "校园安保", "100.00", "65.43", "99%", "88.50", "良"]
    assert HELD.in_row(headings, row) == []
    wrong = HELD.in_row(headings, ["1", "校园安保", "110", "65.43", "99%", "88.50", "中"])
    assert [(one.at, one.measure, one.stated) for one in wrong] == [
        (2, "安排资金", "110万元"),
        (6, "等级", "中"),
    ]
    bare = ["项目", "安排资金"]
    assert HELD.in_row(bare, ["校园安保", "110"]) == [], "without a unit nothing is guessed"
    assert [one.stated for one in HELD.in_row(bare, ["校园安保", "110"], "万元")] == ["110万元"]
    assert HELD.in_row(bare, ["校园安保", "见附表"], "万元") == []
    assert HELD.in_row(bare, ["别的项目", "110"], "万元") == []
    assert unit_in("金额单位：万元") == "万元"
    assert unit_in("万元") == ""


def test_the_list_of_tables_is_the_divisions_own_and_empty_until_it_fills_it():
    assert tables_in_force() == ((), "无文件依据（未核）")
    own = {
        "disclosure_tables": [
            {
                "from": "2021-01-01",
                "document": "示例区公开办法",
                "clause": "第三条",
                "standing": "未核",
                "content": {"tables": ["项目支出绩效自评表", "部门整体支出绩效自评表"]},
            }
        ]
    }
    names, basis = tables_in_force(own, 2021)
    assert basis == "示例区公开办法 第三条（未核）"
    assert missing_tables(names, ["2020年度 项目支出绩效 自评表", "其他"]) == [names[1]]
    assert tables_in_force(own, 2020)[0] == ()


@pytest.mark.parametrize("listed", ["自评表", [1], [""], ["表"], ["长" * 61], {"a": 1}, None])
def test_what_is_no_list_of_names_is_refused(listed):
    content = {"tables": listed}
    assert "逐个写表名" in refused_content("disclosure_tables", content, date(2021, 1, 1))
    assert refused_content("disclosure_tables", {"tables": ["自评表"]}, date(2021, 1, 1)) == ""
