"""The watch: which figure counts, which light it earns, and that no row is
seen by whoever may not.
"""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import polars as pl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.monitoring.from_scratch import watch

from wenxiao.budget import money_columns as money
from wenxiao.budget.models import Appropriation, Exemption, Milestone, Spending
from wenxiao.budget.money import money_of
from wenxiao.budget.services import open_round
from wenxiao.followup.services.keeping import kept_watch
from wenxiao.followup.watch.overview import (
    by_department,
    changes_since,
    earlier_round,
    money_by_goals,
    overdue,
)
from wenxiao.followup.watch.sentences import WatchRow, watch_rows
from wenxiao.orgs.models import Role, Unit

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def test_the_seed(watched, officer, on):
    table = watch(watched.seed(), officer, on=on)
    rows = watch_rows(table)
    told = [
        (
            row.name[:4],
            row.pace.light,
            str(row.pace.index),
            row.pace.above_pace,
            len(row.compliance),
        )
        for row in rows
    ]
    assert told == [
        ("区社发局", "red", "56.4", False, 0),
        ("组织部公", "yellow", "65.5", False, 0),
        ("区公安分", "green", "96.9", False, 1),
        ("区法院辅", "green", "111.5", True, 2),
    ]
    assert (
        rows[0].pace.reason
        == "执行率 47.02%（1163.7 ÷ 2475 万元，时间进度 10 ÷ 12 = 83.33%），进度指数 56.4。"
    )
    assert rows[0].pace.standing == "未核"
    assert rows[3].compliance == (("人事用工管理不规范", True), ("工资福利待遇发放不规范", True))
    assert rows[3].warnings[0].startswith("超进度：进度指数 111.5 超过 110（测算参数，依据未核）")
    assert rows[0].suggestions == ("加快项目资金执行进度。",)
    assert table.lights == {"red": 1, "yellow": 1, "green": 2, "none": 0}
    assert table.goals == {"red": 0, "yellow": 0, "green": 0, "none": 4}
    assert (rows[0].goal_text, rows[0].source) == ("未报", "报表填报")


def test_treasury_counts_before_the_form_and_the_difference_is_told(watched, officer, on):
    window, dossier = watched.window(), watched.dossier(budget="100")
    watched.review(dossier, window, None, "58")
    for month, amount in ((1, "10"), (2, "10"), (3, "10"), (7, "20"), (8, "30")):
        watched.pay(dossier, month, amount)
    (row,) = watch_rows(watch(window, officer, on=on))
    assert (row.executed, row.source) == (Decimal(500_000), "国库支付")
    assert row.warnings == ("国库支付 50 万元，单位填报 58 万元，相差 8 万元。",)
    assert [name for name, _ in row.forecast.methods] == ["直线外推", "近三月外推"]
    assert (row.forecast.low, row.forecast.high) == (Decimal("833333.33"), Decimal("857142.86"))


def test_no_budget_or_no_figure_is_grey(watched, officer, on):
    window = watched.window()
    watched.dossier("无预算")
    watched.pay(watched.dossier("零预算", budget="0"), 1, "5")
    watched.dossier("无支出", budget="10")
    table = watch(window, officer, on=on)
    assert table.lights == {"red": 0, "yellow": 0, "green": 0, "none": 3}
    assert all("不判断进度" in row.pace.reason for row in watch_rows(table))


def test_late_money_shows_both_sums(watched, officer, on):
    window = watched.window()
    dossier = watched.dossier(budget="70", arrived_on=date(2021, 6, 15))
    watched.pay(dossier, 7, "20")
    (row,) = watch_rows(watch(window, officer, on=on))
    assert (row.pace.light, row.pace.index) == ("green", Decimal("100.0"))
    assert (row.whole_year.light, row.whole_year.index) == ("red", Decimal("49.0"))
    assert row.warnings == ("资金 6 月到位：按到位后计 100.0（绿灯），按全年计 49.0（红灯）。",)


def test_cut_back_to_a_hundred_percent_is_warned_of(watched, officer, on):
    window = watched.window(12)
    dossier = watched.dossier(budget="100")
    Appropriation.objects.filter(dossier=dossier).update(
        cut_back=Decimal(200_000), adjusted=Decimal(800_000)
    )
    watched.pay(dossier, 12, "80")
    (row,) = watch_rows(watch(window, officer, on=on))
    assert row.pace.rate == Decimal("100.00")
    assert row.warnings == ("收回预算 20 万元后执行率 100%，按收回前 100 万元计为 80%。",)


def test_milestones_win_over_months(watched, officer, on):
    window, dossier = watched.window(), watched.dossier(budget="100")
    watched.pay(dossier, 7, "5")
    Milestone.objects.create(
        dossier=dossier, name="招标", due=date(2021, 3, 31), done=date(2021, 3, 20)
    )
    Milestone.objects.create(
        dossier=dossier, name="开工", due=date(2021, 7, 31), done=date(2021, 8, 2)
    )
    Milestone.objects.create(dossier=dossier, name="验收", due=date(2021, 12, 31))
    table = watch(window, officer, on=on)
    (row,) = watch_rows(table)
    assert (row.pace.light, row.pace.index) == ("red", Decimal("50.0"))
    assert "未完成：开工" in row.pace.reason
    assert table.frame["light"].to_list() == ["red"]
    assert [step.name for step in row.milestones] == ["招标", "开工", "验收"]


def test_goals_stand_beside_money(watched, officer, on):
    window = watched.window()
    dossier = watched.dossier(budget="100")
    watched.pay(dossier, 7, "60")
    watched.goals(
        dossier,
        ("养护里程", "≥126公里", "20公里", "数量指标"),
        ("合格率", "≥98%", "99%", "质量指标"),
        ("机制", "建立", "部分达成", "效益"),
        ("满意度", "≥90%", None, "满意度"),
    )
    table = watch(window, officer, on=on)
    (row,) = watch_rows(table)
    assert (row.pace.light, row.goal, row.goal_text) == ("green", "red", "1/4 难完成")
    assert [goal.light for goal in row.goals] == ["red", "yellow", "green"]
    cells = {(cell.money, cell.goal): cell.count for line in money_by_goals(table) for cell in line}
    assert cells["green", "red"] == 1
    assert sum(cells.values()) == 1


def test_only_what_the_user_may_see(watched, officer, on):
    window = watched.window()
    mine, other = watched.dossier("甲的", budget="10"), watched.dossier("乙的", "示例单位乙", "10")
    secret = watched.dossier("限制", "示例单位丙", "10", restriction="restricted")
    office = watched.user(Role.BUDGET)
    clerk = watched.user(Role.CLERK, watched.unit("示例单位甲"))
    seen = {
        name: set(watch(window, user, on=on).frame["dossier"])
        for name, user in (("o", officer), ("b", office), ("c", clerk))
    }
    assert seen == {"o": {mine.pk, other.pk, secret.pk}, "b": {mine.pk, other.pk}, "c": {mine.pk}}


def test_excused_ones_are_left_out(watched, officer, on):
    window, dossier = watched.window(), watched.dossier(budget="10")
    watched.dossier("另一个", budget="10")
    Exemption.objects.create(round=window, dossier=dossier, reason="cancelled", by=officer)
    assert len(watch(window, officer, on=on)) == 1


def test_the_same_queries_for_one_and_many(watched, officer, on):
    window = watched.window(10)
    counts = []
    for many in (1, 12):
        for number in range(many):
            dossier = watched.dossier(f"项目{many}{number}", f"单位{number}", "10")
            watched.pay(dossier, 1, "3")
            watched.review(dossier, window, None, "3")
            watched.goals(dossier, ("里程", "≥10公里", "3公里", "数量指标"), through=10)
            watched.finding(dossier)
        window = type(window).objects.select_related("division").get(pk=window.pk)
        with CaptureQueriesContext(connection) as queries:
            table = watch(window, officer, on=on)
            assert len(watch_rows(table)) == len(table)
            by_department(table)
        counts.append(len(queries))
    assert counts[0] == counts[1] < 30


def test_spending_frame_equals_the_selector(watched):
    rows = [watched.dossier(str(number), budget="10") for number in range(5)]
    watched.pay(rows[0], 1, "3"), watched.pay(rows[0], 2, "-1", line="退")
    watched.pay(rows[1], 1, "3", fund="total"), watched.pay(rows[1], 1, "2", fund="general")
    watched.pay(rows[1], 2, "4", fund="total"), watched.pay(rows[1], 2, "9", source="form")
    (
        watched.pay(rows[2], 3, "3", cumulative=True, source="form"),
        watched.pay(rows[2], 6, "5", cumulative=True, source="form"),
    )
    watched.pay(rows[3], 9, "3")
    which, keys = money.Q(dossier__in=[row.pk for row in rows]), [row.pk for row in rows]
    frame = {row["dossier"]: row for row in money.spent(which, 7).to_dicts()}
    for key, known in money_of(keys, through_month=7).items():
        mine = frame.get(key)
        assert (mine and mine["spent"]) == (None if known.spent is None else int(known.spent * 100))
        assert (mine["source"] if mine else "") == known.source


def test_budget_frame_equals_the_selector(watched):
    rows = [watched.dossier(str(number)) for number in range(5)]
    amounts = [
        [("total", {"opening": 5})],
        [("total", {"opening": 5, "adjusted": 7}), ("general", {"opening": 3, "added": 1})],
        [("general", {"opening": 3, "cut_back": 1}), ("other", {"adjusted": 9})],
        [("general", {"arrived": 3})],
        [],
    ]
    for row, funds in zip(rows, amounts, strict=True):
        for fund, values in funds:
            Appropriation.objects.create(
                dossier=row, fund=fund, **{k: Decimal(v) for k, v in values.items()}
            )
    which = money.Q(dossier__in=[row.pk for row in rows])
    frame = dict(money.arranged(which, 2021).select("dossier", "budget").iter_rows())
    for key, known in money_of([row.pk for row in rows]).items():
        assert frame.get(key) == (None if known.budget is None else int(known.budget * 100))


def test_departments_add_their_units_up(watched, officer, on):
    window = watched.window()
    top = watched.unit("教体局")
    watched.unit("一小", top, Unit.Kind.UNIT)
    for name, paid in (("教体局", "10"), ("一小", "60")):
        watched.pay(watched.dossier(f"{name}项目", name, "100"), 7, paid)
    watched.dossier("无数", "民政局")
    rows = by_department(watch(window, officer, on=on))
    assert [(row.name, row.dossiers, row.rate) for row in rows] == [
        ("教体局", 2, Decimal("35.00")),
        ("民政局", 1, None),
    ]
    assert rows[0].money == {"red": 1, "yellow": 0, "green": 1, "none": 0}


def test_what_turned_red_since_last_time(watched, officer, on):
    first, second = watched.window(7), watched.window(10)
    slow, quick = watched.dossier("慢", budget="100"), watched.dossier("快", "示例单位乙", "100")
    watched.pay(slow, 5, "40"), watched.pay(quick, 2, "10"), watched.pay(quick, 9, "80")
    table = watch(second, officer, on=on)
    assert earlier_round(second) == first
    assert earlier_round(first) is None
    changes = changes_since(
        kept_watch([second], officer, on=on), kept_watch([first], officer, on=on)
    )
    assert [row["dossier"] for row in changes.turned_red.part()] == [slow.pk]
    assert [row["dossier"] for row in changes.left_red.part()] == [quick.pk]
    assert changes.slower == 1
    assert table.only(pl.col("light") == "red").lights["red"] == 1


def test_what_is_late(watched, officer, on):
    window = watched.window(deadline=date(2021, 8, 31))
    watched.review(watched.dossier("未报", budget="1"), window)
    watched.review(watched.dossier("已报", budget="1"), window, state="submitted")
    from wenxiao.followup.models import Rectification

    dossier = watched.dossier("整改", "示例单位乙")
    Rectification.objects.create(
        finding=watched.finding(dossier), unit=dossier.unit, deadline=date(2021, 11, 1)
    )
    rows, total = overdue(officer, on=on)
    assert total == 3
    assert [(row.kind, row.name, row.days) for row in rows] == [
        ("未报送", "未报", 81),
        ("未报送", "整改", 81),  # in the round's scope, nobody began it
        ("整改逾期", "整改", 19),
    ]
    assert overdue(officer, on=on, work_year=2020)[0][0].kind == "整改逾期"
    assert overdue(watched.user(Role.CLERK, watched.unit("示例单位乙")), on=on)[0][0].name == "整改"
    assert [row.name for row in overdue(officer, on=on, most=1)[0]] == ["未报"]
    assert overdue(officer, on=on, most=1)[1] == 3


def test_late_self_evaluations_count_and_received_forms_do_not(watched, officer, on):
    round = open_round(
        division=watched.division,
        kind="selfeval",
        name="2020年度自评",
        work_year=2021,
        fiscal_year=2021,
        by=None,
        deadline=date(2021, 5, 1),
    )
    watched.dossier("没报的自评")
    watched.review(
        watched.dossier("收到待更正"), round, state="filling", received_on=date(2021, 4, 1)
    )
    rows, total = overdue(officer, on=on)
    assert total == 1
    assert [(row.kind, row.name, row.matter, row.days) for row in rows] == [
        ("未报送", "没报的自评", "2020年度自评", 203)
    ]


def test_many_are_read_by_year_and_give_the_same(watched, officer, on, monkeypatch):
    rounds = watched.seed()
    named = watch(rounds, officer, on=on).frame
    monkeypatch.setattr(money, "FEW", 0)
    assert watch(rounds, officer, on=on).frame.equals(named)


@pytest.mark.parametrize(("day", "warned"), [(date(2021, 11, 25), True), (date(2021, 3, 5), False)])
def test_the_day_of_taking_back_tells_a_late_reduction_from_an_early_one(
    watched, officer, on, day, warned
):
    window = watched.window(12)
    dossier = watched.dossier(budget="100")
    told = {"cut_back": Decimal(200_000), "adjusted": Decimal(800_000), "cut_back_on": day}
    Appropriation.objects.filter(dossier=dossier).update(**told)
    watched.pay(dossier, 12, "80")
    (row,) = watch_rows(watch(window, officer, on=on))
    sentence = "11月25日收回预算 20 万元后执行率 100%，按收回前 100 万元计为 80%。"
    assert row.warnings == ((sentence,) if warned else ())


def test_a_late_cut_is_judged_over_the_year_whatever_the_window(watched, officer, on):
    """A cut in November, a window to July; no month of the window knew of it."""
    window = watched.window(7)
    dossier = watched.dossier(budget="100")
    told = {"cut_back": Decimal(600_000), "adjusted": Decimal(400_000)}
    Appropriation.objects.filter(dossier=dossier).update(**told, cut_back_on=date(2021, 11, 10))
    watched.pay(dossier, 7, "10")
    watched.pay(dossier, 12, "30")
    sentence = "11月10日收回预算 60 万元后执行率 100%，按收回前 100 万元计为 40%。"
    (row,) = watch_rows(watch(window, officer, on=on))
    assert sentence in row.warnings
    Spending.objects.filter(dossier=dossier, month=12).delete()
    (row,) = watch_rows(watch(window, officer, on=on))
    assert not any("收回预算" in text for text in row.warnings)


@pytest.mark.parametrize(
    ("synthetic", "name", "said"),
    [(False, "在岗率（合成）", True), (False, "在岗率", False), (True, "在岗率（合成）", False)],
)
def test_goals_made_for_a_named_project_say_so(synthetic, name, said):
    row = SimpleNamespace(synthetic=synthetic, goals=(SimpleNamespace(name=name),))
    assert WatchRow.goals_synthetic.fget(row) is said
