"""满意度问卷: answered on a phone without account, once a device, counted from paper and pasted rows;
its result is the actual.
"""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from wenxiao.evidence.models import Actual
from wenxiao.reviews.models import Review, Survey
from wenxiao.reviews.surveys import result_of_survey
from wenxiao.rulebook.satisfaction import survey_result, survey_rule
from wenxiao.store.clock import today

pytestmark = [pytest.mark.db, pytest.mark.django_db]

QUESTIONS = "路况满意吗\n速度满意吗\n态度满意吗\n公开满意吗\n是否：问题解决了吗\n文字：您的意见"


@pytest.fixture
def form(small):
    review = Review.objects.filter(round=small.selfeval, target__isnull=False).first()
    Review.objects.filter(pk=review.pk).update(state="filling", submitted_by=None)
    small.division.assist_links = True
    small.division.save()
    review.refresh_from_db()
    return review


def asked(client, form, **more):
    row = form.target.indicators.last()
    data = {
        "title": "路况满意度调查",
        "audience": "沿线村民",
        "questions": QUESTIONS,
        "until": (today() + timedelta(days=7)).isoformat(),
        "population": "400",
        **more,
    }
    return client.post(reverse("desk:survey", args=[form.pk, row.pk]), data)


@pytest.fixture
def survey(small, inside, form):
    assert asked(inside(small.clerk), form).status_code == 302
    return Survey.objects.get()


def answers(word="满意", solved="是"):
    return {f"q{at}": word for at in range(4)} | {"q4": solved, "q5": "很好"}


def act(client, survey, name, **data):
    return client.post(reverse("desk:survey_act", args=[survey.pk, name]), data)


def test_a_phone_answers_once_without_an_account_and_the_result_becomes_the_actual(
    small, inside, survey
):
    address = reverse("portal:survey", args=[survey.token])
    for number in range(12):
        phone = Client()
        page = phone.get(address)
        assert page.status_code == 200
        assert "sessionid" not in phone.cookies
        word = "一般" if number < 2 else "非常满意"
        assert "已收到，谢谢" in phone.post(address, answers(word)).content.decode()
        assert "已经填过" in phone.post(address, answers()).content.decode()
    result = result_of_survey(survey)
    assert (result.sheets, result.satisfied, result.valid) == (12, 52, 60)
    assert result.percent == Decimal("86.67")
    office = inside(small.clerk)
    row = form_row(survey)
    text = office.get(reverse("desk:survey", args=[survey.review_id, row.pk])).content.decode()
    assert "满意 52 ÷ 有效回答 60" in text
    assert "个百分点（95%" in text
    version = Actual.objects.get(indicator=row, stage="selfeval").version
    assert act(office, survey, "take", version=1, row_version=version).status_code == 302
    actual = Actual.objects.get(indicator=row, stage="selfeval")
    assert actual.value == "86.67%"
    assert "12 份" in actual.note
    assert survey.answers.count() == 12  # raw answers stay
    assert Client().get(address).status_code == 404


def form_row(survey):
    return survey.indicator


def test_below_the_least_number_nothing_is_shown_or_taken(small, inside, survey):
    address = reverse("portal:survey", args=[survey.token])
    for _ in range(3):
        phone = Client()
        phone.get(address)
        phone.post(address, answers())
    client = inside(small.clerk)
    text = client.get(
        reverse("desk:survey", args=[survey.review_id, survey.indicator_id])
    ).content.decode()
    assert "收到 3 份，不足 10 份" in text
    assert "满意度 100" not in text
    assert "还不能得出满意度" in act(client, survey, "take", version=1).content.decode()


def test_paper_counts_and_pasted_rows_come_in_once(small, inside, survey):
    client = inside(small.clerk)
    counts = {f"c{at}_1": "20" for at in range(4)} | {"c4_0": "18", "c4_1": "2"}
    over = act(client, survey, "paper", sheets="10", **counts)
    assert "多于收回的 10 份" in over.content.decode()
    assert act(client, survey, "paper", sheets="20", **counts).status_code == 302
    assert "已经填过" in act(client, survey, "paper", sheets="20", **counts).content.decode()
    heads = "序号\t1、路况满意吗\t2、速度满意吗\t3、态度满意吗\t4、公开满意吗\t5、问题解决了吗\t6、您的意见"
    lines = [f"{n}\t满意\t满意\t一般\t满意\t是\t无" for n in range(1, 6)]
    assert act(client, survey, "rows", rows="\n".join([heads, *lines])).status_code == 302
    act(client, survey, "rows", rows="\n".join([heads, *lines]))
    assert result_of_survey(survey).sheets == 25
    wrong = act(client, survey, "rows", rows=f"{heads}\n9\t很好\t满意\t满意\t满意\t是\t")
    assert "第 2 行：第 1 题“路况满意吗”“很好”不是可选的回答" in wrong.content.decode()
    missing = act(client, survey, "rows", rows="序号\t别的\n1\t满意")
    assert "表头里没有第 1 题“路况满意吗”" in missing.content.decode()


def test_without_the_door_there_is_no_link_and_shutting_it_shuts_what_went_out(
    small, inside, form, survey
):
    address = reverse("portal:survey", args=[survey.token])
    small.division.assist_links = False
    small.division.save()
    assert Client().get(address).status_code == 404
    asked(inside(small.clerk), form)
    assert Survey.objects.latest("pk").token == ""


def test_a_survey_has_five_to_fifteen_questions_and_asks_for_satisfaction(small, inside, form):
    client = inside(small.clerk)
    assert "5 至 15 个问题" in asked(client, form, questions="路况满意吗").content.decode()
    only = "\n".join(f"是否：第{n}问" for n in range(5))
    assert "至少要有一个问满意程度" in asked(client, form, questions=only).content.decode()
    assert not Survey.objects.exists()


def test_the_margin_shrinks_with_a_known_population():
    rule, asked_ = survey_rule(), [{"kind": "likert", "text": "满意吗"}]
    alone = survey_result(asked_, [{"满意": 80, "一般": 20}], 100, rule)
    known = survey_result(asked_, [{"满意": 80, "一般": 20}], 100, rule, population=200)
    everybody = survey_result(asked_, [{"满意": 80, "一般": 20}], 100, rule, population=100)
    assert alone.margin == Decimal("7.84")  # 1.96 × √(0.8 × 0.2 ÷ 100)
    assert known.margin < alone.margin
    assert everybody.margin == 0
    assert survey_result(asked_, [{}], 100, rule).percent is None
