"""The corners: dates half written, rules of their own without facts, what
the command line may not load.
"""

import subprocess
import sys
from datetime import date
from decimal import Decimal

import pytest

from wenxiao.rulebook.checks import Table, run
from wenxiao.rulebook.deadlines import days, meets_deadline
from wenxiao.rulebook.expressions.shape import Expression
from wenxiao.rulebook.ownrules import own_rule
from wenxiao.rulebook.problems import Problem
from wenxiao.rulebook.profiles import profile
from wenxiao.rulebook.rows import Judged, Row, RowRule
from wenxiao.rulebook.scoring import score_one
from wenxiao.rulebook.settle import settle


@pytest.mark.parametrize(
    ("text", "year", "expected"),
    [
        ("2021", None, (date(2021, 1, 1), date(2021, 12, 31))),
        ("2021-02", None, (date(2021, 2, 1), date(2021, 2, 28))),
        ("--09-30", 2021, (date(2021, 9, 30), date(2021, 9, 30))),
        ("--09", 2021, (date(2021, 9, 1), date(2021, 9, 30))),
        ("--09", None, None),
        ("2021-02-30", None, None),
        ("年底", 2021, None),
    ],
)
def test_days_a_text_can_mean(text, year, expected):
    assert days(text, year) == expected


def test_an_actual_on_both_sides_of_the_deadline_is_open():
    target = Expression("x", "date", "<=", date="2021-09-15")
    assert meets_deadline(target, Expression("9月", "date", date="2021-09"), None) is None
    assert meets_deadline(target, Expression("8月", "date", date="2021-08"), None) == -15
    assert meets_deadline(target, Expression("10月", "date", date="2021-10"), None) == 46


@pytest.mark.parametrize(
    "kind", ["direct", "threshold", "interval", "deduction", "formula", "likert", "satisfaction"]
)
def test_rules_of_their_own_ask_where_facts_are_missing(kind):
    text = Expression("良好", "text")
    row = Row(Decimal(5), target=text, actual=text, rule=RowRule(kind))
    assert score_one(row, profile()).status == "needs_judgement"


def test_own_basis_is_cited():
    number = Expression("5", "number", ">=", Decimal(5))
    got = Expression("5", "number", None, Decimal(5), Decimal(5))
    row = Row(
        Decimal(5),
        target=number,
        actual=got,
        rule=RowRule("direct", basis="区财〔2021〕1号", standing="原文"),
    )
    outcome = score_one(row, profile())
    assert (outcome.basis, outcome.standing) == ("区财〔2021〕1号", "原文")
    with pytest.raises(ValueError, match="没有自己的计分规则"):
        own_rule(Row(None), settle(Row(None), profile()), profile())


def test_a_satisfaction_that_was_copied_is_no_measurement():
    copied = Expression("≥90%", "number", ">=", Decimal(90), None, "%")
    row = Row(
        Decimal(5),
        target=copied,
        actual=copied,
        rule=RowRule("satisfaction", bands=((Decimal(90), Decimal(100)),)),
    )
    assert "不是测得的满意度" in score_one(row, profile()).reason


def test_a_target_without_bound_is_unreadable():
    empty = Expression("≥", "number", ">=")
    got = Expression("5", "number", None, Decimal(5), Decimal(5))
    assert score_one(Row(Decimal(5), target=empty, actual=got), profile()).status == "unreadable"


def test_a_rule_may_turn_the_direction():
    target = Expression("4", "number", None, Decimal(4), Decimal(4))
    got = Expression("5", "number", None, Decimal(5), Decimal(5))
    outcome = score_one(
        Row(Decimal(10), target=target, actual=got, rule=RowRule(direction="reverse")), profile()
    )
    assert (outcome.points, outcome.assumed) == (Decimal("8.00"), None)


def test_scoring_and_pace_load_neither_polars_nor_django():
    code = "import sys, wenxiao.rulebook.scoring, wenxiao.rulebook.pace, wenxiao.rulebook.checks; print({'polars', 'django'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_two_readings_that_are_both_reached_are_scored():
    looser = Expression("x", "number", ">=", Decimal(80), None, "%")
    target = Expression("x", "number", ">=", Decimal(90), None, "%", ambiguous=True, alt=(looser,))
    got = Expression("95", "number", None, Decimal(95), Decimal(95), "%")
    outcome = score_one(Row(Decimal(5), target=target, actual=got), profile())
    assert (outcome.points, "两种读法" in (outcome.assumed or "")) == (Decimal("5.00"), True)
    far = Expression("400", "number", None, Decimal(400), Decimal(400), "%")
    assert (
        score_one(Row(Decimal(5), target=target, actual=far), profile()).status == "needs_judgement"
    )


def test_a_judgement_without_a_tier_is_held_to_the_weight():
    text = Expression("良好", "text")
    row = Row(
        Decimal(5), target=text, actual=text, judged=Judged(Decimal("4.5"), reason="专家合议")
    )
    outcome = score_one(row, profile())
    assert (outcome.points, outcome.reason) == (Decimal("4.50"), "专家合议")


def test_problems_say_where():
    assert (
        Problem("ZJ-03", "阻断", "“二百万”不是金额。", sheet="项目预算表", cell="C7").sentence()
        == "项目预算表 C7：“二百万”不是金额。[ZJ-03]"
    )
    assert Problem("DR-01", "警告", "重复。", line=12).place == "第 12 行"
    assert Problem("DR-01", "警告", "重复。").as_json()["code"] == "DR-01"


def test_an_older_profile_is_found_by_its_name():
    assert profile("P2020").code == "P2020"


def test_checks_without_facts_stay_silent():
    quiet = [
        ("ZP-05", Table((), {})),
        ("JK-01", Table((), {})),
        ("ZP-03", Table((), {})),
        ("ZP-10", Table([{"weight": Decimal(5)}, {}])),
        ("PJ-04", Table((), {"total": Decimal(80)})),
        ("ZP-13", Table((), {"total": Decimal(80)})),
        ("MB-08", Table([{"level3": "学生满意度"}], {"name": "学生资助", "text": "资助学生"})),
    ]
    assert all(run(table, [code]) == [] for code, table in quiet)
    same_year = Table([{"target": "2021年完成"}], {"start": "2021", "end": "2022", "year": 2021})
    assert run(same_year, ["MB-05"]) == []
    hurried = Table((), {"full_year": Decimal(280), "executed": Decimal(182), "through_month": 7})
    assert "快于时间进度" in run(hurried, ["JK-01"])[0][1].text


def test_quality_failed_for_another_reason_is_no_contradiction():
    rows = [{"level2": "质量指标", "weight": Decimal(5), "score": Decimal(0), "note": "抽检不合格"}]
    accepted = {"level2": "数量指标", "weight": Decimal(5), "score": Decimal(5), "note": "已完成"}
    assert run(Table([*rows, accepted]), ["ZP-06", "ZP-07"]) == []
    assert run(Table((), {"total": Decimal(95), "grade": "优"}), ["ZP-13"]) == []
