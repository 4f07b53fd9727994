"""年度评价计划: from criteria to an issued task, its papers with receipt, and
assignment with rotation.
"""

import io
from datetime import timedelta

import pytest
from django.urls import reverse
from docx import Document

from wenxiao.budget.models import Round
from wenxiao.orgs.models import Agency, User
from wenxiao.orgs.services import grant
from wenxiao.records.models import Entry, Notice
from wenxiao.reviews.models import Assignment, EvaluationPlan, Review
from wenxiao.store.clock import today

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def texts_of(response):
    document = Document(io.BytesIO(response.content))
    lines = [one.text for one in document.paragraphs]
    lines += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join(lines)


def draft(client, small, chosen):
    address = reverse("desk:plan_choose") + "?year=2022&fy=2020&least=1&never=1"
    client.post(
        address,
        {
            "fy": "2020",
            "dossier": [one.pk for one in chosen],
            "plan_kind": "finance_evaluation",
            "name": "2022年重点评价",
            "reason": "金额大",
        },
    )
    return EvaluationPlan.objects.get()


def issue(client, plan):
    client.post(
        reverse("desk:plan_act", args=[plan.pk, "issue"]),
        {"approval": "会议纪要〔2022〕3号", "on": today().isoformat(), "version": plan.version},
    )
    plan.refresh_from_db()
    return plan.round


def test_objects_are_narrowed_by_criteria_and_totalled(small, inside):
    client = inside(small.officer)
    address = reverse("desk:plan_choose")
    whole = client.get(address, {"year": 2021, "fy": 2020}).content.decode()
    none = client.get(address, {"year": 2021, "fy": 2020, "least": "99999999"}).content.decode()
    assert "符合条件的 4 个" in whole
    assert "符合条件的 0 个" in none
    graded = client.get(address, {"year": 2021, "fy": 2020, "grade": "差"}).content.decode()
    assert "符合条件的 0 个" in graded
    wrong = client.get(address, {"year": 2021, "fy": 2020, "least": "很多"}).content.decode()
    assert "年初预算" in wrong
    assert "很多" in wrong


def test_a_plan_is_issued_once_approved_and_every_object_is_asked_for(small, inside):
    client = inside(small.officer)
    chosen = small.dossiers[:2]
    plan = draft(client, small, chosen)
    assert plan.criteria["年初预算（万元）不低于"] == "1"
    assert plan.amount is not None
    client.post(
        reverse("desk:plan_act", args=[plan.pk, "issue"]),
        {"approval": "", "on": today().isoformat(), "version": plan.version},
    )
    plan.refresh_from_db()
    assert plan.round is None
    opened = issue(client, plan)
    assert opened.scope == {"dossiers": sorted(one.pk for one in chosen)}
    assert opened.kind == "finance_evaluation"
    assert Entry.objects.filter(act="下达评价计划").exists()
    again = client.post(
        reverse("desk:plan_act", args=[plan.pk, "drop"]), {"why": "不要了"}, follow=True
    )
    assert "已经下达" in again.content.decode()
    assert (
        "会议纪要〔2022〕3号"
        in client.get(reverse("desk:evaluation_plan", args=[plan.pk])).content.decode()
    )


def test_an_object_stands_in_one_plan_a_year(small, inside):
    client = inside(small.officer)
    draft(client, small, small.dossiers[:1])
    answer = client.post(
        reverse("desk:plan_choose") + "?year=2022",
        {
            "fy": "2020",
            "dossier": [small.dossiers[0].pk],
            "plan_kind": "finance_evaluation",
            "name": "另一份",
            "reason": "再选",
        },
    )
    assert "已列入“2022年重点评价”" in answer.content.decode()
    assert EvaluationPlan.objects.count() == 1


def test_the_notice_is_sent_once_a_unit_signed_for_and_printed_with_its_receipt(small, inside):
    client = inside(small.officer)
    opened = issue(client, draft(client, small, small.dossiers[:2]))
    send = {"number": "示财绩〔2022〕5号", "on": today().isoformat(), "materials": "用工台账"}
    client.post(reverse("desk:evaluation_announce", args=[opened.pk]), send)
    client.post(reverse("desk:evaluation_announce", args=[opened.pk]), send)
    assert Notice.objects.filter(kind="evaluation").count() == 2
    mine = Notice.objects.get(kind="evaluation", unit=small.units[0])
    plan_text = texts_of(client.get(reverse("desk:work_plan", args=[opened.pk])))
    assert "会议纪要〔2022〕3号" in plan_text
    assert "示财绩〔2022〕5号" in plan_text
    clerk = inside(small.clerk)
    page = clerk.get(reverse("desk:evaluation_notices", args=[opened.pk])).content.decode()
    assert "示例单位乙" not in page
    assert "评价通知书" in clerk.get(reverse("desk:home")).content.decode()
    clerk.post(reverse("desk:evaluation_receive", args=[mine.pk]), {"name": "示例经办"})
    mine.refresh_from_db()
    assert mine.received_by == "示例经办"
    paper = texts_of(clerk.get(reverse("desk:evaluation_notice", args=[mine.pk])))
    assert small.dossiers[0].subject.name in paper
    assert "用工台账" in paper
    assert "示例经办" in paper
    other = Notice.objects.get(kind="evaluation", unit=small.units[1])
    assert clerk.get(reverse("desk:evaluation_notice", args=[other.pk])).status_code == 404


def expert(small, name):
    return User.objects.create_user(name, "Demo-pass-2021", name=name, division=small.division)


def assign(client, round, dossiers, lead, **more):
    return client.post(
        reverse("desk:evaluation_assign", args=[round.pk]),
        {
            "dossier": [one.pk for one in dossiers],
            "lead": lead.pk,
            "until": (today() + timedelta(days=60)).isoformat(),
            "why": "服务合同",
            **more,
        },
    )


def test_many_objects_are_assigned_at_once_and_last_years_judge_needs_a_reason(small, inside):
    client = inside(small.officer)
    chosen = small.dossiers[:2]
    opened = issue(client, draft(client, small, chosen))
    lead, other = expert(small, "示例主评人"), expert(small, "示例专家")
    Assignment.objects.create(review=small.evaluation, user=lead, duty="主评人")
    firm = Agency.objects.create(division=small.division, name="示例咨询机构")
    answer = assign(client, opened, chosen, lead, expert=[other.pk], agency=firm.pk)
    assert "上一年已评价过同一对象" in answer.content.decode()
    begun = Review.objects.get(round=opened)
    assert begun.agency == firm
    assert begun.frame == "project_framework"
    assert {one.duty for one in begun.assignments.all()} == {"主评人", "专家"}
    assign(client, opened, chosen, lead, again="唯一有资质的机构")
    assert Assignment.objects.filter(review__round=opened, user=lead).count() == 2
    judge = Assignment.objects.filter(review__round=opened, user=lead).latest("pk")
    assert "连续承担" in judge.grant.why


def test_who_files_for_the_unit_is_not_assigned(small, inside):
    opened = Round.objects.get(pk=small.finance.pk)
    client = inside(small.officer)
    clerk = expert(small, "示例填报人")
    grant(user=clerk, role="clerk", division=small.division, unit=small.units[1], by=None)
    answer = assign(client, opened, small.dossiers[:1], clerk)
    assert "至少选一位" in answer.content.decode()
