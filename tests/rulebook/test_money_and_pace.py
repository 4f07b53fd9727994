"""Money, grades, pace: the seed's own figures."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reach import reach, reaches

from wenxiao.rulebook import basis, grading, numbers, pace, tally

D = Decimal
WAN = 10_000


@pytest.mark.parametrize(
    ("budget", "executed", "month", "rate", "index", "light", "above"),
    [
        ("280.2", "182.21", 7, "65.03", "111.5", "green", True),
        ("460", "260.013", 7, "56.52", "96.9", "green", False),
        ("2475", "1163.7", 10, "47.02", "56.4", "red", False),
        ("150", "81.9", 10, "54.60", "65.5", "yellow", False),
    ],
)
def test_the_four_monitored_projects(budget, executed, month, rate, index, light, above):
    now = pace.pace(D(budget) * WAN, D(executed) * WAN, month)
    assert (str(now.rate), str(now.index), now.light, now.above_pace, now.standing) == (
        rate,
        index,
        light,
        above,
        "未核",
    )


def test_pace_without_figures_is_dark():
    for budget, executed in ((None, D(1)), (D(0), D(1)), (D(1), None)):
        assert pace.pace(budget, executed, 7).light == "none"
    assert pace.pace(D(100), D(0), 7).light == "red"
    with pytest.raises(pace.PaceError, match="1 至 12"):
        pace.pace(D(1), D(1), 13)


def test_late_arrival_counts_from_arrival():
    late = pace.pace(D(700), D(200), 7, arrived_month=6)
    assert (late.elapsed, late.light) == (D("28.57"), "green")
    assert "58.33" in late.reason
    assert pace.pace(D(700), D(200), 5, arrived_month=6).light == "none"
    assert pace.pace(D(700), D(200), 7, arrived_month=1) == pace.pace(D(700), D(200), 7)


def test_milestones_win():
    done = pace.PaceStep("招标", date(2021, 3, 31), date(2021, 3, 1))
    missed, later = (
        pace.PaceStep("开工", date(2021, 6, 30)),
        pace.PaceStep("竣工", date(2021, 12, 31)),
    )
    assert pace.pace(D(100), D(1), 7, milestones=[done, later]).light == "green"
    half = pace.pace(D(100), D(99), 7, milestones=[done, missed, later])
    assert (half.steps, half.index) == ((1, 2), D("50.0"))
    assert pace.pace(D(100), D(99), 7).steps is None
    assert (half.light, half.index, "开工" in half.reason) == ("red", D("50.0"), True)
    assert pace.pace(D(100), D(1), 7, milestones=[missed], on=date(2021, 1, 5)).light == "green"


def test_a_negative_budget_is_dark_and_said():
    dark = pace.pace(D(-100), D(1), 7)
    assert (dark.light, dark.rate) == ("none", None)
    assert "负数" in dark.reason


def test_milestones_say_what_was_late_and_watch_the_money():
    late = pace.PaceStep("招标", date(2021, 3, 31), date(2021, 5, 1))
    now = pace.pace(D(100), D(99), 7, milestones=[late])
    assert (now.light, now.above_pace) == ("green", True)
    assert "逾期完成：招标" in now.reason
    assert pace.pace(D(100), D(50), 7, milestones=[late]).above_pace is False


def test_goal_lights_and_forecast():
    assert pace.goal_light(D(100), D(50), Fraction(7, 12)) == "green"
    assert pace.goal_light(None, D(50), Fraction(7, 12)) == "none"
    assert [pace.quality_light(tier) for tier in ("1", "2", "3", None)] == [
        "green",
        "yellow",
        "red",
        "none",
    ]
    assert pace.forecast([]) is None
    assert pace.forecast([D(10)]).high == D("120.00")
    range_ = pace.forecast([D(10), D(10), D(40)])
    assert (range_.low, range_.high) == (D("240.00"), D("240.00"))


def test_grades_are_half_open():
    assert [
        grading.grade(D(x)) for x in ("100", "90", "89.99", "80", "79.99", "60", "59.99", "0")
    ] == list("优优良良中中差差")
    assert (grading.grade(D("87.45")), grading.grade(D("86.08"))) == ("良", "良")
    assert grading.bands_in_force().names == ("优", "良", "中", "差")
    for outside in ("100.01", "-0.01"):
        with pytest.raises(grading.OutOfBandsError, match="100"):
            grading.grade(D(outside))


def test_money_as_the_seed_prints_it():
    yuan = [numbers.to_yuan(D(x), "万元") for x in ("280.2", "460", "2475", "150")]
    assert numbers.wan(sum(yuan)) == "3365.2"
    assert numbers.print_value(sum(yuan), numbers.EXACT, "亿元") == "0.33652"
    assert numbers.print_value(D(58_000_000), numbers.rounded(2), "亿元") == "0.58"
    assert numbers.print_value(D(280_123_456), numbers.about(1), "亿元") == "约2.8"
    assert (numbers.wan(D("2600130.00")), numbers.wan(D("2600130.00"), 2)) == ("260.013", "260.01")
    assert numbers.wan_screen(D(33652000)) == "3,365.20"
    assert numbers.print_value(D("87.450"), numbers.EXACT, "分") == "87.45"
    assert (numbers.EXACT.text, numbers.rounded(2).text, numbers.plain(D("-0.0"))) == (
        "exact",
        "rounded(2)",
        "0",
    )


def test_amounts_that_are_no_money():
    assert numbers.to_yuan(D("260.013"), "万元") == D("2600130.00")
    for amount, unit in ((D("0.001"), "元"), (D(1), "美元"), (D("NaN"), "万元")):
        with pytest.raises(numbers.AmountError, match=r"[元额]"):
            numbers.to_yuan(amount, unit)
    with pytest.raises(numbers.AmountError, match="金额"):
        numbers.fen(D("Infinity"))


ties = st.tuples(st.integers(-(10**12), 10**12), st.integers(1, 10**8)).map(
    lambda pair: ((2 * pair[0] + 1) * pair[1], 2 * pair[1])
)
any_division = st.tuples(st.integers(-(10**20), 10**20), st.integers(1, 10**9))


@reaches(tie=0.2, rounded=0.5)
@given(st.one_of(any_division, any_division, ties))
def test_half_up_is_decimal_half_up(division):
    n, d = division
    got = numbers.half_up(n, d)
    with localcontext(prec=80):
        assert got == int((D(n) / D(d)).quantize(D(1), ROUND_HALF_UP))
    assert numbers.half_up(-n, d) == -got
    reach(tie=2 * n % d == 0 and n % d != 0, rounded=n % d != 0)


@reaches(divided=0.4, without_a_whole=0.02)
@given(
    st.one_of(st.just(D(0)), *[st.decimals("0.01", 10**9, places=2)] * 4),
    st.one_of(st.just(D(0)), *[st.decimals("0.01", 10**9, places=2)] * 4),
)
def test_rates_are_missing_only_without_a_whole(part, whole):
    rate = numbers.rate_percent(part, whole)
    assert (rate is None) == (whole == 0)
    if rate is not None:
        assert abs(Fraction(rate) - Fraction(part) * 100 / Fraction(whole)) <= Fraction(1, 200)
    assert numbers.from_fen(numbers.fen(part)) == part
    reach(divided=bool(part and whole), without_a_whole=rate is None)


def test_tally_counts_distinct_confirmed_subjects():
    found = [tally.CountedFinding(n, "WT-01") for n in range(1, 14)] + [
        tally.CountedFinding(1, "WT-01b"),
        tally.CountedFinding(20, "WT-01", "candidate"),
        tally.CountedFinding(99, "WT-01"),
    ]
    lines = tally.tally(
        found, range(1, 22), [("少见", ["WT-09"]), ("执行率低于80%", ["WT-01", "WT-01b"])]
    )
    assert [line.sentence() for line in lines] == ["执行率低于80%（涉及到13个项目）"]
    grid = tally.matrix(lines, list(range(1, 22)))
    assert grid.totals == tuple(line.count for line in lines)
    assert tally.tally(found, range(1, 22), [("x", ["WT-01"])], at_least=14) == []


def test_rule_files_hold_no_floats_and_are_dated():
    assert all(basis.load(name).values for name in basis.names())
    for bad in ({"from": "2021-01-01", "content": {"x": [0.5]}}, {"content": {}}):
        with pytest.raises(basis.BasisError):
            basis.in_force("grades", 2021, {"grades": [bad]})
    with pytest.raises(basis.BasisError):
        basis.load("没有")
    with pytest.raises(basis.BasisError):
        basis.number(1.5)


def test_special_bonds_are_judged_by_their_own_document_from_its_day():
    assert "special_bond_items" not in basis.in_force("ex_ante", 2020).content
    now = basis.in_force("ex_ante", 2021)
    assert "61号" in now.document
    assert now.content["special_bond_items"]
    assert now.content["criteria"] == basis.in_force("ex_ante", 2020).content["criteria"]
