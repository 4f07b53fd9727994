"""No address breaks, whatever is typed into it: a page, a refusal or "not
found", never an error of the system.
"""

from __future__ import annotations

import os
import random
import re
from urllib.parse import quote

import pytest
from django.http import QueryDict
from django.test import RequestFactory
from gunicorn.config import Config
from pages.planting import plant_home
from pages.test_addresses import MATRIX
from plants import once
from reach import SOAK

from wenxiao.pages.request_values import LARGEST, names_nothing, whole, without_nul

pytestmark = [pytest.mark.db, pytest.mark.django_db]

TYPED = (
    "",
    "0",
    "-1",
    "1",
    "2021",
    str(LARGEST),
    str(LARGEST + 1),
    "9" * 20,
    "9" * 5000,
    "1e400",
    "NaN",
    "Infinity",
    "\0",
    "a\0b",
    "😀",
    "\u202eabc",
    "٣",
    "²",
    "½",
    "0000-00-00",
    "9999-12-31",
    "0001-01-01",
    "2021-02-30",
    "文" * 30_000,
    "'",
    '"<script>',
    "../../etc/passwd",
    "{{7*7}}",
    "=1+1",
    "[]",
    "1:2",
    "x:1:2",
    "999999",
    "1_000",
    " 1",
    "+1",
    "0.005",
)
NAMES = (
    "q",
    "at",
    "state",
    "kind",
    "by",
    "year",
    "standing",
    "round",
    "from",
    "figure",
    "work",
    "tag",
    "sort",
    "write",
    "why",
    "version",
    "unit",
    "tree",
    "step",
    "start",
    "signed",
    "row",
    "review",
    "proofs",
    "page",
    "on",
    "light",
    "level",
    "item",
    "goal",
    "fy",
    "dossier",
    "choices",
    "all",
    "after",
    "problem",
    "shown",
    "seen",
    "tick",
    "finding",
    "text",
    "name",
    "points",
    "money",
    "value",
    "date",
    "deadline",
    "amount",
    "least",
    "issue",
    "basis",
    "document",
    "agency",
    "expert",
    "role",
    "since",
    "until",
    "duty",
    "username",
    "password",
    "next",
    "theme",
    "forget",
    "query",
    "what",
    "number",
    "order",
    "reason",
    "note",
)
IDS = ("0", "1", "2", "3", str(LARGEST), str(LARGEST + 1), "9" * 20, "9" * 200)
WORDS = (
    "x",
    "grades",
    "%00",
    "%F0%9F%98%80",
    "monitoring",
    "a" * 300,
    "pass",
    "judge",
    "word.docx",
    "internal.docx",
)
LINE = Config().limit_request_line
EXAMPLES = int(os.environ.get("WENXIAO_EXAMPLES", "100"))
ROUTES = [route for route in MATRIX if route not in {"logout", "login"}]
home = once(plant_home)
ROLES = ("performance", "leader", "clerk", "head", "security", "system", "secretariat", "audit")


def path_of(route, chance):
    path = re.sub(
        r"<int:year>",
        lambda _: chance.choice(("2021", "0", "1", "9999", "10000", "9" * 20)),
        "/" + route,
    )
    path = re.sub(r"<int:\w+>", lambda _: chance.choice(IDS), path)
    return re.sub(r"<(?:str|path):\w+>", lambda _: chance.choice(WORDS), path)


def dealt(role):
    """The addresses a role types into: together the roles type into every one, soaking takes many
    more.
    """
    mixed = random.Random("addresses").sample(ROUTES, len(ROUTES))
    more = random.Random(role).choices(ROUTES, k=EXAMPLES - 100)
    return mixed[ROLES.index(role) :: len(ROLES)] + more


def within_a_line(sent):
    """What an address can hold: the server lets no line of a request in that is longer. In make
    soak all of it.
    """
    if SOAK:
        return sent
    return {
        name: [one[: LINE // len(quote(one[:1] or "x"))] for one in sent[name]] for name in sent
    }


@pytest.mark.soak
@pytest.mark.parametrize("role", ROLES)
def test_nothing_typed_breaks_a_page(client, home, role):
    client.force_login(home.people[role])
    client.raise_request_exception = False
    chance, broken = random.Random(role), []
    for route in dealt(role):
        sent = {
            name: [chance.choice(TYPED)] * chance.choice((1, 1, 2))
            for name in chance.sample(NAMES, 25)
        }
        path = path_of(route, chance)
        broken += [
            (path[:60], ask.__name__)
            for ask, typed in ((client.get, within_a_line(sent)), (client.post, sent))
            if ask(path, typed).status_code >= 500
        ]
    assert not broken


@pytest.mark.parametrize(
    "where", ["2", "{{7*7}}", "//evil.example/", "https://evil.example/", "/\\evil", "javascript:x"]
)
def test_after_the_login_and_the_theme_one_stays_here(client, home, where):
    home.officer.set_password("Demo-pass-2021")
    home.officer.save()
    for address, sent in (
        ("/theme", {"theme": "dark", "next": where}),
        ("/login", {"username": "performance", "password": "Demo-pass-2021", "next": where}),
    ):
        response = client.post(address, sent)
        assert response.status_code == 302
        assert "evil" not in response["Location"]
        assert "javascript" not in response["Location"]


def test_whole_numbers_are_what_a_column_holds():
    assert [whole(text) for text in ("12", "٣", "", None, "²", "-1", "1.0", "9" * 19)] == [
        12,
        3,
        *[None] * 6,
    ]
    assert names_nothing({"pk": LARGEST + 1})
    assert names_nothing({"name": "a\0"})
    assert [names_nothing({"year": year}) for year in (0, 1899, 1900, 2021, 9999)] == [
        True,
        True,
        False,
        False,
        True,
    ]
    assert not names_nothing({"pk": LARGEST, "name": "a"})


def test_nul_is_taken_out_of_names_and_texts():
    request = RequestFactory().post("/?q=a%00b", {"no\0te": ["x\0", "y"]})
    without_nul(request)
    assert request.GET.getlist("q") == ["ab"]
    assert request.POST.getlist("note") == ["x", "y"]
    untouched = RequestFactory().get("/?q=ab")
    kept = untouched.GET
    without_nul(untouched)
    assert untouched.GET is kept
    assert isinstance(kept, QueryDict)


def test_every_answer_carries_the_policy(client):
    client.raise_request_exception = False
    for path in (
        "/",
        "/login",
        "/absent",
        "/dossiers/" + "9" * 20,
        "/api/v1/dossiers",
        "/open",
        "/open/data.csv",
    ):
        response = client.get(path)
        assert "default-src 'none'" in response.headers["Content-Security-Policy"], path
        assert response.headers["X-Content-Type-Options"] == "nosniff", path
        assert response.headers["X-Frame-Options"] == "DENY", path
