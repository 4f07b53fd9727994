"""第三方与专家: contracts accepted by another person, cases, rotation and a quality record that comes
from rows alone.
"""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from wenxiao.budget.models import Round
from wenxiao.orgs.models import Expert, User
from wenxiao.orgs.services import grant
from wenxiao.reviews.contract import AgencyContract
from wenxiao.reviews.models import Review
from wenxiao.reviews.services import (
    decide_objection,
    finish_objections,
    open_exchange,
    raise_objection,
    return_review,
)
from wenxiao.store.clock import today

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def second(small):
    user = User.objects.create_user(
        "second", "Demo-pass-2021", name="示例科员乙", division=small.division
    )
    grant(user=user, role="performance", division=small.division, by=None)
    return user


def add(client, agency, **more):
    return client.post(
        reverse("desk:contract_add", args=[agency.pk]),
        {
            "number": "示采2022-7",
            "work": "重点评价 1 个对象",
            "price": "8.5",
            "signed": today().isoformat(),
            "due": (today() + timedelta(days=60)).isoformat(),
            **more,
        },
        follow=True,
    ).content.decode()


def accept(client, contract, **more):
    return client.post(
        reverse("desk:contract_accept", args=[contract.pk]),
        {
            "verdict": "accepted",
            "acceptance": "报告、底稿齐全",
            "paid": "8.5",
            "on": today().isoformat(),
            "version": contract.version,
            **more,
        },
        follow=True,
    ).content.decode()


def test_a_contract_is_accepted_by_another_person_once(small, inside, second):
    assert "完成期限" in add(inside(small.officer), small.agency, due="2020-01-01")
    assert "大于 0" in add(inside(small.officer), small.agency, price="0")
    assert "待另一人验收" in add(inside(small.officer), small.agency)
    assert "已经登记过" in add(inside(small.officer), small.agency)
    contract = AgencyContract.objects.get()
    assert contract.price == Decimal("85000.00")
    assert "由另一人办理" in accept(inside(small.officer), contract)
    assert "与合同价" in accept(inside(second), contract, paid="9")
    assert "写明验收意见" in accept(inside(second), contract, acceptance=" ")
    assert "验收合格" in accept(inside(second), contract)
    contract.refresh_from_db()
    assert (contract.accepted_by, contract.paid) == (second, Decimal("85000.00"))
    assert "不能重复验收" in accept(inside(second), contract)
    assert inside(small.clerk).get(reverse("desk:agency", args=[small.agency.pk])).status_code in {
        403,
        404,
    }


def test_the_quality_record_counts_what_the_rows_say(small, inside, second):
    review = small.evaluation
    Round.objects.filter(pk=review.round_id).update(deadline=today() - timedelta(days=3))
    Review.objects.filter(pk=review.pk).update(
        state="submitted", submitted_by=None, submitted_at=None, agency=small.agency
    )
    review.refresh_from_db()
    return_review(review=review, by=second, why="漏附底稿", version=review.version)
    Review.objects.filter(pk=review.pk).update(state="submitted")
    review.refresh_from_db()
    exchange = open_exchange(
        review=review, text="初步", due_on=today() + timedelta(days=5), by=small.officer
    )
    row = review.criteria.first()
    raise_objection(exchange=exchange, text="漏看", criterion=row, by=small.clerk)
    finish_objections(exchange=exchange, name="某", by=small.clerk)
    decide_objection(
        objection=exchange.objections.get(),
        verdict="partly",
        reason="属实",
        points=row.marks.get(seat="").points,
        by=small.officer,
    )
    older = Round.objects.create(
        division=small.division,
        kind="finance_evaluation",
        name="2020年评价",
        work_year=2020,
        fiscal_year=2020,
        state="open",
    )
    Review.objects.create(dossier=review.dossier, round=older, kind=older.kind, agency=small.agency)
    page = inside(small.officer).get(reverse("desk:agency", args=[small.agency.pk]))
    text = "".join(page.content.decode().split())
    assert "<dt>被退回</dt><dd>1次</dd>" in text
    assert "超3天，还没有报" in text
    assert "<dd>1/1条，0个改了总分</dd>" in text
    assert "连续两年" in text


def test_an_expert_is_set_beside_the_panel(small, inside):
    expert = Expert.objects.create(division=small.division, name="专家甲", field="交通")
    review = small.evaluation
    row = review.criteria.first()
    for seat, points in (("专家甲", "2"), ("专家乙", "5")):
        row.marks.create(review=review, seat=seat, points=Decimal(points))
    page = inside(small.officer).get(reverse("desk:expert", args=[expert.pk])).content.decode()
    share = (Decimal("1.5") / row.weight * 100).quantize(Decimal("0.1"))
    assert f"分值的 {share}%" in page
    assert "专家甲评过 1 个对象" in page
