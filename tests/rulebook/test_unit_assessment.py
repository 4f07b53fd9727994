"""工作考核's list: what a line may say, what it is worth, and that nationally nothing is listed."""

from datetime import date
from decimal import Decimal

import pytest

from wenxiao.rulebook.changes import refused_content
from wenxiao.rulebook.unit_assessment import (
    MEASURES,
    AssessmentItem,
    assessment_rule,
    counted_points,
)


def refused(*lines):
    return refused_content("unit_assessment", {"items": list(lines)}, date(2021, 1, 1))


def test_nationally_nothing_is_listed():
    rule = assessment_rule()
    assert rule.items == ()
    assert rule.standing == "未核"


def test_a_divisions_own_list_is_read():
    own = {
        "unit_assessment": [
            {
                "from": "2021-01-01",
                "document": "示例区考核办法",
                "clause": "第三条",
                "standing": "未核",
                "content": {"items": ["按时报送自评｜自评按时｜20", "配合情况|人工评定|7.5"]},
            }
        ]
    }
    rule = assessment_rule(own, 2021)
    assert rule.items[0] == AssessmentItem("按时报送自评", "自评按时", Decimal(20))
    assert rule.items[1].by_hand
    assert rule.basis == "示例区考核办法 第三条（未核）"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("自评报送", "应写“考核内容｜取数｜分值”"),
        ("自评｜自评多少｜20", "没有“自评多少”这个取数"),
        ("自评｜自评报送｜若干", "分值应为大于 0 的数"),
        ("自评｜自评报送｜-1", "分值应为大于 0 的数"),
        ("自评｜自评报送｜NaN", "分值应为大于 0 的数"),
        ("自评｜自评报送｜1.005", "最多两位小数"),
    ],
)
def test_a_line_that_says_nothing_usable_is_named(line, said):
    answer = refused("整改销号率｜整改销号｜30", line)
    assert answer.startswith("第 2 行")
    assert said in answer


def test_the_same_item_twice_is_refused():
    assert "写了两次" in refused("整改｜整改销号｜30", "整改｜整改按期｜30")
    assert refused(*(f"{name}｜{name}｜10" for name in MEASURES)) == ""


@pytest.mark.parametrize(
    ("due", "done", "points"),
    [(3, 1, "6.67"), (3, 2, "13.33"), (8, 8, "20.00"), (7, 0, "0.00"), (0, 0, None)],
)
def test_points_are_the_share_rounded_once(due, done, points):
    item = AssessmentItem("自评", "自评报送", Decimal(20))
    counted = counted_points(item, due=due, done=done)
    assert counted == (None if points is None else Decimal(points))
