"""Lines the reader stops at, full-width digits, month columns and budget
lists, as they enter or are left out.
"""

from decimal import Decimal

import pytest

from wenxiao.budget.models import Spending
from wenxiao.budget.services import ensure_subject
from wenxiao.intake.ledger import LedgerAnswers, import_ledger

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def take(division, unit, tmp_path):
    ensure_subject(
        division=division, unit=unit, code="360191000000000000001", name="校园安保", by=None
    )

    def run(text, **more):
        path = tmp_path / "台账.csv"
        path.write_text(text, encoding="utf-8")
        return import_ledger(path=path, division=division, by=None, **more)

    return run


def test_a_line_cut_off_is_left_out(take):
    text = "单位名称,项目名称,支付日期,支付金额（元）,凭证号\n教体局,校园安保,2021-01-15,10.00,V1\n教体局,校园安保,2021-01-16,2"
    blocked = take(text)
    assert (blocked.stored, blocked.accepted, blocked.left_out) == (False, 1, 1)
    outcome = take(text, choices=LedgerAnswers(leave_out=True))
    assert (outcome.stored, outcome.accepted, outcome.left_out, outcome.total_fen) == (
        True,
        1,
        1,
        1000,
    )
    assert [line.line for line in Spending.objects.all()] == ["V1"]


def test_full_width_digits_are_digits(take):
    outcome = take(
        "单位名称,项目名称,支付日期,支付金额（元）\n教体局,校园安保,２０２１－０１－１５,１２３．５０\n"
    )
    assert outcome.stored, outcome.problems
    assert Spending.objects.get().amount == Decimal("123.50")


@pytest.mark.parametrize(
    "month", ["202103", "2021-03", "2021年3月", "2021-03-01", "２０２１年３月"]
)
def test_a_year_and_month_column_is_a_month(take, month):
    outcome = take(f"单位名称,项目名称,年月,支付金额（元）\n教体局,校园安保,{month},1.00\n")
    assert (outcome.kind, outcome.year, outcome.stored) == ("spending", 2021, True), (
        outcome.problems
    )
    assert Spending.objects.get().month == 3


def test_a_list_of_budgets_takes_its_year_from_the_title(take):
    rows = ["2021年度预算执行情况表,,,", "项目名称,单位名称,全年预算数（元）,执行数（元）"]
    rows += ["一、项目支出,,100,50", "校园安保,教体局,100,50", "小计,,100,50"]
    outcome = take("\n".join(rows) + "\n")
    assert (outcome.kind, outcome.year, outcome.accepted, outcome.stored) == (
        "budget",
        2021,
        1,
        True,
    ), outcome.problems
