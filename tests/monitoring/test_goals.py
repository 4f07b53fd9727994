"""A goal's light says how it was lit, and stays dark where nothing can be said."""

from decimal import Decimal

import pytest

from wenxiao.rulebook.checks import Table, run
from wenxiao.rulebook.expressions import parse
from wenxiao.rulebook.expressions.shape import Expression
from wenxiao.rulebook.goals import goal_pace, worst

CASES = [
    # name, target, actual, through, possibility, light, reached
    ("养护里程", "≥126公里", "73.5公里", 7, "", "green", False),
    ("养护里程", "≥126公里", "50公里", 7, "", "yellow", False),
    ("养护里程", "≥126公里", "20公里", 7, "", "red", False),
    ("养护里程", "≥126公里", "126公里", 7, "", "green", True),
    ("养护里程", "≥126公里", "20公里", 7, "确定能", "red", False),
    ("养护里程", "≥126公里", "73.5公里", 7, "完全不可能", "red", False),
    ("养护里程", "≥126公里", "73.5公里", 7, "有可能", "yellow", False),
    ("养护里程", "≥126公里", "73.5个", 7, "", "none", False),
    ("养护里程", "≥126公里", None, 7, "", "none", False),
    ("养护里程", None, "5公里", 7, "", "none", False),
    ("验收合格率", "≥98%", "97%", 7, "", "green", False),
    ("验收合格率", "≥98%", "55%", 7, "", "red", False),
    ("工程进度完成率", "≥100%", "55%", 7, "", "green", False),
    ("每公里成本", "≤3.8万元", "3.19万元", 7, "", "green", True),
    ("每公里成本", "≤3.8万元", "3.9万元", 7, "", "red", False),
    ("安全事故", "0次", "1次", 7, "", "red", False),
    ("安全事故", "0次", "0次", 7, "", "green", True),
    ("培训人数", "≥0人", "3人", 7, "", "none", False),
    ("完成时间", "2021年12月底前", "2021年6月", 7, "", "green", True),
    ("完成时间", "2021年5月底前", "2021年6月", 7, "", "red", False),
    ("完成时间", "2021年12月底前", "正常推进", 7, "", "none", False),
    ("完成时间", "2021年5月底前", "正常推进", 7, "", "none", False),
    ("长效机制", "建立并运行", "部分达成预期指标", 7, "", "yellow", False),
    ("长效机制", "建立并运行", "达成预期指标", 7, "", "green", True),
    ("长效机制", "建立并运行", "未达成", 7, "", "red", False),
    ("长效机制", "建立并运行", "正在推进", 7, "", "none", False),
    ("长效机制", "建立并运行", "3个", 7, "", "none", False),
]


@pytest.mark.parametrize(
    ("name", "target", "actual", "through", "possibility", "light", "reached"), CASES
)
def test_light(name, target, actual, through, possibility, light, reached):
    got = goal_pace(
        name,
        target and parse(target, "target"),
        actual and parse(actual, "actual"),
        through,
        2021,
        possibility,
    )
    assert (got.light, got.reached) == (light, reached), got.reason
    assert got.reason.endswith("。")


def test_arithmetic_stands_in_the_sentence():
    goal = goal_pace("养护里程", parse("≥126公里", "target"), parse("50公里", "actual"), 7, 2021)
    assert goal.reason == "完成 50 ÷ 目标 126 = 39.68%，时间进度 58.33%，进度指数 68.0，黄灯。"


def test_the_worst_light_speaks_for_the_whole():
    assert worst(["green", "none", "yellow"]) == "yellow"
    assert worst(["none"]) == "none"
    assert worst([]) == "none"


def test_numbers_without_a_number_stay_dark():
    empty = Expression("若干", "number", ">=")
    assert goal_pace("里程", empty, parse("3公里", "actual"), 7, 2021).light == "none"


def test_no_month_no_judgement_of_pace():
    assert (
        run(Table(head={"full_year": Decimal(10), "executed": Decimal(1)}), ["JK-01", "JK-07"])
        == []
    )
