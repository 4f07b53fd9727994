"""Rows a finance officer can read (tests/cases/scoring), and what holds of
tables and execution lines.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from wenxiao.rulebook import basis
from wenxiao.rulebook.expressions.shape import Expression
from wenxiao.rulebook.profiles import ProfileError
from wenxiao.rulebook.rows import Judged, Row, RowRule
from wenxiao.rulebook.scoring import (
    TierError,
    agreement,
    execution,
    profile,
    score_one,
    total,
    weights_sum,
)

D = Decimal
CASES = yaml.safe_load(
    (Path(__file__).parent.parent / "cases/scoring/rows.yaml").read_text(encoding="utf-8")
)


def cell(said, role):
    if said is None:
        return None
    if isinstance(said, dict):
        low = None if "low" not in said else D(said["low"])
        more = {key: said[key] for key in ("comparator", "unit", "date") if key in said}
        return Expression(said.get("text", "文字"), said["kind"], low=low, high=low, **more)
    sign, number, unit, *high = said if role == "target" else ("", *said)
    low = None if sign in {"<=", "<"} else D(number)
    upper = D(high[0]) if high else None if sign in {">=", ">"} else D(number)
    return Expression(f"{number}{unit}", "number", sign or None, low, upper, unit or None)


def row_of(case):
    own = case.get("own")
    bands = tuple((D(a), D(b)) for a, b in (own or {}).get("bands", ()))
    judged = case.get("judged")
    return Row(
        weight=None if case["weight"] is None else D(case["weight"]),
        level2=case.get("level2"),
        name=case.get("indicator"),
        target=cell(case["target"], "target"),
        actual=cell(case["actual"], "actual"),
        year=2021,
        published=None if "published" not in case else D(case["published"]),
        rule=None
        if own is None
        else RowRule(own["kind"], params=own.get("params", {}), bands=bands),
        judged=None if judged is None else Judged(D(judged["points"]), judged["tier"]),
        sample=case.get("sample"),
        elements={key: D(value) for key, value in case.get("elements", {}).items()},
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case):
    outcome = score_one(row_of(case), profile(case.get("profile")))
    points = None if outcome.points is None else str(outcome.points)
    assert (outcome.status, points, outcome.rule) == (
        case["status"],
        case.get("points"),
        case["rule"],
    )
    assert (case["assumed"] in outcome.assumed) if "assumed" in case else True
    assert outcome.reason
    assert outcome.basis


def test_every_scoring_rule_has_a_case():
    assert set(profile().rules) - {case["rule"] for case in CASES} == {"EXEC", "EXEC-BANDS"}


def test_points_outside_the_tier_are_refused():
    base = row_of({"weight": "10", "target": {"kind": "text"}, "actual": {"kind": "text"}})
    for judged in (("7.99", "1"), ("8", "2"), ("11", ""), ("1.234", ""), ("5", "9")):
        with pytest.raises(TierError):
            score_one(replace(base, judged=Judged(D(judged[0]), judged[1])), profile())
    assert score_one(replace(base, judged=Judged(D("7.99"), "2")), profile()).points == D("7.99")
    assert score_one(replace(base, judged=Judged(D("5.5"), "2")), profile("P2017-50")).points == D(
        "5.50"
    )


def test_nothing_reported_is_never_judged_into_points():
    row = Row(D(10), target=cell([">=", "1", ""], "target"), judged=Judged(D(10)))
    assert score_one(row, profile()).status == "not_reported"


def test_a_later_deadline_is_not_due():
    row = Row(
        D(5),
        target=Expression("12月底", "date", "<=", date="--12-31"),
        year=2021,
        as_of=date(2021, 7, 31),
    )
    assert score_one(row, profile()).status == "not_due"
    assert score_one(replace(row, as_of=date(2022, 1, 5)), profile()).status == "not_reported"


def test_divisions_own_rules():
    own = {
        "profiles": [
            {
                "from": "2021-01-01",
                "document": "区财〔2021〕1号",
                "clause": "三",
                "standing": "旁证",
                "content": {
                    "profiles": {
                        "P2020": {
                            "late": "per_day",
                            "late_per_day": "0.1",
                            "no_evidence": "zero",
                            "min_sample": 30,
                            "zero_budget": "exempt",
                        }
                    }
                },
            }
        ]
    }
    book = profile(on=2021, overrides=own)
    assert (book.basis, book.standing) == ("区财〔2021〕1号 三（旁证）", "旁证")
    due = Expression("9月底", "date", "<=", date="2021-09-30")
    late = Row(D(5), target=due, actual=Expression("10月", "date", date="2021-10-10"))
    assert score_one(late, book).points == D("4.00")
    assert score_one(replace(late, proved=False), book).points == D("0.00")
    few = Row(
        D(5),
        target=cell([">=", "90", "%"], "target"),
        actual=cell(["95", "%"], "actual"),
        sample=12,
        rule=RowRule("satisfaction"),
    )
    assert "少于规定" in score_one(few, book).reason
    exempt = execution(D(0), None, D(0), book)
    assert (exempt.counts, exempt.points) == (False, None)
    assert profile(on=2020, overrides=own).late == "judgement"


def test_execution_lines():
    book = profile()
    assert execution(D("387664.62"), None, D("387664.62"), book).points == D("10.00")
    opening = execution(None, D("310.2"), D("154.74"), book)
    assert (opening.rate, opening.points, opening.denominator) == (
        D("49.88"),
        D("4.99"),
        "年初预算数",
    )
    assert execution(D(200), D(200), D("195.5"), book, weight=D(20)).points == D("19.55")
    parts = execution(D(0), D(0), D(0), book, [(D("89.974"), D(90), D("89.974"))])
    assert (parts.rate, parts.difference) == (D("100.00"), "total_row_empty")
    assert execution(D(0), D(0), D(0), book).status == "needs_judgement"
    assert execution(None, None, D(1), book).status == "not_reported"
    assert execution(D(1), None, None, book).status == "not_reported"
    assert execution(D(1), None, D(-1), book).status == "needs_judgement"
    assert "超过" in execution(D(100), None, D(102), book).reason
    bands = profile("P2021-COST")
    assert [execution(D(100), None, D(n), bands).points for n in (100, 99, 80, 60, 59, 101)] == [
        D(10),
        D(7),
        D(7),
        D(5),
        D(0),
        D(7),
    ]


def test_totals_are_exact_sums_of_printed_points():
    book = profile()
    third = score_one(
        Row(D(10), target=cell([">=", "3", ""], "target"), actual=cell(["1", ""], "actual")), book
    )
    assert third.points == D("3.33")
    line = execution(D(3), None, D(1), book)
    assert (total([third, third], line).points, total([third, third], line).complete) == (
        D("9.99"),
        True,
    )
    missing = score_one(Row(D(10)), book)
    assert (total([third, missing]).complete, total([third, missing]).open, total([]).complete) == (
        False,
        1,
        False,
    )
    assert total([third, score_one(Row(None), book)]).complete
    assert weights_sum([D("22.5"), None, D(10)]) == D("32.5")


def test_agreement_with_published_points():
    said = [
        ("2.92", "2.92", True, None),
        ("2.92", "2.9", True, None),
        ("2.92", "3", False, "rounded_to_integer"),
        ("2.92", "3.0", False, "rounded_to_integer"),
        ("9.80", "9.0", False, "differs"),
        ("10.00", "10", True, None),
    ]
    for points, published, agrees, reason in said:
        one = agreement(D(points), D(published))
        assert (one.agrees, one.reason) == (agrees, reason)
    assert agreement(None, D(1)).agrees is None


def test_ambiguous_targets():
    two = Expression(
        "x",
        "number",
        "=",
        D(90),
        D(90),
        "%",
        ambiguous=True,
        alt=(Expression("x", "number", "<=", None, D(90), "%"),),
    )
    assert score_one(
        Row(D(5), target=two, actual=cell(["90", "%"], "actual")), profile()
    ).points == D("5.00")
    assert (
        "两种读法"
        in score_one(Row(D(5), target=two, actual=cell(["95", "%"], "actual")), profile()).reason
    )


def test_unknown_profile():
    with pytest.raises(ProfileError, match="P2020"):
        profile("没有")


def test_before_the_first_record_nothing_was_read():
    assert basis.in_force("grades", 2015).standing == "未核"
    assert basis.in_force("grades", 2021).standing == "旁证"
