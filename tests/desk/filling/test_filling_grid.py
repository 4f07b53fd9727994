"""The grid a clerk fills, and what he finds by searching: saved by the row, refused in words."""

import pytest
from tests.desk.test_work import (
    read,
    watched,  # noqa: F401 - fixtures used by name
)

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def open_review(small):
    """The self-evaluation of the first dossier, being filled."""
    small.self_review.state = "filling"
    small.self_review.save()
    return small.self_review


def typed(review, **changed):
    from wenxiao.evidence.models import Actual

    fields = {}
    for actual in Actual.objects.filter(indicator__target=review.target, stage="selfeval"):
        key = actual.indicator_id
        fields |= {f"a{key}": actual.value, f"n{key}": actual.note, f"v{key}": actual.version}
    return fields | changed


def first_row(review):
    return review.target.indicators.order_by("order").first()


def test_a_row_is_saved_by_itself_and_scored_again(inside, small, open_review):
    row = first_row(open_review)
    answer = inside(small.clerk).post(
        f"/filling/{open_review.pk}/rows",
        {**typed(open_review), f"a{row.pk}": "118", "row": row.pk},
        headers={"accept": "application/json"},
    )
    assert answer.status_code == 200
    told = answer.json()
    assert told["written"] == [row.pk]
    assert told["rows"][str(row.pk)]["points"] == "14.05"
    assert row.actuals.get(stage="selfeval").value == "118"


def test_a_stale_row_shows_both_values_and_writes_nothing(inside, small, open_review):
    from wenxiao.evidence.models import Actual

    row, fields = first_row(open_review), typed(open_review)
    Actual.objects.filter(indicator=row, stage="selfeval").update(value="120", version=9)
    answer = inside(small.clerk).post(
        f"/filling/{open_review.pk}/rows", {**fields, f"a{row.pk}": "118"}
    )
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "刚改为“120”，您填的是“118”" in text
    assert row.actuals.get(stage="selfeval").value == "120"


def test_saving_twice_changes_nothing_more(inside, small, open_review):
    from wenxiao.records.models import Entry

    row, fields = first_row(open_review), typed(open_review)
    client = inside(small.clerk)
    client.post(f"/filling/{open_review.pk}/rows", {**fields, f"a{row.pk}": "118"})
    once = Entry.objects.count()
    again = client.post(f"/filling/{open_review.pk}/rows", {**fields, f"a{row.pk}": "118"})
    assert again.status_code == 302
    assert Entry.objects.count() == once


def test_handing_in_is_refused_while_a_value_is_missing(inside, small, open_review):
    from wenxiao.evidence.models import Actual

    Actual.objects.filter(indicator=first_row(open_review), stage="selfeval").update(value="")
    client = inside(small.clerk)
    assert "没有填完成值" in read(client, f"/filling/{open_review.pk}")
    open_review.refresh_from_db()
    answer = client.post(f"/filling/{open_review.pk}/submit", {"version": open_review.version})
    assert answer.status_code == 409
    assert "要改好才能报送" in answer.content.decode()


def test_handing_in_closes_the_grid_and_a_second_click_is_harmless(inside, small, open_review):
    client = inside(small.clerk)
    path = f"/filling/{open_review.pk}/submit"
    assert client.post(path, {"version": open_review.version}).status_code == 302
    open_review.refresh_from_db()
    assert open_review.state == "submitted"
    assert client.post(path, {"version": open_review.version}).status_code == 409
    assert "data-cell" not in read(client, f"/filling/{open_review.pk}")


def test_nobody_passes_what_they_handed_in_and_giving_back_needs_a_reason(
    inside, small, open_review
):
    inside(small.clerk).post(f"/filling/{open_review.pk}/submit", {"version": open_review.version})
    open_review.refresh_from_db()
    assert inside(small.clerk).post(f"/filling/{open_review.pk}/judge/pass").status_code == 403
    client = inside(small.officer)
    empty = client.post(
        f"/filling/{open_review.pk}/judge/return", {"why": " ", "version": open_review.version}
    )
    assert empty.status_code == 409
    given = client.post(
        f"/filling/{open_review.pk}/judge/return",
        {"why": "缺验收单", "version": open_review.version},
    )
    assert given.status_code == 302
    open_review.refresh_from_db()
    assert open_review.state == "returned"


def test_others_may_look_and_not_write(inside, small, open_review):
    client = inside(small.officer)
    assert "填报由单位经办人办理" in read(client, f"/filling/{open_review.pk}")
    assert client.post(f"/filling/{open_review.pk}/rows", typed(open_review)).status_code == 403
    assert inside(small.clerk).get("/filling/999999").status_code == 404


def test_a_value_on_the_dossier_changes_with_a_reason_only(inside, small, open_review):
    from wenxiao.evidence.models import Actual

    mark = small.marks[0]
    client = inside(small.clerk)
    assert "改完成值" in read(client, f"/dossiers/{open_review.dossier_id}?why={mark.pk}")
    path = f"/marks/{mark.pk}/value"
    actual = Actual.objects.get(indicator=mark.indicator, stage="selfeval")
    assert (
        client.post(path, {"value": "110", "why": "", "version": actual.version}).status_code == 409
    )
    assert (
        client.post(
            path, {"value": "110", "why": "统计口径改正", "version": actual.version}
        ).status_code
        == 302
    )
    actual.refresh_from_db()
    assert actual.value == "110"
    assert "统计口径改正" in read(client, f"/marks/{mark.pk}/why")
    stale = client.post(path, {"value": "1", "why": "再改", "version": 1})
    assert stale.status_code == 409
    assert "110" in stale.content.decode()


# --- Search and saved lists -----------------------------------------------------------------------


def test_two_characters_find_subjects_units_and_problems_in_scope_only(inside, small):
    text = read(inside(small.officer), "/search?q=公路")
    assert "示例项目02" in text
    mine = read(inside(small.clerk), "/search?q=公路")
    assert "示例项目01" in mine
    assert "示例项目02" not in mine
    assert "区示例部门丙" in read(inside(small.officer), "/search?q=部门")
    assert "没有找到" in read(inside(small.officer), "/search?q=无此物")


def test_a_restricted_subject_is_not_found_by_others(inside, small):
    subject = small.dossiers[1].subject
    subject.name, subject.restriction = "内控示例专项", "restricted"
    subject.save()
    from wenxiao.orgs.models import Grant, User

    budget = User.objects.create_user(
        "budget", "Demo-pass-2021", name="预算", division=small.division
    )
    Grant.objects.create(user=budget, role="budget", division=small.division)
    assert "内控示例专项" not in read(inside(budget), "/search?q=内控").replace("“内控”", "")
    assert "内控示例专项" in read(inside(small.leader), "/search?q=内控")


def test_a_list_is_kept_under_a_name_for_its_owner_alone(inside, small):
    client = inside(small.officer)
    asked = {"page": "subjects", "name": "公路项目", "query": 'q=公路&fy=2020&at=3&evil="><b>'}
    kept = client.post("/views", asked)
    assert kept.status_code == 302
    text = read(client, "/subjects")
    assert ">公路项目</a>" in text
    assert "at=3" not in text
    assert 'evil="><b>' not in text
    from wenxiao.orgs.models import SavedView

    row = SavedView.objects.get()
    assert ">公路项目</a>" not in read(inside(small.clerk), "/subjects")
    inside(small.clerk).post("/views", {"page": "subjects", "forget": row.pk})
    assert SavedView.objects.count() == 1
    inside(small.officer).post("/views", {"page": "subjects", "forget": row.pk})
    assert not SavedView.objects.exists()


def test_audited_money_stands_where_nothing_else_is_known(inside, small):
    from wenxiao.budget.models import Appropriation, Spending

    Appropriation.objects.filter(dossier=small.dossiers[0]).delete()
    Spending.objects.filter(dossier=small.dossiers[0]).delete()
    text = read(inside(small.officer), "/subjects?q=项目01")
    assert "审定" in text
    assert "480.12" in text


def test_figures_not_right_yet_are_told_and_the_worker_is_asked_once(inside, watched, monkeypatch):
    from django_tasks_db.models import DBTaskResult

    from wenxiao.budget.models import Dossier, Spending
    from wenxiao.followup.services import keeping

    client = inside(watched.officer)
    for path in ("/watch?year=2021", "/monitoring?year=2021"):
        assert "正在重算" not in client.get(path).content.decode()
    monkeypatch.setattr(keeping, "BY_HAND", 0)
    Spending.objects.create(
        dossier=Dossier.objects.filter(fiscal_year=2021).first(), month=1, amount=1
    )
    for path in ("/watch?year=2021", "/monitoring?year=2021", "/?year=2021"):
        text = client.get(path).content.decode()
        assert "至少 1 个项目的灯正在重算" in text, path
        assert "列出的各行按现在的数据现算" in text
    assert DBTaskResult.objects.filter(task_path="wenxiao.followup.tasks.keep").count() <= 3
    keeping.keep_all()
    assert "正在重算" not in client.get("/watch?year=2021").content.decode()
