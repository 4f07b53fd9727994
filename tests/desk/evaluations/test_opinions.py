"""交换意见: the unit sees nothing before and everything it signs for after; changes need two hands."""

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from docx import Document
from openpyxl import load_workbook

from wenxiao.orgs.models import User
from wenxiao.orgs.services import grant
from wenxiao.records.models import Entry
from wenxiao.reviews.models import Exchange
from wenxiao.reviews.services import score_review
from wenxiao.store.clock import today

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def handed_in(small):
    """An evaluation handed in by one officer, at 87.45 良 without any crossing yet."""
    review = small.evaluation
    type(review).objects.filter(pk=review.pk).update(state="submitted", submitted_by=small.officer)
    review.refresh_from_db()
    score_review(review=review)
    review.refresh_from_db()
    small.second = User.objects.create_user(
        "second", "Demo-pass-2021", name="示例科员乙", division=small.division
    )
    grant(user=small.second, role="performance", division=small.division, by=None)
    return review


def tell(client, review, **more):
    client.post(
        reverse("desk:opinions_tell", args=[review.pk]),
        {
            "conclusion": "总体良好",
            "due": (today() + timedelta(days=5)).isoformat(),
            "version": review.version,
            **more,
        },
    )
    return Exchange.objects.filter(review=review).first()


def act(client, exchange, name, /, **data):
    return client.post(
        reverse("desk:opinions_act", args=[exchange.pk, name]), data, follow=True
    ).content.decode()


def decide(client, exchange, number, **data):
    version = exchange.objections.get(number=number).version
    return client.post(
        reverse("desk:opinion_decide", args=[exchange.pk, number]),
        {"version": version, **data},
        follow=True,
    ).content.decode()


def words_of(answer):
    """Every text of a workbook's first sheet, run together."""
    sheet = load_workbook(
        io.BytesIO(b"".join(answer.streaming_content) if answer.streaming else answer.content)
    ).active
    return "|".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell)


def lowest(review):
    """The row with most to gain."""
    rows = [(row, row.marks.get(seat="").points) for row in review.criteria.all()]
    return max(rows, key=lambda one: one[0].weight - one[1])


def test_the_unit_sees_nothing_of_an_evaluation_before_it_is_told(small, inside, handed_in):
    clerk = inside(small.clerk)
    assert clerk.get(reverse("desk:review", args=[handed_in.pk])).status_code == 404
    dossier = clerk.get(reverse("desk:dossier", args=[handed_in.dossier_id])).content.decode()
    assert "财政评价分" not in dossier
    asked = f"{reverse('desk:subjects')}/list.xlsx?year=2021"
    assert "财政评价 待审核" in words_of(inside(small.officer).get(asked))
    assert "财政评价 待审核" not in words_of(inside(small.clerk).get(asked))
    exchange = tell(inside(small.officer), handed_in)
    clerk = inside(small.clerk)
    assert "征求意见" in clerk.get(reverse("desk:home")).content.decode()
    page = clerk.get(reverse("desk:opinions", args=[exchange.pk])).content.decode()
    assert "总体良好" in page
    assert f"{handed_in.points:.2f}" in page


def test_an_objection_partly_accepted_crosses_a_grade_line_by_two_people(small, inside, handed_in):
    exchange = tell(inside(small.officer), handed_in)
    row, _ = lowest(handed_in)
    full = [
        (one, one.marks.get(seat="").points)
        for one in handed_in.criteria.all()
        if one.marks.get(seat="").points < one.weight
    ]
    clerk = inside(small.clerk)
    for one, _ in full:
        act(clerk, exchange, "object", row=one.pk, text="应按验收单计", proof="竣工验收单")
    act(clerk, exchange, "finish", name="示例负责人")
    officer = inside(small.officer)
    assert "不采纳" in officer.get(reverse("desk:opinions", args=[exchange.pk])).content.decode()
    assert "都要写明处理理由" in decide(officer, exchange, 1, verdict="accepted", reason="")
    over = decide(officer, exchange, 1, verdict="accepted", reason="据实", points="999")
    assert "之间" in over
    for number, (one, _) in enumerate(full, start=1):
        decide(
            officer, exchange, number, verdict="partly", reason="原件核过", points=str(one.weight)
        )
    assert (
        "须由另一人定稿"
        in officer.get(reverse("desk:opinions", args=[exchange.pk])).content.decode()
    )
    assert "由另一人定稿" in act(officer, exchange, "close", why="同意")
    clerk = inside(small.clerk)
    hidden = clerk.get(reverse("desk:opinions", args=[exchange.pk])).content.decode()
    assert "原件核过" not in hidden
    assert "部分采纳" not in hidden
    handed_in.refresh_from_db()
    before = handed_in.points
    second = inside(small.second)
    assert "写明同意的理由" in act(second, exchange, "close") or handed_in.grade == "优"
    act(second, exchange, "close", why="验收单真实，同意")
    handed_in.refresh_from_db()
    exchange.refresh_from_db()
    assert exchange.closed_on == today()
    assert handed_in.points == before + sum((r.weight - p for r, p in full), Decimal(0))
    change = handed_in.grade_changes[-1]
    assert (change["by"], change["confirmed_by"]) == (small.officer.name, "示例科员乙")
    assert Entry.objects.filter(act="意见处理定稿").get().data["after"][row.name] == str(row.weight)
    clerk = inside(small.clerk)
    shown = clerk.get(reverse("desk:opinions", args=[exchange.pk])).content.decode()
    assert "原件核过" in shown
    act(clerk, exchange, "sign", name="示例负责人")
    paper = clerk.get(reverse("desk:opinions_paper", args=[exchange.pk])).content
    cells = [
        cell.text
        for table in Document(io.BytesIO(paper)).tables
        for line in table.rows
        for cell in line.cells
    ]
    assert "原件核过" in cells


def test_nothing_is_confirmed_while_opinions_are_open_or_money_is_missing(small, inside, handed_in):
    exchange = tell(inside(small.officer), handed_in)
    second = inside(small.second)
    handed_in.refresh_from_db()
    second.post(
        reverse("desk:review_move", args=[handed_in.pk, "check"]), {"version": handed_in.version}
    )
    handed_in.refresh_from_db()
    page = second.get(reverse("desk:review", args=[handed_in.pk])).content.decode()
    assert "正在征求单位意见" in page
    act(inside(small.clerk), exchange, "finish", name="示例负责人")
    act(inside(small.second), exchange, "close")
    type(handed_in).objects.filter(pk=handed_in.pk).update(audited=None)
    page = inside(small.second).get(reverse("desk:review", args=[handed_in.pk])).content.decode()
    assert "填好审定金额再确认" in page


def test_what_is_late_or_foreign_is_refused(small, inside, handed_in):
    exchange = tell(inside(small.officer), handed_in)
    assert (
        "已经送达"
        in inside(small.officer)
        .post(
            reverse("desk:opinions_tell", args=[handed_in.pk]),
            {"conclusion": "再送", "due": today().isoformat(), "version": handed_in.version + 1},
        )
        .content.decode()
    )
    refused = act(inside(small.officer), exchange, "object", text="代提")
    assert "由被评价单位办理" in refused
    Exchange.objects.filter(pk=exchange.pk).update(due_on=today() - timedelta(days=1))
    assert "已过" in act(inside(small.clerk), exchange, "object", text="迟了")
    assert not exchange.objections.exists()


def test_a_problem_is_written_at_its_criterion_with_degree_and_amount(small, inside, handed_in):
    client = inside(small.officer)
    row = handed_in.criteria.first()
    address = reverse("desk:review_problem", args=[handed_in.pk])
    client.post(
        address, {"text": "挤占专项资金", "row": row.pk, "severity": "serious", "amount": "12.5"}
    )
    made = handed_in.findings.get(text="挤占专项资金")
    assert (made.criterion, made.severity, made.amount, made.state) == (
        row,
        "serious",
        Decimal("125000.00"),
        "candidate",
    )
    page = client.get(reverse("desk:review", args=[handed_in.pk])).content.decode()
    assert "12.50" in page
    wrong = client.post(address, {"text": "又一个", "amount": "很多"})
    assert "涉及金额" in wrong.content.decode()
    assert not handed_in.findings.filter(text="又一个").exists()
