"""Logins in the trail, pauses nobody can cause for another, sessions that
end, passwords by the division's own values.
"""

import time
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import hashers
from django.test import Client, override_settings

from wenxiao.orgs import services
from wenxiao.orgs.models import Grant, LoginTry, Role, User
from wenxiao.orgs.permissions import Refused
from wenxiao.orgs.services import entering
from wenxiao.orgs.services.account_policy import DEFAULT, LIMITS, policy_of, set_account_policy
from wenxiao.pages import noted
from wenxiao.records.models import Entry
from wenxiao.store.moves import NotAllowed

pytestmark = [pytest.mark.db, pytest.mark.django_db]
RIGHT = "Demo-pass-2021"


@pytest.fixture(autouse=True)
def _nobody_refused_lately():
    noted.forget()


def login(browser, username="clerk", password=RIGHT, address="10.0.0.1"):
    sent = {"username": username, "password": password}
    return browser.post("/login", sent, REMOTE_ADDR=address)


def entries():
    """The trail after what the fixture itself did."""
    return Entry.objects.exclude(act="确认评价结果").order_by("pk")


def acts():
    return list(entries().values_list("act", flat=True))


def test_coming_in_going_out_and_failing_stand_in_the_trail(small):
    browser = Client()
    assert login(browser, password="wrong").status_code == 401
    assert login(browser).status_code == 302
    browser.post("/logout")
    assert acts() == ["登录失败", "登录", "退出"]
    failed, entered, _ = entries()
    assert (failed.by, failed.by_name, failed.data["address"]) == (None, "未登录", "10.0.0.1")
    assert (entered.by, entered.data) == (small.clerk, {"how": "密码", "address": "10.0.0.1"})


def test_a_name_nobody_has_is_not_kept_for_it_may_be_a_password(small):
    login(Client(), username="My-secret-2021!", password="x")
    login(Client(), username="My-secret-2021!", password="y")
    assert not any("My-secret" in str(row) for row in Entry.objects.values())
    assert not any("secret" in row.key for row in LoginTry.objects.all())
    assert {row.label for row in entries()} == {"没有这个账号"}


def test_nobody_locks_another_out_of_the_machine_they_use(small):
    """attack.md B11: five posts by anybody closed an account for a quarter of an hour."""
    own = Client()
    assert login(own, address="10.0.0.7").status_code == 302
    own.post("/logout")
    for number in range(40):
        login(Client(), password="wrong", address=f"10.0.1.{number}")
        login(Client(), password="wrong", address="10.0.0.7")
    assert login(Client(), address="10.0.2.1").status_code == 401
    assert login(Client(), address="10.0.0.7").status_code == 401
    assert login(own, address="10.0.0.7").status_code == 302


def test_the_pause_grows_and_a_right_password_ends_it(small):
    browser, waits = Client(), []
    with time_machine.travel(time.time(), tick=False) as clock:
        for _ in range(9):
            login(browser, password="wrong")
            row = LoginTry.objects.get(door="pair")
            if row.locked_until:
                waits.append((row.locked_until - row.last_at) // timedelta(minutes=1))
                assert login(browser).status_code == 401
                clock.shift(row.locked_until - row.last_at + timedelta(seconds=1))
        assert waits == [1, 2, 4, 8, 16]
        assert login(browser).status_code == 302
    assert LoginTry.objects.get(door="pair").failures == 0
    assert acts().count("登录暂停") == 5


def test_one_address_that_tries_many_names_is_paused(small):
    for number in range(31):
        login(Client(), username=f"name{number}", password="x")
    answer = login(Client())
    assert answer.status_code == 401
    assert "以后再试" in answer.content.decode()
    assert login(Client(), address="10.0.0.2").status_code == 302


def test_a_refused_try_costs_no_hash_and_no_entry(small, monkeypatch):
    for _ in range(5):
        login(Client(), password="wrong")
    before = Entry.objects.count()

    def hashed(*_args, **_more):
        raise AssertionError

    for name in ("check_password", "make_password"):
        monkeypatch.setattr(hashers, name, hashed)
    monkeypatch.setattr(User, "check_password", hashed)
    monkeypatch.setattr(User, "set_password", hashed)
    assert login(Client()).status_code == 401
    assert login(Client(), username="other", password="x" * 5000).status_code == 401
    assert Entry.objects.count() == before


def test_the_old_password_is_not_guessed_for_long(small, inside):
    """attack.md B11: twelve wrong old passwords were answered, then the right one taken."""
    client = inside(small.clerk)
    sent = {"old": "wrong", "new": "Brand-New-77", "again": "Brand-New-77"}
    for _ in range(4):
        assert client.post("/password", sent).status_code == 422
    assert client.post("/password", sent)["Location"] == "/login"
    assert client.get("/subjects").status_code == 302
    assert acts().count("改密时旧密码不对") == 5
    client = inside(small.clerk)
    answer = client.post("/password", {**sent, "old": RIGHT})
    assert answer.status_code == 422
    assert "以后再试" in answer.content.decode()
    small.clerk.refresh_from_db()
    assert small.clerk.check_password(RIGHT)


def test_a_session_ends_when_nobody_works_in_it(small):
    browser = Client()
    with time_machine.travel(time.time(), tick=False) as clock:
        login(browser)
        for _ in range(3):
            clock.shift(timedelta(minutes=29))
            assert browser.get("/subjects").status_code == 200
        clock.shift(timedelta(minutes=31))
        answer = browser.get("/subjects", follow=True)
        assert "30 分钟没有操作" in answer.content.decode()
    assert acts()[-1] == "退出"


def test_a_page_that_asks_by_itself_is_not_work(small):
    browser = Client()
    with time_machine.travel(time.time(), tick=False) as clock:
        login(browser)
        for _ in range(3):
            clock.shift(timedelta(minutes=14))
            answer = browser.get("/subjects", HTTP_X_UNATTENDED="1")
        assert answer.status_code == 302


def test_a_session_ends_after_its_hours_whatever_is_done(small):
    browser = Client()
    with time_machine.travel(time.time(), tick=False) as clock:
        login(browser)
        statuses = []
        for _ in range(17):
            clock.shift(timedelta(minutes=29))
            statuses.append(browser.get("/subjects?year=2021").status_code)
    assert statuses == [200] * 16 + [302]


def test_the_moment_of_work_is_not_taken_from_another_session(small):
    one, other = Client(), Client()
    with time_machine.travel(time.time(), tick=False) as clock:
        login(one)
        clock.shift(timedelta(minutes=25))
        login(other, "leader")
        other.get("/subjects")
        clock.shift(timedelta(minutes=10))
        one.cookies["seen"] = other.cookies["seen"].value
        assert one.get("/subjects").status_code == 302
        one.cookies["seen"] = "x"
        assert one.get("/subjects").status_code == 302


def test_refusals_stand_in_the_trail_once_a_minute(small, inside):
    client = inside(small.clerk)
    for _ in range(3):
        assert client.get("/trail").status_code == 403
    assert client.post("/rounds/new", {}).status_code == 403
    rows = Entry.objects.filter(act="越权被拒").order_by("pk")
    assert [(row.by, row.label) for row in rows] == [
        (small.clerk, "GET /trail"),
        (small.clerk, "POST /rounds/new"),
    ]


def test_every_file_taken_stands_in_the_trail(small, inside):
    client = inside(small.officer)
    assert client.head("/subjects/list.xlsx").status_code == 200
    assert not Entry.objects.filter(act="下载文件").exists()
    assert client.get("/subjects/list.xlsx").status_code == 200
    row = Entry.objects.get(act="下载文件")
    assert (row.by, row.data["path"]) == (small.officer, "/subjects/list.xlsx")
    assert row.label.endswith(".xlsx")


# ---- passwords -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("Ab1-xyz", "10 至 200 位"),
        ("guokuguoku", "至少要有 3 类"),
        ("a2345678901", "至少要有 3 类"),
        ("Caizhengju-2021", "财政部门名称的拼音"),
        ("CAI-zheng-2021x", "财政部门名称的拼音"),
        ("Xian-danwei-2021", "单位名称的拼音"),
        ("My-CLERK-2021", "账号"),
        ("Jingban-2021-x", "姓名的拼音"),
        ("P@ssw0rd", "常见密码"),
    ],
)
def test_a_weak_password_is_refused_with_its_reason(small, password, why):
    small.clerk.unit.name = "示例单位甲"
    with pytest.raises(NotAllowed, match=why):
        services.change_password(user=small.clerk, password=password)


def test_the_last_five_passwords_do_not_come_again(small):
    for number in range(6):
        services.change_password(user=small.clerk, password=f"Fresh-words-{number}")
    for number in range(1, 6):
        with pytest.raises(NotAllowed, match="最近 5 次"):
            services.change_password(user=small.clerk, password=f"Fresh-words-{number}")
    services.change_password(user=small.clerk, password="Fresh-words-0")


def test_the_values_are_the_divisions_and_said_to_be_defaults(small, inside):
    client = inside(small.security)
    page = client.get("/people/policy").content.decode()
    assert page.count(DEFAULT) >= len(LIMITS)
    sent = {limit.name: getattr(policy_of(small.division), limit.name) for limit in LIMITS}
    changed = {**sent, "length": 14, "idle": 10, "why": "区网信办要求"}
    assert client.post("/people/policy/change", changed).status_code == 302
    entry = Entry.objects.get(act="规定账号安全要求")
    assert (entry.data["before"]["密码最短"], entry.data["after"]["密码最短"]) == (10, 14)
    small.division.refresh_from_db()
    assert small.division.account_policy == {"length": 14, "idle": 10}
    assert "本级规定" in client.get("/people/policy").content.decode()
    with pytest.raises(NotAllowed, match="14 至"):
        services.change_password(user=User.objects.get(pk=small.clerk.pk), password="Fresh-words-1")


def test_only_the_security_administrator_sets_them_within_their_ends(small, inside):
    kwargs = {"division": small.division, "why": "x"}
    with pytest.raises(Refused):
        set_account_policy(values={"length": 12}, by=small.officer, **kwargs)
    with pytest.raises(NotAllowed, match="8 至 64"):
        set_account_policy(values={"length": 4}, by=small.security, **kwargs)
    with pytest.raises(NotAllowed, match="没有改动"):
        set_account_policy(values={"length": 10}, by=small.security, **kwargs)
    assert inside(small.officer).post("/people/policy/change", {}).status_code == 403
    system = User.objects.create_user("sys", RIGHT, name="系统", division=small.division)
    Grant.objects.create(user=system, role=Role.SYSTEM, division=small.division)
    assert "修改</button>" not in inside(system).get("/people/policy").content.decode()


def test_what_the_machine_draws_passes_the_policy():
    seen = {services.one_time_password() for _ in range(200)}
    assert len(seen) == 200
    user = User(username="performance-officer", name="甲")
    for text in seen:
        services.passwords.refuse_weak(text, user)


@override_settings(PROXIES=[])
def test_a_try_is_counted_before_the_password_is_looked_at(small, monkeypatch):
    seen = []
    monkeypatch.setattr(
        User, "check_password", lambda *_: seen.append(LoginTry.objects.count()) or False
    )
    login(Client())
    assert seen == [3]
    assert entering.paused_until("clerk", "10.0.0.1", "") is None
