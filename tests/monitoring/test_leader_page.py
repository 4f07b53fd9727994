"""督看 as a leader opens it: what a green light hides, what is late by name;
and 全年预计 typed on the unit's page.
"""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from wenxiao.orgs.models import Role
from wenxiao.store import clock

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def reader(client, monkeypatch):
    """Pages as a person reads them, tags and breaks taken away."""
    import re

    def read(user, path):
        type(user).objects.filter(pk=user.pk).update(must_change_password=False)
        client.force_login(user)
        answer = client.get(path)
        assert answer.status_code == 200
        return re.sub(r"\s+", "", re.sub(r"<[^>]+>", " ", answer.content.decode()))

    return read


def test_green_but_irregular_and_far_ahead_stand_on_the_leaders_page(watched, reader):
    watched.seed()
    text = reader(watched.user(Role.LEADER), "/watch?year=2021")
    hidden = text[text.index("绿灯，但合规有问题或超进度") :]
    assert "合规有问题2个，超进度1个" in hidden
    assert "区法院辅助人员经费项目" in hidden
    assert "区公安分局处突大队公用经费项目" in hidden
    assert "绿灯但合规有问题2个" in text[: text.index("比上期新转红的")]  # the heading says it


def test_without_any_the_page_says_so(watched, reader):
    watched.window()
    watched.dossier(budget="100")
    text = reader(watched.user(Role.LEADER), "/watch?year=2021")
    assert "绿灯的项目没有未办结的合规问题，也没有超进度的。" in text


def test_the_watch_names_late_self_evaluations_by_unit_and_days(watched, reader, monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: date(2021, 11, 20))
    monkeypatch.setattr("wenxiao.desk.monitoring.watch.today", lambda: date(2021, 11, 20))
    watched.window(12, kind="selfeval", deadline=date(2021, 5, 1))
    watched.window()
    watched.dossier("道路养护")
    text = reader(watched.user(Role.LEADER), "/watch?year=2021")
    late = text[text.index("逾期未办1项") :]
    assert "道路养护" in late
    assert "示例单位甲" in late
    assert "逾期203天" in late


def test_a_clerk_types_what_the_whole_year_will_take_and_the_officer_reads_it(
    watched, client, reader, officer
):
    dossier = watched.dossier(budget="100")
    watched.pay(dossier, 3, "40")
    watched.goals(dossier, ("里程", "≥1公里", None, "数量指标"))
    window = watched.window()
    review = watched.review(dossier, window, target=dossier.targets.get())
    clerk = watched.user(Role.CLERK, watched.unit("示例单位甲"))
    page = reader(clerk, reverse("desk:filling", args=[review.pk]))
    assert "全年预计执行数（万元）" in page
    assert "预算100.00万元，截至1-7月执行40.00万元（国库支付），不用填报" in page
    assert "预算数（万元）" not in page
    path = reverse("desk:filling_money", args=[review.pk])
    assert client.post(path, {"expected": "95.5", "version": review.version}).status_code == 302
    review.refresh_from_db()
    assert review.expected == Decimal(955_000)
    told = reader(officer, reverse("desk:monitored", args=[window.pk, dossier.pk]))
    assert "95.50万元（监控表填报）" in told
