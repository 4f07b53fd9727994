"""What kinds have of their own: every line reads, values are exact, bad lists and values are
named.
"""

from datetime import date

import pytest

from wenxiao.rulebook.changes import refused_content
from wenxiao.rulebook.object_kinds import KINDS, disagreements, own_of, wanting

BOND = own_of(["special_bond"])


def fact(name):
    return next(one for one in BOND.facts if one.name == name)


def refused(**lists):
    return refused_content("object_kinds", lists, date(2021, 1, 1))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_facts_that_read_and_relations_among_them(kind):
    own = own_of([kind])
    names = {one.name for one in own.facts}
    assert names
    assert own.standing == "未核"
    for one in own.relations:
        left, right = one.sides()
        assert {name for _, name in (*left, *right)} <= names


def test_a_kind_and_its_budget_come_together():
    both = {one.name for one in own_of(["special_bond", "government_fund"]).facts}
    assert {"债券额度", "征收依据文件"} <= both
    assert own_of(["project", "general"]).facts == ()


def test_values_are_stored_exactly_and_shown_in_wan():
    money = fact("债券额度")
    assert money.read("1,250.5") == "12505000"
    assert money.shown("12505000") == "1250.5"
    assert fact("票面年利率").read("3.25%") == "3.25"
    assert fact("项目资产登记").read("是") == "是"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("债券额度", "二百万", "应填万元数"),
        ("债券额度", "-5", "应填万元数"),
        ("债券额度", "0.0000001", "精确到了分以下"),
        ("债券额度", "9" * 20, "请核对单位"),
        ("债券期限（年）", "NaN", "应填数字"),
        ("项目信息公开日期", "去年", "应填日期"),
        ("项目资产登记", "也许", "请从是、否里选"),
    ],
)
def test_a_value_that_cannot_be_is_named(name, text, said):
    with pytest.raises(ValueError, match=said):
        fact(name).read(text)


def test_what_a_stage_wants_and_what_does_not_agree():
    values = {"债券额度": "100", "债券资金累计到位": "120"}
    assert "债券资金累计支出" in wanting(BOND, "monitoring", values)
    assert "债券资金累计到位" not in wanting(BOND, "monitoring", values)
    (text,) = disagreements(BOND, values)
    assert "债券资金累计到位应不大于债券额度" in text
    days = {"合同签订日期": "2021-05-01", "验收日期": "2021-04-01"}
    assert disagreements(own_of(["procurement"]), days)
    social = own_of(["social_insurance"])
    year = {"上年滚存结余": "10", "本年基金收入": "5", "本年基金支出": "3"}
    assert disagreements(social, {**year, "年末滚存结余": "13"})
    assert not disagreements(social, {**year, "年末滚存结余": "12"})


@pytest.mark.parametrize(
    ("lists", "said"),
    [
        ({"facts": {"bonds": []}}, "没有“bonds”这个类型"),
        ({"facts": []}, "按类型逐行写"),
        ({"facts": {"ppp": ["合同"]}}, "应写“分组｜事项｜怎么填｜应填环节”"),
        ({"facts": {"ppp": ["合同｜总投资｜多少｜"]}}, "“怎么填”应是"),
        ({"facts": {"ppp": ["合同｜总投资｜金额｜年中"]}}, "应填环节只能是"),
        ({"facts": {"ppp": ["合同｜甲＋乙｜金额｜"]}}, "不能有"),
        ({"agree": {"ppp": ["甲方付款｜超过｜合同"]}}, "“怎样”应是"),
        ({"look_at": {"ppp": ["经过｜按效付费"]}}, "一级指标应是"),
    ],
)
def test_a_list_that_cannot_be_read_is_refused(lists, said):
    assert said in refused(**lists)


def test_a_list_that_reads_is_taken():
    assert not refused(facts={"ppp": ["合同｜特许经营期（年）｜数｜目标、自评"]})
