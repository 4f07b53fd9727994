"""督看 as a leader opens it: what a green light hides, what is late by name;
and 全年预计 typed on the unit's page.
"""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from wenxiao.budget.models import Dossier
from wenxiao.followup.services.keeping import kept_watch
from wenxiao.followup.watch.lines import each_once
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


def test_an_object_of_a_key_and_an_ordinary_window_is_counted_once(watched, reader):
    watched.seed()
    ordinary = watched.window(7)  # over everything, the key windows' objects too
    for dossier in Dossier.objects.all():
        watched.pay(dossier, 3, dossier.appropriations.get().adjusted / 10_000 * 6 / 10)
    text = reader(watched.user(Role.LEADER), f"/watch?year=2021&round={ordinary.pk}")
    hidden = text[text.index("绿灯，但合规有问题或超进度") :]
    assert "合规有问题2个，超进度0个" in hidden
    assert hidden.count("区法院辅助人员经费项目") == 1


def test_without_any_the_page_says_so(watched, reader):
    watched.window()
    watched.dossier(budget="100")
    text = reader(watched.user(Role.LEADER), "/watch?year=2021")
    assert "绿灯的项目没有未办结的合规问题，也没有超进度的。" in text


def test_a_department_that_reported_nothing_has_no_sums(watched, reader):
    """Nothing reported stood there as 0.00: missing is missing, never 0."""
    watched.window()
    watched.dossier()
    text = reader(watched.user(Role.LEADER), "/watch?year=2021")
    table = text[text.index("各部门资金与目标（表）") :]
    assert "示例单位甲1未报未报" in table
    assert "0.00" not in table


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


def two_windows_of(watched):
    """Two ordinary windows: one object lit in both, one in the earlier alone, one in the later
    alone, one in neither.
    """
    both, early, late, dark = (
        watched.dossier(name, budget=budget)
        for name, budget in (("两期", "100"), ("前期", "100"), ("后期", "100"), ("没有", None))
    )
    first = watched.window(7, scope={"dossiers": [both.pk, early.pk, dark.pk]})
    second = watched.window(10, scope={"dossiers": [both.pk, late.pk, dark.pk]})
    for dossier, window, executed in (
        (both, first, "10"),
        (early, first, "60"),
        (both, second, "83"),
        (late, second, "20"),
    ):
        watched.review(dossier, window, "100", executed)
    return first, second


def test_an_object_of_two_windows_is_counted_once_on_the_desk_and_the_leader_s_page(
    watched, reader, officer
):
    two_windows_of(watched)
    desk = reader(officer, "/?year=2021")
    assert "日常监控：1红2绿1不亮灯" in desk
    assert "日常监控4个" in desk
    led = reader(officer, "/watch?year=2021")
    assert "3个项目，1红1绿1不亮灯" in led  # the newest window alone, by its name
    assert "各期合计4个，1红2绿1不亮灯" in led


def test_key_objects_of_two_windows_are_counted_once_on_all_three_pages(watched, reader, officer):
    for window in two_windows_of(watched):
        type(window).objects.filter(pk=window.pk).update(key=True)
    assert "财政重点监控：1红2绿1不亮灯" in reader(officer, "/?year=2021")
    assert "财政重点监控：4个项目，1红2绿1不亮灯" in reader(officer, "/monitoring?year=2021")
    daily = watched.window(7)
    led = reader(officer, f"/watch?year=2021&round={daily.pk}")
    assert "重点监控4个，1红2绿1不亮灯" in led


def test_an_object_dark_in_the_newest_window_keeps_its_last_light(watched, officer, on):
    dossier = watched.dossier(budget="100")
    first, second = watched.window(7), watched.window(10)
    watched.review(dossier, first, "100", "60")
    watched.review(dossier, second, "100", None)
    table = each_once(kept_watch([first, second], officer, on=on))
    assert table.lights == {"red": 0, "yellow": 0, "green": 1, "none": 0}
    assert [row["round"] for row in table.part()] == [first.pk]
    assert each_once(kept_watch([second], officer, on=on)).lights["none"] == 1
