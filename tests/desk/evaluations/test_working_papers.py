"""工作底稿: written, printed, signed once; 打分说明书 whose sums a calculator repeats."""

import io
from decimal import Decimal

import pytest
from django.urls import reverse
from docx import Document

from wenxiao.reviews.models import Review, WorkingPaper
from wenxiao.store.clock import today

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def open_review(small):
    review = small.evaluation
    Review.objects.filter(pk=review.pk).update(state="submitted")
    review.refresh_from_db()
    return review


def texts_of(response):
    document = Document(io.BytesIO(response.content))
    lines = [one.text for one in document.paragraphs]
    lines += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join(lines)


def write(client, review, **more):
    return client.post(
        reverse("desk:working_papers", args=[review.pk]),
        {
            "kind": "facts",
            "facts": "工期 180 天，实际 222 天",
            "source": "施工合同",
            "on": today().isoformat(),
            **more,
        },
    )


def test_a_paper_is_written_printed_and_signed_once(small, inside, open_review):
    client = inside(small.officer)
    row = open_review.criteria.first()
    write(client, open_review, row=row.pk)
    write(client, open_review)
    write(client, open_review, kind="interview", people="项目经理")
    assert [(p.kind, p.number) for p in WorkingPaper.objects.order_by("pk")] == [
        ("facts", 1),
        ("facts", 2),
        ("interview", 1),
    ]
    paper = WorkingPaper.objects.get(kind="facts", number=1)
    address = reverse("desk:working_paper_signed", args=[open_review.pk, paper.pk])
    sign = {"name": "示例经办", "on": today().isoformat(), "opinion": "属实", "version": "1"}
    client.post(address, sign)
    paper.refresh_from_db()
    assert paper.signed_by == "示例经办"
    again = client.post(address, {**sign, "name": "别人", "version": paper.version})
    assert "不能再改" in again.content.decode()
    printed = texts_of(client.get(reverse("desk:working_papers_file", args=[open_review.pk])))
    assert "事实确认书" in printed
    assert row.name in printed
    assert "属实" in printed
    assert "项目经理" in printed


def test_what_is_empty_or_late_is_refused(small, inside, open_review):
    client = inside(small.officer)
    assert "写明事实和来源" in write(client, open_review, source="").content.decode()
    Review.objects.filter(pk=open_review.pk).update(state="confirmed")
    assert "底稿不再增改" in write(client, open_review).content.decode()
    assert inside(small.clerk).get(
        reverse("desk:working_papers", args=[open_review.pk])
    ).status_code in {403, 404}


def test_the_scoring_note_adds_up(small, inside, open_review):
    client = inside(small.officer)
    note = texts_of(client.get(reverse("desk:scoring_note", args=[open_review.pk])))
    points = [row.marks.get(seat="").points for row in open_review.criteria.all()]
    assert f"= {sum(points, Decimal(0)):.2f} 分" in note
    line = next(one for one in note.splitlines() if "小计 = " in one)
    terms, total = line.split(" = ")[1:]
    assert sum(map(Decimal, terms.split(" + ")), Decimal(0)) == Decimal(total)


def test_points_of_experts_and_a_changed_grade_are_explained(small, inside, open_review):
    row = open_review.criteria.get(name="管理制度健全性")
    row.marks.all().delete()
    for seat, points in (("专家1", "10"), ("专家2", "9"), ("专家3", "8")):
        row.marks.create(review=open_review, seat=seat, points=Decimal(points), note="制度不全")
    change = {
        "from": ["85.00", "良"],
        "to": ["90.00", "优"],
        "by": "示例科员",
        "on": "2021-11-02",
        "why": "补交验收单",
        "confirmed_by": "示例局长",
        "confirmed_why": "属实",
    }
    waiting = {**change, "by": "别的科员", "confirmed_by": "", "confirmed_why": ""}
    Review.objects.filter(pk=open_review.pk).update(grade_changes=[change, waiting])
    client = inside(small.officer)
    note = texts_of(client.get(reverse("desk:scoring_note", args=[open_review.pk])))
    assert "（10.00 + 9.00 + 8.00）÷ 3 = 9.00；制度不全" in note
    assert (
        "等级变动：85.00良 改为 90.00优（示例科员，2021-11-02，补交验收单，示例局长同意：属实）。"
        in note
    )
    assert "（别的科员，2021-11-02，补交验收单）。" in note
