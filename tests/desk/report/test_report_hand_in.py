"""The report on its way to whoever signs it, and what its pages cost."""

from datetime import date
from io import BytesIO

import docx
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.desk.report.test_report_desk import (  # noqa: F401 - fixtures used by name
    PLAN,
    SIGN,
    body,
    desk,
    draft,
    handed,
    hidden,
    signed,
    somebody,
    written,
)

from wenxiao.reports import hand_in, services
from wenxiao.reviews.models import Review

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def test_an_evaluation_report_has_seven_parts_and_says_what_is_empty(inside, small):
    answer = inside(small.officer).get(f"/reviews/{small.evaluation.pk}/evaluation.docx")
    document = docx.Document(BytesIO(answer.content))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    for part in (
        "一、基本情况",
        "二、评价工作开展情况",
        "三、综合评价情况及评价结论",
        "四、绩效评价指标分析",
        "六、有关建议",
        "七、其他",
    ):
        assert part in text
    assert "得分87.45分，评价等级为“良”" in text
    assert "经审查实际使用资金402.315万元" in text
    assert "【待填：" in text
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert "28.24" in cells
    assert "主评人" in cells
    assert (
        inside(small.officer).get(f"/reviews/{small.self_review.pk}/evaluation.docx").status_code
        == 404
    )


def test_an_evaluation_without_sheet_or_result_says_what_is_open(inside, small):
    row = Review.objects.exclude(pk=small.evaluation.pk).filter(round=small.finance).first()
    Review.objects.filter(pk=row.pk).update(points=None, grade="", state="submitted")
    answer = inside(small.officer).get(f"/reviews/{row.pk}/evaluation.docx")
    document = docx.Document(BytesIO(answer.content))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "评价结果尚未确认，得分和等级待确认后填列。" in text
    assert "系统中没有这项评价的评分表。" in text
    assert "【待填：按决策、过程、产出、效益逐项分析】" in text
    assert "得分82" not in text


def test_an_evaluation_outside_the_key_evaluation_is_called_what_it_is(inside, small):
    """A round that is not the year's key evaluation: its result stands in no annual report."""
    type(small.finance).objects.filter(pk=small.finance.pk).update(key=False)
    answer = inside(small.officer).get(f"/reviews/{small.evaluation.pk}/evaluation.docx")
    text = "\n".join(one.text for one in docx.Document(BytesIO(answer.content)).paragraphs)
    assert "年度财政绩效评价报告" in text
    assert "财政重点" not in text


# --- cost -----------------------------------------------------------------------------------------


def _queries(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def _cost(inside, small):
    """Queries of the desk, its editor, its changes and a signed edition."""
    draft = services.save_draft(division=small.division, work_year=2021, by=small.officer)
    client = inside(small.officer)
    pages = [
        "/report/2021",
        "/report/2021?write=plan",
        "/report/2021?choices=1",
        "/report/2021/changes",
    ]
    counts = [_queries(client, address) for address in pages]
    hand_in.hand_in_report(draft=draft, by=small.officer)
    signed = services.sign_report(
        draft=draft, issue_number=1, signer="甲", signed_on=date(2021, 12, 5), by=small.leader
    )
    return [*counts, _queries(client, "/report/2021"), _queries(client, f"/reports/{signed.pk}")]


def test_desk_and_edition_cost_the_same_for_few_and_many(inside, planted):
    counts = []
    for number in (4, 50):
        with transaction.atomic():
            counts.append(_cost(inside, planted(number)))
            transaction.set_rollback(True)
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 70


# --- 送签 -------------------------------------------------------------------------------------------


def test_a_writer_hands_in_and_a_leader_finds_it_waiting(inside, small, draft):
    client = inside(small.officer)
    page = body(client.get("/report/2021"))
    fields = {"shown": hidden(page, "shown"), "version": draft.version}
    assert client.post("/report/2021/hand-in", fields)["Location"] == "/report/2021"
    assert client.post("/report/2021/hand-in", fields).status_code == 302  # a second click
    page = body(client.get("/report/2021"))
    assert "已送签，等签发" in page
    assert "?write=" not in page
    assert written(client, "改").status_code == 409
    leader = inside(small.leader)
    assert "2021 年度工作报告待签发" in body(leader.get("/"))
    assert "等您签发或退回" in body(leader.get("/report/2021"))


def test_what_a_leader_sends_back_waits_on_the_writers_desk(inside, small, handed):
    leader = inside(small.leader)
    fields = {"version": handed.version, "why": ""}
    assert leader.post("/report/2021/send-back", fields).status_code == 409
    assert (
        leader.post("/report/2021/send-back", {**fields, "why": "计划写实一些"}).status_code == 302
    )
    client = inside(small.officer)
    assert "被退回，待修改" in body(client.get("/"))
    assert "退回，理由：计划写实一些" in body(client.get("/report/2021"))
    assert client.post("/report/2021/send-back", fields).status_code == 403


def test_a_writer_takes_back_what_he_handed_in(inside, small, handed):
    client = inside(small.officer)
    answer = client.post("/report/2021/take-back", {"version": handed.version, "why": "补一段"})
    assert answer.status_code == 302
    assert "撤回，理由：补一段" in body(client.get("/report/2021"))
    assert "绩效科还没有再送签" in body(inside(small.leader).get("/report/2021"))
    assert inside(small.leader).post("/report/2021/take-back", {}).status_code == 403


def test_handing_in_without_a_draft_or_unseen_is_refused(inside, small):
    client = inside(small.officer)
    assert client.post("/report/2021/hand-in", {}).status_code == 409
    draft = services.save_draft(division=small.division, work_year=2021, by=small.officer)
    answer = client.post("/report/2021/hand-in", {"version": draft.version, "shown": "别的"})
    assert answer.status_code == 409
    assert services.draft_of(small.division, 2021).state == "writing"
