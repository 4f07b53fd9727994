"""What machines read row by row: by grant, a page at a time, by filter, and
only what may have changed.
"""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.desk.conftest import plant

from wenxiao.api import views
from wenxiao.api.description import DESCRIPTION
from wenxiao.api.resources import RESOURCES
from wenxiao.evidence.models import Actual
from wenxiao.followup.models import Disclosure, Finding, Rectification, Use
from wenxiao.orgs.models import Grant, Role, User
from wenxiao.orgs.services.tokens import make_token
from wenxiao.records.models import Document, ImportBatch
from wenxiao.records.services import record

pytestmark = [pytest.mark.db, pytest.mark.django_db]
NAMES = [one.name for one in RESOURCES]


@pytest.fixture
def year(db):
    """A small year in which every resource has rows; an officer's and a clerk's token."""
    made = plant()
    finding = Finding.objects.filter(state="confirmed").order_by("pk").first()
    Rectification.objects.create(
        finding=finding, unit=made.units[0], deadline=timezone.now().date(), synthetic=True
    )
    Use.objects.create(dossier=made.dossiers[0], review=made.evaluation, kind="reduce")
    Use.objects.create(
        dossier=made.dossiers[0], review=made.evaluation, kind="keep", state="accepted"
    )
    Disclosure.objects.create(review=made.evaluation, sentence="示例")
    Document.objects.create(
        division=made.division, kind="measure", title="示例办法", number="示〔2021〕1号"
    )
    Grant.objects.filter(user=made.officer).update(role=Role.PERFORMANCE)
    for name in ("officer", "clerk"):
        user = getattr(made, name)
        setattr(made, f"{name}_token", make_token(user=user, name="试验", days=30, by=None)[1])
    return made


@pytest.fixture
def ask(client):
    def get(path, token, **query):
        return client.get(f"/api/v1/{path}", query, headers={"Authorization": f"Bearer {token}"})

    return get


def walk(ask, name, token, **query):
    """All rows, page by page."""
    rows, after = [], None
    while True:
        answer = ask(name, token, **query, **({"after": after} if after else {})).json()
        rows += answer[name]
        after = answer["next"]
        if after is None:
            return rows


@pytest.mark.parametrize("name", NAMES)
def test_every_row_has_the_columns_described(year, ask, name):
    rows = walk(ask, name, year.officer_token)
    assert rows
    body = DESCRIPTION["paths"][f"/api/v1/{name}"]["get"]["responses"]["200"]["content"]
    described = body["application/json"]["schema"]["properties"][name]["items"]["properties"]
    kinds = {"integer": int, "string": str, "boolean": bool, "array": list, "null": type(None)}
    for row in rows:
        assert list(row) == list(described)
        for column, value in row.items():
            types = described[column]["type"]
            allowed = [kinds[one] for one in ([types] if isinstance(types, str) else types)]
            assert type(value) in allowed, (name, column, value)


@pytest.mark.parametrize("name", NAMES)
def test_pages_hold_every_row_once(year, ask, name, monkeypatch):
    whole = [row["id"] for row in walk(ask, name, year.officer_token)]
    monkeypatch.setattr(views, "SIZE", 2)
    assert [row["id"] for row in walk(ask, name, year.officer_token)] == whole == sorted(set(whole))


def test_a_machine_sees_its_users_units_alone(year, ask):
    mine = {row["id"] for row in walk(ask, "dossiers", year.clerk_token)}
    assert 0 < len(mine) < len(year.dossiers)
    for name in ("targets", "actuals", "reviews", "findings", "rectifications", "uses"):
        assert {row["dossier"] for row in walk(ask, name, year.clerk_token)} <= mine
    refused = ask("disclosures", year.clerk_token)
    assert (refused.status_code, "办理公开" in refused.json()["error"]) == (403, True)


def test_proposed_uses_are_seen_by_who_decides_them(year, ask):
    states = {row["state"] for row in walk(ask, "uses", year.officer_token)}
    assert states == {"proposed", "accepted"}
    assert {row["state"] for row in walk(ask, "uses", year.clerk_token)} == {"accepted"}


def test_filters_narrow_and_wrong_ones_are_told(year, ask):
    rows = walk(ask, "reviews", year.officer_token, kind="selfeval", year=2020)
    assert {row["kind"] for row in rows} == {"selfeval"}
    assert walk(ask, "reviews", year.officer_token, unit="没有") == []
    for query, word in (
        ({"year": "二〇二一"}, "整数"),
        ({"colour": "red"}, "不认识参数 colour"),
        ({"changed_since": "昨天"}, "changed_since 应为时间"),
    ):
        answer = ask("reviews", year.officer_token, **query)
        assert (answer.status_code, word in answer.json()["error"]) == (400, True)


def test_only_what_may_have_changed(year, ask):
    since = timezone.now().isoformat()
    for name in NAMES:
        assert walk(ask, name, year.officer_token, changed_since=since) == []
    actual = Actual.objects.order_by("pk").first()
    record(division=year.division, by=year.officer, act="填报完成值", target=actual)
    first = year.dossiers[0].pk
    for name in ("dossiers", "reviews", "actuals", "targets"):
        rows = walk(ask, name, year.officer_token, changed_since=since)
        assert {row.get("dossier", row["id"]) for row in rows} == {first}, name
    subjects = walk(ask, "subjects", year.officer_token, changed_since=since)
    assert [row["id"] for row in subjects] == [year.dossiers[0].subject_id]
    assert walk(ask, "documents", year.officer_token, changed_since=since) == []


def test_a_round_and_an_import_lead_to_their_objects(year, ask):
    since = timezone.now().isoformat()
    record(division=year.division, by=year.officer, act="按现行规则重新计分", target=year.selfeval)
    rows = walk(ask, "reviews", year.officer_token, changed_since=since)
    assert {row["dossier"] for row in rows} == {year.self_review.dossier_id}
    other = year.dossiers[1]
    batch = ImportBatch.objects.create(
        division=year.division,
        kind="ledger",
        state="applied",
        written=[{"act": "changed", "model": "budget.Dossier", "pk": other.pk, "before": {}}],
    )
    record(division=year.division, by=year.officer, act="导入", target=batch)
    rows = walk(ask, "dossiers", year.officer_token, changed_since=since)
    assert {row["id"] for row in rows} == {year.self_review.dossier_id, other.pk}


def test_what_cannot_be_followed_gives_everything(year, ask):
    since = timezone.now().isoformat()
    record(division=year.division, by=year.officer, act="单位更名", target=year.units[0])
    rows = walk(ask, "dossiers", year.officer_token, changed_since=since)
    assert len(rows) == len(year.dossiers)


def test_as_of_leaves_nothing_out(year, ask):
    answer = ask("reviews", year.officer_token).json()
    assert timezone.datetime.fromisoformat(answer["as_of"]) < timezone.now() - timedelta(minutes=4)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_costs_the_same_queries_whatever_its_rows(year, ask, name, monkeypatch):
    def queries(size):
        monkeypatch.setattr(views, "SIZE", size)
        with CaptureQueriesContext(connection) as captured:
            assert ask(name, year.officer_token).status_code == 200
        return len(captured.captured_queries)

    queries(1)  # a token's first use is noted
    assert queries(1) == queries(100)


def test_a_machine_without_a_division_has_no_documents(year, ask):
    User.objects.filter(pk=year.clerk.pk).update(division=None)
    assert ask("documents", year.clerk_token).status_code == 403
