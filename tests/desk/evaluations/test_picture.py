"""Results at a glance: marks over the bands in force, lost points by first
level, the same as the rows say.
"""

from decimal import Decimal

import pytest

from wenxiao.desk.evaluations.picture import losses_of, result_strip
from wenxiao.reviews.models import Review
from wenxiao.reviews.selectors import LevelSum, lost_by_level

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def settled(small, points, grade):
    review = small.evaluation
    Review.objects.filter(pk=review.pk).update(
        points=Decimal(points), grade=grade, state="confirmed"
    )
    return list(Review.objects.filter(pk=review.pk).select_related("round", "dossier__subject"))


def test_a_settled_result_stands_in_its_band(small):
    strip = result_strip(settled(small, "82.50", "良"))
    assert strip.finding == "1 个结果，最低 82.50，最高 82.50"
    counts = {band.grade: band.count for band in strip.bands}
    assert counts["良"] == 1
    assert sum(counts.values()) == 1
    good = next(band for band in strip.bands if band.grade == "良")
    assert good.x <= strip.marks[0].x <= good.x + good.width
    assert result_strip([]) is None


def test_results_below_sixty_lengthen_the_axis(small):
    strip = result_strip(settled(small, "43.00", "差"))
    assert strip.ticks[0][1] == 40


def test_what_is_not_settled_is_not_drawn(small):
    Review.objects.filter(pk=small.evaluation.pk).update(state="filling", points=Decimal(90))
    rows = list(Review.objects.filter(pk=small.evaluation.pk))
    assert result_strip(rows) is None
    assert lost_by_level(Review.objects.filter(pk=small.evaluation.pk)) == []


def test_lost_points_are_the_shares_of_the_sheets(small):
    losses = losses_of(
        [
            LevelSum("决策", Decimal(40), Decimal(36), 2),
            LevelSum("过程", Decimal(40), Decimal(30), 2),
        ]
    )
    assert losses.finding == "过程丢分最重，丢掉 25.00%"
    assert [(one.name, str(one.lost)) for one in losses.levels] == [
        ("过程", "25.00"),
        ("决策", "10.00"),
    ]
    assert losses_of([]) is None


def test_the_page_draws_them(inside, small):
    settled(small, "82.50", "良")
    text = inside(small.officer).get("/evaluations?year=2021").content.decode()
    assert "个结果，最低" in text
    assert "strip-picture" in text
