"""期限: the days things fall due, month by month, for whoever sees them."""

from datetime import date

import pytest

from wenxiao.budget.models import Round
from wenxiao.desk.home.deadlines import Deadline, _finding, _months

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def test_a_rounds_day_stands_in_its_month_and_leads_to_its_list(inside, small):
    Round.objects.filter(kind="selfeval").update(deadline=date(2021, 4, 30))
    text = inside(small.officer).get("/calendar?year=2021").content.decode()
    month = text.partition("4 月")[2].partition("5 月")[0]
    assert "30 日" in month
    assert "/rounds/" in month
    own = inside(small.clerk).get("/calendar?year=2021").content.decode()
    assert "/rounds/" not in own
    assert "/selfeval?year=2021" in own


def test_the_finding_names_the_next_day_that_waits():
    days = [
        Deadline(date(2021, 4, 30), "报送", "自评", "/", waits=False, late=False),
        Deadline(date(2021, 12, 15), "整改", "3 项整改到期", "/", waits=True, late=False),
        Deadline(date(2022, 1, 5), "整改", "1 项整改到期", "/", waits=True, late=False),
    ]
    on = date(2021, 11, 22)
    assert _finding(days, on) == "还有 2 个期限，最近的是12月15日：3 项整改到期"
    assert _finding([], on) == "后面没有定了日子的期限"
    months = _months(days, 2021)
    assert len(months) == 13
    assert (months[-1].year, months[-1].number) == (2022, 1)
