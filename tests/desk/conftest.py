"""A small division to look at: departments, a clerk and officers, dossiers through the whole cycle."""

from datetime import date
from decimal import Decimal

import pytest


class Small:
    """What the seed made, by name."""


def plant(projects=4):
    from wenxiao.budget.models import Appropriation, AuditedAmount, Dossier, Round, Spending, Subject
    from wenxiao.orgs.models import Agency, Division, Grant, Role, Unit, User

    made = Small()
    made.division = division = Division.objects.create(
        code="999000", name="示例区（演示）", short_name="示例区", bureau="示例区财政局", demo=True
    )
    made.units = []
    for number, name in enumerate(("示例单位甲", "示例单位乙", "区示例部门丙")):
        unit = Unit.objects.create(
            division=division, code=f"90{number}", name=name, kind=Unit.Kind.DEPARTMENT, synthetic=True
        )
        unit.path = f"/{unit.pk}/"
        unit.save()
        made.units.append(unit)
    school = Unit.objects.create(
        division=division, code="90001", name="示例单位甲下属中心", parent=made.units[0], synthetic=True
    )
    school.path = f"{made.units[0].path}{school.pk}/"
    school.save()
    made.units.append(school)

    def person(username, name, role, unit=None):
        user = User.objects.create_user(username, "Demo-pass-2021", name=name, division=division, unit=unit)
        Grant.objects.create(user=user, role=role, division=division, unit=unit)
        return user

    made.officer = person("performance", "示例科员", Role.PERFORMANCE)
    made.leader = person("leader", "示例局长", Role.LEADER)
    made.clerk = person("clerk", "示例经办", Role.CLERK, made.units[0])
    made.security = person("security", "示例安全员", Role.SECURITY)
    made.agency = Agency.objects.create(division=division, name="示例会计师事务所", synthetic=True)

    def round_of(kind, name, fiscal, **more):
        return Round.objects.create(
            division=division,
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
    made.monitoring = round_of("monitoring", "1-7月重点监控", 2021, key=True, from_month=1, through_month=7)
    made.dossiers = []
    for number in range(projects):
        unit = made.units[number % len(made.units)]
        subject = Subject.objects.create(
            division=division,
            unit=unit,
            code=f"9990002020{number:011d}",
            name=f"示例项目{number + 1:02d} 农村公路日常养护",
            tags=["三农"],
            synthetic=True,
            nature="specific",
            kind="department_overall" if number % 7 == 6 else "project",
        )
        dossier = Dossier.objects.create(subject=subject, unit=unit, fiscal_year=2021 if number % 5 == 4 else 2020)
        made.dossiers.append(dossier)
        if number % 6 == 5:
            continue
        Appropriation.objects.create(
            dossier=dossier,
            fund="general",
            opening=Decimal("4860000.00") + number * 10000,
            adjusted=Decimal("4860000.00") + number * 10000,
            arrived=Decimal("4860000.00"),
            synthetic=True,
        )
        Spending.objects.create(
            dossier=dossier, fund="general", month=7, amount=Decimal("2488300.00"), synthetic=True, line=f"a{number}"
        )
        Spending.objects.create(
            dossier=dossier, fund="general", month=12, amount=Decimal("1534850.00"), synthetic=True, line=f"b{number}"
        )
    made.audited = AuditedAmount.objects.create(
        dossier=made.dossiers[0], arranged=Decimal("4801200.00"), used=Decimal("4023150.00"), synthetic=True
    )
    _full(made)
    return made


ROWS = (
    ("产出指标", "数量指标", "养护里程", "≥126公里", "15", "126", "15.00", "118.6", "14.12", "验收单"),
    ("产出指标", "数量指标", "更换标志牌", "≥80块", "8", "83", "8.00", "83", "8.00", ""),
    ("产出指标", "质量指标", "验收合格率", "≥98%", "12", "97.5%", "11.94", "97.5%", "11.94", ""),
    ("产出指标", "时效指标", "年度任务完成时间", "2020年12月底前", "8", "12月21日", "8.00", "次年1月8日", "5.60", ""),
    ("产出指标", "成本指标", "每公里养护成本", "≤3.80万元", "7", "3.19", "7.00", "3.39", "7.00", ""),
    ("效益指标", "社会效益指标", "优良路率", "≥90%", "15", "91.2%", "15.00", "84.6%", "14.10", ""),
    ("效益指标", "可持续影响指标", "长效养护机制健全并有效运行", "建立并运行", "15", "已建立", "13.50", "部分达成", None, "运行记录"),
    ("满意度指标", "服务对象满意度指标", "沿线群众满意度", "≥90%", "10", "93.1%", "10.00", "88.7%", "9.86", ""),
)  # fmt: skip
CRITERIA = (
    ("决策", "项目立项", "立项依据充分性", "6", "6.00", ""), ("决策", "项目立项", "立项程序规范性", "6", "5.00", "缺可行性论证材料"),
    ("决策", "绩效目标", "绩效目标合理性", "8", "7.00", "指标值低于正常水平"), ("过程", "资金管理", "预算执行率", "8", "6.62", "执行率82.78%"),
    ("过程", "组织实施", "管理制度健全性", "12", "9.00", "未制定专项资金管理办法"), ("产出", "产出数量", "养护里程完成率", "30", "28.24", "7.4公里未验收"),
    ("效益", "实施效益", "路况改善", "20", "16.00", "优良路率未达标"), ("效益", "满意度", "群众满意度", "10", "9.59", ""),
)  # fmt: skip


def _full(made):
    """The first dossier with everything on it, the others with a finance result."""
    from wenxiao.evidence.models import Actual, Material
    from wenxiao.followup.models import CatalogueItem, Finding
    from wenxiao.records.trail import record
    from wenxiao.reviews.models import Criterion, Mark, Review, Suggestion
    from wenxiao.targets.models import Indicator, Target

    first = made.dossiers[0]
    target = Target.objects.create(dossier=first, number=2, state="approved", synthetic=True)
    shared = {
        "dossier": first,
        "target": target,
        "budget": Decimal(4860000),
        "executed": Decimal(4023150),
        "synthetic": True,
    }
    made.self_review = Review.objects.create(
        round=made.selfeval,
        kind="selfeval",
        state="checked",
        points=Decimal("96.72"),
        grade="优",
        complete=True,
        execution_points=Decimal("8.28"),
        **shared,
    )
    made.re_review = Review.objects.create(
        round=made.recheck,
        kind="recheck",
        state="confirmed",
        points=Decimal("88.65"),
        grade="良",
        complete=True,
        execution_points=Decimal("8.28"),
        proved=Decimal("71.06"),
        **shared,
    )
    made.marks = []
    for order, (one, two, name, wanted, weight, self_value, self_points, re_value, re_points, proof) in enumerate(ROWS):
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
            Actual.objects.create(indicator=row, stage="monitoring", through_month=7, value=("73.5", "46")[order])
            material = Material.objects.create(
                dossier=first, title="验收单", state="verified" if order == 0 else "unverified"
            )
            material.indicators.add(row)
        for review, points in ((made.self_review, self_points), (made.re_review, re_points)):
            explanation = {
                "formula": f"{weight} × {re_value} ÷ {wanted}",
                "reason": "定量正向指标：达标满分，未达按比例得分，四舍五入到两位。",
                "rule": "ratio_forward",
                "assumed": None,
                "basis": "《项目支出绩效评价管理办法》财预〔2020〕10号",
                "verified": False,
                "inputs": {"目标": wanted, "实际": re_value, "分值": weight},
            }
            made.marks.append(
                Mark.objects.create(
                    review=review,
                    indicator=row,
                    status="scored" if points else "needs_judgement",
                    points=Decimal(points) if points else None,
                    explanation=explanation,
                    synthetic=True,
                    note="与验收单不符。" if order == 0 else "",
                )
            )
    catalogue = CatalogueItem.objects.create(
        division=made.division, code="ZX-01", text="预算执行率低于80%", category="预算执行"
    )
    for number, dossier in enumerate(made.dossiers):
        if dossier.fiscal_year != 2020:
            continue
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
            dossier=dossier, review=review, item=catalogue, text="预算执行率低于80%", state="confirmed", synthetic=True
        )
        if number == 0:
            made.evaluation = review
            for order, (one, two, name, weight, given, note) in enumerate(CRITERIA):
                row = Criterion.objects.create(
                    review=review, order=order, level1=one, level2=two, name=name, weight=Decimal(weight)
                )
                Mark.objects.create(
                    review=review, criterion=row, points=Decimal(given), note=note, cell=f"E{order + 5}", synthetic=True
                )
    Finding.objects.create(
        dossier=first, review=made.evaluation, text="7.4公里乡道未验收就报完成", state="candidate", synthetic=True
    )
    record(division=made.division, by=made.officer, act="确认评价结果", target=first, why="报告已经交换意见")


@pytest.fixture
def small(db):
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
