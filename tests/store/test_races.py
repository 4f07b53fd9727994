"""Two enter at once what may be there once: one row, one answer that says
who came second, never a fault of the program.
"""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from wenxiao.budget.models import Subject
from wenxiao.orgs import services as orgs
from wenxiao.orgs.models import Agency, Division, Grant, Role, Unit, User
from wenxiao.store.moves import NotAllowed
from wenxiao.store.races import Overtaken, one_wins

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True)]
AT_ONCE = 4


@pytest.fixture
def place():
    division = orgs.create_division(code="360191", name="高新区", bureau="高新区财政局", by=None)
    division.account_policy = {"second_factor": []}
    division.save()
    division.system = User.objects.create(division=division, username="system", name="甲")
    Grant.objects.create(user=division.system, role=Role.SYSTEM, division=division)
    return division


ROWS = {
    "财政区划的“区划代码”": lambda place: Division.objects.create(code="360191", name="x"),
    "单位的“单位代码”": lambda place: Unit.objects.create(division=place, code="1", name="x"),
    "用户的“账号”": lambda place: User.objects.create(division=place, username="u9", name="x"),
    "第三方机构的“机构名称”": lambda place: Agency.objects.create(division=place, name="x"),
    "对象的“项目代码”": lambda place: Subject.objects.create(
        division=place, unit=Unit.objects.first(), code="9", name="x"
    ),
}


@pytest.mark.parametrize("what", ROWS)
def test_the_loser_is_told_what_was_taken(place, what):
    Unit.objects.create(division=place, code="0", name="示例单位")

    def twice():
        for _ in range(2):
            with one_wins(), transaction.atomic():
                ROWS[what](place)

    with pytest.raises(Overtaken) as refusal:
        twice()
    assert str(refusal.value).startswith(f"{what}刚刚被别人抢先登记")
    assert isinstance(refusal.value, NotAllowed)


def test_names_that_differ_by_case_are_one_account(place):
    """Past the service's own look, as in a race, the database refuses the
    second name, on both databases.
    """
    User.objects.create(division=place, username="Zhang.San", name="张三")
    with pytest.raises(Overtaken, match="用户的“账号”"), one_wins(), transaction.atomic():
        User.objects.create(division=place, username="zhang.san", name="张三")
    with pytest.raises(NotAllowed, match=r"Zhang\.San，大小写不算不同"):
        orgs.create_user(division=place, username="ZHANG.SAN", name="张三", by=None)


def test_another_broken_constraint_stays_a_fault(place):
    with pytest.raises(IntegrityError), one_wins(), transaction.atomic():
        Unit.objects.create(division=place, code="1", name=None)


ACTS = {
    "unit": (
        "/people/units/add",
        {"code": "777", "name": "新单位", "kind": "unit", "why": "新设"},
        lambda: Unit.objects.filter(code="777").count(),
    ),
    "account by case": (
        "/people/users/add",
        {"username": "{newComer,NEWCOMER,newcomer,Newcomer}", "name": "新人", "why": "新调入"},
        lambda: User.objects.filter(username__iexact="newcomer").count(),
    ),
    "account": (
        "/people/users/add",
        {"username": "newcomer", "name": "新人", "why": "新调入"},
        lambda: User.objects.filter(username="newcomer").count(),
    ),
}


@pytest.mark.parametrize("act", ACTS)
def test_of_a_race_over_one_code_one_wins_and_the_others_get_a_sentence(place, act):
    address, form, count = ACTS[act]
    clients = []
    for _ in range(AT_ONCE):
        clients.append(Client(raise_request_exception=False))
        clients[-1].force_login(place.system)
    together = Barrier(AT_ONCE)

    def post(client):
        names = form.get("username", "").strip("{}").split(",")
        mine = {"username": names[clients.index(client) % len(names)]} if names[0] else {}
        try:
            together.wait()
            return client.post(address, form | mine)
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(post, clients))
    assert count() == 1
    lost = [one for one in answers if one.status_code == 409]
    assert len(lost) == AT_ONCE - 1, [one.status_code for one in answers]
    assert all("没有写入" in one.content.decode() or "已" in one.content.decode() for one in lost)
