"""Machines write many rows by the acts of the pages: all of them or none, each refused cell named,
by grant.
"""

import json

import pytest
from tests.bureaus import bureau  # noqa: F401 - a fixture

from wenxiao.api.description import DESCRIPTION
from wenxiao.budget import services as budget
from wenxiao.budget.models import Subject
from wenxiao.orgs.services.tokens import make_token
from wenxiao.records.models import Entry
from wenxiao.targets.models import LibraryRow
from wenxiao.targets.services import LibraryEntry, import_library

pytestmark = [pytest.mark.db, pytest.mark.django_db]
FACTS, REVISIONS = "subjects/facts", "library/revisions"


@pytest.fixture
def post(bureau, client):
    tokens = {
        name: make_token(user=getattr(bureau, name), name="试验", days=9, by=None)[1]
        for name in ("finance", "clerk")
    }

    def send(path, body, who="finance"):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = client.post(
            f"/api/v1/{path}",
            content,
            content_type="application/json",
            headers={"Authorization": f"Bearer {tokens[who]}"},
        )
        return answer.status_code, answer.json()

    return send


def test_facts_of_subjects_stay_where_none_is_given(bureau, post):
    one = bureau.dossier.subject
    Subject.objects.filter(pk=one.pk).update(manager="甲", term_years=3)
    row = {"code": one.code, "kind": "政策", "term_years": "", "expires_on": "2026/12/31"}
    status, told = post(FACTS, {"why": "批复", "rows": [row]})
    assert (status, told) == (200, {"lines": 1, "described": 1})
    facts = budget.facts_of(Subject.objects.get(pk=one.pk))
    assert list(facts.values()) == ["policy", "甲", "", "2026-12-31", ""]
    assert Entry.objects.get(act="整表登记项目情况").by == bureau.finance
    assert post(FACTS, {"why": "批复", "rows": [row]})[1]["described"] == 0


def test_one_row_at_fault_keeps_all_out_and_each_cell_is_named(bureau, post):
    code = bureau.dossier.subject.code
    rows = [{"code": code, "manager": "乙"}, {"code": "没有的"}, {"code": code}]
    status, told = post(FACTS, {"why": "批复", "rows": rows})
    assert status == 409
    assert [(one["line"], one["column"]) for one in told["faults"]] == [(2, "code"), (3, "code")]
    assert "第 3 行：第 1 行已写过" in told["error"]
    status, told = post(FACTS, {"why": "批复", "rows": [{"code": code, "expires_on": "明天"}]})
    assert (status, told["faults"][0]["column"]) == (409, "expires_on")
    assert "应为日期，如 2026-12-31" in told["error"]
    assert "请写明依据" in post(FACTS, {"why": " ", "rows": rows[:1]})[1]["error"]
    assert not Subject.objects.filter(manager="乙").exists()


def test_rows_of_the_library_become_better_versions(bureau, post):
    entry = LibraryEntry("产出指标", "数量指标", "清淤长度", proof="验收单")
    import_library(division=bureau.division, entries=[(2, entry)], source="库.xlsx", by=None)
    row = {"level2": "数量指标", "name": "清淤长度", "unit": "公里"}
    status, told = post(REVISIONS, {"why": "补单位", "rows": [row]})
    assert (status, told) == (200, {"lines": 1, "revised": 1})
    now = LibraryRow.objects.get(state="published")
    assert (now.unit, now.proof, now.number) == ("公里", "验收单", 2)
    status, told = post(REVISIONS, {"why": "补单位", "rows": [row, {**row, "name": "别的"}]})
    assert (status, told["faults"][0]["line"]) == (409, 2)
    assert "没有已发布的“别的”" in told["error"]


@pytest.mark.parametrize("path", [FACTS, REVISIONS])
def test_by_grant_alone(bureau, post, path):
    status, told = post(path, {"why": "批复", "rows": [{}]}, who="clerk")
    assert (status, "没有“" in told["error"]) == (403, True)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", "不是 JSON"),
        ([], "请求内容 应为对象"),
        ({"rows": [{"code": "5"}]}, "缺少 why"),
        ({"why": "批复", "rows": []}, "rows 至少 1 行"),
        ({"why": "批复", "rows": [{"code": 5}]}, "rows 第 1 行的 code 应为文本"),
        ({"why": "批复", "rows": [{"code": "5", "budget": "1"}]}, "rows 第 1 行里不认识 budget"),
        ({"why": "批复", "rows": [{"manager": "甲"}]}, "rows 第 1 行缺少 code"),
        ({"why": "长" * 501, "rows": []}, "why 最多 500 字"),
        ({"why": "批", "rows": "5"}, "rows 应为数组"),
    ],
)
def test_a_malformed_body_is_answered_in_a_sentence(post, body, said):
    status, told = post(FACTS, body)
    assert (status, said in told["error"]) == (400, True), told


def test_the_description_names_every_member_of_a_row():
    named = DESCRIPTION["components"]["schemas"]
    assert set(budget.SUBJECT_FACTS) < set(named["SubjectFacts"]["properties"])
    assert all(one["description"] for one in named["LibraryRevision"]["properties"].values())
    body = DESCRIPTION["paths"][f"/api/v1/{FACTS}"]["post"]["requestBody"]["content"]
    assert body["application/json"]["schema"]["$ref"].endswith("/SubjectsDescribed")
