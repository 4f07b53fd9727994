"""单位自评报告: made of the form's rows, open places said, the share of points
with verified proof beside the grade.
"""

import io
from decimal import Decimal

import pytest
from django.urls import reverse
from docx import Document

from wenxiao.evidence.models import Actual, Material
from wenxiao.reviews.models import Review
from wenxiao.reviews.services import score_review
from wenxiao.reviews.services.papering import confirm_facts, write_paper
from wenxiao.rulebook.numbers import rate_percent
from wenxiao.store.clock import today

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def texts_of(content):
    document = Document(io.BytesIO(content))
    lines = [one.text for one in document.paragraphs]
    lines += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join(lines)


@pytest.fixture
def form(small):
    return Review.objects.filter(round=small.selfeval, target__isnull=False).first()


def report_of(client, form):
    answer = client.get(reverse("desk:filling_report", args=[form.pk]))
    assert answer.status_code == 200
    return texts_of(answer.content)


def test_the_report_holds_every_row_with_value_points_and_proof(inside, small, form):
    Review.objects.filter(pk=form.pk).update(goal_done="全年开展活动14项。")
    text = report_of(inside(small.clerk), form)
    for row in form.target.indicators.exclude(weight=None):
        assert row.name in text
        assert row.expression in text
    assert "全年开展活动14项。" in text
    assert "【待填：针对以上偏离的改进措施】" in text or "各项指标均得满分" in text
    assert "六、自评结果应用和公开情况" in text


def test_the_share_of_verified_points_stands_beside_the_grade(inside, small, form):
    score_review(review=form)
    first = form.target.indicators.exclude(weight=None).first()
    material = Material.objects.create(
        dossier=form.dossier, title="签到表", state=Material.State.VERIFIED
    )
    material.indicators.add(first)
    score_review(review=form)
    form.refresh_from_db()
    text = report_of(inside(small.clerk), form)
    if form.complete:
        assert form.proved_share == rate_percent(form.proved, form.points)
        assert f"占{form.proved_share}%" in text
        assert f"{form.points:.2f}分" in text
    else:
        assert "尚未评完" in text


def test_an_unreported_row_is_said_and_never_full(inside, small, form):
    row = form.target.indicators.exclude(weight=None).first()
    Actual.objects.filter(indicator=row, stage="selfeval").update(value="")
    score_review(review=form)
    text = report_of(inside(small.clerk), form)
    assert "未填报" in text


def test_a_recheck_has_no_such_report(inside, small):
    address = reverse("desk:filling_report", args=[small.re_review.pk])
    assert inside(small.officer).get(address).status_code == 404


def test_facts_the_unit_signed_are_verified_proof_of_a_score_sheet(small):
    review = small.evaluation
    Review.objects.filter(pk=review.pk).update(state="submitted")
    review.refresh_from_db()
    score_review(review=review)
    assert review.proved == Decimal(0)
    criterion = review.criteria.first()
    paper = write_paper(
        review=review,
        kind="facts",
        facts="工期 180 天，实际 222 天",
        source="施工合同",
        done_on=today(),
        by=small.officer,
        criterion=criterion,
    )
    confirm_facts(paper=paper, signed_on=today(), signed_by="示例经办", by=small.officer)
    review.refresh_from_db()
    assert review.proved == criterion.marks.get(seat="").points
    assert review.proved_share == rate_percent(review.proved, review.points)
