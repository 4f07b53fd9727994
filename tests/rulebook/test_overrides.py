"""A division's own rule values reach lights of goals, thresholds and levels of checks; from their day on, and no further than their paper carries."""

from decimal import Decimal

import pytest

from wenxiao.rulebook import basis
from wenxiao.rulebook.checks import Table, registry, rules_in_force, run
from wenxiao.rulebook.expressions import parse
from wenxiao.rulebook.goals import goal_pace


def own(rule, content, start="2021-01-01", **more):
    entry = {
        "rule": rule,
        "from": start,
        "document": "示例区办法",
        "clause": "第三条",
        "verified": False,
        "content": content,
    }
    return {rule: [{**entry, **more}]}


def listed(**changes):
    """The list of checks with some entries changed: code → what of it."""
    rows = basis.in_force("checks").content["checks"]
    return {"checks": [{**row, **changes.get(row["code"].replace("-", "_"), {})} for row in rows]}


def light(said, got, overrides=None, *, name="养护里程", year=2021, possibility=""):
    read = parse(said, "target"), parse(got, "actual")
    return goal_pace(name, *read, 7, year, possibility, overrides=overrides).light


def test_own_cut_points_light_goals():
    cuts = own("monitoring", {"lights": {"red_below": "40", "green_from": "60"}})
    assert light("≥120公里", "50公里") == "yellow"  # 41.67 ÷ 58.33 = 71.4
    assert light("≥120公里", "50公里", cuts) == "green"
    assert light("≥120公里", "50公里", cuts, year=2020) == "yellow"  # before its day


def test_own_values_count_from_their_day_within_the_year():
    """The window through July ends before a value of October begins, for goals as for money."""
    late = own(
        "monitoring", {"lights": {"red_below": "90", "green_from": "95"}}, start="2021-10-01"
    )
    assert light("≥120公里", "50公里", late) == "yellow"


def test_own_tiers_words_and_names_light_goals():
    assert light("建立机制", "部分达成", own("monitoring", {"tier_lights": {"2": "red"}})) == "red"
    words = own("monitoring", {"possibility": {"3": "没有可能"}})
    assert light("≥120公里", "120公里", words, possibility="没有可能") == "red"
    assert light("≥120公里", "120公里", possibility="没有可能") == "green"
    names = own("reverse_names", {"names": ["等候时间"], "not_names": []})
    told = (
        light("10分钟", "20分钟", name="等候时间"),
        light("10分钟", "20分钟", names, name="等候时间"),
    )
    assert told == ("green", "red")
    names = own("reverse_names", {"names": ["养护里程"], "not_names": []})
    assert (light("120公里", "130公里"), light("120公里", "130公里", names)) == ("green", "red")


def hits(code, head, rows=(), overrides=None):
    return [problem for _, problem in run(Table(rows, {"year": 2021, **head}, overrides), [code])]


def test_own_thresholds_of_checks():
    money = {"full_year": Decimal(100), "executed": Decimal(60)}
    reached = [{"reached": True}]
    assert not hits("JK-04", money, reached)
    assert hits("JK-04", money, reached, own("monitoring", {"unspent_below": "70"}))
    idle = {**money, "through_month": 7, "last_month": 5}
    assert not hits("JK-07", idle)
    assert hits("JK-07", idle, (), own("monitoring", {"idle_months": "2"}))
    assert not hits("JK-07", {**idle, "year": 2020}, (), own("monitoring", {"idle_months": "2"}))


def test_own_cut_points_reach_the_check_of_pace():
    head = {"full_year": Decimal(100), "executed": Decimal(30), "through_month": 7}
    assert "红灯" in hits("JK-01", head)[0].text
    assert not hits(
        "JK-01", head, (), own("monitoring", {"lights": {"red_below": "10", "green_from": "20"}})
    )


def level(code, overrides, year=2021):
    return {rule.code: rule for rule in rules_in_force(overrides, year)}[code]


@pytest.mark.parametrize(
    ("checked", "document", "expected"),
    [(False, "示例区办法", "警告"), (True, "示例区办法", "阻断"), (True, "", "警告")],
)
def test_a_level_is_raised_as_far_as_its_paper_carries(checked, document, expected):
    rules = own("checks", listed(JK_04={"level": "阻断"}), verified=checked, document=document)
    rule = level("JK-04", rules)
    assert (rule.level, rule.verified) == (expected, checked)
    assert rule.basis == f"{document} 第三条".strip()
    money = {"full_year": Decimal(100), "executed": Decimal(6)}
    assert [problem.level for problem in hits("JK-04", money, [{"reached": True}], rules)] == [
        expected
    ]
    assert level("JK-04", rules, 2020) == level("JK-04", None)
    assert level("JK-07", rules) == level("JK-07", None)  # what the own list leaves as it was


def test_a_check_is_lowered_or_left_out_but_arithmetic_stays():
    rules = own(
        "checks",
        listed(
            JK_04={"level": "提示"},
            JK_03={"enabled": False},
            JK_02={"enabled": False, "level": "提示"},
        ),
    )
    assert level("JK-04", rules).level == "提示"
    codes = {rule.code for rule in registry()} - {rule.code for rule in rules_in_force(rules, 2021)}
    assert codes == {"JK-03"}
    assert level("JK-02", rules) == level("JK-02", None)
    assert not hits("JK-03", {}, [{"target": "≥0个"}], rules)
    assert hits("JK-03", {}, [{"target": "≥0个"}])


def test_every_check_is_in_the_list_a_division_may_change():
    """What runs and what the list says must not part: title and level are the same."""
    told = {
        row["code"]: (row["title"], row["level"])
        for row in basis.in_force("checks").content["checks"]
    }
    assert {rule.code: (rule.title, rule.level) for rule in registry()}.items() <= told.items()
    only_listed = set(told) - {rule.code for rule in registry()}
    assert {code[:2] for code in only_listed - {"ZP-01", "ZP-02"}} == {"FH", "BG"}
