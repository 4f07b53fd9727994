"""评价 on pages: who sees what, marks all or none, stale marks show both
values, the road by buttons, papers.
"""

import pytest
from django.urls import reverse

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def open_sheet(small):
    review = small.evaluation
    type(review).objects.filter(pk=review.pk).update(state="filling")
    review.refresh_from_db()
    return review


def grid_of(review, **changed):
    data = {}
    for criterion in review.criteria.all():
        mark = criterion.marks.get(seat="")
        data |= {
            f"p{criterion.pk}": str(mark.points),
            f"n{criterion.pk}": mark.note,
            f"v{criterion.pk}": mark.version,
        }
    return data | changed


def test_results_stand_under_their_names_without_a_mean(small, inside):
    page = inside(small.officer).get(reverse("desk:evaluations")).content.decode()
    assert "财政评价分" in page
    assert "87.45" in page
    assert "平均分" not in page


def test_another_units_review_looks_absent(small, inside):
    other = next(d for d in small.dossiers if d.unit.name == "示例单位乙").reviews.get(
        kind="finance_evaluation"
    )
    assert inside(small.clerk).get(reverse("desk:review", args=[other.pk])).status_code == 404


def test_one_refused_row_leaves_the_whole_sheet_and_keeps_what_was_typed(open_sheet, small, inside):
    first, second = open_sheet.criteria.all()[:2]
    data = grid_of(
        open_sheet, **{f"p{first.pk}": "5.5", f"n{first.pk}": "依据不全", f"p{second.pk}": "99"}
    )
    answer = inside(small.officer).post(reverse("desk:review_marks", args=[open_sheet.pk]), data)
    assert answer.status_code == 422
    assert 'value="99"' in answer.content.decode()
    assert str(first.marks.get().points) == "6.00"


def test_a_stale_mark_shows_both_values(open_sheet, small, inside):
    row = open_sheet.criteria.first()
    data = grid_of(open_sheet, **{f"p{row.pk}": "4", f"n{row.pk}": "缺批复", f"v{row.pk}": "7"})
    answer = inside(small.officer).post(reverse("desk:review_marks", args=[open_sheet.pk]), data)
    assert answer.status_code == 422
    assert "刚改为 6.00，您填的是 4" in answer.content.decode()


def test_marks_are_written_and_the_page_is_fetched_anew(open_sheet, small, inside):
    row = open_sheet.criteria.first()
    data = grid_of(
        open_sheet, **{f"p{row.pk}": "5", f"n{row.pk}": "缺批复", f"w{row.pk}": "缺批复"}
    )
    answer = inside(small.officer).post(reverse("desk:review_marks", args=[open_sheet.pk]), data)
    assert answer.status_code == 302
    assert str(row.marks.get().points) == "5.00"


def test_a_step_with_an_old_version_is_refused(open_sheet, small, inside):
    address = reverse("desk:review_move", args=[open_sheet.pk, "submit"])
    assert (
        inside(small.officer).post(address, {"version": open_sheet.version + 5}).status_code == 409
    )
    assert inside(small.officer).post(address, {"version": open_sheet.version}).status_code == 302
    open_sheet.refresh_from_db()
    assert open_sheet.state == "submitted"


def test_who_may_not_reopen_sees_no_button_but_who_can(small, inside):
    address = reverse("desk:review", args=[small.evaluation.pk])
    assert small.evaluation.state == "issued"
    page = inside(small.clerk).get(address).content.decode()
    assert "重开…" not in page
    assert "disabled" not in page
    assert "要改也由他们重开" in page


def test_the_clerk_is_told_who_can(small, inside):
    answer = inside(small.clerk).post(reverse("desk:review_marks", args=[small.evaluation.pk]), {})
    assert answer.status_code == 403
    assert "财政绩效科" in answer.content.decode()


@pytest.mark.parametrize("kind", ["xlsx", "docx"])
@pytest.mark.parametrize("blank", ["0", "1"])
def test_the_score_sheet_comes_as_a_file(kind, blank, small, inside):
    address = reverse("desk:review_form", args=[small.evaluation.pk, kind])
    answer = inside(small.officer).get(f"{address}?blank={blank}")
    assert answer.status_code == 200
    assert answer.content[:2] == b"PK"
