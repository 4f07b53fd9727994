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


def test_what_nobody_wrote_stands_as_to_be_filled_in(inside, small, form):
    text = report_of(inside(small.clerk), form)
    for part in (
        "立项背景、主要内容、组织实施情况",
        "照批复的年度总体目标抄录",
        "年度总体目标实际完成情况",
        "偏离原因",
        "针对以上偏离的改进措施",
        "没有需要说明的，写“无”",
    ):
        assert f"【待填：{part}】" in text
    assert "填报人：" not in text


def test_what_was_written_takes_the_place_of_what_was_open(inside, small, form):
    Review.objects.filter(pk=form.pk).update(
        goal_done="养护118.6公里。", remarks="无", filler="示例经办", filler_phone="0791-0000"
    )
    type(form.target).objects.filter(pk=form.target_id).update(
        content="日常养护农村公路。", text="养护126公里。"
    )
    text = report_of(inside(small.clerk), form)
    for written in ("养护118.6公里。", "日常养护农村公路。", "养护126公里。"):
        assert written in text
    assert "填报人：示例经办，联系电话0791-0000" in text
    for part in ("立项背景", "照批复", "实际完成情况", "没有需要说明的"):
        assert f"【待填：{part}" not in text


def test_money_stands_by_source_and_a_missing_figure_is_said(inside, small, form):
    funds = {"fiscal": {"budget": "4000000", "executed": "3500000"}, "other": {"budget": "860000"}}
    Review.objects.filter(pk=form.pk).update(funds=funds)
    content = inside(small.clerk).get(reverse("desk:filling_report", args=[form.pk])).content
    lines = [
        [cell.text for cell in row.cells] for row in Document(io.BytesIO(content)).tables[0].rows
    ]
    assert lines == [
        ["资金来源", "全年预算数", "全年执行数"],
        ["当年财政拨款", "400万元", "350万元"],
        ["其他资金", "86万元", "未填"],
    ]
    text = texts_of(content)
    rate = rate_percent(form.executed, form.budget)
    assert f"全年预算数486万元，全年执行数402.315万元，执行率{rate}%" in text


def test_a_form_without_indicators_says_so_and_has_no_deviation(inside, small, form):
    form.target.indicators.update(weight=None)
    text = report_of(inside(small.clerk), form)
    assert text.count("这份自评没有绩效指标。") == 2
    assert "【待填：针对以上偏离的改进措施】" not in text


def test_where_every_row_is_full_nothing_deviates(inside, small, form):
    for mark in form.marks.filter(indicator__isnull=False).select_related("indicator"):
        mark.points, mark.status = mark.indicator.weight, "scored"
        mark.save()
    text = report_of(inside(small.clerk), form)
    number = form.target.indicators.exclude(weight=None).count()
    assert f"共{number}项指标，得满分的{number}项，未得满分的0项。" in text
    assert "各项指标均得满分，没有偏离的指标。" in text


def test_the_result_tells_proof_and_a_total_that_differs(inside, small, form):
    stored = Review.objects.filter(pk=form.pk)
    assert "得分尚无" not in report_of(inside(small.clerk), form)
    stored.update(proved=Decimal(0), published_points=Decimal("97.00"))
    text = report_of(inside(small.clerk), form)
    assert "自评得分96.72分，等级为“优”。" in text
    assert "原表自评总分97.00分，与按规则计算的得分不一致。得分尚无已核实的佐证。" in text
    stored.update(proved=Decimal("48.36"), published_points=Decimal("96.72"))
    text = report_of(inside(small.clerk), form)
    assert "其中48.36分（占50.00%）有已核实的佐证。" in text
    assert "原表自评总分" not in text
