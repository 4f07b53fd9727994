"""A small year under watch: departments, people, projects with money, targets and windows."""

from datetime import date
from decimal import Decimal

import pytest

from wenxiao.budget.models import Appropriation, Dossier, Round, Spending, Subject
from wenxiao.evidence.models import Actual
from wenxiao.followup.models import CatalogueItem, Finding
from wenxiao.followup.services import ensure_catalogue
from wenxiao.orgs.models import Role, Unit
from wenxiao.orgs.services import add_unit, create_division, create_user, grant
from wenxiao.reviews.models import Review, Suggestion
from wenxiao.targets.models import Indicator, Target

WAN = Decimal(10_000)
SEED = (
    ("区法院辅助人员经费项目", 7, "280.2", "182.21", ("用工", "工资福利")),
    ("区公安分局处突大队公用经费项目", 7, "460", "260.013", ("资金使用",)),
    ("区社发局中央水利发展资金项目", 10, "2475", "1163.7", ()),
    ("组织部公务员事务项目", 10, "150", "81.9", ()),
)


class Watched:
    """Builds the year; every method returns the row a test may change afterwards."""

    def __init__(self):
        self.division = create_division(
            code="360191", name="示例区", bureau="示例区财政局", by=None
        )
        ensure_catalogue(division=self.division, by=None)
        self.items = {
            item.category: item for item in CatalogueItem.objects.filter(division=self.division)
        }
        self.units = {}
        self.made = 0

    def unit(self, name, parent=None, kind=Unit.Kind.DEPARTMENT):
        if name not in self.units:
            self.units[name] = add_unit(
                division=self.division,
                code=f"{len(self.units) + 1:03}",
                name=name,
                kind=kind,
                parent=parent,
                by=None,
            )
        return self.units[name]

    def user(self, role, unit=None, name=None):
        user = create_user(
            division=self.division,
            username=name or role,
            name=name or str(role),
            by=None,
            password="Chang-e_2021!",
        )
        grant(user=user, role=role, division=self.division, unit=unit, by=None)
        return user

    def window(self, through=7, *, key=False, kind="monitoring", year=2021, **more):
        return Round.objects.create(
            division=self.division,
            kind=kind,
            name=f"1-{through}月监控",
            work_year=2021,
            fiscal_year=year,
            key=key,
            from_month=1,
            through_month=through,
            state="open",
            **more,
        )

    def dossier(
        self,
        name="示例项目",
        unit="示例单位甲",
        budget=None,
        *,
        year=2021,
        restriction="open",
        **money,
    ):
        self.made += 1
        owner = self.unit(unit)
        subject = Subject.objects.create(
            division=self.division,
            unit=owner,
            code=f"P{self.made:04}",
            name=name,
            restriction=restriction,
        )
        dossier = Dossier.objects.create(subject=subject, unit=owner, fiscal_year=year)
        if budget is not None:
            Appropriation.objects.create(
                dossier=dossier,
                opening=Decimal(budget) * WAN,
                adjusted=Decimal(budget) * WAN,
                **money,
            )
        return dossier

    def pay(self, dossier, month, amount, **more):
        return Spending.objects.create(
            dossier=dossier, month=month, amount=Decimal(amount) * WAN, **more
        )

    def review(self, dossier, window, budget=None, executed=None, **more):
        return Review.objects.create(
            dossier=dossier,
            round=window,
            kind=window.kind,
            budget=None if budget is None else Decimal(budget) * WAN,
            executed=None if executed is None else Decimal(executed) * WAN,
            **more,
        )

    def goals(self, dossier, *rows, through=7):
        """Rows of (name, target, actual or None, level 2)."""
        target = Target.objects.create(dossier=dossier, state="approved")
        made = []
        for order, (name, wanted, actual, level2) in enumerate(rows, start=1):
            row = Indicator.objects.create(
                target=target, order=order, name=name, expression=wanted, level2=level2
            )
            if actual is not None:
                Actual.objects.create(
                    indicator=row, stage="monitoring", through_month=through, value=actual
                )
            made.append(row)
        return made

    def finding(self, dossier, category="用工", state="confirmed", **more):
        item = self.items[category]
        return Finding.objects.create(
            dossier=dossier, item=item, text=item.text, state=state, **more
        )

    def seed(self):
        rounds = {7: self.window(7, key=True), 10: self.window(10, key=True)}
        for name, through, budget, used, compliance in SEED:
            dossier = self.dossier(name, name[:4], budget)
            rounds[through].scope = {
                "dossiers": [*rounds[through].scope.get("dossiers", ()), dossier.pk]
            }
            rounds[through].save()
            review = self.review(dossier, rounds[through], budget, used)
            Suggestion.objects.create(review=review, number=1, text="加快项目资金执行进度。")
            for category in compliance:
                self.finding(dossier, category)
        return list(rounds.values())


@pytest.fixture
def watched(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return Watched()


@pytest.fixture
def officer(watched):
    return watched.user(Role.PERFORMANCE)


@pytest.fixture
def on():
    return date(2021, 11, 20)
