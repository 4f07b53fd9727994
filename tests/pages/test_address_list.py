"""The list of addresses (``wenxiao addresses``) names every address, its power, methods and
acts.
"""

import json
import re

import pytest
from tests.pages.test_addresses import MATRIX

from wenxiao.site.addresses import addresses
from wenxiao.site.command import main


@pytest.fixture(scope="module")
def rows():
    return addresses()


@pytest.fixture(scope="module")
def listed(rows):
    return {one.path: one for one in rows}


def test_the_list_names_every_address_with_its_power(rows, listed):
    assert {path: one.permission for path, one in listed.items()} == {
        f"/{route}": power for route, power in MATRIX.items()
    }
    assert len(listed) == len(rows)
    assert all(one.methods for one in listed.values())


@pytest.mark.django_db
@pytest.mark.parametrize("route", MATRIX)
def test_an_address_takes_the_methods_the_list_names(client, listed, plain_refusals, route):
    path = "/" + re.sub(r"<int:\w+>", "1", re.sub(r"<(str|path):\w+>", "x", route))
    methods = listed[f"/{route}"].methods
    for method in ("GET", "POST", "PUT", "DELETE"):
        answer = client.generic(method, path)
        assert (answer.status_code == 405) == (method not in methods), method


def test_the_list_names_the_act_and_its_second_hand_where_the_code_says_so(listed):
    assert listed["/feedback/<int:pk>/send"].acts == [
        "followup.order_rectification",
        "followup.send_feedback",
    ]
    for path, act, second in (
        ("/subjects", None, False),
        ("/rounds/new", "budget.open_round", None),
        ("/targets/review", "targets.check_target", True),
        ("/report/<int:year>/sign", "reports.sign_report", True),
        ("/report/<int:year>/seen", "reports.save_draft", None),
    ):
        one = listed[path]
        assert (one.act, one.second_hand) == (act, second), path
    review = listed["/reviews/<int:pk>/<str:act>/do"]
    assert review.act is None
    assert {"reviews.check_review", "reviews.confirm_review"} <= set(review.second_hand_acts)
    assert "reviews.submit_review" in set(review.acts) - set(review.second_hand_acts)
    for one in listed.values():
        assert set(one.second_hand_acts) <= set(one.acts)
        assert not one.acts or "POST" in one.methods


@pytest.mark.django_db
def test_the_command_says_the_same_as_json(capsys, listed):
    assert main(["addresses", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == [one._asdict() for one in listed.values()]
    assert list(told[0])[:5] == ["path", "methods", "permission", "act", "second_hand"]
