"""Subjects' facts as one table: saved all of them or none, refused in place, told to the grid."""

from __future__ import annotations

import pytest
from django.urls import reverse

from wenxiao.budget.models import Subject
from wenxiao.budget.services import SUBJECT_FACTS, DescribedRow, describe_subjects, facts_of
from wenxiao.records.models import Entry
from wenxiao.store.many_rows import RowsRefused

pytestmark = [pytest.mark.db, pytest.mark.django_db]
JSON = {"headers": {"accept": "application/json"}}


def posted(rows, changes, why="批复载明"):
    """The form as a browser sends it, with what was typed."""
    data = {"row": [row.pk for row in rows], "line": [*range(1, len(rows) + 1)], "why": why}
    for row in rows:
        facts = facts_of(row)
        data |= {f"{name}-{row.pk}": text for name, text in facts.items()}
        data[f"seen-{row.pk}"] = "|".join(facts.values())
    return data | changes


def test_what_papers_say_of_many_subjects_is_saved_at_once(inside, small):
    officer, where = inside(small.officer), reverse("desk:subjects_table")
    assert "整表登记" in officer.get(reverse("desk:subjects")).content.decode()
    assert "项目负责人" in officer.get(where).content.decode()
    first, second, *_ = Subject.objects.order_by("code", "pk")
    typed = {
        f"manager-{first.pk}": "某某",
        f"term_years-{first.pk}": "5年",
        f"expires_on-{second.pk}": "2026/12/31",
    }
    assert officer.post(where, posted([first, second], typed)).status_code == 302
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.manager, first.term_years, str(second.expires_on)) == ("某某", 5, "2026-12-31")
    entry = Entry.objects.get(act="整表登记项目情况")
    assert entry.data["after"][f"{first.code} {first.name}"] == {
        "项目负责人": "某某",
        "设立年限": "5",
    }
    told = officer.post(where, posted([second], {f"manager-{second.pk}": "甲"}), **JSON).json()
    row = told["rows"][str(second.pk)]
    assert (row["cells"]["expires_on"], row["cells"]["manager"]) == ("2026-12-31", "甲")
    second.refresh_from_db()
    assert row["seen"] == "|".join(facts_of(second).values())
    assert officer.post(where, posted([first, second], {}), **JSON).json()["said"] == "没有改动。"


@pytest.mark.parametrize(
    ("column", "text", "sentence"),
    [
        ("term_years", "五", "设立年限应为整年数，如 5，收到“五”"),
        ("term_years", "51", "设立年限应为 1 至 50 年"),
        ("expires_on", "2026-2-30", "到期日期应为日期，如 2026-12-31"),
        ("kind", "别的", "类型请从"),
        ("manager", "长" * 61, "项目负责人最多 60 字"),
    ],
)
def test_one_cell_that_cannot_stand_keeps_all_from_being_stored(
    inside, small, column, text, sentence
):
    officer, where = inside(small.officer), reverse("desk:subjects_table")
    first, second, *_ = Subject.objects.order_by("code", "pk")
    typed = {f"manager-{first.pk}": "某某", f"{column}-{second.pk}": text}
    told = officer.post(where, posted([first, second], typed), **JSON)
    assert told.status_code == 409
    [fault] = told.json()["faults"]
    assert (fault["row"], fault["column"]) == (second.pk, column)
    assert sentence in fault["sentence"]
    assert not Subject.objects.filter(manager="某某").exists()
    page = officer.post(where, posted([first, second], typed)).content.decode()
    assert sentence in page
    assert "某某" in page


def test_what_somebody_else_changed_meanwhile_is_not_written_over(small):
    first, second, *_ = Subject.objects.order_by("code", "pk")
    seen = "|".join(facts_of(first).values())
    Subject.objects.filter(pk=first.pk).update(manager="乙")
    rows = [DescribedRow(first.pk, 4, facts_of(first) | {"manager": "甲"}, seen)]
    words = {"division": small.division, "by": small.officer, "why": "批复"}
    with pytest.raises(RowsRefused, match=r"第 4 行：别人刚改过这一行，现为.*“乙”"):
        describe_subjects(rows=rows, **words)
    untouched = DescribedRow(first.pk, 4, facts_of(first), seen)
    named = facts_of(second) | {"manager": "丙"}
    other = DescribedRow(second.pk, 5, named, "|".join(facts_of(second).values()))
    assert describe_subjects(rows=[untouched, other], **words) == [second.pk]
    assert Subject.objects.get(pk=first.pk).manager == "乙"
    assert list(SUBJECT_FACTS) == list(facts_of(first))


def test_many_rows_ask_no_more_than_few(small, django_assert_max_num_queries):
    listed = list(Subject.objects.all())
    rows = [
        DescribedRow(
            one.pk, at, facts_of(one) | {"manager": "甲"}, "|".join(facts_of(one).values())
        )
        for at, one in enumerate(listed)
    ]
    with django_assert_max_num_queries(30):
        done = describe_subjects(division=small.division, rows=rows, by=small.officer, why="批复")
    assert len(done) == len(listed)
