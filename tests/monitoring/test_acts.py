"""A window from its beginning: what the unit fills, what is refused and why, what the bureau does itself."""

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
    assert (review.state, review.kind, review.target) == ("waiting", "monitoring", dossier.targets.get())
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


def test_a_unit_fills_what_only_it_knows(begun, clerk):
    _, review, row = begun
    filled = acts.Filled(row, "70公里", "120公里", ("经费保障", "其他"), "有可能", "加快支付")
    (actual,) = acts.fill_monitoring(review=review, by=clerk, rows=[filled], executed=Decimal(600_000))
    assert (actual.value, actual.forecast, actual.causes, actual.note) == (
        "70公里",
        "120公里",
        ["经费", "其他"],
        "加快支付",
    )
    review.refresh_from_db()
    assert (review.executed, review.state) == (Decimal("600000.00"), "filling")
    with pytest.raises(Stale):
        acts.fill_monitoring(review=review, by=clerk, rows=[acts.Filled(row, "71公里")])
    acts.fill_monitoring(review=review, by=clerk, rows=[acts.Filled(row, "71公里", version=actual.version)])


@pytest.mark.parametrize(
    ("filled", "said"),
    [
        ({"value": "二十来公里吧"}, "“养护里程”的完成值“二十来公里吧”不是数值，应按目标“≥126公里”的单位填写数字"),
        ({"value": "70", "causes": ("天气",)}, "偏差原因“天气”不在所列之中，可选：经费、制度、人员、硬件、其他"),
        ({"value": "70", "possibility": "没问题"}, "完成可能性“没问题”不在所列之中，可选：确定能、有可能、完全不可能"),
        ({"value": "70", "possibility": "有可能", "measure": "加快"}, "请选择偏差原因"),
        ({"value": "70", "possibility": "完全不可能", "causes": ("人员",)}, "请写明改进措施"),
    ],
)
def test_wrong_cells_are_refused_by_name_and_nothing_is_written(begun, clerk, filled, said):
    _, review, row = begun
    with pytest.raises(NotAllowed, match=said[:20]) as refused:
        acts.fill_monitoring(review=review, by=clerk, rows=[acts.Filled(row, **filled)], executed=Decimal(1))
    assert said in str(refused.value)
    assert not row.actuals.exists()
    review.refresh_from_db()
    assert review.executed is None


def test_money_is_refused_when_negative_or_too_late(begun, clerk):
    _, review, _ = begun
    with pytest.raises(NotAllowed, match="不能为负数"):
        acts.fill_monitoring(review=review, by=clerk, rows=[], executed=Decimal(-1))
    review.state = "submitted"
    with pytest.raises(NotAllowed, match="待审核"):
        acts.fill_monitoring(review=review, by=clerk, rows=[], executed=Decimal(1))


def test_words_are_taken_where_the_target_is_words(watched, clerk):
    dossier = watched.dossier()
    (row,) = watched.goals(dossier, ("机制", "建立并运行", None, "效益"))
    assert acts.faults_of(acts.Filled(row, "部分达成"), 2021) == []
    row.expression = ""
    assert acts.faults_of(acts.Filled(row, "随便"), 2021) == []


def test_the_plan_of_milestones(watched, clerk):
    dossier = watched.dossier()
    steps = {"招标": date(2021, 3, 31), "开工": date(2021, 5, 31)}
    first, _ = acts.plan_milestones(dossier=dossier, steps=steps, by=clerk)
    acts.reach_milestone(milestone=first, on=date(2021, 3, 20), by=clerk)
    left = acts.plan_milestones(dossier=dossier, steps={"验收": date(2021, 12, 1)}, by=clerk, why="调整")
    assert [(step.name, step.done) for step in left] == [("招标", date(2021, 3, 20)), ("验收", None)]
    with pytest.raises(NotAllowed, match="须有名称"):
        acts.plan_milestones(dossier=dossier, steps={" ": date(2021, 1, 1)}, by=clerk)


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


def test_field_notes_and_advice(watched, begun, officer, clerk):
    _, review, _ = begun
    acts.note_field_visit(review=review, notes="现场未见施工。", by=officer)
    acts.advise(review=review, texts=["加快实施。", " ", "规范支付。"], by=officer)
    assert review.field_notes == "现场未见施工。"
    assert [(s.number, s.text) for s in review.suggestions.all()] == [(1, "加快实施。"), (2, "规范支付。")]
    with pytest.raises(Refused):
        acts.note_field_visit(review=review, notes="x", by=clerk)
    review.state = "issued"
    with pytest.raises(NotAllowed, match="已出具"):
        acts.advise(review=review, texts=["x"], by=officer)
    other = watched.review(watched.dossier(), watched.window(12, kind="selfeval"))
    with pytest.raises(NotAllowed, match="只有监控任务"):
        acts.note_field_visit(review=other, notes="x", by=officer)
