"""Bringing, completing and approving a target: who may, what blocks, and
that nothing is stored of a refusal.
"""

from decimal import Decimal

import pytest

from wenxiao.budget.services import ensure_subject, open_dossier
from wenxiao.orgs.models import Role
from wenxiao.orgs.permissions import Refused
from wenxiao.orgs.services import add_unit, create_division, create_user, grant
from wenxiao.store.moves import NotAllowed
from wenxiao.targets.models import Indicator, Target
from wenxiao.targets.services import (
    OpenJoins,
    TargetRow,
    approve_target,
    bring_target,
    complete_target,
)

pytestmark = [pytest.mark.db, pytest.mark.django_db]
ROW = TargetRow("产出指标", "数量指标", "培训人数", "≥100人", Decimal(50))
OTHER = TargetRow("效益指标", "社会效益指标", "就业率", "≥80%", Decimal(40))


@pytest.fixture
def house():
    division = create_division(code="361000", name="示例区", bureau="示例区财政局", by=None)
    units = [
        add_unit(division=division, code=f"10{at}", name=f"示例单位{at}", by=None) for at in (1, 2)
    ]
    subject = ensure_subject(division=division, unit=units[0], code="P1", name="项目甲", by=None)
    users = []
    for unit in units:
        user = create_user(
            division=division,
            username=f"u{unit.code}",
            name="经办人",
            by=None,
            password="Chang-e_2021!",
            must_change_password=False,
        )
        grant(user=user, role=Role.CLERK, division=division, unit=unit, by=None)
        users.append(user)
    return open_dossier(subject=subject, fiscal_year=2022, by=None), *users


def test_the_unit_brings_its_target_once_and_nobody_elses(house):
    dossier, own, foreign = house
    with pytest.raises(Refused):
        bring_target(dossier=dossier, rows=[ROW], by=foreign, why="自评表")
    target, made = bring_target(dossier=dossier, rows=[ROW], by=own, why="自评表")
    assert (target.state, target.origin, [str(row) for row in made]) == (
        "unapproved",
        "sheet",
        ["培训人数"],
    )
    with pytest.raises(NotAllowed, match="已有绩效目标"):
        bring_target(dossier=dossier, rows=[OTHER], by=own, why="自评表")
    assert Target.objects.count() == 1


def test_a_clerk_does_not_approve_and_an_approved_target_is_not_completed(house):
    dossier, own, _ = house
    with pytest.raises(Refused, match="批复的绩效目标"):
        approve_target(dossier=dossier, rows=[ROW], by=own, why="批复")
    target = approve_target(dossier=dossier, rows=[ROW], by=None, why="批复")
    with pytest.raises(NotAllowed, match="目标调整"):
        complete_target(target=target, added=[OTHER], filled={}, by=own, why="监控表")
    with pytest.raises(NotAllowed, match="不能再次导入"):
        approve_target(dossier=dossier, rows=[OTHER], by=None, why="批复")
    assert list(Indicator.objects.values_list("name", flat=True)) == ["培训人数"]


def test_rows_that_do_not_join_are_asked_and_wrong_answers_refused(house):
    dossier, own, _ = house
    _, (first, second) = bring_target(dossier=dossier, rows=[ROW, OTHER], by=own, why="自评表")
    approved = [TargetRow("产出指标", "数量指标", "培训学员数", "≥120人", Decimal(50)), OTHER]
    with pytest.raises(OpenJoins, match="培训人数"):
        approve_target(dossier=dossier, rows=approved, by=None, why="批复")
    for joins, said in (({first.pk: 7}, "请核对"), ({first.pk: 1, second.pk: 1}, "只能对应")):
        with pytest.raises(NotAllowed, match=said):
            approve_target(dossier=dossier, rows=approved, by=None, why="批复", joins=joins)
    target = approve_target(
        dossier=dossier, rows=approved, by=None, why="批复", joins={first.pk: 0}
    )
    assert {row.pk: row.name for row in target.indicators.all()} == {
        first.pk: "培训学员数",
        second.pk: "就业率",
    }


def test_a_text_too_long_is_refused_with_its_row(house):
    long = TargetRow("产出指标", "数量指标", "长" * 301, "≥1个", Decimal(1))
    with pytest.raises(NotAllowed, match="第 2 行三级指标有 301 字"):
        bring_target(dossier=house[0], rows=[ROW, long], by=None, why="自评表")
    assert not Target.objects.exists()
