"""Ratios of a department as a whole: exact, uncapped, never guessed."""

from decimal import Decimal

import pytest

from wenxiao.rulebook.ratios import ratios


def one(code, year=2021, **figures):
    made = {
        key: [Decimal(item) for item in value] if isinstance(value, list) else Decimal(value)
        for key, value in figures.items()
    }
    return next(ratio for ratio in ratios(made, year) if ratio.code == code)


@pytest.mark.parametrize(
    ("code", "figures", "value"),
    [
        ("E1201", {"staff_actual": "136", "staff_quota": "143"}, "95.10"),
        (
            "E1202",
            {"three_public_budget": "634600", "three_public_budget_last_year": "320000"},
            "98.31",
        ),
        ("E2101", {"executed": "26906200", "final_budget": "27104200"}, "99.27"),
        ("E2102", {"adjusted": "7678600", "budget": "19227600"}, "39.94"),
        ("E2105", {"carry_over": "1035300", "carry_over_last_year": "2639000"}, "-60.77"),
        ("E2107", {"three_public_actual": "442900", "three_public_budget": "634600"}, "69.79"),
        ("E2108", {"procurement_actual": "300", "procurement_budget": "200"}, "150.00"),
        (
            "E1202",
            {"three_public_budget": "100125", "three_public_budget_last_year": "100000"},
            "0.13",
        ),
        ("E2104", {"carry_over": "100500", "final_budget": "10000000"}, "1.01"),
    ],
)  # the last two lie half way: rounded half-up once
def test_a_ratio_is_exact_and_never_capped(code, figures, value):
    found = one(code, **figures)
    assert (found.status, found.value) == ("computed", Decimal(value))


def test_a_missing_input_is_named_and_never_zero():
    found = one("E1203", project_spending="100")
    assert (found.status, found.value, found.missing) == (
        "missing",
        None,
        ("key_project_spending",),
    )


def test_a_denominator_of_zero_gives_none_whatever_the_numerator():
    assert one("E2108", procurement_budget="0", procurement_actual="45000").status == "none"
    assert one("E2105", carry_over="5", carry_over_last_year="0").value is None


def test_the_opening_budget_stands_in_and_is_named():
    found = one("E2101", executed="90", budget="100")
    assert found.value == Decimal("90.00")
    assert "年初预算" in found.assumed
    assert one("E2101", executed="90", budget="100", final_budget="180").value == Decimal("50.00")


def test_progress_is_held_against_the_plan_else_against_the_months():
    months = [
        "412000.50",
        "655300.00",
        "1020000.00",
        "880000.00",
        "910000.25",
        "1004000.00",
        "760000.00",
        "802000.00",
    ]
    planned = one("E2103", treasury_months=months, final_budget="10000000", planned_progress="70")
    assert (planned.value, planned.assumed) == (Decimal("92.05"), "")
    unplanned = one("E2103", treasury_months=["50", "50", "50"], final_budget="600")
    assert unplanned.value == Decimal("100.00")
    assert "月份数" in unplanned.assumed
    assert one("E2103", treasury_months=[], final_budget="600").missing == ("treasury_months",)


def test_the_adjustment_is_never_derived_from_two_budgets():
    assert one("E2102", budget="100", final_budget="120").missing == ("adjusted",)
