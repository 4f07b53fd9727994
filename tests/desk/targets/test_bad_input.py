"""What goes wrong while targets are filed: each a clear refusal or a
choice, nothing lost, nothing half stored.
"""

from __future__ import annotations

import pytest
from django.urls import reverse
from tests.desk.targets.test_filing_pages import ROWS, grid, people
from tests.desk.targets.test_paper import brought, taken

from wenxiao.records.models import Entry, StoredFile
from wenxiao.targets.models import Target

__all__ = ["people"]
pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def target(bureau, people):
    clerk = people("clerk")
    clerk.post(reverse("desk:target_start"), {"fy": 2022, "dossier": bureau.dossier.pk})
    row = Target.objects.get()
    clerk.post(reverse("desk:target_fill", args=[row.pk]), grid(row, ROWS))
    row.refresh_from_db()
    return row


def names(target):
    return list(target.indicators.values_list("name", "expression"))


def submit(client, target):
    target.refresh_from_db()
    fill = reverse("desk:target_fill", args=[target.pk])
    return client.post(fill, grid(target, ROWS, then="submit"))


def test_words_for_a_number_are_named_with_their_row(people, target):
    before = names(target)
    fill = reverse("desk:target_fill", args=[target.pk])
    wrong = [ROWS[0], (*ROWS[1][:4], "三十", "回访"), ROWS[2]]
    answer = people("clerk").post(fill, grid(target, wrong))
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "第 2 行分值" in page
    assert "三十" in page  # what was typed is not lost
    auto = people("clerk").post(fill, grid(target, wrong, auto="1"))
    assert (auto.status_code, "第 2 行分值" in auto.json()["error"]) == (409, True)
    assert names(target) == before


def test_two_thousand_rows_are_refused_whole(people, target):
    before = names(target)
    fill = reverse("desk:target_fill", args=[target.pk])
    many = [("产出指标", "数量指标", f"任务{n}", "≥1项", "1", "台账") for n in range(2000)]
    answer = people("clerk").post(fill, grid(target, many))
    assert answer.status_code == 409
    assert "一份目标最多 200 行" in answer.content.decode()
    assert names(target) == before


def test_two_people_on_one_form_the_second_is_told(people, target):
    fill = reverse("desk:target_fill", args=[target.pk])
    old = grid(target, ROWS)
    first = [("产出指标", "数量指标", "培训人数", "≥130人", "50", "签到表"), *ROWS[1:]]
    people("clerk").post(fill, grid(target, first))
    second = people("clerk").post(fill, old)
    assert second.status_code == 409
    assert "≥100人" in second.content.decode()  # the second one's words stay on the page
    assert names(target)[0] == ("培训人数", "≥130人")


def test_a_workbook_of_another_year_is_refused(people, target):
    clerk = people("clerk")
    book = taken(clerk, target)
    told = book["说明"]
    year = next(row for row in range(1, 12) if told.cell(row, 2).value in (2022, "2022"))
    told.cell(year, 2).value = 2021
    answer = brought(clerk, target, book)
    assert answer.status_code == 409
    assert "2022" in answer.content.decode()
    assert not StoredFile.objects.exists()


def test_rows_deleted_in_a_workbook_are_a_choice(people, target):
    clerk = people("clerk")
    book = taken(clerk, target)
    book["年度指标"].delete_rows(3)
    page = clerk.get(brought(clerk, target, book)["Location"]).content.decode()
    assert "就业率" in page
    assert ("就业率", "≥80%") in names(target)  # nothing goes before it is chosen


def test_handed_in_twice_and_after_a_withdrawal(people, target):
    clerk = people("clerk")
    submit(clerk, target)
    target.refresh_from_db()
    assert target.state == "submitted"
    again = submit(clerk, target)
    assert again.status_code == 409
    assert Entry.objects.filter(act="送审绩效目标").count() == 1
    withdraw = reverse("desk:target_withdraw", args=[target.pk])
    target.refresh_from_db()
    clerk.post(withdraw, {"version": target.version})
    target.refresh_from_db()
    assert target.state == "draft"
    # the reviewer still has the page open: what was withdrawn is not passed
    judge = {"act": "pass", "version": target.version - 1}
    late = people("dept").post(reverse("desk:target_judge", args=[target.pk]), judge)
    assert late.status_code == 409
    submit(people("clerk"), target)
    target.refresh_from_db()
    assert target.state == "submitted"


def test_the_approval_of_a_version_that_moved_is_refused(people, target):
    submit(people("clerk"), target)
    target.refresh_from_db()
    seen = target.version
    judge = reverse("desk:target_judge", args=[target.pk])
    people("dept").post(judge, {"act": "pass", "version": seen})
    target.refresh_from_db()
    old = {"target": target.pk, f"v{target.pk}": seen}
    paper = {"number": "示财预〔2022〕1号", "title": "批复"}
    page = people("budget").post(reverse("desk:target_approval"), {**paper, **old})
    assert "批复 0 份，没有批复 1 份" in " ".join(page.content.decode().split())
    target.refresh_from_db()
    assert target.state == "checked"
