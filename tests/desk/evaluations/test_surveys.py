"""满意度问卷 of an evaluation: the agency asks for the satisfaction of its object by link, on paper and
from a survey tool; the result stands among the facts of the satisfaction row.
"""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from wenxiao.orgs.services import create_user, grant
from wenxiao.records.models import Entry
from wenxiao.reviews.models import Criterion, Review, Survey
from wenxiao.reviews.packaging import criterion_paper
from wenxiao.reviews.services import write_criterion_facts
from wenxiao.store.clock import today

pytestmark = [pytest.mark.db, pytest.mark.django_db]
QUESTIONS = "路况满意吗\n速度满意吗\n态度满意吗\n公开满意吗\n是否：问题解决了吗\n文字：您的意见"
ANSWER = {f"q{at}": "满意" for at in range(4)} | {"q4": "是", "q5": ""}


@pytest.fixture
def row(small):
    """The satisfaction row of an evaluation that its agency works on."""
    review = small.evaluation
    Review.objects.filter(pk=review.pk).update(state="filling", agency=small.agency)
    small.division.assist_links = True
    small.division.save()
    return Criterion.objects.create(
        review=review, order=99, level1="效益", level2="满意度", name="群众满意度", weight=10
    )


@pytest.fixture
def agency(small, row, inside):
    """The agency's login, assigned to this object alone."""
    user = create_user(
        division=small.division,
        username="judge",
        name="示例评价人",
        by=None,
        password="Long-enough-1",
    )
    subject = row.review.dossier.subject
    grant(user=user, role="agency", division=small.division, subjects=[subject], by=None)
    user.must_change_password = False
    user.save(update_fields=["must_change_password"])
    return inside(user)


def ask(client, row, **more):
    until = (today() + timedelta(days=7)).isoformat()
    said = {"title": "养护满意度", "audience": "沿线村民", "questions": QUESTIONS, "until": until}
    address = reverse("desk:evaluation_survey", args=[row.review_id, row.pk])
    return client.post(address, said | {"population": "300"} | more)


def act(client, survey, name, **values):
    return client.post(reverse("desk:survey_act", args=[survey.pk, name]), values)


def test_an_agency_asks_by_link_and_paper_and_the_result_stands_in_the_facts(small, agency, row):
    papers = agency.get(reverse("desk:working_papers", args=[row.review_id])).content.decode()
    page = reverse("desk:evaluation_survey", args=[row.review_id, row.pk])
    assert page in papers
    assert ask(agency, row).status_code == 302
    survey = Survey.objects.get()
    text = agency.get(page).content.decode()
    assert survey.token in text
    assert "data:image/svg" in text
    link = reverse("portal:survey", args=[survey.token])
    for number in range(8):
        phone = Client()
        assert phone.get(link).status_code == 200
        phone.post(link, ANSWER)
        if number == 3:
            few = agency.get(page).content.decode()
            assert "结果不显示" in few
            refused = act(agency, survey, "take", version=survey.version)
            assert "还不能得出满意度" in refused.content.decode()
    assert "已经填过" in phone.post(link, ANSWER).content.decode()
    counts = {f"c{at}_{place}": "0" for at in range(5) for place in range(5)}
    counts |= {f"c{at}_1": "4" for at in range(4)} | {"c4_0": "4", "c3_1": "0", "c3_4": "4"}
    assert act(agency, survey, "paper", sheets="4", note="村委会", **counts).status_code == 302
    row.refresh_from_db()
    write_criterion_facts(
        review=Review.objects.get(pk=row.review_id),
        criterion=row,
        facts="无投诉记录",
        source="信访台账",
        by=small.officer,
    )
    shown = agency.get(page).content.decode()
    assert "样本 12 份" in " ".join(shown.split())
    assert "个百分点（95%" in shown
    answer = act(agency, survey, "take", version=survey.version, row_version="")
    assert answer.status_code == 302
    paper = criterion_paper(row)
    assert paper.facts.startswith(
        "无投诉记录\n满意度 93.33%：问卷“养护满意度”（沿线村民）12 份，满意 56 ÷ 有效回答 60"
    )
    assert "信访台账；满意度问卷" in paper.source
    assert survey.answers.count() == 9  # eight answers and one count, all kept
    acts = set(Entry.objects.filter(target_type="reviews.Survey").values_list("act", flat=True))
    assert {"发起满意度问卷", "录入纸质问卷", "采用问卷结果"} <= acts
    assert Client().get(link).status_code == 404


def test_nobody_else_asks_for_it(small, agency, row, inside):
    assert ask(agency, row).status_code == 302
    survey = Survey.objects.get()
    clerk = inside(small.clerk)
    page = reverse("desk:evaluation_survey", args=[row.review_id, row.pk])
    assert clerk.get(page).status_code == 403
    assert act(clerk, survey, "close", version=survey.version).status_code == 404
    other = Review.objects.filter(kind=row.review.kind).exclude(pk=row.review_id).first()
    theirs = Criterion.objects.create(review=other, order=98, level1="效益", name="他处满意度")
    address = reverse("desk:evaluation_survey", args=[other.pk, theirs.pk])
    assert agency.get(address).status_code in {403, 404}
    Review.objects.filter(pk=row.review_id).update(state="confirmed")
    officer = inside(small.officer)
    assert "不能再发问卷" in ask(officer, row).content.decode()


def test_without_the_division_s_door_there_is_no_link(small, agency, row):
    small.division.assist_links = False
    small.division.save()
    assert ask(agency, row).status_code == 302
    assert Survey.objects.get().token == ""
    page = agency.get(reverse("desk:evaluation_survey", args=[row.review_id, row.pk]))
    assert "没有开放免登录链接" in page.content.decode()
