"""Many reviews passed or confirmed at once: only what stands at the
person's step, each told alone, never twice.
"""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.desk.accounts import account

from wenxiao.budget.models import AuditedAmount, Dossier, Subject
from wenxiao.desk.home.duties import duties
from wenxiao.evidence.models import Actual
from wenxiao.orgs.models import Role, User
from wenxiao.orgs.permissions import holdings
from wenxiao.records.models import Entry
from wenxiao.reviews.models import Review
from wenxiao.reviews.services import confirm_review, score_review, submit_review
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed
from wenxiao.targets.models import Indicator, Target

pytestmark = [pytest.mark.db, pytest.mark.django_db]
ROUTE = ["head", "department", "office", "performance"]


def filed(small, number, *, unit=None, kind="selfeval"):
    """Forms handed in by the unit's clerk, at the first step of the road."""
    round_ = small.selfeval if kind == "selfeval" else small.finance
    round_.route = ROUTE
    round_.save()
    made = []
    for at in range(number):
        subject = Subject.objects.create(
            division=small.division,
            unit=unit or small.units[0],
            code=f"F{kind[:4]}{Subject.objects.count()}",
            name=f"示例报送{at}",
        )
        dossier = Dossier.objects.create(subject=subject, unit=subject.unit, fiscal_year=2020)
        review = Review.objects.create(
            dossier=dossier,
            round=round_,
            kind=kind,
            state="filling",
            points=Decimal(90),
            complete=True,
            budget=Decimal(10) if kind == "selfeval" else None,
            executed=Decimal(10) if kind == "selfeval" else None,
            target=_reached(dossier) if kind == "selfeval" else None,
            audited=_audited(dossier) if kind == "finance_evaluation" else None,
        )
        made.append(submit_review(review=review, by=_filer(small, kind, unit)))
    return made


def _audited(dossier):
    """What an evaluation found of the money."""
    return AuditedAmount.objects.create(dossier=dossier, arranged=Decimal(10), used=Decimal(9))


def _reached(dossier):
    """An approved target whose one goal was reported on."""
    target = Target.objects.create(dossier=dossier, state="approved")
    row = Indicator.objects.create(
        target=target, order=1, name="里程", expression="≥10公里", weight=Decimal(90)
    )
    Actual.objects.create(indicator=row, stage="selfeval", value="10公里")
    return target


def ticked(*reviews):
    return [f"{row.pk}:{row.version}" for row in reviews]


def _filer(small, kind, unit):
    if kind != "selfeval":
        return small.officer
    if unit is None:
        return small.clerk
    known = User.objects.filter(username=f"clerk{unit.pk}").first()
    return known or account(small, f"clerk{unit.pk}", Role.CLERK, unit)


@pytest.fixture
def head(small):
    return account(small, "head", Role.HEAD, small.units[0])


def test_a_head_passes_the_ticked_ones_and_each_is_told(inside, small, head):
    rows = filed(small, 3)
    client, page = inside(head), f"/rounds/{small.selfeval.pk}/settle"
    text = client.get(page).content.decode()
    assert "3 份等您审核" in text
    answer = client.post(
        f"{page}/ticked", {"step": "check", "tick": ticked(*rows[:2]), "why": "属实"}
    )
    assert answer["Location"] == f"/rounds/{small.selfeval.pk}/settled"
    told = client.get(answer["Location"]).content.decode()
    assert "审核通过：办成 2 份" in told
    assert "等主管部门审核" in told
    assert [Review.objects.get(pk=row.pk).step for row in rows] == [1, 1, 0]
    assert Entry.objects.filter(act="审核通过", why="属实").count() == 2


def test_stale_foreign_and_second_ticks_are_told_one_by_one(inside, small, head):
    mine, other = filed(small, 1)[0], filed(small, 1, unit=small.units[1])[0]
    client, page = inside(head), f"/rounds/{small.selfeval.pk}/settle"
    client.post(f"{page}/ticked", {"step": "check", "tick": ticked(mine)})
    client.post(f"{page}/ticked", {"step": "check", "tick": [*ticked(mine, other), "x:1", "5:y"]})
    told = client.get(f"/rounds/{small.selfeval.pk}/settled").content.decode()
    assert "2 份没有办成" in told
    assert "不在您的授权范围内" in told
    assert Review.objects.get(pk=other.pk).step == 0


def test_nothing_ticked_too_many_and_wrong_steps_change_nothing(inside, small, head):
    rows = filed(small, 1)
    client, page = inside(head), f"/rounds/{small.selfeval.pk}/settle"
    assert client.post(f"{page}/ticked", {"step": "check"})["Location"].endswith(
        "settle?step=check"
    )
    many = [f"{pk}:1" for pk in range(1, 303)]
    assert client.post(f"{page}/ticked", {"step": "check", "tick": many})["Location"].endswith(
        "settle?step=check"
    )
    assert client.get(f"/rounds/{small.selfeval.pk}/settled")["Location"] == page
    assert client.post(f"{page}/ticked", {"step": "x", "tick": ticked(*rows)}).status_code == 404
    client.post(f"{page}/ticked", {"step": "confirm", "tick": ticked(*rows)})
    told = client.get(f"/rounds/{small.selfeval.pk}/settled").content.decode()
    assert "没有办成" in told
    assert "您没有“确认评价结果”的权限" in told
    assert Review.objects.get(pk=rows[0].pk).state == "submitted"
    assert client.get("/rounds/999999/settle").status_code == 404
    assert Review.objects.get(pk=rows[0].pk).step == 0


def test_the_section_passes_over_those_ahead_and_confirms_what_is_checked(inside, small):
    rows = filed(small, 2)
    client, page = inside(small.officer), f"/rounds/{small.selfeval.pk}/settle"
    assert "还在前面环节" in client.get(f"{page}?step=ahead").content.decode()
    client.post(f"{page}/ticked", {"step": "ahead", "tick": ticked(*rows)})
    assert {Review.objects.get(pk=row.pk).state for row in rows} == {"checked"}
    small.self_review.refresh_from_db()
    assert "3 份等您确认结果" in client.get(f"{page}?step=confirm").content.decode()
    fresh = [Review.objects.get(pk=row.pk) for row in rows]
    client.post(f"{page}/ticked", {"step": "confirm", "tick": ticked(*fresh)})
    assert {Review.objects.get(pk=row.pk).state for row in rows} == {"confirmed"}


def test_nobody_settles_what_they_handed_in_nor_what_is_unfinished(inside, small):
    own, half = filed(small, 2, kind="finance_evaluation")
    Review.objects.filter(pk=half.pk).update(state="checked", complete=False, submitted_by=None)
    client, page = inside(small.officer), f"/rounds/{small.finance.pk}/settle"
    text = client.get(page).content.decode()
    assert "由您报送，须由另一人办理" in text
    assert "data-tick name" not in text
    client.post(f"{page}/ticked", {"step": "check", "tick": ticked(own)})
    assert "不能自己审核自己" in client.get(f"/rounds/{small.finance.pk}/settled").content.decode()
    assert "还有待评定的行" in client.get(f"{page}?step=confirm").content.decode()
    assert inside(small.clerk).get(page).status_code == 403


def test_the_list_costs_the_same_for_one_and_fifty(inside, small, head):
    client, page = inside(head), f"/rounds/{small.selfeval.pk}/settle"
    filed(small, 1)
    client.get(page)
    with CaptureQueriesContext(connection) as few:
        client.get(page)
    filed(small, 50, unit=small.units[3])
    with CaptureQueriesContext(connection) as many:
        client.get(page)
    assert len(many) == len(few)


# --- what stands at each person's step ------------------------------------------------------------


def kinds_of(user):
    return {task.what for task in duties(user, holdings(user), 2021, today())}


def test_each_sees_the_step_that_is_theirs(small, head):
    filed(small, 2)
    department = account(small, "department", Role.DEPARTMENT, small.units[0])
    assert f"{small.selfeval.name}：2 份待审核" in kinds_of(head)
    assert kinds_of(department) == set()
    Review.objects.filter(round=small.selfeval, state="submitted").update(step=1)
    assert f"{small.selfeval.name}：2 份待审核" in kinds_of(department)
    assert kinds_of(head) == set()
    assert f"{small.selfeval.name}：1 份待确认" in kinds_of(
        small.officer
    )  # the planted one is checked


def test_a_step_nobody_holds_keeps_no_form_from_the_next(small, head):
    """A bureau without departments' accounts: forms waited for nobody, and every desk was empty."""
    filed(small, 2)
    Review.objects.filter(round=small.selfeval, state="submitted").update(step=1)
    assert f"{small.selfeval.name}：2 份待确认" not in kinds_of(small.officer)
    todo = f"{small.selfeval.name}：2 份待审核"
    assert todo in kinds_of(small.officer)
    office = account(small, "keshi", Role.OFFICE, None)
    assert todo in kinds_of(office)
    account(small, "department", Role.DEPARTMENT, small.units[0])
    assert todo not in kinds_of(office)
    assert todo not in kinds_of(small.officer)


def test_evaluators_find_their_sheets_and_departments_their_evaluations(small):
    firm = User.objects.create_user(
        "firm", "Demo-pass-2021", name="示例主评人", division=small.division
    )
    expert = User.objects.create_user(
        "expert", "Demo-pass-2021", name="评审专家甲", division=small.division
    )
    from datetime import timedelta

    from wenxiao.reviews.services import assign_reviewer, record_mark

    Review.objects.filter(pk=small.evaluation.pk).update(state="filling")
    small.evaluation.refresh_from_db()
    for user, duty in ((firm, "lead"), (expert, "expert")):
        assign_reviewer(
            review=small.evaluation,
            user=user,
            duty=duty,
            until=today() + timedelta(days=9),
            by=small.officer,
            why="方案",
        )
    assert [text.endswith("已评完，待报送") for text in kinds_of(firm)] == [True]
    assert [text.endswith("8 行待评分") for text in kinds_of(expert)] == [True]
    row = small.evaluation.criteria.first()
    record_mark(review=small.evaluation, row=row, by=expert, points=row.weight, seat="评审专家甲")
    assert [text.endswith("还有 7 行没有评分") for text in kinds_of(expert)] == [True]


def test_points_over_a_hundred_are_never_confirmed_in_bulk(inside, small):
    row = Review.objects.filter(round=small.finance).order_by("pk").first()
    Review.objects.filter(pk=row.pk).update(
        state="checked", points=Decimal(110), complete=True, submitted_by=None
    )
    row.refresh_from_db()
    client, page = inside(small.officer), f"/rounds/{small.finance.pk}/settle"
    assert "超过 100 分" in client.get(f"{page}?step=confirm").content.decode()
    client.post(f"{page}/ticked", {"step": "confirm", "tick": ticked(row), "why": "属实"})
    told = client.get(f"/rounds/{small.finance.pk}/settled").content.decode()
    assert "超过 100 分" in told
    row.refresh_from_db()
    assert row.state == "checked"
    with pytest.raises(NotAllowed, match="写明理由"):
        confirm_review(review=row, by=small.officer)
    confirm_review(review=row, by=small.officer, why="附加分 10 分，办法第 3 条")


def test_what_to_doubt_stands_beside_each_tick(small, inside):
    """officers-1: one tick passed a form of full points with no proof, unseen."""
    (review,) = filed(small, 1)
    score_review(review=review)
    page = inside(small.officer).get(f"/rounds/{small.selfeval.pk}/settle").content.decode()
    assert ">疑点</th>" in page
    assert 'class="tag ' in page.partition('data-l="疑点"')[2].partition("</td>")[0]
