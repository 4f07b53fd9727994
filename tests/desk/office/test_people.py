"""Units, accounts and grants: three administrators, three people."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from wenxiao.budget.models import Subject
from wenxiao.orgs import services
from wenxiao.orgs.models import Grant, LoginTry, Role, Unit, User
from wenxiao.records.models import Entry

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def system(small, inside):
    user = User.objects.create_user(
        "system", "Demo-pass-2021", name="示例系统员", division=small.division
    )
    Grant.objects.create(user=user, role=Role.SYSTEM, division=small.division)
    return inside(user)


def test_units_change_with_a_reason_and_history(system, small):
    unit = small.units[0]
    base = f"/people/units/{unit.pk}"
    edit = {
        "version": unit.version,
        "contact": "张三",
        "phone": "8888",
        "kind": "department",
        "why": "换人",
    }
    assert system.post(f"{base}/edit", edit).status_code == 302
    stale = system.post(f"{base}/edit", {**edit, "contact": "李四"})
    assert stale.status_code == 409
    assert "李四" in stale.content.decode()
    assert "张三" in stale.content.decode()
    assert (
        system.post(
            f"{base}/rename", {"version": unit.version + 1, "name": "新名称", "why": ""}
        ).status_code
        == 409
    )
    assert (
        system.post(
            f"{base}/rename", {"version": unit.version + 1, "name": "新名称", "why": "机构改革"}
        ).status_code
        == 302
    )
    text = system.get(base).content.decode()
    assert "示例单位甲 → 新名称" in text
    assert system.post(f"{base}/abolish", {"why": "x"}).status_code == 404


def test_units_merge_split_move(system, small):
    one, two, three, school = small.units
    assert (
        system.post(
            f"/people/units/{school.pk}/move",
            {"version": school.version, "parent": "902", "why": "x"},
        ).status_code
        == 302
    )
    school.refresh_from_db()
    assert school.parent == three
    assert (
        system.post(
            f"/people/units/{one.pk}/merge",
            {"into": two.name, "on": "2022-01-01", "why": "机构改革"},
        ).status_code
        == 302
    )
    one.refresh_from_db()
    assert one.successor == two
    parts = {"parts": "905 分设甲\n906，分设乙", "on": "2022-01-01", "ends": "1", "why": "机构改革"}
    parts |= {"chosen": "1", "rest": "905"}
    assert system.post(f"/people/units/{three.pk}/split", parts).status_code == 302
    assert Unit.objects.filter(name__startswith="分设").count() == 2
    assert (
        system.post(f"/people/units/{two.pk}/split", {**parts, "parts": "只有名字"}).status_code
        == 409
    )
    assert (
        system.post(
            "/people/units/add", {"code": "905", "name": "重复", "kind": "unit"}
        ).status_code
        == 409
    )
    assert (
        system.post(
            "/people/units/add", {"code": "907", "name": "新单位", "kind": "unit", "parent": "901"}
        ).status_code
        == 302
    )


def test_a_one_time_password_must_be_changed(small, client):
    """As the machine gives it: wenxiao init and users reset-password."""
    password = services.reset_password(user=small.clerk, by=None, why="忘记密码")
    assert client.post("/login", {"username": "clerk", "password": password}).status_code == 302
    assert client.get("/subjects")["Location"] == "/password"
    wrong = {"old": password, "new": "short", "again": "short"}
    assert client.post("/password", wrong).status_code == 422
    assert client.post("/password", {**wrong, "again": "other"}).status_code == 422
    good = {"old": password, "new": "Change-me-2021", "again": "Change-me-2021"}
    assert client.post("/password", good).status_code == 302
    assert client.get("/").status_code != 302 or client.get("/")["Location"] != "/password"


def test_a_new_accounts_first_password_is_known_to_its_owner_alone(system, small):
    """The system administrator alone could have opened an account before it
    was granted anything.
    """
    sent = {"username": "newcomer", "name": "新人", "unit": "900"}
    assert system.post("/people/users/add", sent).status_code == 302
    assert system.post("/people/users/add", sent).status_code == 409
    user = User.objects.get(username="newcomer")
    assert not user.has_usable_password()
    assert "还没有密码" in system.get(f"/people/users/{user.pk}").content.decode()
    from django.test import Client

    from wenxiao.orgs.models import PasswordReset

    stranger = Client()
    asked = stranger.post("/forgotten", {"username": "newcomer"}).content.decode()
    number, code = re.findall(r'class="once">([^<]+)<', asked)
    request = PasswordReset.objects.get(number=number)
    new = {"username": "newcomer", "code": code, "new": "Change-me-2021", "again": "Change-me-2021"}
    decided = f"/people/resets/{request.pk}"
    assert system.post(f"{decided}/approve", {"why": "当面核对"}).status_code == 302
    assert stranger.post("/forgotten/claim", new).status_code == 422
    assert system.post(f"{decided}/consent", {"why": "当面核对"}).status_code == 403
    second = Client()
    second.force_login(small.security)
    assert second.post(f"{decided}/consent", {"why": "当面核对"}).status_code == 302
    assert stranger.post("/forgotten/claim", new).status_code == 302
    entered = {"username": "newcomer", "password": "Change-me-2021"}
    assert stranger.post("/login", entered)["Location"] == "/"


def test_creating_is_not_granting(system, small, inside):
    user = small.clerk
    assert (
        system.post(f"/people/users/{user.pk}/grant", {"role": "head", "why": "x"}).status_code
        == 403
    )
    client = inside(small.security)
    assert client.post("/people/users/add", {"username": "x", "name": "x"}).status_code == 403
    assert client.post(f"/people/users/{user.pk}/reset", {"why": "x"}).status_code == 403
    assert client.get("/trail").status_code == 403
    granted = client.post(
        f"/people/users/{user.pk}/grant",
        {"role": "head", "unit": "900", "why": "任职文件", "until": "2099-12-31"},
    )
    assert granted.status_code == 302
    made = Grant.objects.get(user=user, role="head")
    assert made.unit == small.units[0]
    assert client.post(f"/people/grants/{made.pk}/end", {"why": "调离"}).status_code == 302
    assert client.post(f"/people/grants/{made.pk}/end", {"why": "调离"}).status_code == 409
    assert (
        client.post(
            f"/people/users/{small.security.pk}/grant", {"role": "leader", "why": "x", "whole": "1"}
        ).status_code
        == 403
    )
    assert (
        client.post(f"/people/users/{user.pk}/grant", {"role": "agency", "why": "x"}).status_code
        == 409
    )
    assert (
        client.post(
            f"/people/users/{user.pk}/grant",
            {"role": "head", "why": "x", "until": "2001-01-01", "whole": "1"},
        ).status_code
        == 409
    )
    unsaid = client.post(f"/people/users/{user.pk}/grant", {"role": "head", "why": "x"})
    assert "勾选“全区划”" in unsaid.content.decode()


def test_a_new_account_waits_on_the_security_administrators_desk_until_granted(small, inside):
    from wenxiao.orgs.services import create_user

    client = inside(small.security)
    before = client.get("/people/users", {"bare": "1"}).content.decode()
    create_user(division=small.division, username="xinlai", name="新来的", by=None)
    assert "个还没有授权" in client.get("/").content.decode()
    bare = client.get("/people/users", {"bare": "1"}).content.decode()
    assert "xinlai" in bare
    assert "xinlai" not in before
    assert small.clerk.username not in bare


def test_the_grant_button_is_there_for_others_and_not_for_oneself(small, inside):
    client = inside(small.security)
    assert 'data-dialog="grant"' in client.get(f"/people/users/{small.clerk.pk}").content.decode()
    assert (
        'data-dialog="grant"'
        not in client.get(f"/people/users/{small.security.pk}").content.decode()
    )


def test_nobody_ends_their_own_grant_by_page_or_address(small, inside):
    client, own = inside(small.security), Grant.objects.get(user=small.security)
    assert f"end-{own.pk}" not in client.get(f"/people/users/{small.security.pk}").content.decode()
    answer = client.post(f"/people/grants/{own.pk}/end", {"why": "手误"})
    assert answer.status_code == 403
    assert "请由其他安全管理员办理" in answer.content.decode()
    own.refresh_from_db()
    assert own.until is None


def test_disabling_and_enabling(system, small):
    base = f"/people/users/{small.clerk.pk}"
    assert system.post(f"{base}/disable", {"why": "调离"}).status_code == 302
    small.clerk.refresh_from_db()
    assert not small.clerk.is_active
    assert system.post(f"{base}/enable", {"why": "回岗"}).status_code == 302
    assert system.post(f"{base}/disable", {"why": ""}).status_code == 409
    assert system.post(f"{base}/promote", {"why": "x"}).status_code == 404
    own = User.objects.get(username="system")
    assert system.post(f"/people/users/{own.pk}/disable", {"why": "x"}).status_code == 409


def test_five_wrong_passwords_pause_the_account_and_a_reset_opens_it(small, client, system):
    from django.test import Client

    from wenxiao.orgs.models import PasswordReset

    stranger = Client()
    for _ in range(5):
        assert (
            stranger.post("/login", {"username": "Clerk", "password": "wrong"}).status_code == 401
        )
    refused = stranger.post("/login", {"username": "clerk", "password": "Demo-pass-2021"})
    assert refused.status_code == 401
    assert "以后再试" in refused.content.decode()
    asked = stranger.post("/forgotten", {"username": "clerk"})
    code = re.findall(r'class="once">([^<]+)<', asked.content.decode())[1]
    request = PasswordReset.objects.get()
    approved = system.post(f"/people/resets/{request.pk}/approve", {"why": "电话核对"})
    assert approved.status_code == 302
    new = "Fresh-words-2026"
    claimed = {"username": "clerk", "code": code, "new": new, "again": new}
    assert stranger.post("/forgotten/claim", claimed).status_code == 302
    assert stranger.post("/login", {"username": "clerk", "password": new}).status_code == 302


def test_the_pause_ends(small, client):
    past = timezone.now() - timedelta(minutes=1)
    for _ in range(5):
        client.post("/login", {"username": "clerk", "password": "wrong"})
    assert LoginTry.objects.filter(locked_until__gt=timezone.now()).exists()
    LoginTry.objects.update(locked_until=past)
    assert (
        client.post("/login", {"username": "clerk", "password": "Demo-pass-2021"}).status_code
        == 302
    )
    assert not LoginTry.objects.exclude(locked_until=None).exists()


def test_others_divisions_are_not_there(system, small):
    from wenxiao.orgs.models import Division

    other = Division.objects.create(code="888000", name="另一区", bureau="另一区财政局")
    unit = Unit.objects.create(division=other, code="1", name="别区单位", path="/x/")
    user = User.objects.create_user("foreign", "x", name="别区人", division=other)
    assert system.get(f"/people/units/{unit.pk}").status_code == 404
    assert system.get(f"/people/users/{user.pk}").status_code == 404
    assert system.post(f"/people/users/{user.pk}/reset", {"why": "x"}).status_code == 404


def test_clerks_are_told_who_can(small, inside):
    refused = inside(small.clerk).get("/people")
    assert refused.status_code == 403
    assert "系统管理员" in refused.content.decode()


def test_lists_cost_the_same_for_one_and_for_fifty(system, small):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def cost():
        found = []
        for address in ("/people", "/people/users"):
            with CaptureQueriesContext(connection) as told:
                assert system.get(address).status_code == 200
            found.append(len(told))
        return found

    before = cost()
    for number in range(50):
        unit = Unit.objects.create(
            division=small.division, code=f"7{number}", name=f"单位{number}", office=small.units[0]
        )
        Unit.objects.filter(pk=unit.pk).update(path=f"/{unit.pk}/")
        user = User.objects.create_user(
            f"u{number}", None, name=f"人{number}", division=small.division, unit=unit
        )
        Grant.objects.create(user=user, role="clerk", division=small.division, unit=unit)
    assert cost() == before


def test_objects_are_handed_over_after_a_split(small, inside):
    officer, (one, two) = inside(small.officer), small.units[:2]
    address = f"/people/units/{one.pk}/hand-over"
    mine = Subject.objects.filter(unit=one)
    first, before = mine.order_by("code")[0], mine.count()
    assert "移交对象" in officer.get(f"/people/units/{one.pk}").content.decode()
    form = {"codes": first.code, "to": two.name, "from_year": "2021", "why": "机构改革"}
    for wrong in ({"codes": "没有的编码"}, {"from_year": "去年"}, {"why": ""}):
        assert officer.post(address, {**form, **wrong}).status_code == 409
    assert mine.count() == before
    assert officer.post(address, form).status_code == 302
    first.refresh_from_db()
    assert first.unit == two
    years = dict(first.dossiers.values_list("fiscal_year", "unit"))
    assert years
    assert all(unit == (two.pk if year >= 2021 else one.pk) for year, unit in years.items())
    assert Entry.objects.filter(act="对象移交", why="机构改革").count() == 1


def test_objects_go_to_a_unit_in_use_only(small, inside):
    officer, (one, two) = inside(small.officer), small.units[:2]
    Unit.objects.filter(pk=two.pk).update(valid_to="2020-12-31")
    form = {"to": two.name, "from_year": "2021", "why": "机构改革"}
    refused = officer.post(f"/people/units/{one.pk}/hand-over", form)
    assert refused.status_code == 409
    assert "停用" in refused.content.decode()
