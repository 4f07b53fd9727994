"""A value nobody can read, or that is no certain number, keeps no points and is named with its
cell, by whichever door it comes: wizard, command, API, preview, or typed on line.
"""

import pytest
from intake.test_doors import DOORS, SELFEVAL, changed

from wenxiao.intake.unattended import import_file
from wenxiao.reviews.checks import checks_in, rows_of
from wenxiao.reviews.models import Mark, Review
from wenxiao.reviews.services import record_mark
from wenxiao.reviews.services.filling import record_actual
from wenxiao.reviews.services.rescoring import what_if
from wenxiao.rulebook.readback import unread

pytestmark = [pytest.mark.db, pytest.mark.django_db]
ROW = {"E13": "14项"}
UNREADABLE = ["十几", "若干", "约14项", "14项左右", "≥14项", "10-12项", "14万元", "14项；15项"]
READABLE = ["14项", "１４项", "十四项", "14.0 项"]


def mark_of(name="完成中型灌区节水改造项目数量"):
    return Mark.objects.get(indicator__name=name, seat="")


def named(review):
    checks = checks_in([review], rows_of([review]))[review.pk]
    return [one for one in checks if one.code == "ZP-36"]


@pytest.mark.parametrize("value", [*UNREADABLE, "'=7*2"])
def test_the_preview_names_the_cell(bureau, selfeval_round, tmp_path, value):
    path = changed(SELFEVAL, tmp_path, **ROW, F13=value)
    told = import_file(path=path, division=bureau.division, by=bureau.finance, dry_run=True)
    (problem,) = [one for one in told.problems if one["code"] == "ZP-36"]
    assert (problem["cell"], problem["got"]) == ("F13", value)
    assert Review.objects.count() == 0


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("value", ["约14项", "十几", "14万元"])
def test_every_door_names_it_and_keeps_no_points(
    bureau, client, capsys, selfeval_round, tmp_path, door, value
):
    """The sheet gives the row its full ten points."""
    path = changed(SELFEVAL, tmp_path, **ROW, F13=value)
    assert "ZP-36" in door(bureau, client, capsys).bring(path)
    mark, review = mark_of(), Review.objects.get()
    assert (mark.published_points, mark.points, mark.status) == (10, None, "needs_judgement")
    assert not review.complete
    assert value in named(review)[0].text
    assert what_if(round=review.round, overrides={}) == []


@pytest.mark.parametrize("value", UNREADABLE)
def test_typed_on_line_it_earns_as_little(bureau, selfeval_round, tmp_path, value):
    import_file(
        path=changed(SELFEVAL, tmp_path, **ROW, F13="14项"),
        division=bureau.division,
        by=bureau.finance,
    )
    mark, review = mark_of(), Review.objects.get()
    assert mark.points == 10
    (stored,) = mark.indicator.actuals.all()
    record_actual(
        review=review,
        indicator=mark.indicator,
        by=bureau.clerk,
        value=value,
        version=stored.version,
    )
    assert (mark_of().points, mark_of().status) == (None, "needs_judgement")
    assert named(Review.objects.get())


@pytest.mark.parametrize("value", READABLE)
def test_what_can_be_read_is_scored_and_not_named(bureau, selfeval_round, tmp_path, value):
    told = import_file(
        path=changed(SELFEVAL, tmp_path, **ROW, F13=value),
        division=bureau.division,
        by=bureau.finance,
    )
    assert "ZP-36" not in [one["code"] for one in told.problems]
    assert (mark_of().points, mark_of().status) == (10, "scored")


def test_points_given_by_a_person_stand(bureau, selfeval_round, tmp_path):
    import_file(
        path=changed(SELFEVAL, tmp_path, **ROW, F13="约14项"),
        division=bureau.division,
        by=bureau.finance,
    )
    mark, review = mark_of(), Review.objects.get()
    record_mark(review=review, row=mark.indicator, by=bureau.clerk, points=8, note="台账核对为13项")
    assert (mark_of().points, mark_of().status) == (8, "judged")
    assert named(Review.objects.get()) == []


def test_another_unit_is_said_beside_the_field():
    assert "单位" in unread("14项", "14万元")
    assert unread("≥90%", "90％") == ""
    assert unread("2024年11月30日前", "2024年11月31日")
