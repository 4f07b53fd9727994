"""The export of a survey tool: its columns asked for, its words mapped, nothing counted twice, all
or nothing; the result becomes the actual.
"""

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook
from tests.desk.filling.test_surveying import form, survey  # noqa: F401 - fixtures

from wenxiao.evidence.models import Actual
from wenxiao.reviews.surveys import result_of_survey

pytestmark = [pytest.mark.db, pytest.mark.django_db]
HEADS = [
    "答题时间",
    "1、路况满意吗",
    "办事速度",
    "3、态度满意吗",
    "4、公开满意吗",
    "5、问题解决了吗",
    "6、您的意见",
]


def exported(rows, heads=HEADS):
    book = Workbook()
    sheet = book.active
    sheet.append(["某问卷工具导出"])
    sheet.append(heads)
    for row in rows:
        sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def twelve(word="A.非常满意"):
    return [
        [f"2021-03-0{n % 9 + 1} 1{n % 9}:0{n % 6}", word, "满意", "满意", "B.满意", "是", ""]
        for n in range(12)
    ]


def send(client, survey, content, name="答卷.xlsx"):
    address = reverse("desk:survey_file", args=[survey.pk])
    return client.post(address, {"file": SimpleUploadedFile(name, content)}, follow=True)


def take(client, survey, page, **more):
    text = page.content.decode()
    data = {"of": re.search(r'name="of"\s+value="([^"]+)"', text)[1], "take": "1", "number": ""}
    data |= {"q0": "1", "q1": "2", "q2": "3", "q3": "4", "q4": "5", "q5": "6"} | more
    address = reverse("desk:survey_columns", args=[survey.pk])
    return client.post(address, data, follow=True).content.decode()


def test_columns_are_asked_words_are_mapped_and_the_result_becomes_the_actual(
    small, inside, survey
):
    client = inside(small.clerk)
    page = send(client, survey, exported(twelve()))
    text = page.content.decode()
    assert "12 份答卷，1 道题还没有对上" in text  # 「办事速度」 is no question's words
    assert "“A.非常满意” 12 份" in " ".join(text.split())
    words = {"w0_0": "非常满意", "w3_0": "满意"}
    missing = take(client, survey, page, q1="", **words)
    assert "每道题都要选一列" in missing
    assert "选了同一列" in take(client, survey, page, q1="1", **words)
    assert not survey.answers.exists()
    assert "已收 12 份答卷" in take(client, survey, page, **words)
    again = send(client, survey, exported(twelve()), "换了名字.xlsx")
    assert "12 份以前收过，没有重复计" in take(client, survey, again, **words)
    assert result_of_survey(survey).sheets == 12
    row = Actual.objects.filter(indicator=survey.indicator, stage="selfeval").first()
    client.post(
        reverse("desk:survey_act", args=[survey.pk, "take"]),
        {"version": 1, "row_version": row.version if row else ""},
    )
    assert Actual.objects.get(indicator=survey.indicator, stage="selfeval").value == "100.00%"


def test_a_word_nobody_explained_keeps_the_whole_file_out(small, inside, survey):
    client = inside(small.clerk)
    rows = twelve("满意")
    rows[3][1] = "不是很满意"
    page = send(client, survey, exported(rows))
    refused = take(client, survey, page, w3_0="满意")
    assert "第 6 行：第 1 题“路况满意吗”“不是很满意”不是可选的回答" in refused
    assert not survey.answers.exists()
    assert "已收 12 份" in take(client, survey, page, w0_0="不满意", w3_0="满意")


def test_what_is_no_table_of_answers_is_said(small, inside, survey):
    client = inside(small.clerk)
    assert "没有读到答卷" in send(client, survey, exported([])).content.decode()
    assert "请选择问卷工具导出的表" in send(client, survey, b"x", "答卷.pdf").content.decode()
    other = inside(small.officer)
    assert send(other, survey, exported(twelve())).status_code in {403, 404}
