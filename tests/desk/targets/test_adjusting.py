"""目标调整: reason, budget change and proof; what it meets under way; and a budget that changed while
the target stayed (C10).
"""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.desk.targets.test_filing_pages import ROWS, grid, people

from wenxiao.budget.services import set_appropriation
from wenxiao.records.models import Entry
from wenxiao.reviews.services import receive_approval, start_review
from wenxiao.store.moves import NotAllowed
from wenxiao.targets.budget_changes import asked_about
from wenxiao.targets.checks import faults_of
from wenxiao.targets.models import Target
from wenxiao.targets.selectors import target_in_force
from wenxiao.targets.services import TargetRow, begin_adjustment, keep_target

__all__ = ["people"]
pytestmark = [pytest.mark.db, pytest.mark.django_db]
PDF = b"%PDF-1.4\n1 0 obj << >> endobj\n%%EOF\n"


@pytest.fixture
def approved(bureau):
    rows = [TargetRow(*row[:4], Decimal(row[4]), source=row[5]) for row in ROWS]
    return receive_approval(dossier=bureau.dossier, rows=rows, by=None, why="批复")


def test_from_the_request_with_proof_to_the_new_version(bureau, people, approved, selfeval_round):
    start_review(dossier=bureau.dossier, round=selfeval_round, by=bureau.clerk)
    clerk = people("clerk")
    page = reverse("desk:target", args=[approved.pk])
    assert f"{selfeval_round.name}（" in clerk.get(page).content.decode()  # named before he asks
    adjust = reverse("desk:target_adjust", args=[approved.pk])
    wrong = clerk.post(adjust, {"why": "追加", "budget_change": "一百"})
    assert wrong.status_code == 409
    assert not Target.objects.filter(filing=True).exists()
    sent = {"why": "预算追加", "budget_change": "100", "proof": SimpleUploadedFile("文.pdf", PDF)}
    answer = clerk.post(adjust, sent)
    draft = Target.objects.get(filing=True)
    assert answer["Location"] == reverse("desk:target_fill", args=[draft.pk])
    assert (draft.budget_change, draft.change_proof.name) == (Decimal(1000000), "文.pdf")
    entry = Entry.objects.get(act="申请目标调整")
    assert entry.data["running"] == [f"{selfeval_round.name}（待填报）"]

    # the money moved, the values did not: asked about in the checks, by its rule
    assert "MB-10" in {one.problem.code for one in faults_of([draft])[draft.pk]}
    more = [(*ROWS[0][:3], "≥150人", "50", "签到表"), *ROWS[1:]]
    fill = reverse("desk:target_fill", args=[draft.pk])
    clerk.post(fill, grid(draft, more, then="submit"))
    draft.refresh_from_db()
    assert draft.state == "submitted"
    assert "MB-10" not in {one.problem.code for one in faults_of([draft])[draft.pk]}

    dept = people("dept")
    shown = " ".join(dept.get(reverse("desk:target", args=[draft.pk])).content.decode().split())
    for words in ("调整申请", "<dd> 追加", "文.pdf", "有冲突", "与上一版不同 1 处", "≥150人"):
        assert words in shown, words
    assert dept.get(reverse("desk:target_proof", args=[draft.pk])).content == PDF
    assert dept.get(reverse("desk:target_proof", args=[approved.pk])).status_code == 404
    judge = {"act": "pass", "version": draft.version}
    dept.post(reverse("desk:target_judge", args=[draft.pk]), judge)
    draft.refresh_from_db()
    assert target_in_force(bureau.dossier) == approved
    paper = {"number": "示财预〔2022〕9号", "title": "目标调整批复", "issued_on": "2022-08-20"}
    ticked = {"target": draft.pk, f"v{draft.pk}": draft.version}
    people("budget").post(reverse("desk:target_approval"), {**paper, **ticked})
    assert target_in_force(bureau.dossier) == draft
    approved.refresh_from_db()
    assert approved.state == "replaced"
    assert selfeval_round.name in Entry.objects.get(act="批复绩效目标", target_id=draft.pk).why


def test_a_changed_budget_asks_until_it_is_answered(bureau, people, approved):
    clerk = people("clerk")
    listed = reverse("desk:target_budget_changes") + "?fy=2022"
    assert "没有要问的预算变动" in clerk.get(listed).content.decode()
    set_appropriation(dossier=bureau.dossier, by=None, adjusted=Decimal(9800000))
    assert [row for row, _ in asked_about(bureau.clerk, 2022)] == [approved]
    assert not asked_about(bureau.stranger, 2022)
    assert "1 份目标的预算变了" in clerk.get(listed).content.decode()
    desk = clerk.get(reverse("desk:home"), {"year": 2022}).content.decode()
    assert "预算变了而目标没有变的 1 份待答复" in desk
    codes = {one.problem.code: one.problem.text for one in faults_of([approved])[approved.pk]}
    assert codes["MB-10"] == "预算由 880 万元调整为 980 万元，指标值都没有变动。"
    page = clerk.get(reverse("desk:target", args=[approved.pk])).content.decode()
    assert "不调整，写明理由" in page

    keep = reverse("desk:target_keep", args=[approved.pk])
    assert clerk.post(keep, {"why": "", "version": approved.version}).status_code == 409
    old = {"why": "应付款", "version": approved.version + 5}
    assert clerk.post(keep, old).status_code == 409
    clerk.post(keep, {"why": "追加的是上年应付款", "version": approved.version})
    approved.refresh_from_db()
    assert not asked_about(bureau.clerk, 2022)
    assert "没有变的" not in clerk.get(reverse("desk:home"), {"year": 2022}).content.decode()
    assert not [one for one in faults_of([approved])[approved.pk] if one.problem.code == "MB-10"]
    with pytest.raises(NotAllowed, match="已经答复过"):
        keep_target(target=approved, by=bureau.clerk, why="再说一次", version=approved.version)
    set_appropriation(dossier=bureau.dossier, by=None, adjusted=Decimal(9900000))
    assert asked_about(bureau.clerk, 2022)  # a later change asks again


def test_a_row_added_or_taken_out_is_a_change(bureau, approved):
    draft = begin_adjustment(
        target=approved, by=bureau.clerk, why="收回", budget_change=Decimal(-1000)
    )
    assert "减少 0.1 万元" in next(
        one.problem.text for one in faults_of([draft])[draft.pk] if one.problem.code == "MB-10"
    )
    draft.indicators.last().delete()
    assert "MB-10" not in {one.problem.code for one in faults_of([draft])[draft.pk]}
