"""An older database may hold accounts with duties that may not meet: they
are named, with how to mend it.
"""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from wenxiao.orgs.models import Division, Grant, User
from wenxiao.orgs.selectors import mixed_accounts, mixed_sentences
from wenxiao.orgs.services import end_grant
from wenxiao.site import serving
from wenxiao.store.guards import stand, stand_aside

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def mixed():
    """An account that was system administrator and 绩效科 before that was refused."""
    from wenxiao.orgs.apps import GUARDS

    division = Division.objects.create(code="340000", name="示例区", bureau="示例区财政局")
    user = User.objects.create_user("both", "Demo-pass-2021", name="甲", division=division)
    stand_aside(GUARDS)
    for role in ("system", "performance"):
        Grant.objects.create(user=user, role=role, division=division)
    stand(GUARDS)
    return user


def test_they_are_named_at_the_start_in_health_and_to_administrators(mixed, client, monkeypatch):
    assert mixed_accounts() == [("both", "系统管理员、财政绩效科")]
    told = []
    monkeypatch.setattr(serving, "_say", told.append)
    serving._tell_mixed_accounts()
    assert told == mixed_sentences()
    assert "终止这个账号多出的授权" in told[0]
    assert client.get("/health").json()["mixed_accounts"] == 1
    assert "both" not in client.get("/health").content.decode()
    Division.objects.update(account_policy={"second_factor": []})
    client.force_login(mixed)
    assert "账号 both 兼有" in client.get("/people").content.decode()


def test_once_one_of_the_grants_ended_nothing_is_said(mixed):
    """As the sentence says; the database's own guard must not stand in the way of it."""
    end_grant(grant=Grant.objects.get(user=mixed, role="performance"), by=None, why="岗位分开")
    Grant.objects.filter(role="performance").update(until=timezone.now() - timedelta(seconds=1))
    assert mixed_sentences() == []
    with pytest.raises(IntegrityError), transaction.atomic():
        Grant.objects.filter(user=mixed, role="performance").update(role="leader")


def test_no_rule_lets_a_small_bureau_combine_two_of_them(mixed):
    from wenxiao.orgs.apps import GUARDS

    stand_aside(GUARDS)
    Grant.objects.filter(user=mixed, role="performance").update(role="security")
    stand(GUARDS)
    assert len(mixed_accounts()) == 1
    Division.objects.update(rules=[{"rule": "small_bureau", "document": "示例办〔2021〕1号"}])
    assert len(mixed_accounts()) == 1
    Grant.objects.filter(user=mixed, role="security").update(until=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Grant.objects.filter(user=mixed, role="security").update(role="audit")
