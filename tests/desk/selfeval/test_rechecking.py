"""自评复核 from the drawing to the unit: values taken over, points with a reason, a grade lowered,
inflation by department.
"""

from decimal import Decimal

import pytest
from django.urls import reverse

from wenxiao.orgs.models import User
from wenxiao.orgs.services import grant
from wenxiao.records.models import Notice
from wenxiao.reviews.models import Mark, Review
from wenxiao.reviews.services import draw_recheck

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def drawn(small):
    """The one self-evaluation handed in, drawn, with no re-check before."""
    Review.objects.filter(kind="recheck").delete()
    small.second = User.objects.create_user(
        "second", "Demo-pass-2021", name="示例科员乙", division=small.division
    )
    grant(user=small.second, role="performance", division=small.division, by=None)
    return draw_recheck(
        round=small.selfeval, seed=3, share=Decimal(100), by=small.officer, why="复核方案"
    )


def start(client, sample):
    client.post(reverse("desk:recheck_start", args=[sample.pk]))
    return Review.objects.get(kind="recheck")


def move(client, review, act, **data):
    review.refresh_from_db()
    client.post(
        reverse("desk:review_move", args=[review.pk, act]), {"version": review.version, **data}
    )
    review.refresh_from_db()
    return review.state


def test_a_self_evaluation_is_rechecked_down_a_grade_and_fed_back(small, inside, drawn):
    client = inside(small.officer)
    review = start(client, drawn)
    assert review.round.scope == {"dossiers": [review.dossier_id]}
    sheet = reverse("desk:recheck_sheet", args=[review.pk])
    page = client.get(sheet).content.decode()
    assert "96.72" in page
    rows = list(review.target.indicators.exclude(weight=None))
    typed = {f"p{row.pk}": "0" for row in rows}
    refused = client.post(sheet, typed).content.decode()
    assert "请选原因" in refused
    assert not Mark.objects.filter(review=review, by=small.officer).exists()
    client.post(sheet, typed | {f"r{row.pk}": "no_proof" for row in rows})
    review.refresh_from_db()
    assert review.grade == "差"
    clerk = inside(small.clerk)
    assert clerk.get(sheet).status_code == 404
    client = inside(small.officer)
    assert move(client, review, "submit") == "submitted"
    second = inside(small.second)
    assert move(second, review, "check") == "checked"
    assert move(second, review, "confirm", why="佐证确实没有") == "confirmed"
    second.post(reverse("desk:recheck_tell", args=[review.pk]), {"number": "复核1号"})
    notice = Notice.objects.get(number="复核1号")
    assert "没有佐证" in notice.text
    table = second.get(reverse("desk:recheck", args=[small.selfeval.pk])).content.decode()
    assert "各部门自评高出复核多少" in table
    clerk = inside(small.clerk)
    shown = clerk.get(sheet).content.decode()
    assert "没有佐证或佐证不能证明" in shown
    assert "存复核" not in shown


def test_a_drawing_is_begun_once(small, inside, drawn):
    client = inside(small.officer)
    start(client, drawn)
    again = client.post(reverse("desk:recheck_start", args=[drawn.pk])).content.decode()
    assert "都已经开始复核" in again
    assert Review.objects.filter(kind="recheck").count() == 1


def test_the_unit_never_begins_its_recheck(small, inside, drawn):
    answer = inside(small.clerk).post(reverse("desk:recheck_start", args=[drawn.pk]))
    assert answer.status_code == 403
    assert not Review.objects.filter(kind="recheck").exists()
