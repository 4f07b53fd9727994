"""What a form says beside its rows (the goal as reached, who filled it in) comes in with it, is
shown, goes out, comes back.
"""

import openpyxl
import pytest
from tests.bureaus import PASS

from wenxiao.desk.evaluations.forms import form_of
from wenxiao.desk.evaluations.forms import written as written_out
from wenxiao.files.forms.reading import read_forms
from wenxiao.intake.unattended import import_file, take
from wenxiao.records.models import ImportBatch
from wenxiao.records.undoing import undo_batch
from wenxiao.reviews.models import Review

pytestmark = [pytest.mark.db, pytest.mark.django_db]

SELFEVAL = PASS / "02_SE025_空值满分.xlsx"
PEOPLE = "填报人：王芳　　联系电话：0550-7020123　　填报日期：2022年3月1日"


@pytest.fixture
def written(tmp_path):
    """A workbook whose goal cell of what was reached says something, with
    the people's line below.
    """

    def write(reached, people=PEOPLE):
        path = tmp_path / "表.xlsx"
        book = openpyxl.load_workbook(SELFEVAL)
        page = book.active
        page[read_forms(SELFEVAL).forms[0].goal.actual.cell] = reached
        page.cell(page.max_row + 1, 1, people)
        book.save(path)
        return path

    return write


def brought(path, bureau):
    import_file(path, division=bureau.division, by=bureau.finance)
    return Review.objects.get()


def test_the_goal_as_reached_and_who_filled_it_in_come_in_with_the_form(
    bureau, selfeval_round, written
):
    review = brought(written("全年目标均已完成。"), bureau)
    assert (review.goal_done, review.filler, review.filler_phone) == (
        "全年目标均已完成。",
        "王芳",
        "0550-7020123",
    )


def test_the_preview_shows_them_with_their_cells(bureau, selfeval_round, written):
    told = take(written("均已完成。"), division=bureau.division, by=bureau.finance, dry_run=True)
    fields = {change["field"]: change for change in told["forms"][0]["changes"]}
    assert fields["年度总体目标实际完成情况"]["new"] == "均已完成。"
    assert fields["年度总体目标实际完成情况"]["cell"]
    assert fields["填报人"]["new"] == "王芳"
    assert fields["联系电话"]["key"] != fields["填报人"]["key"]


def test_another_text_is_chosen_by_cell_and_an_empty_one_erases_nothing(
    bureau, selfeval_round, written
):
    brought(written("第一次写的。"), bureau)
    path = written("第二次写的。")
    told = take(path, division=bureau.division, by=bureau.finance, dry_run=True)["forms"][0]
    (change,) = [one for one in told["changes"] if one["field"] == "年度总体目标实际完成情况"]
    assert (change["old"], change["new"]) == ("第一次写的。", "第二次写的。")
    import_file(
        path,
        division=bureau.division,
        by=bureau.finance,
        choices={"0": {"cells": {change["key"]: "ours"}}},
    )
    assert Review.objects.get().goal_done == "第一次写的。"
    import_file(path, division=bureau.division, by=bureau.finance)
    assert Review.objects.get().goal_done == "第二次写的。"
    import_file(
        written(None, "填报人：　　　　联系电话："), division=bureau.division, by=bureau.finance
    )
    review = Review.objects.get()
    assert (review.goal_done, review.filler) == ("第二次写的。", "王芳")


def test_an_undone_batch_takes_them_back(bureau, selfeval_round, written):
    brought(written("第一次写的。"), bureau)
    import_file(written("第二次写的。"), division=bureau.division, by=bureau.finance)
    undo_batch(batch=ImportBatch.objects.latest("pk"), by=bureau.finance, why="导错了")
    assert Review.objects.get().goal_done == "第一次写的。"


def test_out_and_in_again_they_are_the_same(bureau, selfeval_round, written, tmp_path):
    review = brought(written("全年目标均已完成。"), bureau)
    path = tmp_path / "出.xlsx"
    path.write_bytes(written_out(form_of(review), "xlsx"))
    (form,) = read_forms(path).forms
    assert form.beside_rows == {
        "goal_done": "全年目标均已完成。",
        "filler": "王芳",
        "filler_phone": "0550-7020123",
    }


def test_a_text_the_column_does_not_hold_is_refused_by_its_length(bureau, selfeval_round, written):
    told = take(written("长" * 2_001), division=bureau.division, by=bureau.finance, dry_run=True)
    (problem,) = [one for one in told["problems"] if "2001 字" in one["text"]]
    assert problem["level"] == "阻断"
    assert not Review.objects.exists()
