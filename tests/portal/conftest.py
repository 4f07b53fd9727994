"""A bureau with one issued result, and three persons who may handle its publication."""

from datetime import date
from decimal import Decimal

from plants import once

from wenxiao.budget import services as budget
from wenxiao.followup.models import Finding
from wenxiao.followup.services.disclosing import (
    approve_disclosure,
    propose_disclosure,
    publish_disclosure,
)
from wenxiao.orgs import services as orgs
from wenxiao.orgs.models import User
from wenxiao.reviews.models import Criterion, Mark, Review


class House:
    """What the fixture made, by name."""


@once
def house():
    made = House()
    made.division = orgs.create_division(
        code="360191", name="高新区", bureau="高新区财政局", by=None
    )
    made.unit = orgs.add_unit(
        division=made.division, code="101", name="教体局", kind="department", by=None
    )
    for name, role in (
        ("first", "performance"),
        ("second", "performance"),
        ("third", "secretariat"),
        ("clerk", "clerk"),
    ):
        user = User.objects.create_user(name, "Demo-pass-2021", name=name, division=made.division)
        unit = made.unit if role == "clerk" else None
        orgs.grant(user=user, role=role, division=made.division, unit=unit, by=None, why="试验")
        setattr(made, name, user)
    made.subject = budget.ensure_subject(
        division=made.division,
        unit=made.unit,
        code="360191000000000000001",
        name="校园安保",
        by=None,
    )
    made.dossier = budget.open_dossier(subject=made.subject, fiscal_year=2020, by=None)
    made.round = budget.open_round(
        division=made.division,
        kind="finance_evaluation",
        name="评价",
        work_year=2021,
        fiscal_year=2020,
        by=None,
        scope={"dossiers": [made.dossier.pk]},
    )
    made.review = review_of(made.dossier, made.round)
    return made


def review_of(dossier, opened, *, state="issued"):
    review = Review.objects.create(
        dossier=dossier,
        round=opened,
        kind=opened.kind,
        state=state,
        points=Decimal("88.50"),
        grade="良",
        complete=True,
        budget=Decimal(1_000_000),
        executed=Decimal(650_000),
        issued_on=date(2021, 11, 8),
    )
    row = Criterion.objects.create(
        review=review, order=1, level1="产出", level2="数量", name="安保人数", weight=Decimal(10)
    )
    Mark.objects.create(review=review, criterion=row, points=Decimal("8.50"))
    review.suggestions.create(number=1, text="加快支付。")
    Finding.objects.create(dossier=dossier, review=review, text="执行率低于80%", state="confirmed")
    return review


@once
def public(house):
    row = propose_disclosure(
        review=house.review, by=house.first, sentence="用了 65 万元，执行率 65%。"
    )
    approve_disclosure(disclosure=row, by=house.second, opinion="可以公开")
    publish_disclosure(disclosure=row, by=house.third)
    return row
