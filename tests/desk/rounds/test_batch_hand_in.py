"""A unit's clerk hands many forms in at once, the bureau issues many
reports at once: one result and one entry each.
"""

from datetime import date
from decimal import Decimal

import pytest
from tests.desk.accounts import account
from tests.desk.rounds.test_batch_approval import filed, ticked

from wenxiao.evidence.models import Actual
from wenxiao.orgs.models import Role
from wenxiao.records.models import Entry
from wenxiao.reviews.models import Review

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def begun(small):
    """Three forms of the unit being filled; the last has no value in its one row, which blocks."""
    rows = filed(small, 3)
    Review.objects.filter(pk__in=[row.pk for row in rows]).update(
        state="filling", submitted_by=None, submitted_at=None
    )
    Actual.objects.filter(indicator__target=rows[2].target).update(value="")
    return [Review.objects.get(pk=row.pk) for row in rows]


def test_a_clerk_hands_in_the_ticked_ones_and_reads_what_blocks_the_others(inside, small, begun):
    client, page = inside(small.clerk), f"/rounds/{small.selfeval.pk}/settle"
    text = client.get(f"{page}?step=submit").content.decode()
    assert "填了还没报送" in text
    assert f'value="{begun[0].pk}:{begun[0].version}"' in text
    assert f'value="{begun[2].pk}:' not in text  # what blocks stands in its line, no tick
    answer = client.post(f"{page}/ticked", {"step": "submit", "tick": ticked(*begun), "why": ""})
    told = client.get(answer["Location"]).content.decode()
    assert "报送：办成 2 份，1 份没有办成" in "".join(told.split("\n")).replace(" ", "").replace(
        "报送：办成2份，1份没有办成", "报送：办成 2 份，1 份没有办成"
    )
    assert "要改好才能报送" in told
    states = [Review.objects.get(pk=row.pk).state for row in begun]
    assert states == ["submitted", "submitted", "filling"]
    assert Entry.objects.filter(act="报送", by=small.clerk).count() == 5  # three before, two now
    assert {Review.objects.get(pk=row.pk).submitted_by for row in begun[:2]} == {small.clerk}


def test_a_neighbours_clerk_is_offered_none_of_them_and_changes_nothing(inside, small, begun):
    other = account(small, "neighbour", Role.CLERK, small.units[1])
    client, page = inside(other), f"/rounds/{small.selfeval.pk}/settle"
    assert "示例报送" not in client.get(f"{page}?step=submit").content.decode()
    client.post(f"{page}/ticked", {"step": "submit", "tick": ticked(*begun)})
    assert {Review.objects.get(pk=row.pk).state for row in begun} == {"filling"}


def test_the_self_evaluation_page_leads_a_clerk_there(inside, small, begun):
    text = inside(small.clerk).get(f"/selfeval/{small.selfeval.pk}").content.decode()
    assert f"/rounds/{small.selfeval.pk}/settle" in text


def test_many_score_sheets_are_handed_in_at_once(inside, small):
    rows = list(Review.objects.filter(round=small.finance).order_by("pk")[:2])
    Review.objects.filter(pk__in=[row.pk for row in rows]).update(
        state="filling", points=Decimal(90), complete=True, submitted_by=None
    )
    rows = [Review.objects.get(pk=row.pk) for row in rows]
    client, page = inside(small.officer), f"/rounds/{small.finance.pk}/settle"
    assert page in client.get("/evaluations?year=2021").content.decode()
    assert "填了还没报送" in client.get(f"{page}?step=submit").content.decode()
    client.post(f"{page}/ticked", {"step": "submit", "tick": ticked(*rows)})
    kept = Review.objects.filter(pk__in=[row.pk for row in rows])
    assert {(row.state, row.submitted_by) for row in kept} == {("submitted", small.officer)}


@pytest.fixture
def confirmed(small):
    rows = list(Review.objects.filter(round=small.finance).order_by("pk")[:2])
    Review.objects.filter(pk__in=[row.pk for row in rows]).update(
        state="confirmed", points=Decimal(90), complete=True
    )
    return [Review.objects.get(pk=row.pk) for row in rows]


def test_many_reports_are_issued_on_one_day_and_numbered_on(inside, small, confirmed):
    client, page = inside(small.officer), f"/rounds/{small.finance.pk}/settle"
    assert "等您出具报告" in client.get(f"{page}?step=issue").content.decode()
    sent = {"step": "issue", "on": "2021-10-08", "number": "财绩评〔2021〕", "first": "7"}
    answer = client.post(f"{page}/ticked", {**sent, "tick": ticked(*confirmed)})
    told = client.get(answer["Location"]).content.decode()
    assert "财绩评〔2021〕8号" in told
    rows = [Review.objects.get(pk=row.pk) for row in confirmed]
    assert {row.state for row in rows} == {"issued"}
    assert {row.issued_on for row in rows} == {date(2021, 10, 8)}
    assert sorted(row.paper_number for row in rows) == ["财绩评〔2021〕7号", "财绩评〔2021〕8号"]
    assert Entry.objects.filter(act="出具报告", by=small.officer).count() == 2


def test_a_report_seen_in_an_older_state_is_refused_alone_and_takes_no_number(
    inside, small, confirmed
):
    first, second = confirmed
    Review.objects.filter(pk=first.pk).update(version=first.version + 1)
    client, page = inside(small.officer), f"/rounds/{small.finance.pk}/settle"
    sent = {"step": "issue", "on": "2021-10-08", "number": "财绩评〔2021〕", "first": "7"}
    client.post(f"{page}/ticked", {**sent, "tick": ticked(first, second)})
    rows = [Review.objects.get(pk=row.pk) for row in (first, second)]
    assert [row.state for row in rows] == ["confirmed", "issued"]
    assert rows[1].paper_number == "财绩评〔2021〕7号"
