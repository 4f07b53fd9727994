"""The year 2021 of a development zone, built row by row: what it publishes in its work report is
computed from these rows.

Named objects and their figures are the published ones; the other nineteen projects and how the
findings spread are made up.
"""

from datetime import date
from decimal import Decimal

import pytest
from plants import once

from wenxiao.budget.models import Appropriation, AuditedAmount, Dossier, Round, Subject
from wenxiao.followup.models import CatalogueItem, CommonProblem, Finding
from wenxiao.orgs.models import Division, Role, Unit
from wenxiao.orgs.services import create_user, grant
from wenxiao.records.models import Document, Notice
from wenxiao.reviews.models import Review, Suggestion
from wenxiao.rulebook.grading import grade as grade_of

WAN = Decimal(10_000)
PAPERS = (
    (
        "opinion",
        "中共南昌高新区工委  南昌高新区管委会关于全面实施预算绩效管理的实施意见",
        date(2019, 12, 1),
    ),
    ("measures", "南昌高新区区本级预算部门绩效管理暂行办法", date(2020, 6, 1)),
    ("notice", "南昌高新区财政局关于开展2021年度预算绩效管理有关工作的通知", date(2021, 3, 1)),
)
DEPARTMENTS = (
    (
        "南昌（国家）大学科技城管委会",
        "2900",
        "3072.94",
        "2845.97",
        "87.45",
        [
            "后续年度部门整体绩效目标的设立应依据充分。",
            "加强预算项目申报的管理。",
            "严格履行合同约定。",
            "项目设立时，应当加强项目论证。",
            "加强对园区企业的监管。",
            "加强对会计制度的学习。",
        ],
    ),
    (
        "南昌高新区市场监督管理局",
        "2867.5",
        "3096.67",
        "2975.47",
        "86.08",
        ["提高财务管理水平，规范会计核算。", "加强业务材料归档及整理。", "加大对项目的管理力度。"],
    ),
)
NAMED = ("区社发局村卫计室和社区卫生服务站建设经费", "区应急管理局综治工作网格化管理项目")
PROBLEMS = (
    ("预算申请不科学，执行率低于80%", 13),
    ("专项资金管理办法欠缺，资金管理使用不规范", 16),
    ("主管部门监督监管不到位，项目执行管理不足", 20),
    ("部门预算绩效管理责任意识不强", 14),
)
MONITORED = (
    (
        7,
        "区法院辅助人员经费项目",
        "280.2",
        "182.21",
        ["规范人事用工管理。", "规范人员工资福利待遇。"],
    ),
    (7, "区公安分局处突大队公用经费项目", "460", "260.013", ["规范资金使用。"]),
    (
        10,
        "区社发局中央水利发展资金项目",
        "2475",
        "1163.7",
        ["加快项目资金执行进度。", "加快项目建设进度。"],
    ),
    (10, "组织部公务员事务项目", "150", "81.9", ["加快项目资金执行进度。"]),
)


class Year:
    """Builds a division's year; every method returns the row a test may change afterwards."""

    def __init__(self, *, demo=False, name="南昌高新区"):
        self.division = Division.objects.create(
            code="360191", name=name, bureau=f"{name}财政局", body="committee", demo=demo
        )
        self.rounds, self.made = {}, 0
        self.items = [
            CatalogueItem.objects.create(
                division=self.division, code=f"WT{at}", text=text, order=at
            )
            for at, (text, _) in enumerate(PROBLEMS)
        ]

    def user(self, role):
        user = create_user(
            division=self.division, username=role, name=role, by=None, password="Chang-e_2021!"
        )
        grant(user=user, role=role, division=self.division, by=None)
        return user

    def lines(self):
        for at, ((text, _), item) in enumerate(zip(PROBLEMS, self.items, strict=True)):
            line = CommonProblem.objects.create(
                division=self.division, work_year=2021, order=at, text=text
            )
            line.items.add(item)

    def papers(self):
        return [
            Document.objects.create(division=self.division, kind=kind, title=title, issued_on=day)
            for kind, title, day in PAPERS
        ]

    def round(self, kind, fiscal_year, month=None, *, key=True):
        name = (kind, fiscal_year, month, key)
        if name not in self.rounds:
            self.rounds[name] = Round.objects.create(
                division=self.division,
                kind=kind,
                name="任务",
                work_year=2021,
                fiscal_year=fiscal_year,
                key=key,
                from_month=1 if month else None,
                through_month=month,
                state="open",
            )
        return self.rounds[name]

    def dossier(self, name, year, opening, *, kind="project", unit=None, restriction="open"):
        self.made += 1
        unit = unit or Unit.objects.create(
            division=self.division, code=f"{self.made:03}", name=name, kind="department"
        )
        subject = Subject.objects.create(
            division=self.division,
            unit=unit,
            code=f"P{self.made:03}",
            name=name,
            kind=kind,
            restriction=restriction,
        )
        dossier = Dossier.objects.create(subject=subject, unit=unit, fiscal_year=year)
        if opening is not None:
            Appropriation.objects.create(dossier=dossier, opening=Decimal(opening) * WAN)
        return dossier

    def evaluated(self, name, opening, arranged, used, points, suggestions=(), **fields):
        dossier = self.dossier(name, 2020, opening, **fields)
        audited = AuditedAmount.objects.create(
            dossier=dossier, arranged=Decimal(arranged) * WAN, used=Decimal(used) * WAN
        )
        review = Review.objects.create(
            dossier=dossier,
            round=self.round("finance_evaluation", 2020),
            kind="finance_evaluation",
            state="issued",
            audited=audited,
            points=Decimal(points),
            grade=grade_of(Decimal(points)),
        )
        return self.told(review, suggestions)

    def watched(self, month, name, budget, executed, suggestions=(), *, key=True, **fields):
        dossier = self.dossier(name, 2021, budget, **fields)
        review = Review.objects.create(
            dossier=dossier,
            round=self.round("monitoring", 2021, month, key=key),
            kind="monitoring",
            state="issued",
            budget=Decimal(budget) * WAN,
            executed=Decimal(executed) * WAN,
        )
        return self.told(review, suggestions)

    def told(self, review, suggestions):
        for number, text in enumerate(suggestions, start=1):
            Suggestion.objects.create(review=review, number=number, text=text)
        Notice.objects.create(
            division=self.division,
            kind="feedback",
            unit=review.dossier.unit,
            target_type="reviews.Review",
            target_id=review.pk,
            issued_on=date(2021, 11, 5),
            received_on=date(2021, 11, 8),
            number=f"函{review.pk}",
        )
        return review

    def finding(self, review, at, state="confirmed"):
        item = self.items[at]
        return Finding.objects.create(
            dossier=review.dossier, review=review, item=item, text=item.text, state=state
        )

    def project(self, at, points="85", **fields):
        name = NAMED[at] if at < len(NAMED) else f"示例单位{at}专项经费"
        return self.evaluated(name, "1334", "1300.5", "1100", points, ["规范资金管理。"], **fields)


@pytest.fixture
def new_year(db, settings, tmp_path):
    """Makes an empty year."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return Year


@once
def year():
    """The whole published year 2021."""
    year = Year()
    year.papers()
    year.lines()
    for name, opening, arranged, used, points, suggestions in DEPARTMENTS:
        year.evaluated(
            name, opening, arranged, used, points, suggestions, kind="department_overall"
        )
    year.projects = [year.project(at, "91.5" if at < 4 else "85.25") for at in range(21)]
    for at, (_, number) in enumerate(PROBLEMS):
        for review in year.projects[:number]:
            year.finding(review, at)
    for row in MONITORED:
        year.watched(*row)
    year.watched(7, "日常监控项目", "999", "1", key=False)
    return year


@once
def leader(year):
    return year.user(Role.LEADER)


@once
def writer(year):
    return year.user(Role.PERFORMANCE)
