"""A Word report held against the score sheet in the page: differences, the share nobody compared,
other units named.
"""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from docx import Document

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def report(*lines):
    document = Document()
    for line in lines:
        document.add_paragraph(line)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def send(client, review, content, name="报告.docx"):
    address = reverse("desk:review_reconcile", args=[review.pk])
    return client.post(address, {"file": SimpleUploadedFile(name, content)}).content.decode()


def test_a_report_is_held_against_the_sheet(small, inside):
    review = small.evaluation
    client = inside(small.officer)
    assert (
        "核对评价报告"
        in client.get(reverse("desk:review_reconcile", args=[review.pk])).content.decode()
    )
    page = send(
        client,
        review,
        report(
            f"{review.dossier.subject.name}绩效评价报告",
            "项目综合得分 99.00 分，评价等级为优。",
            "共有 73 户农户受益。",
            "示例单位乙的项目管理规范。",
        ),
    )
    assert "处不一致，未核对" in " ".join(page.split())
    assert "73" in page
    assert "<b>示例单位乙</b>" in page
    assert "示例单位甲</b>" not in page


def test_what_is_no_report_is_refused(small, inside):
    client = inside(small.officer)
    assert "请选择 Word 评价报告" in send(client, small.evaluation, b"x", "报告.pdf")
    address = reverse("desk:review_reconcile", args=[small.evaluation.pk])
    assert inside(small.clerk).get(address).status_code in {403, 404}
