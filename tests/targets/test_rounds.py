"""Target rounds: who files here at all, to-dos from the notice to the last
target, late and ended rounds, withdrawal.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from tests.targets.test_filing import ROWS, filed, fill

from wenxiao.budget.models import Round
from wenxiao.budget.selectors import kinds_filed_here
from wenxiao.budget.services import (
    choose_own_filing,
    close_round,
    exempt,
    open_dossier,
    open_round,
    reopen_round,
)
from wenxiao.orgs.permissions import Refused
from wenxiao.records.models import Entry, Todo
from wenxiao.reviews.services import approve_filed_target
from wenxiao.reviews.worklists import parts_of, wholes_of
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed, Stale
from wenxiao.targets.carryover import stale_parts
from wenxiao.targets.models import Target
from wenxiao.targets.plan import PlanStep, day_of_step, milestones_of, spelled
from wenxiao.targets.returns import return_rates
from wenxiao.targets.selectors import dossiers_without_target, owed_in
from wenxiao.targets.services import (
    AskedAmount,
    approval_paper,
    begin_target,
    check_target,
    fill_target,
    last_years,
    return_target,
    submit_target,
    withdraw_target,
)

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def asked(bureau):
    return open_round(
        division=bureau.division,
        kind="target_review",
        name="2022年目标申报",
        work_year=2021,
        fiscal_year=2022,
        deadline=today() + timedelta(days=5),
        by=None,
    )


def test_the_kinds_of_a_year_that_file_here_are_chosen_with_a_reason(bureau):
    choose = {"division": bureau.division, "fiscal_year": 2024}
    with pytest.raises(NotAllowed, match="写明理由"):
        choose_own_filing(**choose, kinds=["policy"], by=bureau.finance, why=" ")
    with pytest.raises(NotAllowed, match="没有“楼房”"):
        choose_own_filing(**choose, kinds=["楼房"], by=bureau.finance, why="x")
    with pytest.raises(Refused):
        choose_own_filing(**choose, kinds=["policy"], by=bureau.clerk, why="x")
    choose_own_filing(**choose, kinds=["policy", "project"], by=bureau.finance, why="本级申报")
    with pytest.raises(NotAllowed, match="没有改动"):
        choose_own_filing(**choose, kinds=["project", "policy"], by=bureau.finance, why="x")
    choose_own_filing(**choose, kinds=["project"], by=bureau.finance, why="政策改在一体化")
    assert kinds_filed_here(bureau.division, 2024) == {"project"}
    entry = Entry.objects.filter(act="规定目标申报范围").latest("pk")
    assert (entry.data["before"], entry.data["after"]) == (["policy", "project"], ["project"])


def test_what_is_approved_elsewhere_is_not_begun_and_not_asked_for(bureau):
    choose_own_filing(
        division=bureau.division, fiscal_year=2022, kinds=["policy"], by=None, why="改"
    )
    assert not dossiers_without_target(bureau.clerk, 2022).exists()
    with pytest.raises(NotAllowed, match="项目支出的目标不在本系统申报"):
        begin_target(dossier=bureau.dossier, by=bureau.clerk)
    notice = {
        "division": bureau.division,
        "kind": "target_review",
        "name": "申报",
        "work_year": 2021,
        "by": bureau.finance,
    }
    with pytest.raises(NotAllowed, match="项目支出的目标不在本系统申报"):
        open_round(**notice, fiscal_year=2022, scope={"kinds": ["project"]})
    with pytest.raises(NotAllowed, match="没有设为在本系统申报"):
        open_round(**notice, fiscal_year=2030)
    assert open_round(**notice, fiscal_year=2022).scope["kinds"] == ["policy"]


def test_a_to_do_from_the_notice_to_the_last_target(bureau, asked):
    todo = Todo.objects.get(target_type="budget.Round", target_id=asked.pk)
    assert (todo.unit, todo.due_on) == (bureau.unit, asked.deadline)
    assert wholes_of([asked])[asked.pk].missing == 1
    target = filed(bureau)
    todo.refresh_from_db()
    assert todo.state == "done"
    assert (wholes_of([asked])[asked.pk].missing, owed_in(asked).count()) == (0, 0)
    assert [(part.name, part.received) for part in parts_of(bureau.clerk, asked)] == [
        ("天长市水利局", 1)
    ]
    return_target(
        target=target, marks=[], why="重写目标", by=bureau.finance, version=target.version
    )
    back = Todo.objects.get(target_type="targets.Target", state="open")
    assert (back.unit, "被退回" in back.title) == (bureau.unit, True)
    assert wholes_of([asked])[asked.pk].missing == 1
    submit_target(target=target, by=bureau.clerk, version=target.version)
    back.refresh_from_db()
    assert back.state == "done"


def test_two_owed_the_first_handed_in_leaves_the_to_do(bureau, asked):
    from wenxiao.budget.services import ensure_subject

    more = ensure_subject(
        division=bureau.division, unit=bureau.unit, code="P002", name="渠道清淤", by=None
    )
    second = open_dossier(subject=more, fiscal_year=2022, by=None)
    filed(bureau)
    assert Todo.objects.get(target_id=asked.pk).state == "open"
    exempt(round=asked, dossier=second, reason="other", note="并入水旱灾害", by=bureau.finance)
    assert owed_in(asked).count() == 0


def test_late_is_noted_and_an_ended_round_takes_nothing(bureau, asked):
    Round.objects.filter(pk=asked.pk).update(deadline=date(2021, 1, 1))
    target = begin_target(dossier=bureau.dossier, by=bureau.clerk)
    fill(target, ROWS, bureau.clerk, {"text": "办好培训"})
    asked.refresh_from_db()
    close_round(round=asked, by=bureau.finance)
    with pytest.raises(NotAllowed, match="“2022年目标申报”已结束"):
        submit_target(target=target, by=bureau.clerk, version=target.version)
    reopen_round(round=asked, by=bureau.finance, why="补报")
    submit_target(target=target, by=bureau.clerk, version=target.version)
    assert Entry.objects.filter(act="送审绩效目标").latest("pk").data["late"] == ["2022年目标申报"]


def test_withdrawn_before_it_is_checked_and_handed_in_again(bureau, asked):
    target = filed(bureau)
    seen = target.version
    with pytest.raises(Refused):
        withdraw_target(target=target, by=bureau.stranger, version=seen)
    withdraw_target(target=target, by=bureau.clerk, version=seen)
    assert (target.state, target.filed_by) == ("draft", None)
    with pytest.raises(NotAllowed, match="不能撤回"):
        withdraw_target(target=target, by=bureau.clerk, version=target.version)
    with pytest.raises(NotAllowed, match="不能转为"):
        check_target(target=target, by=bureau.finance, version=seen)
    submit_target(target=target, by=bureau.clerk, version=target.version)
    old = Target.objects.get(pk=target.pk)
    with pytest.raises(Stale):
        check_target(target=old, by=bureau.finance, version=seen)
    check_target(target=old, by=bureau.finance, version=old.version)
    with pytest.raises(NotAllowed, match="不能撤回"):
        withdraw_target(target=old, by=bureau.clerk, version=old.version)


def test_return_rates_by_unit_and_reviewer_from_the_trail(bureau):
    target = filed(bureau)
    row = target.indicators.first()
    return_target(
        target=target,
        marks=[{"row": row.pk, "note": "写明口径"}],
        why="",
        by=bureau.finance,
        version=target.version,
    )
    submit_target(target=target, by=bureau.clerk, version=target.version)
    check_target(target=target, by=bureau.finance, version=target.version)
    units, reviewers = return_rates(bureau.finance, 2022)
    assert [(u.name, u.whole, u.returned, u.marks, u.rate) for u in units] == [
        ("天长市水利局", 2, 1, 1, Decimal("50.00"))
    ]
    assert [(r.name, r.whole, r.returned) for r in reviewers] == [("finance", 2, 1)]
    assert return_rates(bureau.stranger, 2022) == ([], [])


# ---- money, basis and plan -----------------------------------------------------------------------

MONEY = [
    ("fund", AskedAmount("一般公共预算", Decimal(1200000), "100人 × 1.2万元")),
    ("fund", AskedAmount("其他资金", Decimal(50000))),
    ("task", AskedAmount("集中培训", Decimal(1250000), "分三期")),
]
STEPS = [PlanStep("招标", "2022年1月", "2022-03"), PlanStep("培训", "2022-04", "2022-11-15")]


def drawn(bureau, **more):
    target = begin_target(dossier=bureau.dossier, by=bureau.clerk)
    rows = [(None, row) for row in ROWS]
    return fill_target(
        target=target, rows=rows, head={}, by=bureau.clerk, version=target.version, **more
    )


def test_money_with_its_basis_and_the_plan_are_kept_and_left_alone(bureau):
    target = drawn(bureau, money=MONEY, steps=STEPS)
    told = [
        (one.kind, one.order, one.name, one.amount, one.content) for one in target.amounts.all()
    ]
    assert told == [
        ("fund", 1, "一般公共预算", Decimal(1200000), "100人 × 1.2万元"),
        ("fund", 2, "其他资金", Decimal(50000), ""),
        ("task", 1, "集中培训", Decimal(1250000), "分三期"),
    ]
    assert target.plan[0] == {"step": "招标", "from": "2022-01", "to": "2022-03"}
    fill(target, ROWS, bureau.clerk)
    assert (target.amounts.count(), len(target.plan)) == (3, 2)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"money": [("fund", AskedAmount(" ", Decimal(1)))]}, "资金第 1 行须写明名称"),
        ({"money": [MONEY[0]] * 41}, "资金最多 40 行"),
        ({"steps": [PlanStep("", "2022-01")]}, "第 1 步须写明步骤"),
        ({"steps": [PlanStep("招标", "", "三月")]}, "“三月”读不出来"),
        ({"steps": [PlanStep("招标", "2022-05", "2022-03")]}, "晚于完成时间"),
        ({"steps": [STEPS[0], STEPS[0]]}, "写了两次"),
    ],
)
def test_a_money_row_or_a_step_that_cannot_stand_is_refused_whole(bureau, more, why):
    with pytest.raises(NotAllowed, match=why):
        drawn(bureau, **more)
    target = Target.objects.get()
    assert (target.plan, target.amounts.count()) == ([], 0)


def test_days_of_steps_as_people_write_them():
    assert day_of_step("2022年2月") == date(2022, 2, 28)
    assert day_of_step("2022.3.15") == date(2022, 3, 15)
    assert [day_of_step(text) for text in ("2022-13", "2022-02-30", "三月", "", "3月")] == [
        None
    ] * 5
    assert [spelled(text) for text in ("2022年3月", "2022/3/5", "年底")] == [
        "2022-03",
        "2022-03-05",
        "年底",
    ]
    plan = [{"step": "招标", "to": "2022-03"}, {"step": "招标", "to": "2022-04"}, {"step": "x"}]
    assert milestones_of(plan) == {"招标": date(2022, 3, 31)}


def approved(bureau, target, number="1号"):
    submit_target(target=target, by=bureau.clerk, version=target.version)
    check_target(target=target, by=bureau.finance, version=target.version)
    paper = approval_paper(
        division=bureau.division, number=number, title="批复", issued_on=None, by=bureau.second
    )
    return approve_filed_target(
        target=target, approval=paper, by=bureau.second, version=target.version
    )


def test_the_approved_plan_becomes_the_milestones_and_done_steps_stay(bureau):
    from wenxiao.reviews.services.monitoring import plan_milestones, reach_milestone

    plan_milestones(dossier=bureau.dossier, steps={"招标": date(2022, 2, 1)}, by=bureau.clerk)
    reach_milestone(
        milestone=bureau.dossier.milestones.get(), on=date(2022, 1, 20), by=bureau.clerk
    )
    approved(bureau, drawn(bureau, steps=STEPS))
    told = [(one.name, one.due, one.done) for one in bureau.dossier.milestones.all()]
    assert told == [
        ("招标", date(2022, 2, 1), date(2022, 1, 20)),
        ("培训", date(2022, 11, 15), None),
    ]
    entry = Entry.objects.get(act="按批复的计划定节点")
    assert entry.by == bureau.second
    assert "第 1 版" in entry.why


def test_what_is_carried_over_untouched_is_named_part_by_part(bureau):
    head = {"text": "2022年办好培训", "starts": "2022-01", "ends": "2022-12", "content": "每年办班"}
    target = begin_target(dossier=bureau.dossier, by=bureau.clerk)
    fill_target(
        target=target,
        rows=[(None, row) for row in ROWS],
        head=head,
        by=bureau.clerk,
        version=1,
        money=MONEY,
        steps=STEPS,
    )
    approved(bureau, target)
    following = open_dossier(subject=bureau.subject, fiscal_year=2023, by=None)
    draft = begin_target(dossier=following, by=bureau.clerk)
    found = stale_parts(draft, last_years(following))
    assert found == {
        "text": ["与上年相同", "还写着以前的年份"],
        "starts": ["与上年相同", "还写着以前的年份"],
        "ends": ["与上年相同", "还写着以前的年份"],
        "m0": ["金额与上年相同"],
        "m1": ["金额与上年相同"],
        "m2": ["金额与上年相同"],
        "s0": ["时间与上年相同"],
        "s1": ["时间与上年相同"],
    }
    fill_target(
        target=draft,
        rows=[(row.pk, one) for row, one in zip(draft.indicators.all(), ROWS, strict=True)],
        head={"text": "办好培训", "starts": "2023-01", "ends": "2023-12"},
        by=bureau.clerk,
        version=draft.version,
        money=[("fund", AskedAmount("一般公共预算", Decimal(1300000)))],
        steps=[PlanStep("招标", "2023-01", "2023-03")],
    )
    draft = Target.objects.get(pk=draft.pk)
    assert stale_parts(draft, last_years(following)) == {}
    assert stale_parts(draft, None) == {}
