"""A small division to look at: departments, a clerk and officers, dossiers
through the whole cycle.
"""

from datetime import date
from decimal import Decimal

import pytest
from plants import once


class Small:
    """What the seed made, by name."""


def plant(projects=4):
    from wenxiao.budget.models import AuditedAmount
    from wenxiao.orgs.models import Agency, Division, Installation

    made = Small()
    Installation.objects.get_or_create(pk=1, defaults={"kind": Installation.Kind.DEMO})
    made.division = Division.objects.create(
        code="999000", name="示例区（演示）", short_name="示例区", bureau="示例区财政局", demo=True
    )
    made.units = _units(made.division)
    _people(made)
    made.agency = Agency.objects.create(
        division=made.division, name="示例会计师事务所", synthetic=True
    )
    _rounds(made)
    made.dossiers = [_project(made, number) for number in range(projects)]
    made.audited = AuditedAmount.objects.create(
        dossier=made.dossiers[0],
        arranged=Decimal("4801200.00"),
        used=Decimal("4023150.00"),
        synthetic=True,
    )
    _full(made)
    return made


def _units(division):
    """Three departments and a school-like unit under the first."""
    from wenxiao.orgs.models import Unit

    units = []
    for number, name in enumerate(("示例单位甲", "示例单位乙", "区示例部门丙")):
        unit = Unit.objects.create(
            division=division,
            code=f"90{number}",
            name=name,
            kind=Unit.Kind.DEPARTMENT,
            synthetic=True,
        )
        unit.path = f"/{unit.pk}/"
        unit.save()
        units.append(unit)
    below = Unit.objects.create(
        division=division, code="90001", name="示例单位甲下属中心", parent=units[0], synthetic=True
    )
    below.path = f"{units[0].path}{below.pk}/"
    below.save()
    return [*units, below]


def _people(made):
    from wenxiao.orgs.models import Grant, Role, User

    def person(username, name, role, unit=None):
        user = User.objects.create_user(
            username, "Demo-pass-2021", name=name, division=made.division, unit=unit
        )
        Grant.objects.create(user=user, role=role, division=made.division, unit=unit)
        return user

    made.officer = person("performance", "示例科员", Role.PERFORMANCE)
    made.leader = person("leader", "示例局长", Role.LEADER)
    made.clerk = person("clerk", "示例经办", Role.CLERK, made.units[0])
    made.security = person("security", "示例安全员", Role.SECURITY)


def _rounds(made):
    from wenxiao.budget.models import Round

    def round_of(kind, name, fiscal, **more):
        return Round.objects.create(
            division=made.division,
            kind=kind,
            name=name,
            work_year=2021,
            fiscal_year=fiscal,
            state=Round.State.OPEN,
            synthetic=True,
            **more,
        )

    made.finance = round_of("finance_evaluation", "2021年财政重点绩效评价", 2020, key=True)
    made.selfeval = round_of("selfeval", "2020年度绩效自评", 2020)
    made.recheck = round_of("recheck", "2020年度自评复核", 2020)
    made.monitoring = round_of(
        "monitoring", "1-7月重点监控", 2021, key=True, from_month=1, through_month=7
    )


def _project(made, number):
    """One project's dossier; every sixth has no money yet."""
    from wenxiao.budget.models import Appropriation, Dossier, Spending, Subject

    unit = made.units[number % len(made.units)]
    subject = Subject.objects.create(
        division=made.division,
        unit=unit,
        code=f"9990002020{number:011d}",
        name=f"示例项目{number + 1:02d} 农村公路日常养护",
        tags=["三农"],
        synthetic=True,
        nature="specific",
        kind="department_overall" if number % 7 == 6 else "project",
    )
    dossier = Dossier.objects.create(
        subject=subject, unit=unit, fiscal_year=2021 if number % 5 == 4 else 2020
    )
    if number % 6 == 5:
        return dossier
    opening = Decimal("4860000.00") + number * 10000
    shared = {"dossier": dossier, "fund": "general", "synthetic": True}
    Appropriation.objects.create(
        opening=opening, adjusted=opening, arrived=Decimal("4860000.00"), **shared
    )
    Spending.objects.create(month=7, amount=Decimal("2488300.00"), line=f"a{number}", **shared)
    Spending.objects.create(month=12, amount=Decimal("1534850.00"), line=f"b{number}", **shared)
    return dossier


ROWS = (
    (
        "产出指标",
        "数量指标",
        "养护里程",
        "≥126公里",
        "15",
        "126",
        "15.00",
        "118.6",
        "14.12",
        "验收单",
    ),
    ("产出指标", "数量指标", "更换标志牌", "≥80块", "8", "83", "8.00", "83", "8.00", ""),
    ("产出指标", "质量指标", "验收合格率", "≥98%", "12", "97.5%", "11.94", "97.5%", "11.94", ""),
    (
        "产出指标",
        "时效指标",
        "年度任务完成时间",
        "2020年12月底前",
        "8",
        "12月21日",
        "8.00",
        "次年1月8日",
        "5.60",
        "",
    ),
    (
        "产出指标",
        "成本指标",
        "每公里养护成本",
        "≤3.80万元",
        "7",
        "3.19",
        "7.00",
        "3.39",
        "7.00",
        "",
    ),
    ("效益指标", "社会效益指标", "优良路率", "≥90%", "15", "91.2%", "15.00", "84.6%", "14.10", ""),
    (
        "效益指标",
        "可持续影响指标",
        "长效养护机制健全并有效运行",
        "建立并运行",
        "15",
        "已建立",
        "13.50",
        "部分达成",
        None,
        "运行记录",
    ),
    (
        "满意度指标",
        "服务对象满意度指标",
        "沿线群众满意度",
        "≥90%",
        "10",
        "93.1%",
        "10.00",
        "88.7%",
        "9.86",
        "",
    ),
)
CRITERIA = (
    ("决策", "项目立项", "立项依据充分性", "6", "6.00", ""),
    ("决策", "项目立项", "立项程序规范性", "6", "5.00", "缺可行性论证材料"),
    ("决策", "绩效目标", "绩效目标合理性", "8", "7.00", "指标值低于正常水平"),
    ("过程", "资金管理", "预算执行率", "8", "6.62", "执行率82.78%"),
    ("过程", "组织实施", "管理制度健全性", "12", "9.00", "未制定专项资金管理办法"),
    ("产出", "产出数量", "养护里程完成率", "30", "28.24", "7.4公里未验收"),
    ("效益", "实施效益", "路况改善", "20", "16.00", "优良路率未达标"),
    ("效益", "满意度", "群众满意度", "10", "9.59", ""),
)


def _full(made):
    """The first dossier with everything on it, the others with a finance result."""
    from wenxiao.followup.models import CatalogueItem, Finding
    from wenxiao.records.trail import record

    first = made.dossiers[0]
    _own_reviews(made, first)
    catalogue = CatalogueItem.objects.create(
        division=made.division, code="ZX-01", text="预算执行率低于80%", category="预算执行"
    )
    for number, dossier in enumerate(made.dossiers):
        if dossier.fiscal_year == 2020:
            _evaluated(made, number, dossier, catalogue)
    Finding.objects.create(
        dossier=first,
        review=made.evaluation,
        text="7.4公里乡道未验收就报完成",
        state="candidate",
        synthetic=True,
    )
    record(
        division=made.division,
        by=made.officer,
        act="确认评价结果",
        target=first,
        why="报告已经交换意见",
    )


def _own_reviews(made, first):
    """The unit's self-evaluation and the bureau's re-check over the same goals."""
    from wenxiao.reviews.models import Review
    from wenxiao.targets.models import Target

    target = Target.objects.create(dossier=first, number=2, state="approved", synthetic=True)
    shared = {
        "dossier": first,
        "target": target,
        "budget": Decimal(4860000),
        "executed": Decimal(4023150),
        "synthetic": True,
        "complete": True,
        "execution_points": Decimal("8.28"),
    }
    made.self_review = Review.objects.create(
        round=made.selfeval,
        kind="selfeval",
        state="checked",
        points=Decimal("96.72"),
        grade="优",
        **shared,
    )
    made.re_review = Review.objects.create(
        round=made.recheck,
        kind="recheck",
        state="confirmed",
        points=Decimal("88.65"),
        grade="良",
        proved=Decimal("71.06"),
        **shared,
    )
    made.marks = []
    for order, line in enumerate(ROWS):
        _goal(made, target, order, line)


def _goal(made, target, order, line):
    """One indicator with what was reported, what was found, and the marks both gave."""
    from wenxiao.evidence.models import Actual, Material
    from wenxiao.targets.models import Indicator

    one, two, name, wanted, weight, self_value, self_points, re_value, re_points, proof = line
    row = Indicator.objects.create(
        target=target,
        order=order,
        level1=one,
        level2=two,
        name=name,
        expression=wanted,
        weight=Decimal(weight),
        proof=proof,
    )
    Actual.objects.create(indicator=row, stage="selfeval", value=self_value)
    Actual.objects.create(indicator=row, stage="recheck", value=re_value)
    if order < 2:
        Actual.objects.create(
            indicator=row, stage="monitoring", through_month=7, value=("73.5", "46")[order]
        )
        state = "verified" if order == 0 else "unverified"
        Material.objects.create(dossier=target.dossier, title="验收单", state=state).indicators.add(
            row
        )
    explanation = {
        "formula": f"{weight} × {re_value} ÷ {wanted}",
        "reason": "定量正向指标：达标满分，未达按比例得分，四舍五入到两位。",
        "rule": "ratio_forward",
        "assumed": None,
        "basis": "《项目支出绩效评价管理办法》财预〔2020〕10号",
        "standing": "未核",
        "inputs": {"目标": wanted, "实际": re_value, "分值": weight},
    }
    for review, points in ((made.self_review, self_points), (made.re_review, re_points)):
        made.marks.append(
            _mark(review, row, points, explanation, "与验收单不符。" if order == 0 else "")
        )


def _mark(review, row, points, explanation, note):
    from wenxiao.reviews.models import Mark

    return Mark.objects.create(
        review=review,
        indicator=row,
        status="scored" if points else "needs_judgement",
        points=Decimal(points) if points else None,
        explanation=explanation,
        synthetic=True,
        note=note,
    )


def _evaluated(made, number, dossier, catalogue):
    """A dossier's finance evaluation; the first has its whole score sheet."""
    from wenxiao.followup.models import Finding
    from wenxiao.reviews.models import Criterion, Mark, Review, Suggestion

    points = Decimal("87.45") if number == 0 else Decimal(82 + number % 12)
    review = Review.objects.create(
        dossier=dossier,
        round=made.finance,
        kind="finance_evaluation",
        state="issued",
        points=points,
        grade="优" if points >= 90 else "良",
        complete=True,
        agency=made.agency,
        audited=made.audited if number == 0 else None,
        issued_on=date(2021, 11, 5),
        synthetic=True,
    )
    Suggestion.objects.create(
        review=review, number=1, text="加快项目资金执行进度，合理安排资金支出计划。", synthetic=True
    )
    Finding.objects.create(
        dossier=dossier,
        review=review,
        item=catalogue,
        text="预算执行率低于80%",
        state="confirmed",
        synthetic=True,
    )
    if number:
        return
    made.evaluation = review
    for order, (one, two, name, weight, given, note) in enumerate(CRITERIA):
        row = Criterion.objects.create(
            review=review, order=order, level1=one, level2=two, name=name, weight=Decimal(weight)
        )
        Mark.objects.create(
            review=review,
            criterion=row,
            points=Decimal(given),
            note=note,
            cell=f"E{order + 5}",
            synthetic=True,
        )


@once
def small():
    return plant()


@pytest.fixture
def planted(db):
    """As many projects as a test wants."""
    return plant


@pytest.fixture
def inside(client):
    """Log a user in and give the client."""

    def enter(user):
        client.force_login(user)
        return client

    return enter
