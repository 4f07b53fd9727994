"""A firm and an expert at a score sheet, and what an evaluation's list says
of objects nobody has a sheet for.
"""

from datetime import timedelta
from decimal import Decimal

import pytest

from wenxiao.budget.models import Dossier, Subject
from wenxiao.orgs.models import User
from wenxiao.reviews.models import Review
from wenxiao.reviews.services import assign_reviewer, record_mark, submit_review
from wenxiao.store.clock import today

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def sheet(small):
    """The planted evaluation reopened with no marks of its own, beside another expert's."""
    review = small.evaluation
    told = [{"code": "PJ-18", "level": "警告", "text": "“立项依据充分性”没有得分。"}]
    type(review).objects.filter(pk=review.pk).update(state="filling", complete=False, problems=told)
    review.marks.all().delete()
    review.refresh_from_db()
    for row in review.criteria.all():
        record_mark(review=review, row=row, by=small.officer, points=row.weight)
    review.marks.update(seat="评审专家乙")
    review.refresh_from_db()
    return review


def assigned(small, sheet, name, duty):
    user = User.objects.create_user(
        name, "Demo-pass-2021", name=f"示例{name}", division=small.division
    )
    assign_reviewer(
        review=sheet,
        user=user,
        duty=duty,
        until=today() + timedelta(days=9),
        by=small.officer,
        why="评审方案",
    )
    return user


def marked(sheet, points):
    return {f"p{row.pk}": str(points or row.weight) for row in sheet.criteria.all()}


def test_an_expert_does_not_see_the_others_before_the_own_marks_are_whole(inside, small, sheet):
    client = inside(assigned(small, sheet, "zj", "expert"))
    text = client.get(f"/reviews/{sheet.pk}").content.decode()
    assert "评审专家乙" not in text
    assert "还有 <b>8</b> 行没有评分" in text
    assert "没有得分。" not in text  # the sheet itself shows which rows are empty
    assert client.post(f"/reviews/{sheet.pk}/marks", marked(sheet, None)).status_code == 302
    assert "评审专家乙" not in client.get(f"/reviews/{sheet.pk}").content.decode()
    assert client.post(f"/reviews/{sheet.pk}/scores").status_code == 302  # handed in, locked
    assert "评审专家乙" in client.get(f"/reviews/{sheet.pk}").content.decode()
    assert set(sheet.marks.values_list("seat", flat=True)) == {"示例zj", "评审专家乙"}


def test_an_expert_neither_joins_the_panel_nor_hands_it_in(inside, small, sheet):
    client = inside(assigned(small, sheet, "zj", "expert"))
    assert (
        client.post(
            f"/reviews/{sheet.pk}/panel", {"method": "mean", "version": sheet.version}
        ).status_code
        == 403
    )
    assert (
        client.post(f"/reviews/{sheet.pk}/submit/do", {"version": sheet.version}).status_code == 403
    )
    sheet.refresh_from_db()
    assert (sheet.state, sheet.marks.filter(seat="").count()) == ("filling", 0)


def test_a_firm_hands_in_only_a_whole_sheet(inside, small, sheet):
    sheet.marks.all().delete()
    Review.objects.filter(pk=sheet.pk).update(complete=False)
    client = inside(assigned(small, sheet, "firm", "lead"))
    answer = client.post(f"/reviews/{sheet.pk}/submit/do", {"version": sheet.version})
    assert answer.status_code == 409
    assert "还有没评分的行" in answer.content.decode()
    client.post(f"/reviews/{sheet.pk}/marks", marked(sheet, None))
    sheet.refresh_from_db()
    assert sheet.complete
    assert (
        client.post(f"/reviews/{sheet.pk}/submit/do", {"version": sheet.version}).status_code == 302
    )
    sheet.refresh_from_db()
    assert sheet.state == "submitted"


def test_objects_without_a_sheet_are_named_and_what_waits_is_one_click_away(inside, small, sheet):
    subject = Subject.objects.create(
        division=small.division, unit=small.units[0], code="N1", name="示例未评项目"
    )
    dossier = Dossier.objects.create(subject=subject, unit=small.units[0], fiscal_year=2020)
    small.finance.scope = {"dossiers": [dossier.pk]}
    small.finance.save()
    record_mark(review=sheet, row=sheet.criteria.first(), by=small.officer, points=Decimal(6))
    submit_review(review=sheet, by=small.officer)
    text = inside(small.officer).get("/evaluations?year=2021").content.decode()
    assert "应评而还没有评分表的 1 个" in text
    assert "示例未评项目" in text
    assert f"/rounds/{small.finance.pk}/settle" in text
    assert (
        "应评而还没有评分表"
        not in inside(small.leader).get("/evaluations?year=2021").content.decode()
    )


def test_every_object_without_a_sheet_is_counted_and_can_be_begun(inside, small):
    dossiers = []
    for at in range(15):
        subject = Subject.objects.create(
            division=small.division, unit=small.units[0], code=f"N1{at:02d}", name=f"待评{at}"
        )
        dossiers.append(
            Dossier.objects.create(subject=subject, unit=small.units[0], fiscal_year=2020)
        )
    small.finance.scope = {"dossiers": [one.pk for one in dossiers]}
    small.finance.save()
    text = inside(small.officer).get("/evaluations?year=2021").content.decode()
    assert "应评而还没有评分表的 15 个" in text
    assert "其余 9 个" in text
    assert text.count(">开始评价</a>") == 15


def test_a_clerk_begins_what_nobody_began_from_the_list(inside, small):
    subject = Subject.objects.create(
        division=small.division, unit=small.units[0], code="N2", name="示例未填项目"
    )
    dossier = Dossier.objects.create(subject=subject, unit=small.units[0], fiscal_year=2020)
    small.selfeval.scope = {"dossiers": [dossier.pk]}
    small.selfeval.save()
    client = inside(small.clerk)
    text = client.get(f"/selfeval/{small.selfeval.pk}").content.decode()
    assert "待您填报" in text
    assert f"/rounds/{small.selfeval.pk}/dossiers/{dossier.pk}/begin" in text
    answer = client.post(f"/rounds/{small.selfeval.pk}/dossiers/{dossier.pk}/begin")
    made = Review.objects.get(round=small.selfeval, dossier=dossier)
    assert answer["Location"] == f"/filling/{made.pk}"
    text = client.get(f"/selfeval/{small.selfeval.pk}").content.decode()
    assert f'aria-label="填报：{subject.name}"' in text
    assert (
        "待您填报"
        not in inside(small.officer).get(f"/selfeval/{small.selfeval.pk}").content.decode()
    )
