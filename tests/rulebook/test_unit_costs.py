"""What a unit of output cost: which cells are quantities, which money, and the middle of
several.
"""

from datetime import date
from decimal import Decimal

import pytest

from wenxiao.rulebook.changes import refused_content
from wenxiao.rulebook.unit_costs import (
    OutputQuantity,
    cost_rule,
    median,
    money_of,
    per_unit,
    quantity_of,
)


@pytest.mark.parametrize(
    ("text", "unit", "quantity"),
    [
        ("1200", "人次", OutputQuantity(Decimal(1200), "人次")),
        ("1.2万人次", "", OutputQuantity(Decimal(12000), "人次")),
        ("3,000 平方米", "", OutputQuantity(Decimal(3000), "平方米")),
        ("≥1200", "人次", None),
        ("98%", "", None),
        ("0", "人次", None),
        ("120万元", "", None),
        ("已完成", "", None),
    ],
)
def test_only_a_plain_count_is_a_quantity(text, unit, quantity):
    assert quantity_of(text, unit) == quantity


def test_money_needs_its_unit():
    assert money_of("120.5", "万元") == Decimal(1205000)
    assert money_of("120.5", "人") is None
    assert money_of("", "万元") is None


def test_a_unit_costs_half_up_and_the_middle_is_exact():
    assert per_unit(Decimal(1), OutputQuantity(Decimal(8), "次")) == Decimal("0.13")
    assert median([]) is None
    assert median([Decimal(3), Decimal(1), Decimal(2)]) == 2
    assert median([Decimal(1), Decimal(2)]) == Decimal("1.50")


def test_nationally_no_standard_is_listed_and_a_bad_line_is_refused():
    assert cost_rule().standards == ()
    assert cost_rule().standing == "未核"
    refused = refused_content("unit_costs", {"standards": ["培训人次｜人次｜-3"]}, date(2021, 1, 1))
    assert "大于 0" in refused
    assert not refused_content(
        "unit_costs", {"standards": ["培训人次｜人次｜350"]}, date(2021, 1, 1)
    )
