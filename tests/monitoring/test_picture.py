"""The leader's picture: its curve, quadrants and five figures are those of the rows, and nobody's
dot is shown to strangers.
"""

from decimal import Decimal

import pytest
from markup import browsed

from wenxiao.desk.monitoring.lights import rule_of
from wenxiao.desk.monitoring.picture import bullets_of, curve_of, figures, headline, scatter_of
from wenxiao.followup.services.keeping import kept_watch
from wenxiao.followup.watch.overview import by_department
from wenxiao.followup.watch.picture import (
    QUADRANTS,
    dots,
    mended,
    quadrant_of,
    quadrants,
    since_opening,
    spent_year,
    windows_until,
)
from wenxiao.orgs.models import Role

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def four(watched):
    """A dossier in each quadrant, one without a goal light; payments by month of all of them."""
    window = watched.window(7)
    for name, unit, each, actual in (
        ("都好", "示例单位甲", "10", "7"),
        ("钱花了", "示例单位甲", "10", "1"),
        ("事办了", "示例单位乙", "4", "7"),
        ("都慢", "示例单位乙", "4", "1"),
        ("没有目标", "示例单位乙", "10", None),
    ):
        dossier = watched.dossier(name, unit, "120")
        for month in range(1, 8):
            watched.pay(dossier, month, each, line=f"{name}{month}")
        if actual:
            watched.goals(dossier, ("示例数量", "≥12项", actual, "数量指标"))
    return window


def test_every_dossier_is_in_one_quadrant_or_told_to_be_in_none(watched, four, officer, on):
    table = kept_watch([four], officer, on=on)
    counts, dark = quadrants(table)
    assert counts == dict.fromkeys(QUADRANTS, 1)
    assert dark == 1
    shown = dots(table)
    assert {dot.name: dot.quadrant for dot in shown} == {
        "都好": QUADRANTS[0],
        "钱花了": QUADRANTS[1],
        "事办了": QUADRANTS[2],
        "都慢": QUADRANTS[3],
    }
    laid = scatter_of(table, shown, rule_of(watched.division))
    for placed in laid.dots:
        assert (placed.x >= laid.cut) == (placed.dot.light == "green")
        assert (placed.y < 150) == (placed.dot.goal == "green")
    assert quadrant_of("none", "green") == quadrant_of("red", "none") == ""


def test_the_curve_adds_up_to_what_the_window_says(four, officer, on):
    table = kept_watch([four], officer, on=on)
    windows = windows_until(four, [four], officer)
    curve = spent_year(table, windows)
    assert curve.by_month
    assert curve.points[-1] == (7, windows[-1].executed)
    assert curve.points[0] == (1, 38 * 10_000 * 100)
    low, high, methods = curve.forecast
    assert low == high == 38 * 12 * 10_000 * 100
    assert methods == "直线外推、近三月外推"
    laid = curve_of(curve)
    assert len(laid.rows) == 7
    assert laid.rows[-1][2:] == ("44.33%", "58.33%", "—")
    assert laid.finding == "支出比时间进度慢 14.00 个百分点"
    assert headline(windows, 1).startswith("到7月底花了 44.33%，比时间慢 14.00 个百分点")
    told = figures(
        windows, table, curve, mended(officer, four.division_id, 2021, on), since_opening(table)
    )
    assert [one.word[:2] for one in told] == ["全年", "1-", "执行", "红灯", "整改"]
    assert told[1].below == "7 月支出 38.00"


def test_forms_without_months_give_a_point_a_window(watched, officer, on):
    first, second = watched.window(7), watched.window(10)
    dossier = watched.dossier(budget="100")
    watched.review(dossier, first, "100", "40")
    watched.review(dossier, second, "100", "50")
    kept_watch([first, second], officer, on=on)
    table = kept_watch([second], officer, on=on)
    curve = spent_year(table, windows_until(second, [first, second], officer))
    assert not curve.by_month
    assert curve.points == ((7, 40 * 10**6), (10, 50 * 10**6))
    assert curve.forecast == (60 * 10**6, 60 * 10**6, "直线外推")
    assert "没有用款计划" in curve_of(curve).note


def test_the_budget_stands_beside_what_the_year_opened_with(watched, officer, on):
    from wenxiao.budget.models import Appropriation

    window = watched.window(7)
    known, unknown = watched.dossier(budget="120"), watched.dossier(budget="50")
    for dossier, budget in ((known, "120"), (unknown, "50")):
        watched.review(dossier, window, budget, "40")
    Appropriation.objects.filter(dossier=unknown).update(opening=None)
    Appropriation.objects.filter(dossier=known).update(opening=Decimal(1_000_000))
    table = kept_watch([window], officer, on=on)
    since = since_opening(table)
    assert (since.dossiers, since.opening, since.now) == (1, 100 * 10**6, 120 * 10**6)
    windows = windows_until(window, [window], officer)
    shown = figures(windows, table, None, mended(officer, window.division_id, 2021, on), since)
    assert shown[0].below == "2 个项目，1 个有年初数的比年初 +20.00%"
    assert len(shown[0].drawn.bars) == 2


def test_departments_come_slowest_first(four, officer, on):
    laid = bullets_of(by_department(kept_watch([four], officer, on=on)), 7)
    assert [line.row.name for line in laid.lines] == ["示例单位乙", "示例单位甲"]
    assert laid.finding == "2 个部门中 1 个慢于时间进度 58.33%"
    assert bullets_of([], 7) is None


def enter(client, user):
    user.must_change_password = False
    user.save()
    client.force_login(user)


def test_the_page_draws_what_its_reader_may_see(watched, four, client):
    enter(client, watched.user(Role.LEADER))
    text = browsed(client.get("/watch?year=2021").content.decode())
    assert "比时间慢 14.00 个百分点" in text
    for name in ("都好", "钱花了", "事办了", "都慢"):
        assert f'aria-label="{name}，' in text
    assert "1 个没有灯，不在图上" in text
    assert "style=" not in text
    enter(client, watched.user(Role.CLERK, watched.unit("示例单位甲")))
    text = browsed(client.get("/watch?year=2021").content.decode())
    assert "钱花了" in text
    assert "事办了，钱没付 0" in text
    assert 'aria-label="都慢，' not in text
