"""动态口令: enrolled by the person, asked at every login, each code once, lost
ones reset by two administrators alone.
"""

import re
import time

import pytest
import time_machine
from django.test import Client
from django_otp.oath import totp

from wenxiao.orgs.models import Grant, PasswordReset, Phone, Role, User
from wenxiao.orgs.permissions import Refused
from wenxiao.orgs.services.account_policy import AccountPolicy, policy_of, set_account_policy
from wenxiao.orgs.services.second_factor import (
    begin_enrolment,
    drop_second_factor,
    finish_enrolment,
    has_second_factor,
)
from wenxiao.records.models import Entry

pytestmark = [pytest.mark.db, pytest.mark.django_db]
RIGHT, NEW = "Demo-pass-2021", "Fresh-words-2026"


@pytest.fixture
def people(small):
    made = {"clerk": small.clerk, "security": small.security}
    for name, role in (("system", Role.SYSTEM), ("audit", Role.AUDIT)):
        made[name] = User.objects.create_user(
            name, RIGHT, name=f"示例{name}", division=small.division
        )
        Grant.objects.create(user=made[name], role=role, division=small.division)
    return made


def now_code(user):
    return f"{totp(Phone.objects.get(user=user).bin_key):06d}"


def enrol(user):
    begin_enrolment(user)
    return finish_enrolment(user=user, code=now_code(user))


def login(browser, username="clerk"):
    return browser.post("/login", {"username": username, "password": RIGHT})


def test_who_must_have_one_reaches_no_page_before(small, people):
    small.division.account_policy = {"second_factor": ["security"]}
    small.division.save()
    browser = Client()
    login(browser, "security")
    for path in ("/", "/people/users", "/people/policy", "/help"):
        assert browser.get(path).headers.get("Location") == "/second-factor", path
    assert browser.post("/people/policy/change", {})["Location"] == "/second-factor"
    page = browser.get("/second-factor").content.decode()
    assert "data:image/svg+xml" in page
    assert browser.post("/second-factor", {"code": "000000"}).status_code == 422
    shown = browser.post("/second-factor", {"code": now_code(small.security)})
    assert len(re.findall(r'class="once">', shown.content.decode())) == 10
    assert browser.get("/people/users").status_code == 200
    assert login(Client(), "clerk")["Location"] == "/"


def test_the_default_asks_the_three_administrators_and_a_demonstration_nobody(small):
    assert AccountPolicy().second_factor == ("system", "security", "audit")
    assert policy_of(small.division).second_factor == ()
    small.division.demo = False
    assert policy_of(small.division).second_factor == ("system", "security", "audit")


def test_a_password_alone_opens_nothing_once_a_phone_is_enrolled(small):
    with time_machine.travel(time.time(), tick=False) as clock:
        enrol(small.clerk)
        clock.shift(60)
        browser = Client()
        assert login(browser)["Location"] == "/login/code"
        assert browser.get("/subjects")["Location"].startswith("/login")
        assert browser.post("/login/code", {"code": "000000"}).status_code == 401
        code = now_code(small.clerk)
        assert browser.post("/login/code", {"code": code})["Location"] == "/"
        assert browser.get("/subjects").status_code == 200
        assert Entry.objects.filter(act="登录").last().data["how"] == "密码和动态口令"
        # The same code again, and one of two steps ago, are nobody's.
        other = Client()
        login(other)
        assert other.post("/login/code", {"code": code}).status_code == 401
        clock.shift(90)
        assert other.post("/login/code", {"code": code}).status_code == 401
        assert Entry.objects.filter(act="动态口令不对").count() == 3


def test_without_a_password_or_too_late_there_is_no_code_to_give(small):
    assert Client().get("/login/code")["Location"] == "/login"
    with time_machine.travel(time.time(), tick=False) as clock:
        enrol(small.clerk)
        browser = Client()
        login(browser)
        clock.shift(301)
        assert browser.post("/login/code", {"code": now_code(small.clerk)})["Location"] == "/login"
        login(browser)
        small.clerk.set_password(NEW)
        small.clerk.save()
        assert browser.post("/login/code", {"code": now_code(small.clerk)})["Location"] == "/login"


def test_codes_are_not_guessed_for_long(small):
    with time_machine.travel(time.time(), tick=False) as clock:
        enrol(small.clerk)
        clock.shift(60)
        browser = Client()
        login(browser)
        for _ in range(5):
            browser.post("/login/code", {"code": "123"})
        answer = browser.post("/login/code", {"code": now_code(small.clerk)})
    assert answer.status_code == 401
    assert "以后再试" in answer.content.decode()


def test_a_recovery_code_counts_once_and_is_kept_as_a_digest(small):
    codes = enrol(small.clerk)
    assert not any(code.replace("-", "") in str(row) for code in codes for row in rows_of())
    browser = Client()
    login(browser)
    assert browser.post("/login/code", {"code": codes[0].lower()})["Location"] == "/"
    login(browser)
    assert browser.post("/login/code", {"code": codes[0]}).status_code == 401
    assert browser.post("/login/code", {"code": codes[1]})["Location"] == "/"
    renewed = browser.post("/second-factor", {"code": codes[2], "act": "renew"})
    assert renewed.status_code == 200
    assert codes[3] not in renewed.content.decode()
    login(browser)
    assert browser.post("/login/code", {"code": codes[3]}).status_code == 401


def rows_of():
    from wenxiao.orgs.models import RecoveryCode

    return [*RecoveryCode.objects.values(), *Entry.objects.values()]


def test_a_new_phone_is_enrolled_with_the_old_ones_code(small):
    codes = enrol(small.clerk)
    browser = Client()
    login(browser)
    browser.post("/login/code", {"code": codes[0]})
    assert browser.post("/second-factor", {"code": "wrong", "act": "change"}).status_code == 422
    assert browser.post("/second-factor", {"code": codes[1], "act": "change"}).status_code == 302
    assert not has_second_factor(small.clerk)
    assert "二维码" in browser.get("/second-factor").content.decode()


def test_a_lost_phone_needs_two_administrators_for_anybody(small, people, inside):
    enrol(small.clerk)
    browser = Client()
    shown = browser.post("/forgotten", {"username": "clerk", "second_factor": "1"})
    number, code = re.findall(r'class="once">([^<]+)<', shown.content.decode())
    reset = PasswordReset.objects.get(number=number)
    sent = {"username": "clerk", "code": code, "new": NEW, "again": NEW}

    def decide(name, act):
        return inside(people[name]).post(f"/people/resets/{reset.pk}/{act}", {"why": "当面核对"})

    assert "一并解除动态口令" in inside(people["system"]).get("/people/resets").content.decode()
    assert decide("system", "approve").status_code == 302
    assert decide("system", "consent").status_code == 403
    assert browser.post("/forgotten/claim", sent).status_code == 422
    assert has_second_factor(small.clerk)
    assert decide("security", "consent").status_code == 302
    assert browser.post("/forgotten/claim", sent).status_code == 302
    assert not has_second_factor(small.clerk)
    acts = list(Entry.objects.filter(target_id=small.clerk.pk).values_list("act", flat=True))
    assert acts[-4:] == ["批准重置密码", "同意重置密码", "解除动态口令", "凭领取码重设密码"]


def test_an_ordinary_reset_leaves_the_phone(small, people, inside):
    enrol(small.clerk)
    browser = Client()
    shown = browser.post("/forgotten", {"username": "clerk"})
    number, code = re.findall(r'class="once">([^<]+)<', shown.content.decode())
    reset = PasswordReset.objects.get(number=number)
    inside(people["system"]).post(f"/people/resets/{reset.pk}/approve", {"why": "当面核对"})
    sent = {"username": "clerk", "code": code, "new": NEW, "again": NEW}
    assert browser.post("/forgotten/claim", sent).status_code == 302
    assert has_second_factor(small.clerk)
    with pytest.raises(Refused, match="两名管理员"):
        drop_second_factor(user=small.clerk, by=people["system"], why="x")


def test_which_roles_must_is_the_divisions_and_in_the_trail(small):
    division = set_account_policy(
        division=small.division,
        values={},
        second_factor=["leader", "performance"],
        by=small.security,
        why="局办公会议定",
    )
    assert policy_of(division).second_factor == ("performance", "leader")
    entry = Entry.objects.get(act="规定账号安全要求")
    assert entry.data["after"] == {"必须使用动态口令的角色": ["财政绩效科", "局领导"]}
