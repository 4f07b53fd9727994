"""Outsiders: registered, let in by an assignment to what it names, out again when it ends."""

from datetime import timedelta

import pytest

from wenxiao.orgs.models import Grant, User
from wenxiao.orgs.permissions import Refused
from wenxiao.reviews.models import Assignment, Review
from wenxiao.reviews.services import assign_reviewer
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def officer(small, inside):
    return inside(small.officer)


@pytest.fixture
def outsider(small):
    return User.objects.create_user(
        "firm", "Demo-pass-2021", name="示例主评人", division=small.division
    )


@pytest.fixture
def review(small):
    Review.objects.filter(round=small.finance).update(state="filling")
    small.evaluation.refresh_from_db()
    return small.evaluation


def form(small, review, outsider, wrong=None):
    until = (today() + timedelta(days=30)).isoformat()
    return {
        "review": review.pk,
        "user": outsider.pk,
        "duty": "lead",
        "agency": small.agency.pk,
        "until": until,
        "why": "采购合同",
        **(wrong or {}),
    }


def test_an_assignment_lets_in_to_its_subject_alone(officer, small, review, outsider, client):
    assert officer.post("/agencies/assign", form(small, review, outsider)).status_code == 302
    made = Assignment.objects.get()
    assert (made.duty, made.grant.by_subjects, list(made.grant.subjects.all())) == (
        "主评人",
        True,
        [review.dossier.subject],
    )
    assert outsider.name in officer.get("/agencies").content.decode()
    client.force_login(outsider)
    assert client.get(f"/dossiers/{review.dossier.pk}").status_code == 200
    assert client.get(f"/dossiers/{small.dossiers[1].pk}").status_code == 404
    client.force_login(small.officer)
    assert client.post(f"/agencies/assignments/{made.pk}/end", {"why": ""}).status_code == 409
    assert (
        client.post(f"/agencies/assignments/{made.pk}/end", {"why": "合同终止"}).status_code == 302
    )
    client.force_login(outsider)
    assert client.get(f"/dossiers/{review.dossier.pk}").status_code in {403, 404}
    assert not Assignment.objects.exists()


def test_it_ends_by_itself(small, review, outsider, client):
    made = assign_reviewer(
        review=review, user=outsider, duty="expert", until=today(), by=small.officer, why="评审方案"
    )
    Grant.objects.filter(pk=made.grant_id).update(until=made.grant.since - timedelta(seconds=1))
    client.force_login(outsider)
    assert client.get(f"/dossiers/{review.dossier.pk}").status_code in {403, 404}


def test_twice_is_refused(officer, small, review, outsider):
    assert officer.post("/agencies/assign", form(small, review, outsider)).status_code == 302
    assert officer.post("/agencies/assign", form(small, review, outsider)).status_code == 409
    assert Assignment.objects.count() == 1


@pytest.mark.parametrize(
    "more",
    [
        {"review": ""},
        {"user": "x"},
        {"duty": "king"},
        {"until": "2001-01-01"},
        {"until": "明天"},
        {"why": ""},
        {"agency": "999"},
    ],
)
def test_broken_forms_are_refused(officer, small, review, outsider, more):
    assert officer.post("/agencies/assign", form(small, review, outsider, more)).status_code == 409
    assert not Assignment.objects.exists()


def test_the_evaluated_unit_neither_chooses_nor_judges(small, review, outsider):
    given = {"review": review, "duty": "lead", "until": today(), "why": "试"}
    outsider.unit = review.dossier.unit
    outsider.save()
    with pytest.raises(Refused, match="回避"):
        assign_reviewer(user=outsider, by=small.officer, **given)
    with pytest.raises(Refused, match="下达任务"):
        assign_reviewer(user=outsider, by=small.clerk, **given)
    small.officer.unit = review.dossier.unit
    small.officer.save()
    with pytest.raises(Refused, match="被评价单位不得选择"):
        assign_reviewer(user=outsider, by=small.officer, **given)
    small.officer.unit = None
    small.officer.save()
    with pytest.raises(Refused, match=r"担任评价人|应当回避"):
        assign_reviewer(user=small.clerk, by=small.officer, **given)


def test_settled_results_are_not_assigned(small, outsider):
    with pytest.raises(NotAllowed, match="已经确认"):
        assign_reviewer(
            review=small.evaluation,
            user=outsider,
            duty="lead",
            until=today(),
            by=small.officer,
            why="试",
        )


def test_the_unit_s_own_filing_is_never_assigned(officer, small, outsider):
    Review.objects.filter(pk=small.self_review.pk).update(state="filling")
    assert (
        officer.post("/agencies/assign", form(small, small.self_review, outsider)).status_code
        == 409
    )


def test_firms_and_experts_are_registered_once(officer, small):
    assert (
        officer.post("/agencies/add", {"name": "示例评估公司", "credit_code": "123"}).status_code
        == 409
    )
    assert officer.post("/agencies/add", {"name": "示例评估公司"}).status_code == 302
    assert officer.post("/agencies/add", {"name": "示例评估公司"}).status_code == 409
    assert officer.post("/experts/add", {"name": "示例专家", "field": "水利"}).status_code == 302
    assert officer.post("/experts/add", {"name": "示例专家", "field": "水利"}).status_code == 409
    assert officer.post("/experts/add", {"name": "示例专家"}).status_code == 409
    text = officer.get("/agencies").content.decode()
    assert "示例评估公司" in text
    assert "水利" in text


def test_clerks_do_not_come_near(small, inside):
    assert inside(small.clerk).get("/agencies").status_code == 403
