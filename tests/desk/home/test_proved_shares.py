"""Beside every grade stands how much of its points rests on verified proof."""

from decimal import Decimal

import pytest
from django.urls import reverse

from wenxiao.budget.models import Request, Round
from wenxiao.reviews.models import Review

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def graded(small):
    """Two settled key evaluations: 40 of 80 points proved, and none."""
    round = Round.objects.create(
        division=small.division,
        kind="finance_evaluation",
        name="重点评价",
        work_year=2021,
        fiscal_year=2020,
        key=True,
        state="open",
    )
    for dossier, proved in zip(small.dossiers, (40, 0), strict=False):
        Review.objects.create(
            dossier=dossier,
            round=round,
            kind="finance_evaluation",
            state="confirmed",
            points=Decimal(80),
            grade="良",
            proved=Decimal(proved),
            complete=True,
        )
    return round


def test_on_the_squares_of_the_desk(small, inside, graded):
    page = " ".join(inside(small.officer).get("/?year=2021").content.decode().split())
    assert "80.00，已核佐证 50" in page
    assert "个无已核佐证" in page


def test_beside_the_grade_of_a_request_for_next_year(small, inside, graded):
    subject = small.dossiers[0].subject
    Request.objects.create(
        subject=subject, fiscal_year=2022, stage="second", asked=Decimal(5_000_000)
    )
    page = inside(small.officer).get(f"/uses/next/{subject.unit_id}?year=2021").content.decode()
    assert "已核佐证 50" in page


def test_beside_the_last_grade_of_what_may_be_planned(small, inside, graded):
    page = inside(small.officer).get(reverse("desk:plan_choose"), {"year": 2022, "fy": 2020})
    text = page.content.decode()
    assert "已核佐证 50" in text
    assert "无已核佐证" in text
