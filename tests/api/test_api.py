"""Machines at their door: tokens, grants, the same checks as files, Chinese sentences, a
description that is true.
"""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import get_resolver
from django.utils import timezone
from tests.portal.conftest import House

from wenxiao.api import reading
from wenxiao.api.description import DESCRIPTION
from wenxiao.api.gate import machine
from wenxiao.budget import services as budget
from wenxiao.budget.models import Source, Spending
from wenxiao.orgs import services as orgs
from wenxiao.orgs.models import ApiToken, User
from wenxiao.orgs.permissions import Refused
from wenxiao.orgs.services.tokens import make_token, revoke_token, tokens, user_of_token
from wenxiao.records.models import Entry, ImportBatch
from wenxiao.store.moves import NotAllowed

pytestmark = [pytest.mark.db, pytest.mark.django_db]
COLUMNS = ["项目代码", "项目名称", "支付日期", "凭证号", "支付金额"]
CODE = "360191000000000000001"
LINE = [CODE, "校园安保", "2021-03-05", "V1", "1000.50"]


@pytest.fixture
def house(db):
    made = House()
    made.division = orgs.create_division(
        code="360191", name="高新区", bureau="高新区财政局", by=None
    )
    made.unit = orgs.add_unit(
        division=made.division, code="101", name="教体局", kind="department", by=None
    )
    made.other = orgs.add_unit(
        division=made.division, code="102", name="卫健委", kind="department", by=None
    )
    for name, role, unit in (
        ("treasury", "treasury", None),
        ("clerk", "clerk", made.unit),
        ("security", "security", None),
    ):
        user = User.objects.create_user(name, division=made.division, name=name)
        orgs.grant(user=user, role=role, division=made.division, unit=unit, by=None, why="试验")
        setattr(made, name, user)
        setattr(made, f"{name}_token", make_token(user=user, name="试验", days=30, by=None)[1])
    made.dossiers = []
    for unit, code, name in (
        (made.unit, CODE, "校园安保"),
        (made.other, "360191000000000000002", "疫苗采购"),
    ):
        subject = budget.ensure_subject(
            division=made.division, unit=unit, code=code, name=name, by=None
        )
        made.dossiers.append(budget.open_dossier(subject=subject, fiscal_year=2021, by=None))
    return made


@pytest.fixture
def ask(client):
    def get(path, token, **query):
        return client.get(f"/api/v1/{path}", query, headers={"Authorization": f"Bearer {token}"})

    return get


@pytest.fixture
def push(client, house):
    def post(body, token=None):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return client.post(
            "/api/v1/ledgers",
            content,
            content_type="application/json",
            headers={"Authorization": f"Bearer {token or house.treasury_token}"},
        )

    return post


def test_only_a_token_in_force_gets_in(house, ask, client):
    assert client.get("/api/v1/dossiers").status_code == 401
    client.force_login(house.treasury)
    assert client.get("/api/v1/dossiers").status_code == 401
    assert ask("dossiers", "wx_wrong").status_code == 401
    assert ask("dossiers", house.treasury_token).status_code == 200
    number = tokens()[-1]["number"]
    ApiToken.objects.filter(pk=number).update(until=timezone.localdate() - timedelta(days=1))
    assert ask("dossiers", house.treasury_token).status_code == 401
    ApiToken.objects.filter(pk=number).update(until=timezone.localdate())
    revoke_token(number=number, by=None, why="换发")
    refused = ask("dossiers", house.treasury_token)
    assert (refused.status_code, refused["WWW-Authenticate"]) == (401, "Bearer")
    with pytest.raises(NotAllowed):
        revoke_token(number=number, by=None, why="再停")


def test_tokens_are_kept_as_digests_and_made_by_who_manages_users(house):
    assert not ApiToken.objects.filter(digest__contains=house.clerk_token[3:20]).exists()
    with pytest.raises(Refused):
        make_token(user=house.clerk, name="自取", days=30, by=house.clerk)
    with pytest.raises(NotAllowed, match="天数"):
        make_token(user=house.clerk, name="太久", days=9_999, by=None)
    with pytest.raises(NotAllowed, match="区划"):
        make_token(user=User.objects.create_user("nobody", name="无"), name="无", days=3, by=None)
    User.objects.filter(pk=house.clerk.pk).update(is_active=False)
    assert user_of_token(house.clerk_token) is None
    assert Entry.objects.filter(act="生成接口令牌").count() == 3


def test_a_machine_sees_what_its_user_sees(house, ask):
    own, foreign = house.dossiers
    told = ask("dossiers", house.clerk_token, year="2021").json()
    assert [row["name"] for row in told["dossiers"]] == ["校园安保"]
    assert told["next"] is None
    assert len(ask("dossiers", house.treasury_token).json()["dossiers"]) == 2
    assert (
        ask("dossiers", house.treasury_token, unit="102").json()["dossiers"][0]["unit"] == "卫健委"
    )
    for part in ("money", "reviews"):
        answer = ask(f"dossiers/{own.pk}/{part}", house.clerk_token)
        one = DESCRIPTION["paths"][f"/api/v1/dossiers/{{pk}}/{part}"]["get"]["responses"]["200"]
        named = one["content"]["application/json"]["schema"]["properties"]
        assert (answer.status_code, list(answer.json())) == (200, list(named))
        hidden = ask(f"dossiers/{foreign.pk}/{part}", house.clerk_token)
        assert (hidden.status_code, "授权范围" in hidden.json()["error"]) == (404, True)
    assert ask("dossiers", house.security_token).status_code == 403
    assert ask("dossiers", house.clerk_token, year="二零").status_code == 400


def test_unknown_money_is_null_and_known_money_exact(house, ask):
    own = house.dossiers[0]
    assert ask(f"dossiers/{own.pk}/money", house.clerk_token).json()["spent"] is None
    Spending.objects.create(dossier=own, month=3, amount="1000.50")
    assert ask(f"dossiers/{own.pk}/money", house.clerk_token).json()["spent"] == "1000.50"


def test_lines_are_pushed_once(house, push):
    body = {"columns": COLUMNS, "rows": [LINE], "unit": "元", "source": "一体化"}
    dry = push({**body, "dry_run": True}).json()
    assert (dry["accepted"], dry["stored"]) == (1, False)
    done = push(body)
    assert (done.status_code, done.json()["total_yuan"]) == (200, "1000.50")
    again = push(body).json()
    assert (again["stored"], again["problems"][-1]["code"]) == (False, "DR-70")
    assert Spending.objects.get().amount.as_tuple() == (0, (1, 0, 0, 0, 5, 0), -2)
    assert ImportBatch.objects.get().by == house.treasury
    assert Source.objects.get().name == "一体化"


def test_what_blocks_is_told_and_stores_nothing(house, push):
    body = {
        "columns": COLUMNS,
        "rows": [LINE, ["9", "无此项目", "2021-03-05", "V2", "1"]],
        "unit": "元",
    }
    refused = push(body)
    assert (refused.status_code, refused.json()["problems"][0]["line"]) == (422, 2)
    assert not Spending.objects.exists()
    rest = push({**body, "leave_out": True})
    assert (rest.status_code, rest.json()["left_out"], Spending.objects.count()) == (200, 1, 1)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", "JSON"),
        (b"[1]", "对象"),
        ({"columns": [], "rows": []}, "columns"),
        ({"columns": COLUMNS, "rows": []}, "rows"),
        ({"columns": COLUMNS, "rows": [LINE[:2]]}, "第 1 行"),
        ({"columns": COLUMNS, "rows": [[*LINE[:4], 1000.5]]}, "文本"),
        ({"columns": COLUMNS, "rows": [LINE], "kind": "selfeval"}, "spending"),
        ({"columns": COLUMNS, "rows": [LINE], "year": True}, "年度"),
        ({"columns": COLUMNS, "rows": [LINE], "extra": 1}, "不认识"),
    ],
)
def test_a_malformed_push_is_answered_in_a_sentence(push, body, said):
    refused = push(body)
    assert refused.status_code == 400
    assert said in refused.json()["error"]


def test_unknown_units_and_projects_are_answered_by_machines(house, push):
    row = ["", "校园安保工作", "2021-03-05", "V2", "1.00"]
    body = {"columns": [*COLUMNS, "单位名称"], "rows": [[*row, "教育局"]], "unit": "元"}
    asked = push(body).json()
    assert [one["choice"] for one in asked["unmatched"]] == ["unit:教育局", "校园安保工作"]
    code = house.dossiers[0].subject.code
    wrong = push({**body, "matches": {"校园安保工作": "没有的代码"}})
    assert (wrong.status_code, "不存在" in wrong.json()["error"]) == (409, True)
    assert push({**body, "matches": {"校园安保工作": 1}}).status_code == 400
    done = push({**body, "matches": {"校园安保工作": code}, "accounting": True}).json()
    assert (done["stored"], Spending.objects.get().source) == (True, "accounting")
    assert ImportBatch.objects.get().choices["matches"] == {
        "校园安保工作": str(house.dossiers[0].subject_id)
    }


def test_too_much_at_once_and_no_power(push, house, settings):
    assert (
        "导入"
        in push({"columns": COLUMNS, "rows": [LINE]}, token=house.clerk_token).json()["error"]
    )
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    assert push({"columns": COLUMNS, "rows": [LINE] * 9}).status_code == 413


def test_forms_come_as_files(house, client):
    headers = {"Authorization": f"Bearer {house.treasury_token}"}
    assert client.get("/api/v1/forms", headers=headers).status_code == 405
    assert client.post("/api/v1/forms", headers=headers).status_code == 400
    lines = SimpleUploadedFile("支付.csv", b"x")
    assert (
        "ledgers" in client.post("/api/v1/forms", {"file": lines}, headers=headers).json()["error"]
    )
    text = SimpleUploadedFile("说明.txt", b"x")
    refused = client.post("/api/v1/forms", {"file": text}, headers=headers)
    assert (refused.status_code, refused.json()["problems"][0]["code"]) == (422, "DR-19")
    broken = SimpleUploadedFile("自评表.xlsx", b"not a workbook")
    refused = client.post("/api/v1/forms", {"file": broken, "dry_run": "1"}, headers=headers)
    assert (refused.status_code, refused.json()["accepted"]) == (422, 0)
    assert refused.json()["problems"][0]["level"] == "阻断"


def test_the_description_is_true(client):
    told = client.get("/api/v1/openapi.json").json()
    routes = {
        f"/{pattern.pattern}".replace("<int:pk>", "{pk}"): pattern.callback
        for found in get_resolver().url_patterns
        if getattr(found, "app_name", "") == "api"
        for pattern in found.url_patterns
        if getattr(pattern.callback, "machine", False)
    }
    assert set(told["paths"]) == set(routes)
    for path, methods in DESCRIPTION["paths"].items():
        for method, one in methods.items():
            open_to_all = one.get("security") == []
            assert (routes[path].power == "anyone") is open_to_all
            assert ("401" in one["responses"]) is not open_to_all
            wrong = client.put(path.replace("{pk}", "1"))
            assert (wrong.status_code, method.upper() in wrong.json()["error"]) == (405, True)


def test_people_read_the_same_description(client):
    page = client.get("/api/v1/").content.decode()
    for path, methods in DESCRIPTION["paths"].items():
        assert f'id="{path}"' in page
        for one in methods.values():
            assert one["summary"] in page
            assert all(line["description"] in page for line in one.get("parameters", ()))
    for name, one in DESCRIPTION["components"]["schemas"]["SubjectFacts"]["properties"].items():
        assert f"rows[].{name}" in page
        assert one["description"] in page
    assert "有阻断的问题，没有写入" in page
    assert "<script" not in page


def test_an_example_is_of_the_shape_it_shows():
    doors = {(one.method, one.path): one for one in reading.doors()}
    sent = json.loads(doors["POST", "/api/v1/subjects/facts"].body)
    assert set(sent["rows"][0]) == {"code", *budget.SUBJECT_FACTS}
    listed = json.loads(doors["GET", "/api/v1/dossiers"].answer)
    assert set(listed) == {"dossiers", "next", "as_of"}
    assert "-F file=@" in doors["POST", "/api/v1/forms"].call


def test_an_unknown_power_is_refused_when_the_view_is_written():
    with pytest.raises(KeyError):
        machine("do_everything")
