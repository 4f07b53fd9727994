"""Results at a glance: marks over the bands in force, lost points by first
level, the same as the rows say.
"""

from decimal import Decimal
from types import SimpleNamespace

import pytest

from wenxiao.desk.evaluations.picture import level_table, losses_of, result_strip, spread_of
from wenxiao.desk.evaluations.result_lines import RESULT_FIELDS, result_rows
from wenxiao.reviews.models import Review
from wenxiao.reviews.selectors import LevelSum, lost_by_level
from wenxiao.rulebook.grading import bands_in_force

BANDS = bands_in_force(2021).bands
pytestmark = [pytest.mark.db, pytest.mark.django_db]


def settled(small, points, grade):
    review = small.evaluation
    Review.objects.filter(pk=review.pk).update(
        points=Decimal(points), grade=grade, state="confirmed"
    )
    return listed(review)


def listed(review):
    return result_rows(Review.objects.filter(pk=review.pk).values(*RESULT_FIELDS))


def test_a_settled_result_stands_in_its_band(small):
    strip = result_strip(settled(small, "82.50", "良"), BANDS)
    assert strip.finding == "1 个结果，最低 82.50，最高 82.50"
    counts = {band.grade: band.count for band in strip.bands}
    assert counts["良"] == 1
    assert sum(counts.values()) == 1
    good = next(band for band in strip.bands if band.grade == "良")
    assert good.x <= strip.marks[0].x <= good.x + good.width
    assert result_strip([], BANDS) is None


def test_results_below_sixty_lengthen_the_axis(small):
    strip = result_strip(settled(small, "43.00", "差"), BANDS)
    assert strip.ticks[0][1] == 40


def test_what_is_not_settled_is_not_drawn(small):
    Review.objects.filter(pk=small.evaluation.pk).update(state="filling", points=Decimal(90))
    assert result_strip(listed(small.evaluation), BANDS) is None
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


def test_results_beside_each_other_never_cover_each_other(small):
    one = settled(small, "82.50", "良")[0]
    rows = [one]
    for pk, points in enumerate(("82.40", "82.60", "82.90", "83.10"), 1):
        rows.append(one._replace(pk=one.pk + pk, points=Decimal(points)))
    places = [(mark.x, mark.y) for mark in result_strip(rows, BANDS).marks]
    apart = [abs(a[0] - b[0]) >= 14 or a[1] != b[1] for a in places for b in places if a is not b]
    assert all(apart)


def test_a_cell_is_darker_the_more_was_lost():
    levels = {
        1: {"过程": LevelSum("过程", Decimal(20), Decimal("19.50"), 4)},
        2: {
            "过程": LevelSum("过程", Decimal(20), Decimal(14), 4),
            "决策": LevelSum("决策", Decimal(20), Decimal(17), 4),
        },
    }
    table = level_table(levels)
    assert table.heads == ("决策", "过程")
    assert table.cells[1]["过程"].shade == 0
    assert table.cells[2]["过程"].shade == 4
    assert table.cells[2]["决策"].shade == 3
    assert table.cells[2]["过程"].says == "满分 20，丢 6.00"
    assert "决策" not in table.cells[1]
    assert level_table({}) is None


def scored(name, order, *points):
    marks = [
        SimpleNamespace(seat=f"专家{at}", points=Decimal(one)) for at, one in enumerate(points)
    ]
    criterion = SimpleNamespace(name=name, weight=Decimal(10), order=order)
    return SimpleNamespace(criterion=criterion, marks=marks)


def test_the_rows_experts_disagree_on_most_stand_first():
    rows = [scored("立项", 1, "9", "9"), scored("产出", 2, "8", "6"), scored("效益", 3, "9", "4")]
    spread = spread_of(rows)
    assert spread.finding == "2 项意见不一，差得最多的是效益：4.00 到 9.00 分"
    assert [line.name for line in spread.lines] == ["效益", "产出"]
    assert spread.lines[0].shown == "4.00–9.00 / 10"
    assert spread.lines[0].left < spread.lines[0].right
    assert spread_of(rows[:1]) is None
