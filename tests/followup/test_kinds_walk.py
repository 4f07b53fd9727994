"""One object of every kind, and of every budget, goes from its target to the report: what the
product says of a kind (全程 or 仅登记) is what these journeys prove.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.test import Client

from wenxiao.budget.kind_facts import own_of_dossier
from wenxiao.budget.models import Fund, KindFact, Subject
from wenxiao.budget.services import (
    add_spending,
    choose_own_filing,
    ensure_subject,
    open_dossier,
    open_round,
    set_appropriation,
)
from wenxiao.followup import services as followup
from wenxiao.followup.selectors.coverage import coverage_of
from wenxiao.orgs.services import add_unit, create_division, create_user, grant
from wenxiao.reports.facts import facts as facts_of_report
from wenxiao.reports.summary import KINDS as REPORTED
from wenxiao.reports.summary import sheets
from wenxiao.reviews.services import (
    begin_evaluation,
    check_review,
    confirm_review,
    fix_frame,
    issue_review,
    record_actual,
    record_mark,
    set_weights,
    start_review,
    submit_review,
)
from wenxiao.reviews.services.approval import approve_filed_target
from wenxiao.rulebook.object_kinds import KINDS, WALKED, walked
from wenxiao.targets.plan import PlanStep
from wenxiao.targets.services import (
    AskedAmount,
    TargetRow,
    approval_paper,
    begin_target,
    check_target,
    fill_target,
    submit_target,
)

pytestmark = [pytest.mark.db, pytest.mark.django_db]
YEAR = 2021
MONEY = Decimal(2_000_000)
JOURNEYS = [(kind, "general") for kind in Subject.Kind.values] + [
    ("project", fund) for fund in ("government_fund", "state_capital", "social_insurance")
]


@pytest.fixture
def house():
    division = create_division(code="360999", name="示例区", bureau="示例区财政局", by=None)
    unit = add_unit(division=division, code="101", name="城建局", kind="department", by=None)
    made = SimpleNamespace(division=division, unit=unit)
    for name, role, where in (
        ("clerk", "clerk", unit),
        ("budget", "budget", None),
        ("first", "performance", None),
        ("second", "performance", None),
    ):
        user = create_user(
            division=division, username=name, name=name, by=None, unit=where, password="Long-1-pass"
        )
        user.must_change_password = False
        user.save()
        grant(user=user, role=role, division=division, unit=where, by=None)
        setattr(made, name, user)
    return made


def value_of(fact):
    """A value the page takes, agreeing with every other of its kind."""
    if fact.options:
        return fact.options[0]
    if fact.type == "日期":
        return f"{YEAR}-06-30"
    return {"文字": "合成文件1号", "比率": "3.25"}.get(
        fact.type, "0" if "扣减" in fact.name else "150"
    )


def registered(house, kind, fund):
    """The object with its money, and on its page every fact of its kind and budget."""
    subject = ensure_subject(
        division=house.division, unit=house.unit, code="K001", name="示例对象", kind=kind, by=None
    )
    dossier = open_dossier(subject=subject, fiscal_year=YEAR, by=house.budget)
    set_appropriation(dossier=dossier, by=house.budget, fund=fund, opening=MONEY, adjusted=MONEY)
    facts = own_of_dossier(dossier).facts
    client = Client()
    client.force_login(house.clerk)
    page = client.get(f"/dossiers/{dossier.pk}/kind").content.decode()
    if not facts:
        assert "没有另列的类型事项" in page
        return dossier, facts
    given = {f"f{at}": value_of(fact) for at, fact in enumerate(facts)}
    for side in ("上年滚存结余", "本年基金收入", "本年基金支出", "年末滚存结余"):
        at = next((at for at, fact in enumerate(facts) if fact.name == side), None)
        if at is not None:
            given[f"f{at}"] = {"上年滚存结余": "100", "年末滚存结余": "100"}.get(side, "150")
    client.post(f"/dossiers/{dossier.pk}/kind", {**given, "seen": "{}", "why": "合成文件1号"})
    assert KindFact.objects.filter(dossier=dossier).count() == len(facts)
    shown = client.get(f"/dossiers/{dossier.pk}/kind").content.decode()
    assert f"{len(facts)} 项都已登记，没有不相合的" in shown
    return dossier, facts


def promised(house, dossier):
    """The target filed by the unit, checked and approved with the budget."""
    choose_own_filing(
        division=house.division,
        fiscal_year=YEAR,
        kinds=[dossier.subject.kind],
        by=house.first,
        why="本级申报",
    )
    opened(house, "target_review", dossier)
    rows = [
        TargetRow("产出指标", "数量指标", "完成任务数", "≥10项", Decimal(40), source="台账"),
        TargetRow("产出指标", "质量指标", "验收合格率", "≥95%", Decimal(20), source="验收单"),
        TargetRow("效益指标", "社会效益指标", "受益人数", "≥400人", Decimal(20), source="统计表"),
        TargetRow("满意度指标", "服务对象满意度指标", "满意度", "≥90%", Decimal(10), source="问卷"),
    ]
    target = begin_target(dossier=dossier, by=house.clerk)
    target = fill_target(
        target=target,
        rows=[(None, row) for row in rows],
        head={
            "text": "完成任务。",
            "content": "示例。",
            "starts": "2021-01-01",
            "ends": "2021-12-31",
        },
        money=[("fund", AskedAmount("年度资金总额", MONEY, "按任务测算"))],
        steps=[PlanStep("实施", f"{YEAR}-01", f"{YEAR}-12")],
        by=house.clerk,
        version=target.version,
    )
    target = submit_target(target=target, by=house.clerk, version=target.version)
    target = check_target(target=target, by=house.first, version=target.version)
    paper = approval_paper(
        division=house.division,
        number="1号",
        title="批复",
        issued_on=date(YEAR, 1, 5),
        by=house.budget,
    )
    approve_filed_target(target=target, approval=paper, by=house.budget, version=target.version)
    return target


def opened(house, kind, dossier, **more):
    return open_round(
        division=house.division,
        kind=kind,
        name=kind,
        work_year=YEAR,
        fiscal_year=YEAR,
        by=house.first,
        scope={"dossiers": [dossier.pk]},
        **more,
    )


def filled(house, dossier, kind, **more):
    """A form of indicator rows, filled in by the unit, checked and confirmed by the bureau."""
    review = start_review(
        dossier=dossier, round=opened(house, kind, dossier, **more), by=house.clerk
    )
    for row in review.target.indicators.order_by("order"):
        record_actual(
            review=review,
            indicator=row,
            by=house.clerk,
            value=row.expression.lstrip("≥"),
            forecast=row.expression.lstrip("≥") if kind == "monitoring" else "",
            possibility="确定能" if kind == "monitoring" else "",
        )
    review.refresh_from_db()
    submit_review(review=review, by=house.clerk)
    for mark in review.marks.filter(points=None, indicator__weight__isnull=False):
        record_mark(
            review=review,
            row=mark.indicator,
            by=house.first,
            points=mark.indicator.weight,
            note="问卷 120 份",
            version=mark.version,
            why="核对无误",
        )
    check_review(review=review, by=house.first, why="核对无误")
    review.refresh_from_db()
    confirm_review(review=review, by=house.second, why="核对无误")
    return review


def evaluated(house, dossier):
    """By a frame that looks at what the kind is looked at besides; scored, confirmed, issued."""
    review = begin_evaluation(
        dossier=dossier,
        round=opened(house, "finance_evaluation", dossier, key=True),
        frame="department_framework"
        if dossier.subject.kind == Subject.Kind.DEPARTMENT
        else "project_framework",
        by=house.first,
    )
    rows = list(review.criteria.order_by("order"))
    share = Decimal(100) // len(rows)
    weights = {row.pk: share for row in rows}
    weights[rows[-1].pk] = Decimal(100) - share * (len(rows) - 1)
    review = set_weights(review=review, weights=weights, by=house.first, version=review.version)
    fix_frame(review=review, by=house.second, version=review.version)
    for row in review.criteria.order_by("order"):
        record_mark(review=review, row=row, by=house.first, points=row.weight, note="查过资料")
    review.refresh_from_db()
    followup.audit_money(
        review=review,
        arranged=MONEY,
        used=MONEY,
        differences=(),
        by=house.first,
        why="查账",
        version=review.version,
    )
    review.refresh_from_db()
    submit_review(review=review, by=house.first)
    check_review(review=review, by=house.second)
    confirm_review(review=review, by=house.second)
    review.refresh_from_db()
    issue_review(review=review, by=house.first, issued_on=date(YEAR, 12, 1))
    return review, rows


@pytest.mark.parametrize(("kind", "fund"), JOURNEYS)
def test_one_object_goes_from_its_target_to_the_report(house, kind, fund):
    dossier, facts = registered(house, kind, fund)
    promised(house, dossier)
    for month in (6, 12):
        add_spending(dossier=dossier, by=house.budget, month=month, amount=MONEY / 2, fund=fund)
    filled(house, dossier, "monitoring", through_month=7)
    filled(house, dossier, "selfeval")
    review, rows = evaluated(house, dossier)
    own = own_of_dossier(dossier)
    assert {name for _, name in own.look_at} <= {row.name for row in rows}
    use = followup.propose_use(
        dossier=dossier, kind="strict", basis="按评价结果", by=house.first, review=review
    )
    followup.decide_use(
        use=use, by=house.second, accepted=True, why="按上年安排", on=date(YEAR, 12, 8)
    )

    known = facts_of_report(house.division, YEAR).evaluated
    assert [(row.dossier, row.kind, row.points) for row in known] == [
        (dossier.pk, kind, Decimal(100))
    ]
    first = sheets(facts_of_report(house.division, YEAR))[0]
    assert REPORTED[kind] in str(first)
    assert bool(facts) == (kind in KINDS or fund in KINDS)
    done = {
        cell.stage
        for cell in coverage_of(house.division, YEAR)
        if cell.done.objects and cell.fund == fund
    }
    assert done == {"target_review", "monitoring", "selfeval", "finance_evaluation", "use"}
    assert walked(kind)
    assert walked(fund)


def test_what_is_said_to_go_the_whole_way_is_what_was_walked():
    assert {name for pair in JOURNEYS for name in pair} == WALKED
    assert set(Subject.Kind.values) <= WALKED
    assert {one for one in Fund.values if one not in {"total", "carried", "other"}} <= WALKED
    assert set(KINDS) <= WALKED
