"""The corners: dates half written, rules of their own without facts, what the command line may not load."""

import subprocess
import sys
from datetime import date
from decimal import Decimal

import pytest

from wenxiao.rulebook.deadlines import days, meets_deadline
from wenxiao.rulebook.expressions.shape import Expression
from wenxiao.rulebook.ownrules import own_rule
from wenxiao.rulebook.profiles import profile
from wenxiao.rulebook.rows import Row, RowRule
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


@pytest.mark.parametrize("kind", ["direct", "threshold", "interval", "deduction", "formula", "likert", "satisfaction"])
def test_rules_of_their_own_ask_where_facts_are_missing(kind):
    text = Expression("良好", "text")
    row = Row(Decimal(5), target=text, actual=text, rule=RowRule(kind))
    assert score_one(row, profile()).status == "needs_judgement"


def test_own_basis_is_cited():
    number = Expression("5", "number", ">=", Decimal(5))
    got = Expression("5", "number", None, Decimal(5), Decimal(5))
    row = Row(Decimal(5), target=number, actual=got, rule=RowRule("direct", basis="区财〔2021〕1号", verified=True))
    outcome = score_one(row, profile())
    assert (outcome.basis, outcome.verified) == ("区财〔2021〕1号", True)
    with pytest.raises(ValueError, match="没有自己的计分规则"):
        own_rule(Row(None), settle(Row(None), profile()), profile())


def test_a_satisfaction_that_was_copied_is_no_measurement():
    copied = Expression("≥90%", "number", ">=", Decimal(90), None, "%")
    row = Row(
        Decimal(5), target=copied, actual=copied, rule=RowRule("satisfaction", bands=((Decimal(90), Decimal(100)),))
    )
    assert "不是测得的满意度" in score_one(row, profile()).reason


def test_a_target_without_bound_is_unreadable():
    empty = Expression("≥", "number", ">=")
    got = Expression("5", "number", None, Decimal(5), Decimal(5))
    assert score_one(Row(Decimal(5), target=empty, actual=got), profile()).status == "unreadable"


def test_a_rule_may_turn_the_direction():
    target = Expression("4", "number", None, Decimal(4), Decimal(4))
    got = Expression("5", "number", None, Decimal(5), Decimal(5))
    outcome = score_one(Row(Decimal(10), target=target, actual=got, rule=RowRule(direction="reverse")), profile())
    assert (outcome.points, outcome.assumed) == (Decimal("8.00"), None)


def test_scoring_and_pace_load_neither_polars_nor_django():
    code = "import sys, wenxiao.rulebook.scoring, wenxiao.rulebook.pace, wenxiao.rulebook.checks; print({'polars', 'django'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
