"""A window from its beginning: what the unit fills, what is refused and
why, what the bureau does itself.
"""

from datetime import date
from decimal import Decimal

import pytest

from wenxiao.budget.models import Exemption
from wenxiao.orgs.models import Role
from wenxiao.orgs.permissions import Refused
from wenxiao.records.models import Entry
from wenxiao.reviews.services import monitoring as acts
from wenxiao.store.moves import NotAllowed, Stale

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def clerk(watched):
    return watched.user(Role.CLERK, watched.unit("示例单位甲"))


@pytest.fixture
def begun(watched, clerk):
    """A window with one dossier begun, and the indicator its unit fills."""
    dossier = watched.dossier(budget="100")
    (row,) = watched.goals(dossier, ("养护里程", "≥126公里", None, "数量指标"))
    window = watched.window()
    acts.start_monitoring(round=window, by=None)
    return window, window.reviews.get(), row


def test_every_dossier_in_scope_waits_once(watched, officer):
    dossier, excused = watched.dossier(), watched.dossier()
    watched.dossier(year=2020)
    watched.goals(dossier, ("里程", "≥1公里", None, "数量指标"))
    window = watched.window()
    Exemption.objects.create(round=window, dossier=excused, reason="cancelled", by=officer)
    assert acts.start_monitoring(round=window, by=officer) == 1
    assert acts.start_monitoring(round=window, by=officer) == 0
    review = window.reviews.get()
    assert (review.state, review.kind, review.target) == (
        "waiting",
        "monitoring",
        dossier.targets.get(),
    )
    late = watched.dossier("后增")
    assert acts.start_monitoring(round=window, by=officer) == 1
    assert window.reviews.filter(dossier=late).exists()
    assert Entry.objects.filter(act="建立监控表").count() == 2


def test_only_the_bureau_begins_and_only_what_is_open(watched, officer, clerk):
    with pytest.raises(Refused):
        acts.start_monitoring(round=watched.window(), by=clerk)
    with pytest.raises(NotAllowed, match="不是绩效监控"):
        acts.start_monitoring(round=watched.window(kind="selfeval"), by=officer)
    closed = watched.window()
    closed.state = "closed"
    with pytest.raises(NotAllowed, match="已结束"):
        acts.start_monitoring(round=closed, by=officer)


def test_a_unit_tells_the_money_nobody_recorded(begun, clerk):
    _, review, _ = begun
    acts.report_money(review=review, by=clerk, executed=Decimal(600_000), version=review.version)
    review.refresh_from_db()
    assert (review.executed, review.budget, review.state) == (Decimal("600000.00"), None, "filling")
    with pytest.raises(Stale):
        acts.report_money(review=review, by=clerk, executed=Decimal(1), version=review.version + 1)


def test_money_is_refused_when_negative_empty_known_or_too_late(watched, begun, clerk):
    _, review, _ = begun
    with pytest.raises(NotAllowed, match="不能为负数"):
        acts.report_money(review=review, by=clerk, executed=Decimal(-1))
    with pytest.raises(NotAllowed, match="没有支出的填 0"):
        acts.report_money(review=review, by=clerk)
    review.state = "submitted"
    with pytest.raises(NotAllowed, match="待审核"):
        acts.report_money(review=review, by=clerk, executed=Decimal(1))
    review.state = "waiting"
    watched.pay(review.dossier, 3, "40")
    with pytest.raises(NotAllowed, match="国库或核算数据带出"):
        acts.report_money(review=review, by=clerk, executed=Decimal(1))


def test_the_plan_of_milestones(watched, clerk):
    dossier = watched.dossier()
    steps = {"招标": date(2021, 3, 31), "开工": date(2021, 5, 31)}
    first, _ = acts.plan_milestones(dossier=dossier, steps=steps, by=clerk)
    acts.reach_milestone(milestone=first, on=date(2021, 3, 20), by=clerk)
    left = acts.plan_milestones(
        dossier=dossier, steps={"验收": date(2021, 12, 1)}, by=clerk, why="调整"
    )
    assert [(step.name, step.done) for step in left] == [
        ("招标", date(2021, 3, 20)),
        ("验收", None),
    ]
    with pytest.raises(NotAllowed, match="写明理由"):
        acts.plan_milestones(dossier=dossier, steps={"验收": date(2021, 12, 31)}, by=clerk)
    moved = acts.plan_milestones(
        dossier=dossier,
        steps={"招标": date(2021, 1, 1), "验收": date(2021, 12, 31)},
        by=clerk,
        why="调整",
    )
    assert [step.due for step in moved] == [date(2021, 3, 31), date(2021, 12, 31)]
    with pytest.raises(NotAllowed, match="还没有到"):
        acts.reach_milestone(milestone=moved[1], on=date(2999, 1, 1), by=clerk)
    with pytest.raises(NotAllowed, match="改动须写明理由"):
        acts.reach_milestone(milestone=moved[0], on=date(2021, 3, 21), by=clerk)
    with pytest.raises(NotAllowed, match="须有名称"):
        acts.plan_milestones(dossier=dossier, steps={" ": date(2021, 1, 1)}, by=clerk)


def test_steps_of_another_year_are_refused_and_named(watched, clerk):
    dossier = watched.dossier()
    with pytest.raises(NotAllowed, match="“验收”2022-01-15不在 2021 年"):
        acts.plan_milestones(
            dossier=dossier, steps={"招标": date(2021, 3, 31), "验收": date(2022, 1, 15)}, by=clerk
        )
    assert not dossier.milestones.exists()
    (step,) = acts.plan_milestones(dossier=dossier, steps={"招标": date(2021, 3, 31)}, by=clerk)
    with pytest.raises(NotAllowed, match="早于 2021 预算年度"):
        acts.reach_milestone(milestone=step, on=date(2020, 3, 20), by=clerk)


def test_what_the_whole_year_will_take_is_typed_beside_official_money(watched, begun, clerk):
    _, review, _ = begun
    watched.pay(review.dossier, 3, "40")
    with pytest.raises(NotAllowed, match="全年预计执行数 30 万元小于已执行的 40 万元"):
        acts.report_money(review=review, by=clerk, expected=Decimal(300_000))
    told = acts.report_money(review=review, by=clerk, expected=Decimal(900_000))
    assert (told.expected, told.budget, told.executed) == (Decimal(900_000), None, None)
    assert Entry.objects.filter(act="填报监控资金").count() == 1


def test_key_monitoring_of_chosen_projects(watched, officer):
    window = watched.window(deadline=date(2021, 8, 31))
    one, two = watched.dossier("一"), watched.dossier("二")
    key = acts.choose_key(round=window, dossiers=[one], why="金额大", by=officer)
    assert (key.key, key.period, key.scope) == (True, "1-7月", {"dossiers": [one.pk]})
    again = acts.choose_key(round=window, dossiers=[two], why="民生", by=officer)
    assert again == key
    assert set(key.reviews.values_list("dossier", flat=True)) == {one.pk, two.pk}
    assert acts.choose_key(round=again, dossiers=[one], why="再选", by=officer) == key
    with pytest.raises(NotAllowed, match="写明选取理由"):
        acts.choose_key(round=window, dossiers=[one], why=" ", by=officer)
    with pytest.raises(NotAllowed, match="不是2021年度"):
        acts.choose_key(round=window, dossiers=[watched.dossier(year=2020)], why="x", by=officer)
