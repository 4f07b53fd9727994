"""Nobody becomes somebody else: a forgotten password is asked for by its
owner, agreed to by number, seen by nobody.
"""

import re

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from wenxiao.orgs import services
from wenxiao.orgs.models import Grant, PasswordReset, Role, User
from wenxiao.orgs.permissions import Refused
from wenxiao.orgs.services.resetting import MOST_AN_HOUR, approve_reset, consents_needed
from wenxiao.records.models import Entry

pytestmark = [pytest.mark.db, pytest.mark.django_db]
NEW = "Fresh-words-2026"


@pytest.fixture
def people(small):
    made = {"leader": small.leader, "performance": small.officer, "clerk": small.clerk}
    made["security"] = small.security
    for name, role in (("system", Role.SYSTEM), ("system2", Role.SYSTEM), ("audit", Role.AUDIT)):
        user = User.objects.create_user(
            name, "Demo-pass-2021", name=f"示例{name}", division=small.division
        )
        Grant.objects.create(user=user, role=role, division=small.division)
        made[name] = user
    return made


def ask(username):
    """A stranger's browser asks: the request and the code shown to it alone."""
    browser = Client()
    shown = browser.post("/forgotten", {"username": username}).content.decode()
    number, code = re.findall(r'class="once">([^<]+)<', shown)
    return PasswordReset.objects.get(number=number), code, browser


def claim(browser, username, code, new=NEW):
    sent = {"username": username, "code": code, "new": new, "again": new}
    return browser.post("/forgotten/claim", sent)


def decide(inside, user, reset, act, why="当面核对工作证"):
    return inside(user).post(f"/people/resets/{reset.pk}/{act}", {"why": why})


def test_a_clerk_gets_in_again_and_no_administrator_saw_a_secret(people, inside):
    reset, code, browser = ask("clerk")
    assert claim(browser, "clerk", code).status_code == 422
    listed = inside(people["system"]).get("/people/resets").content.decode()
    assert reset.number in listed
    assert code not in listed
    assert decide(inside, people["system"], reset, "approve").status_code == 302
    assert claim(browser, "clerk", code).status_code == 302
    assert browser.post("/login", {"username": "clerk", "password": NEW}).status_code == 302
    assert claim(Client(), "clerk", code, "Other-words-2026").status_code == 422
    acts = list(Entry.objects.filter(target_id=people["clerk"].pk).values_list("act", flat=True))
    assert acts == ["申请重置密码", "批准重置密码", "凭领取码重设密码"]
    assert not any(code.replace("-", "") in str(row) for row in Entry.objects.values())


@pytest.mark.parametrize(
    ("above", "second"),
    [
        ("leader", "security"),
        ("performance", "security"),
        ("security", "audit"),
        ("audit", "security"),
        ("system2", "security"),
    ],
)
def test_the_system_administrator_alone_takes_over_nobody_above(people, inside, above, second):
    """attack.md B4 again: he asks in the other's name, approves it himself, and gets nowhere."""
    username = people[above].username
    reset, code, browser = ask(username)
    assert decide(inside, people["system"], reset, "approve").status_code == 302
    assert claim(browser, username, code).status_code == 422
    for act in ("approve", "consent"):
        assert decide(inside, people["system"], reset, act).status_code in {403, 409}
    assert claim(browser, username, code).status_code == 422
    assert people[above].check_password("Demo-pass-2021")
    # Who is asked to consent must be somebody else, of another duty, and not the person concerned.
    assert decide(inside, people[second], reset, "consent").status_code == 302
    assert claim(browser, username, code).status_code == 302
    acts = Entry.objects.filter(target_id=people[above].pk).values_list("act", flat=True)
    assert {"批准重置密码", "同意重置密码", "凭领取码重设密码"} <= set(acts)


def test_no_page_of_the_system_administrator_changes_anothers_password(people, inside):
    client = inside(people["system"])
    assert (
        client.post(f"/people/users/{people['leader'].pk}/reset", {"why": "x"}).status_code == 404
    )
    page = client.get(f"/people/users/{people['leader'].pk}").content.decode()
    assert "重置密码" not in page
    with pytest.raises(Refused, match="由本人在登录页申请"):
        services.reset_password(user=people["clerk"], by=people["system"], why="x")


def test_nobody_agrees_to_their_own(people, inside):
    reset, _, _ = ask("system")
    assert decide(inside, people["system"], reset, "approve").status_code == 403
    reset, _, _ = ask("security")
    assert decide(inside, people["security"], reset, "consent").status_code == 403
    with pytest.raises(IntegrityError), transaction.atomic():
        PasswordReset.objects.filter(pk=reset.pk).update(approved_by=people["security"])
    both = {"approved_by": people["system"], "consented_by": people["system"]}
    with pytest.raises(IntegrityError), transaction.atomic():
        PasswordReset.objects.filter(pk=reset.pk).update(**both)


def test_a_role_that_begins_later_needs_two_already_now(people, small):
    later = timezone.now() + timezone.timedelta(days=3)
    assert not consents_needed([people["clerk"]])
    services.grant(
        user=people["clerk"], role=Role.LEADER, division=small.division, by=None, since=later
    )
    assert consents_needed([people["clerk"]]) == {people["clerk"].pk: "consent_reset"}


def test_refused_expired_and_nameless_requests_lead_nowhere(people, inside):
    reset, code, browser = ask("clerk")
    assert decide(inside, people["system"], reset, "approve", why="").status_code == 409
    assert decide(inside, people["system"], reset, "refuse").status_code == 302
    assert claim(browser, "clerk", code).status_code == 422
    reset, code, browser = ask("clerk")
    decide(inside, people["system"], reset, "approve")
    PasswordReset.objects.filter(pk=reset.pk).update(until=timezone.now())
    assert claim(browser, "clerk", code).status_code == 422
    unknown, code, browser = ask("nobody-here")
    assert unknown.user is None
    assert decide(inside, people["system"], unknown, "approve").status_code == 404
    assert claim(browser, "nobody-here", code).status_code == 422


def test_other_roles_neither_see_nor_decide(people, inside):
    reset, _, _ = ask("clerk")
    for name in ("clerk", "performance", "leader"):
        assert inside(people[name]).get("/people/resets").status_code == 403
        assert decide(inside, people[name], reset, "approve").status_code == 403
    with pytest.raises(Refused):
        approve_reset(reset=reset, by=people["security"], why="x")


def test_one_machine_asks_only_so_often(people):
    browser = Client()
    for _ in range(MOST_AN_HOUR):
        assert browser.post("/forgotten", {"username": "whoever"}).status_code == 200
    refused = browser.post("/forgotten", {"username": "clerk"})
    assert refused.status_code == 422
    assert "一小时内" in refused.content.decode()
