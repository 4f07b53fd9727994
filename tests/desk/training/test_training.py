"""培训: planned, signed in on the day or from the list, counted for the
report; lessons come from the checks.
"""

from datetime import timedelta

import pytest
from django.test import Client

from wenxiao.orgs.models import Attendance, Course
from wenxiao.orgs.selectors import trained
from wenxiao.orgs.services import training
from wenxiao.reports.facts import facts
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed

pytestmark = pytest.mark.db


def opened(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def course(small):
    opened(small.officer).post(
        "/training/add?year=2021",
        {"title": "自评怎么填", "on": today().isoformat(), "audience": ["clerk", "head"]},
    )
    return Course.objects.get()


def test_a_course_is_planned_and_a_clerk_signs_in_on_the_day(small, course):
    clerk = opened(small.clerk)
    page = clerk.get(f"/training/{course.pk}").content.decode()
    assert "扫码签到" in page
    assert "data:image/svg" in page
    clerk.post(f"/training/{course.pk}/sign")
    clerk.post(f"/training/{course.pk}/sign")
    assert Attendance.objects.get().user == small.clerk
    head = " ".join(clerk.get("/training?year=2021").content.decode().split())
    assert "1 期，1 人次" in head
    assert "来自 1 个单位" in head


def test_the_paper_list_enters_whole_or_not_at_all(small, course):
    officer = opened(small.officer)
    address = f"/training/{course.pk}/register"
    refused = officer.post(address, {"texts": "示例单位甲 张三\n没有的单位 李四"}).content.decode()
    assert "第 2 行“没有的单位 李四”" in refused
    assert not Attendance.objects.exists()
    officer.post(address, {"texts": "示例单位甲\t张三\n示例单位乙 李四"})
    assert len(trained(small.division, 2021).units) == 2


def test_only_on_the_day(small, course):
    course.held_on = today() + timedelta(days=1)
    course.save()
    with pytest.raises(NotAllowed, match="只能当天签到"):
        training.sign_in(course=course, by=small.clerk)
    with pytest.raises(NotAllowed, match="还不能登记"):
        training.register_attendance(course=course, lines="示例单位甲 张三", by=small.officer)


def test_the_report_says_it_where_the_author_wants_it(small, course):
    training.sign_in(course=course, by=small.clerk)
    blocks = frozenset({"training"})
    told = facts(small.division, 2021, blocks=blocks)
    assert told.training is not None
    assert len(told.training.people) == 1
    assert facts(small.division, 2021).training is None


def test_lessons_are_the_checks_own_examples(small):
    page = opened(small.clerk).get("/training/lessons?area=MB").content.decode()
    assert "数量指标“资金支付率”100%" in page
    assert "数量指标“改造管网长度”≥12公里" in page
