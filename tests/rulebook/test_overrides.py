"""A division's own rule values reach lights of goals, thresholds and levels of checks; from their
day on, and no further than their paper carries.
"""

from decimal import Decimal

import pytest

from wenxiao.rulebook import basis
from wenxiao.rulebook.changes import ChangeError, laid_over
from wenxiao.rulebook.checks import Table, refused_change, registry, rules_in_force, run
from wenxiao.rulebook.expressions import parse
from wenxiao.rulebook.goals import goal_pace
from wenxiao.rulebook.grounds import allowed_level, can_lower, digest, weaker


def own(rule, content, start="2021-01-01", **more):
    entry = {
        "rule": rule,
        "from": start,
        "document": "示例区办法",
        "clause": "第三条",
        "standing": "未核",
        "content": content,
    }
    return {rule: [{**entry, **more}]}


READ = {
    "standing": "原文",
    "cite": {"body": "示例区", "title": "办法", "number": "", "date": "2021", "clause": "第三条"},
    "seen": {"what": "第三条", "compared": "2021-01-01", "sha256": digest("从严")},
}


def listed(**changes):
    """An own catalogue of checks: what is said otherwise of some codes."""
    return {"checks": {code.replace("_", "-"): said for code, said in changes.items()}}


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
    said = (READ if checked else {}) | {"document": document}
    rules = own("checks", listed(JK_04={"level": "阻断"}), **said)
    rule = level("JK-04", rules)
    assert (rule.level, rule.ground) == (expected, "本级")
    assert rule.basis == f"{document} 第三条".strip() + ("" if checked else "（未核）")
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
    assert level("JK-02", rules).level == "阻断"
    assert not hits("JK-03", {}, [{"target": "≥0个"}], rules)
    assert hits("JK-03", {}, [{"target": "≥0个"}])


def test_every_check_is_in_the_catalogue_and_only_listed_ones_run_nowhere():
    told = basis.in_force("checks").content["checks"]
    assert {rule.code for rule in registry()} <= set(told)
    only_listed = set(told) - {rule.code for rule in registry()}
    assert {code[:2] for code in only_listed - {"ZP-01", "ZP-02"}} == {"FH", "BG"}


@pytest.mark.parametrize("said", [{"level": "提示"}, {"level": "阻断"}, {"enabled": False}])
@pytest.mark.parametrize("code", [rule.code for rule in registry()])
def test_no_document_lowers_what_stands_on_law_arithmetic_or_completeness(code, said):
    """All codes × all overrides, read or not: fixed grounds never go below
    the national level, custom never blocks.
    """
    before = level(code, None)
    for read in ({}, READ):
        held = {
            one.code: one
            for one in rules_in_force(own("checks", {"checks": {code: said}}, **read), 2021)
        }
        now = held.get(code)
        if not can_lower(before.ground):
            assert now is not None
            assert not weaker(now.level, before.level)
            assert bool(refused_change(code, said, 2021)) == (
                "enabled" in said or weaker(said["level"], before.level)
            )
        else:
            assert refused_change(code, said, 2021) == ""
            wanted = None if "enabled" in said else said["level"]
            assert (now and now.level) == (wanted if read or wanted != "阻断" else "警告")


def test_the_ground_decides_who_may_block():
    assert allowed_level("阻断", "惯例", standing="原文", document="某文") == "警告"
    assert allowed_level("阻断", "法", standing="旁证", document="某法") == "警告"
    assert allowed_level("阻断", "法", standing="原文", document="某法") == "阻断"
    assert allowed_level("阻断", "算术") == allowed_level("阻断", "完整") == "阻断"
    assert allowed_level("阻断", "本级", standing="未核", document="某文") == "警告"
    assert allowed_level("阻断", "本级", standing="原文", document="") == "警告"
    assert allowed_level(None, "法", least="阻断") == "阻断"
    assert allowed_level("提示", "惯例") == "提示"


def test_the_secrecy_check_stands_on_law():
    rule = level("MB-21", None)
    assert (rule.ground, rule.level, rule.can_lower) == ("法", "阻断", False)
    assert "保守国家秘密法 第三十一条" in rule.basis
    codes = basis.in_force("codes").content["codes"]
    assert (codes["DR-16"]["ground"], codes["DR-16"]["level"]) == ("法", "阻断")


def test_no_number_of_a_check_stands_in_code():
    """The limits of the catalogue move what is found, each of them."""
    limits = {"JK-04": None, **{one.code: one.limits for one in registry()}}
    weights = [{"weight": Decimal(60), "level1": "产出"}, {"weight": Decimal(35), "level1": "决策"}]
    for code, key, rows in (("PJ-01", "whole", weights), ("MB-11", "without_execution", weights)):
        assert limits[code][key]
        assert hits(code, {}, rows)
        assert not hits(code, {}, rows, own("checks", {"checks": {code: {"limits": {key: "95"}}}}))
    assert not hits("PJ-06", {}, weights)
    assert hits(
        "PJ-06", {}, weights, own("checks", {"checks": {"PJ-06": {"limits": {"least": "61"}}}})
    )


def test_own_bands_judge_the_grade():
    bands = [
        {"grade": "优", "at_least": "85", "below": "100", "closed": True},
        {"grade": "良", "at_least": "0", "below": "85"},
    ]
    head = {"total": Decimal(86), "grade": "优"}
    for code in ("ZP-13", "PJ-04"):
        assert hits(code, head)
        assert not hits(code, head, (), own("grades", {"bands": bands}))


def test_a_refused_wish_for_less_makes_no_hit_graver():
    """A hit that is held back stays so when a division asks in vain to lower its rule."""
    lowered = own("checks", {"checks": {"PJ-18": {"level": "提示"}}})
    for rules in (None, lowered):
        (problem,) = hits("PJ-18", {}, [{"level3": "立项规范性"}], rules)
        assert problem.level == "警告"


def test_a_value_of_a_name_the_rule_does_not_have_is_refused():
    """A slip of the pen must not be tried out as "nothing moves"."""
    change = {"rule": "grades", "from": "2021-01-01", "content": {"bandz": []}}
    with pytest.raises(ChangeError, match=r"没有“bandz”这一项.*bands"):
        laid_over({}, change)
