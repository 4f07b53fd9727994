"""结果确认人: decided by the leader with a reason, on the page, and told by
every paper of a result it touches.
"""

import io

import pytest
from docx import Document

from wenxiao.desk.evaluations.forms import form_of
from wenxiao.files.out.official_forms import ProjectForm, monitoring_form, self_evaluation_form
from wenxiao.orgs.models import Division
from wenxiao.records.models import Entry
from wenxiao.reports.facts import facts
from wenxiao.reports.letters import feedback_docx
from wenxiao.reviews.models import Review
from wenxiao.reviews.services import confirm_review, reopen_review, submit_review

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def test_the_leader_names_who_confirms_and_says_why(small, inside):
    client = inside(small.leader)
    assert "还没有作过决定" in client.get("/confirmers").content.decode()
    assert client.post("/confirmers/name", {"role": ["budget"], "why": ""}).status_code == 409
    assert client.post("/confirmers/name", {"role": ["clerk"], "why": "x"}).status_code == 409
    sent = {"role": ["budget", "office"], "why": "绩效科回避"}
    assert client.post("/confirmers/name", sent).status_code == 302
    small.division.refresh_from_db()
    assert set(small.division.confirmers) == {"budget", "office"}
    page = client.get("/confirmers").content.decode()
    assert "绩效科回避" in page
    assert client.post("/confirmers/other", {}).status_code == 404


def test_nobody_else_decides(small, inside):
    for user, seen in ((small.officer, 200), (small.clerk, 200), (small.security, 403)):
        client = inside(user)
        assert client.get("/confirmers").status_code == seen
        assert client.post("/confirmers/small", {"why": "x"}).status_code == 403
    assert Division.objects.get().small_office == {}
    assert 'data-dialog="small"' not in inside(small.officer).get("/confirmers").content.decode()


def test_every_paper_of_a_small_offices_result_says_so(small, inside):
    client = inside(small.leader)
    sent = {"why": "绩效科只有一名干部"}
    assert client.post("/confirmers/small", sent).status_code == 302
    assert client.post("/confirmers/small", sent).status_code == 409
    row = Review.objects.get(pk=small.evaluation.pk)
    if row.state in {"confirmed", "issued"}:
        Review.objects.filter(pk=row.pk).update(state="confirmed")
        row.refresh_from_db()
        reopen_review(review=row, by=small.leader, why="复议")
    if row.state in {"waiting", "filling", "returned"}:
        submit_review(review=row, by=small.officer)
    confirm_review(review=row, by=small.leader)
    note = Review.objects.get(pk=row.pk).confirmed_note
    assert "绩效科只有一名干部" in note
    assert note in client.get(f"/reviews/{row.pk}").content.decode()
    assert note in form_of(Review.objects.get(pk=row.pk)).below
    told = facts(small.division, row.round.work_year)
    letter = Document(io.BytesIO(feedback_docx(told, row.pk)))
    assert note in "\n".join(one.text for one in letter.paragraphs)
    filled = ProjectForm(confirmed_note=note)
    assert note in self_evaluation_form(filled).below
    assert note in monitoring_form(filled).below
    client = inside(small.officer)
    paper = client.get(f"/reviews/{row.pk}/evaluation.docx").content
    assert note in "\n".join(one.text for one in Document(io.BytesIO(paper)).paragraphs)
    client = inside(small.leader)
    assert client.post("/confirmers/not-small", {"why": "已补人"}).status_code == 302
    assert Entry.objects.filter(act="不再按小机构办理", why="已补人").exists()
