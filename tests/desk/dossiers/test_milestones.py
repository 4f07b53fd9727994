"""Milestones, openness of a subject, key monitoring chosen from a window, an excuse taken back,
money typed by the unit.
"""

from datetime import date

import pytest
from markup import browsed

from wenxiao.budget.models import Exemption, Round, Spending
from wenxiao.records.models import Entry
from wenxiao.reviews.models import Review

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def dossier(small):
    return small.dossiers[0]


def read(client, path, **query):
    answer = client.get(path, query)
    assert answer.status_code == 200, answer.content.decode()[:500]
    return browsed(answer.content.decode())


PLAN = {"n0": "招标", "d0": "2020-03-31", "n1": "验收", "d1": "2020-11-30", "n2": "", "d2": ""}


def test_a_unit_plans_and_reports_its_steps(inside, small, dossier):
    clerk, path = inside(small.clerk), f"/dossiers/{dossier.pk}/plan"
    assert "还没有计划节点" in read(clerk, path)
    assert clerk.post(path, PLAN).status_code == 302
    first, last = dossier.milestones.order_by("order")
    assert (first.name, first.due, last.due) == ("招标", date(2020, 3, 31), date(2020, 11, 30))
    done = clerk.post(f"{path}/{first.pk}/done", {"on": "2020-03-20", "version": first.version})
    assert done.status_code == 302
    assert "按期完成" in read(clerk, path)
    assert "计划节点（1/2）" in read(clerk, f"/dossiers/{dossier.pk}")
    stale = clerk.post(
        f"{path}/{first.pk}/done", {"on": "2020-03-21", "why": "改", "version": first.version}
    )
    assert stale.status_code == 409
    assert clerk.post(f"{path}/{first.pk + 99}/done", {"on": "2020-03-21"}).status_code == 404


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"n1": ""}, "第 2 个节点写了日期，没有写名称"),
        ({"n1": "招标"}, "写了两次"),
        ({"d1": "十一月"}, "请填写“验收”的应完成日期"),
    ],
)
def test_a_wrong_plan_is_told_and_not_kept(inside, small, dossier, changed, said):
    answer = inside(small.clerk).post(f"/dossiers/{dossier.pk}/plan", {**PLAN, **changed})
    assert answer.status_code == 409
    assert said in answer.content.decode()
    assert not dossier.milestones.exists()


def test_a_changed_plan_wants_a_reason_and_only_the_unit_plans(inside, small, dossier):
    clerk, path = inside(small.clerk), f"/dossiers/{dossier.pk}/plan"
    clerk.post(path, PLAN)
    later = {**PLAN, "d1": "2020-12-20"}
    assert "须写明理由" in clerk.post(path, later).content.decode()
    assert clerk.post(path, {**later, "why": "雨季顺延"}).status_code == 302
    assert dossier.milestones.get(name="验收").due == date(2020, 12, 20)
    officer = inside(small.officer)
    assert "这里只能看" in read(officer, path)
    assert (
        officer.post(path, {**later, "n2": "结算", "d2": "2020-12-30", "why": "x"}).status_code
        == 403
    )


def test_openness_is_changed_with_a_reason_by_who_discloses(inside, small, dossier):
    officer, path = inside(small.officer), f"/dossiers/{dossier.pk}/restriction"
    assert "公开属性：可公开" in read(officer, f"/dossiers/{dossier.pk}")
    assert officer.post(path, {"restriction": "internal", "why": ""}).status_code == 409
    assert officer.post(path, {"restriction": "无", "why": "x"}).status_code == 409
    assert officer.post(path, {"restriction": "internal", "why": "涉及未定事项"}).status_code == 302
    dossier.subject.refresh_from_db()
    assert dossier.subject.restriction == "internal"
    assert Entry.objects.get(act="改变公开属性").why == "涉及未定事项"
    assert inside(small.clerk).post(path, {"restriction": "open", "why": "x"}).status_code == 403


@pytest.fixture
def window(small):
    """A window of 1–7月 that watches every project of the year, beside the bureau's own."""
    return Round.objects.create(
        division=small.division,
        kind="monitoring",
        name="1-9月日常监控",
        work_year=2021,
        fiscal_year=2020,
        state="open",
        from_month=1,
        through_month=9,
    )


def test_key_monitoring_is_chosen_from_a_window(inside, small, window):
    from wenxiao.budget.selectors import dossiers_of

    officer, path = inside(small.officer), f"/rounds/{window.pk}/key"
    chosen = dossiers_of(window).first()
    page = read(officer, path)
    assert "里选定重点监控" in page
    assert chosen.subject.name in page
    assert "没有符合的项目" in read(officer, path, q="没有的名称")
    assert officer.post(path, {"dossier": chosen.pk, "why": ""}).status_code == 409
    assert officer.post(path, {"dossier": chosen.pk, "why": "金额大"}).status_code == 302
    key = Round.objects.get(key=True, from_month=1, through_month=9)
    assert Review.objects.filter(round=key, dossier=chosen).exists()
    assert "已选定" in read(officer, path)
    again = officer.post(path, {"dossier": chosen.pk, "why": "再选"})
    assert "已经在重点监控里" in again.content.decode()
    assert officer.get(f"/rounds/{key.pk}/key").status_code == 404


def test_an_excuse_is_taken_back(inside, small, dossier):
    officer = inside(small.officer)
    Exemption.objects.create(
        round=small.selfeval, dossier=dossier, reason="cancelled", by=small.officer
    )
    assert "取消免报" in read(officer, f"/rounds/{small.selfeval.pk}")
    path = f"/rounds/{small.selfeval.pk}/excuse/{dossier.pk}/end"
    assert officer.post(path, {"why": ""}).status_code == 409
    assert officer.post(path, {"why": "恢复实施"}).status_code == 302
    assert not Exemption.objects.exists()
    assert "没有免报" in officer.post(path, {"why": "再点一次"}).content.decode()


def test_money_nobody_recorded_is_typed_by_the_unit(inside, small, window):
    from wenxiao.budget.selectors import dossiers_of

    dossier = dossiers_of(window).filter(unit=small.clerk.unit).first()
    Spending.objects.filter(dossier=dossier).delete()
    review = Review.objects.create(
        dossier=dossier, round=window, kind="monitoring", state="waiting"
    )
    clerk, path = inside(small.clerk), f"/filling/{review.pk}/money"
    assert "由您填报" in read(clerk, f"/filling/{review.pk}")
    wrong = clerk.post(path, {"budget": "100", "executed": "-3", "version": review.version})
    assert wrong.status_code == 409
    assert "不小于 0" in wrong.content.decode()
    assert (
        clerk.post(path, {"budget": "100", "executed": "60", "version": review.version}).status_code
        == 302
    )
    review.refresh_from_db()
    assert (review.executed, review.state) == (600_000, "filling")
    assert 'value="60"' in read(clerk, f"/filling/{review.pk}")
    assert clerk.get(path).status_code == 302


def test_a_light_by_milestones_shows_their_sum_and_not_the_months(inside, small, window):
    from wenxiao.budget.models import Milestone
    from wenxiao.budget.selectors import dossiers_of

    dossier = dossiers_of(window).filter(unit=small.clerk.unit).first()
    Milestone.objects.create(
        dossier=dossier, name="招标", due=date(2020, 3, 31), done=date(2020, 3, 20)
    )
    Milestone.objects.create(dossier=dossier, name="开工", due=date(2020, 5, 20))
    page = read(inside(small.officer), f"/monitoring/{window.pk}/{dossier.pk}")
    assert "完成节点 1 ÷ 到期 2 = <b>50.0</b>" in page
    assert "÷ 75.00% = <b>" not in page
    assert 'class="against"' not in page
