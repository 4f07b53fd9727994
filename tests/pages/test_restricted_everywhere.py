"""A restricted object, with a row in every table, is in no public answer and in no package, while
an open one planted beside it is in those that are about it.
"""

from __future__ import annotations

import io
import zipfile
from urllib.parse import unquote

import pytest
from django.apps import apps
from django.test import Client
from pages.planting import Side, plant_home
from plants import once

from wenxiao.followup.selectors.assessing import departments
from wenxiao.orgs.models import Division, Grant, Role, User
from wenxiao.orgs.permissions import READ_RESTRICTED, holdings
from wenxiao.portal import urls as public_urls
from wenxiao.portal.static_site import pages as site_pages
from wenxiao.rulebook.packages import PACKAGES, SOURCES

pytestmark = pytest.mark.django_db
HIDDEN, SHOWN = 90_000_001, 91_000_001
WORDS = {HIDDEN: "密云深处", SHOWN: "开阔地带"}
YEARS = (2020, 2021, 2022)


def settled(side):
    """What was published: an issued result, an approved target, a decision on a signed list."""
    of = side.rows
    for label, values in {
        "reviews.Review": {"state": "issued", "target": of["targets.Target"], "complete": True},
        "targets.Target": {"state": "approved", "filing": False},
        "followup.Disclosure": {"state": "published", "what": ["result", "money", "rows"]},
        "followup.Comment": {"state": "shown"},
        "followup.UseList": {"digest": "0" * 64},  # the unit's, not the object's
    }.items():
        model = apps.get_model(label)
        names = {field.name for field in model._meta.fields}
        model.objects.filter(pk=side.key).update(
            **{name: value for name, value in values.items() if name in names}
        )


def plant():
    """A home where every package holds everything, with a hidden and an open side."""
    made = plant_home()
    made.division.rules = [
        {
            "rule": "packages",
            "from": "2019-01-01",
            "document": "示例区通知",
            "clause": "",
            "standing": "未核",
            "content": {name: [f"{one}｜{one}" for one in SOURCES] for name in PACKAGES},
        }
    ]
    made.division.save(update_fields=["rules"])
    made.sides = {
        HIDDEN: Side(
            HIDDEN, WORDS[HIDDEN], home=made, unit=made.units[0], restriction="restricted"
        ),
        SHOWN: Side(SHOWN, WORDS[SHOWN], home=made, unit=made.units[1]),
    }
    for side in made.sides.values():
        settled(side)
    return made


home = once(plant)


def unpacked(body):
    """What is inside, packed or not; names too."""
    if not body.startswith(b"PK"):
        return body.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        return "".join(one.filename + unpacked(packed.read(one)) for one in packed.infolist())


def whole(answer):
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return "".join(unquote(str(value)) for value in answer.headers.values()) + unpacked(body)


def public_answers(client):
    """Every public address, with every filter a stranger may set and every id of both sides."""
    for pattern in public_urls.urlpatterns:
        route = "/" + str(pattern.pattern)
        for key in (HIDDEN, SHOWN) if "<int:pk>" in route else (0,):
            path = route.replace("<int:pk>", str(key)).replace("<str:token>", "x" * 43)
            for query in ("", *(f"?year={year}&q={WORDS[HIDDEN][:2]}" for year in YEARS)):
                yield path, client.get(path + query)


def packages(home):
    """Every package anybody in the bureau may make, of every year and department."""
    client = Client()
    client.force_login(home.people["performance"])
    for year in YEARS:
        for name in PACKAGES:
            yield f"{name} {year}", client.get(f"/packages/{name}.zip?year={year}")
        for unit in departments(home.division):
            for occasion in ("budget", "final"):
                address = f"/packages/departments/{unit.pk}/{occasion}"
                yield f"{address} {year}", client.get(f"{address}?year={year}")
                yield f"{address}.zip {year}", client.get(f"{address}.zip?year={year}")
        yield f"site {year}", client.get(f"/disclosures/site.zip?fy={year}")


def test_no_public_answer_tells_of_it(home, client):
    seen, told = set(), []
    for path, answer in public_answers(client):
        text = whole(answer).replace(WORDS[HIDDEN][:2] + "</", "")
        told += [path] * (
            WORDS[HIDDEN][2:] in text or (str(HIDDEN) in text and "/open" not in path)
        )
        seen |= {path} if WORDS[SHOWN] in text else set()
    asked = [path for path in told if "/assist/" not in path and "/survey/" not in path]
    assert not asked
    assert {"/open", "/open/data.csv", "/open/data.json", f"/open/{SHOWN}"} <= seen


def test_no_package_holds_it(home):
    told, seen = [], set()
    for name, answer in packages(home):
        assert answer.status_code in {200, 409}, name
        text = whole(answer)
        told += [name] * (WORDS[HIDDEN] in text or str(HIDDEN) in text)
        seen |= {name.split()[0]} if WORDS[SHOWN] in text else set()
    assert not told
    assert {"congress", "upper", "site"} <= seen
    assert any(one.endswith("/budget.zip") for one in seen)


def inspected(home):
    """Whoever is asked for everything of a scope, and whether they may read what is restricted:
    each role of the house, an auditor of one unit alone, an auditor of another division.
    """
    for role, user in home.people.items():
        may = role in READ_RESTRICTED and holdings(user).can("watch_trail")
        yield role, user, may
    elsewhere = Division.objects.create(code="990009", name="另一区", demo=True)
    for name, division, unit in (
        ("unit", home.division, home.units[1]),
        ("elsewhere", elsewhere, None),
    ):
        user = User.objects.create_user(f"auditor-{name}", "x", division=division)
        Grant.objects.create(user=user, role=Role.AUDITOR, division=division, unit=unit)
        yield name, user, False


def test_no_package_of_a_scope_holds_it_for_whoever_may_not_read_it(home):
    """导出一个范围的档案：the hidden and the open one share the year; a name asked for outright
    and a dossier asked by its number help nobody either.
    """
    read, seen = set(), set()
    for name, user, may in inspected(home):
        client = Client()
        client.force_login(user)
        asked = [{"fy": year} for year in YEARS] + [{"q": WORDS[HIDDEN]}, {"q": str(HIDDEN)}]
        answers = [client.post("/trail/packages/scope.zip", one) for one in asked]
        answers.append(client.post(f"/trail/packages/{HIDDEN}.zip"))
        packed = "".join(whole(one) for one in answers if one.status_code == 200)
        assert all(one.status_code in {200, 403, 404, 409} for one in answers), name
        told = WORDS[HIDDEN] in packed
        assert not told or may, name
        read |= {name} if told else set()
        seen |= {name} if WORDS[SHOWN] in packed else set()
    assert "auditor" in read
    assert {"auditor", "unit"} <= seen


@pytest.mark.parametrize("restriction", ["internal", "restricted"])
def test_what_is_restricted_later_leaves_every_answer_at_once(home, client, restriction):
    apps.get_model("budget.Subject").objects.filter(pk=SHOWN).update(restriction=restriction)
    for path, answer in public_answers(client):
        assert WORDS[SHOWN] not in whole(answer), path
    for year in YEARS:
        for name, content in site_pages(home.division, year):
            assert WORDS[SHOWN] not in unpacked(content), name
    if restriction == "restricted":
        for name, answer in packages(home):
            assert WORDS[SHOWN] not in whole(answer), name
