"""How values look on screen."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from wenxiao.pages import formats


@pytest.mark.parametrize(
    ("yuan", "shown", "exact"),
    [
        ("2600130.00", "260.01", "260.013 万元"),
        ("24750000.00", "2,475.00", "2475 万元"),
        ("0.00", "0.00", "0 万元"),
        ("-500.00", "-0.05", "-0.05 万元"),
    ],
)
def test_money_has_two_decimals_and_keeps_the_exact_figure_at_hand(yuan, shown, exact):
    text = formats.money_wan(Decimal(yuan))
    assert f">{shown}<" in text
    assert f'title="{exact}"' in text


def test_missing_is_said_and_never_zero():
    assert formats.money_wan(None) == '<span class="none">未报</span>'
    assert formats.points(None) == '<span class="none">未评</span>'
    assert "—" in formats.rate(None)
    assert "未定" in formats.day(None)
    assert "0" not in formats.money_wan(None) + formats.points(None) + formats.rate(None)


def test_points_rates_and_weights():
    assert formats.points(Decimal("87.4")) == "87.40"
    assert formats.rate(Decimal("47.02")) == "47.02%"
    assert formats.weight(Decimal("15.00")) == "15"


def test_dates_have_no_leading_zero():
    on = date(2021, 11, 5)
    assert formats.day(on) == "11月5日"
    assert formats.full_day(on) == "2021年11月5日"
    assert formats.weekday(on) == "星期五"
    assert (
        formats.moment(datetime(2021, 11, 5, 6, 3, tzinfo=ZoneInfo("UTC"))) == "2021年11月5日 14:03"
    )


@pytest.mark.parametrize(
    ("due", "said"),
    [
        (date(2021, 11, 3), "逾期 2 天"),
        (date(2021, 11, 5), "今天"),
        (date(2021, 11, 7), "还有 2 天"),
        (date(2021, 12, 5), "12月5日"),
        (None, ""),
    ],
)
def test_lateness_is_in_days(due, said):
    assert formats.lateness(due, date(2021, 11, 5)) == said


@pytest.mark.parametrize(
    ("part", "length"), [("47.02", 470), ("0", 0), ("-3", 0), ("130", 1000), (None, 0)]
)
def test_bars_start_at_zero_and_stay_in_their_bed(part, length):
    assert formats.permille(None if part is None else Decimal(part)) == length


def test_text_is_escaped_where_it_is_said():
    assert "<b>" not in formats.absent("<b>")
