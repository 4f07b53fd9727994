"""Whoever is not meant to see something finds nothing of it behind any
address, and changes nothing of it.
"""

from __future__ import annotations

import io
import re
import zipfile
from urllib.parse import unquote, urlencode

import pytest
from django.apps import apps
from django.db import connection
from pages.planting import LEFT, Side, plant_home
from pages.test_addresses import MATRIX
from plants import once
from reach import SOAK

# Who may see what is decided above the database: walked once, on the embedded one, for it is a long
# walk.
pytestmark = pytest.mark.django_db

ABROAD, NEXT_DOOR, HIDDEN = 70_000_001, 80_000_001, 90_000_001
WORDS = {ABROAD: "彼岸花田", NEXT_DOOR: "邻家瓦舍", HIDDEN: "密云深处"}
"""Searched for by the second half, found out by the first: an answer may repeat what was asked."""
ROLES_OF_UNITS = ("clerk", "head", "department", "office", "agency", "expert")
BLIND = ("budget", "treasury", "secretariat", "system", "security", "audit", *ROLES_OF_UNITS)
"""Who must not learn of 限制知悉 subjects outside their own units."""
TRIED = ("performance", "auditor", "budget", "clerk", "office", "expert", "audit")
"""One of each reach: the whole division with and without 限制知悉, units, a
finance office, listed subjects, the trail.
"""
ASKED = (
    "dossier",
    "review",
    "round",
    "unit",
    "item",
    "finding",
    "row",
    "why",
    "figure",
    "from",
    "start",
    "mark",
    "user",
    "agency",
    "expert",
    "problem",
    "subject",
    "document",
    "indicator",
    "goal",
    "version",
    "seen",
    "lines",
    "named",
    "forget",
    "what",
    "scope",
    "basis",
)
WORDED = {
    "name": "甲",
    "why": "说明",
    "note": "说明",
    "text": "正文",
    "sentence": "一句话",
    "act": "confirm",
    "step": "save",
    "verdict": "confirm",
    "kind": "cut",
    "reason": "other",
    "on": "2021-11-20",
    "due": "2021-12-20",
    "points": "5",
    "value": "5",
    "code": "Z1",
    "username": "zz",
    "role": "clerk",
    "since": "2021-01-01",
    "until": "2021-12-31",
    "measure": "措施",
    "owner": "某人",
    "reply": "整改完毕",
    "deadline": "2021-12-30",
    "opinion": "同意",
    "token": "t",
    "work_year": "2021",
    "fiscal_year": "2021",
    "year": "2021",
    "outcome": "办结",
    "leader": "某领导",
    "duty": "评分",
}
SEARCHED = {
    "search",
    "subjects",
    "subjects/list.xlsx",
    "findings",
    "rectifications",
    "evaluations",
    "watch",
    "trail",
}
FORM = "application/x-www-form-urlencoded"
QUIET = {"django_session", "orgs_logintry", "records_chainhead"}
"""Tables a visit may touch: where one is, and who failed to log in."""
ACTS = {
    "disclosures/<int:pk>/<str:act>/do": ("approve", "decline", "publish", "withdraw"),
    "people/units/<int:pk>/<str:act>": ("edit", "rename", "move", "merge", "split"),
    "people/users/<int:pk>/<str:act>": ("disable", "enable", "reset"),
    "rules/proposals/<int:pk>/<str:act>": ("publish", "drop", "retry"),
    "confirmers/<str:act>": ("name", "small"),
    "people/sheets/<str:act>": ("prepare", "release", "withdraw", "print"),
    "people/resets/<int:pk>/<str:act>": ("approve", "consent", "refuse"),
    "rounds/<int:pk>/<str:act>": ("extend", "close", "reopen", "remind"),
    "materials/<int:pk>/<str:act>/do": ("judge", "replace", "withdraw", "link", "move"),
    "rectifications/<int:pk>/<str:act>/do": (
        "plan",
        "reply",
        "verify",
        "extend",
        "escalate",
        "account",
    ),
    "opinions/<int:pk>/<str:act>": ("object", "finish", "close", "sign"),
    "evaluations/plans/<int:pk>/<str:act>": ("issue", "drop"),
    "reviews/<int:pk>/<str:act>/do": ("submit", "return", "check", "confirm", "issue", "reopen"),
    "surveys/<int:pk>/<str:act>/do": ("paper", "rows", "close", "take"),
    "assistances/<int:pk>/<str:act>/do": ("take", "decline", "withdraw"),
    "library/<int:pk>/<str:act>/do": ("confirm", "publish", "decline", "retire", "common"),
    "filling/<int:pk>/judge/<str:act>": ("pass", "return", "paper"),
}


def plant():
    """A home with everybody in it, and the sides somebody of it must not see."""
    made = plant_home()
    from wenxiao.orgs.models import Unit

    beside = Unit.objects.create(
        division=made.division, code="U8", name=WORDS[NEXT_DOOR] + "局", kind="department"
    )
    Unit.objects.filter(pk=beside.pk).update(path=f"/{beside.pk}/")
    beside.refresh_from_db()
    made.sides = {
        ABROAD: Side(ABROAD, WORDS[ABROAD]),
        NEXT_DOOR: Side(NEXT_DOOR, WORDS[NEXT_DOOR], home=made, unit=beside),
        HIDDEN: Side(
            HIDDEN, WORDS[HIDDEN], home=made, unit=made.units[0], restriction="restricted"
        ),
    }
    return made


home = once(plant)


def paths(route, key):
    """The address with the foreign id in every place an id can be, once for
    each act it may name.
    """
    path = "/" + route.replace("<int:year>", "2021").replace("<int:number>", "0").replace(
        "<path:ident>", "x"
    )
    path = path.replace("<int:fiscal>", "2021")
    path = re.sub(r"<str:(kind)>", "finance_evaluation", path)
    path = re.sub(r"<str:(name|key|version)>", "internal.docx", path)
    path = re.sub(r"<int:\w+>", str(key), path)
    return (
        [path.replace("<str:act>", act) for act in ACTS[route]] if "<str:act>" in path else [path]
    )


def told(response):
    """Everything an answer says: its headers, its text, and what is inside a packed file."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    texts = [unquote(str(value)) for value in response.headers.values()]
    texts += [part.decode("utf-8", "replace") for part in unpacked(body)]
    return "".join(texts)


def unpacked(body):
    if not body.startswith(b"PK"):
        return [body]
    found = []
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        for info in packed.infolist():
            found += [info.filename.encode(), *unpacked(packed.read(info))]
    return found


def hidden_from(role):
    """The sides a role must learn nothing of."""
    sides = [ABROAD]
    if role in ROLES_OF_UNITS:
        sides.append(NEXT_DOOR)
    if role in BLIND:
        sides.append(HIDDEN)
    return sides


def whole_walk(at, role):
    """Whether this role opens its own address too: every fourth role at each, all of them in make
    soak.
    """
    return bool(SOAK) or (at + TRIED.index(role)) % 4 == 0


def turned(sides, at):
    """One side, another at the next address and for the next role: every address is tried by every
    role and, over the roles, with every side's id; all of them by each in make soak.
    """
    return sides if SOAK else [sides[at % len(sides)]]


class Written:
    """The tables a request changed rows of."""

    def __init__(self):
        self.tables = set()

    def __call__(self, execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        verb = re.match(
            r'\s*(?:INSERT (?:OR IGNORE )?INTO|UPDATE|DELETE FROM)\s+"?(\w+)', sql, re.IGNORECASE
        )
        if verb and context["cursor"].rowcount != 0 and verb.group(1) not in QUIET:
            self.tables.add(verb.group(1))
        return result


def standing(keys):
    """Every row with a side's id, and how many rows with other ids point to it."""
    return {
        model._meta.label: list(standing_in(model, keys))
        for model in apps.get_models()
        if not model._meta.label.startswith(("contenttypes.", "auth.", "sessions."))
        and model._meta.label not in LEFT
    }


def standing_in(model, keys):
    """What one table has of the sides: their rows, and how many others name each of them."""
    fields, table = model._meta.concrete_fields, connection.ops.quote_name(model._meta.db_table)
    numbered = model._meta.pk.get_internal_type() in {"BigAutoField", "AutoField"}
    own, listed = model._meta.pk.column, ", ".join(map(str, keys))
    naming = [
        connection.ops.quote_name(field.column)
        for field in fields
        if field.is_relation
        and field.remote_field.model._meta.label.split(".")[0] != "contenttypes"
    ]
    with connection.cursor() as cursor:
        if numbered:
            cursor.execute(f'SELECT * FROM {table} WHERE "{own}" IN ({listed}) ORDER BY "{own}"')
            yield cursor.fetchall()
        for column in naming:
            others = f' AND "{own}" <> {column}' if numbered else ""
            cursor.execute(
                f"SELECT {column}, count(*) FROM {table} WHERE {column} IN ({listed}){others}"
                f" GROUP BY {column} ORDER BY {column}"
            )
            yield column, cursor.fetchall()


@pytest.mark.soak
@pytest.mark.parametrize("role", TRIED)
def test_no_address_tells_of_the_other_side(client, home, plain_refusals, role):
    client.force_login(home.people[role])
    sides, leaks = hidden_from(role), []
    for path, query, response in looked_at(client, home, sides, role):
        text = told(response)
        assert response.status_code < 500, (path, query)
        leaks += [
            f"{path} {sorted(query)[:2]}: {around(text, WORDS[one][:2])}"
            for one in sides
            if WORDS[one][:2] in text
        ]
    assert not leaks, "\n".join(leaks)


def around(text, word):
    at = text.index(word)
    return " ".join(text[max(at - 60, 0) : at + 40].split())


def looked_at(client, home, sides, role):
    """Addresses opened, with what they answered: those of the other sides, and
    one's own with the others' ids and words asked for.
    """
    for at, route in enumerate(MATRIX):
        turn = turned(sides, at + TRIED.index(role))
        first = paths(route, turn[0])[0]
        response = client.get(first)
        if response.status_code in {401, 403, 405}:
            continue
        yield first, {}, response
        asked = [(paths(route, key)[0], {}) for key in turn[1:] if "<int:" in route]
        own = home.monitoring.pk if "<int:" in route and at % 2 else home.dossiers[2].pk
        named = {name: str(sides[at % len(sides)]) for name in ASKED} | {"year": "2021"}
        address = paths(route, own)[0]
        if whole_walk(at, role):
            asked.append((address, named))
        if route in SEARCHED:
            asked += [(address, {"q": WORDS[key][2:], "year": "2021"}) for key in sides]
        for path, query in asked:
            yield path, query, client.get(path, query)


@pytest.mark.soak
@pytest.mark.parametrize("role", TRIED)
def test_no_address_changes_anything_of_the_other_side(client, home, plain_refusals, role):
    client.force_login(home.people[role])
    sides, found = hidden_from(role), []
    before = standing(sides)
    for at, route in enumerate(sorted(MATRIX.keys() - {"logout"})):
        for key in turned(sides, at + TRIED.index(role)):
            body = urlencode(
                WORDED | {name: str(key) for name in ASKED} | {"tick": f"{key}:1", "version": "1"}
            )
            unposted = False
            if "<int:" in route.replace("<int:year>", ""):
                for path in paths(route, key):
                    written = Written()
                    with connection.execute_wrapper(written):
                        response = client.post(path, body, content_type=FORM)
                    assert response.status_code < 500, path
                    unposted = response.status_code == 405
                    if written.tables or any(WORDS[one][:2] in told(response) for one in sides):
                        found.append((path, response.status_code, sorted(written.tables)))
            if unposted or not whole_walk(at, role):
                continue
            own = paths(route, home.dossiers[2].pk)[0]
            response = client.post(own, body, content_type=FORM)
            assert response.status_code < 500, own
            if any(WORDS[one][:2] in told(response) for one in sides):
                found.append((own, response.status_code, "told"))
    assert "_auth_user_id" in client.session, "logged out on the way: nothing was tried"
    assert not found
    assert standing(sides) == before
