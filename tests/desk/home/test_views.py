"""我的视图: every list's conditions, columns and order under a name of one's own."""

import json

import pytest

from wenxiao.orgs.services.saved_views import look_of

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def text_of(response):
    assert response.status_code == 200
    return response.content.decode()


def keep(client, page, name="逾期的", query="state=late&at=abc&choose=1", **look):
    values = {"page": page, "name": name, "query": query, "look": json.dumps(look)}
    return client.post("/views", values)


@pytest.mark.parametrize("page", ["selfeval", "rectifications", "evaluations", "monitoring"])
def test_any_list_is_kept_with_its_conditions_columns_and_order(inside, small, page):
    client = inside(small.officer)
    kept = keep(client, f"/{page}", hidden=["单位"], sort=["问题", True], evil="<b>")
    assert kept.status_code == 302
    assert kept.url == f"/{page}?state=late"
    part = text_of(client.get("/views", {"at": f"/{page}"}))
    assert f'href="/{page}?state=late"' in part
    assert "逾期的" in part
    assert "evil" not in part
    assert "单位" in part
    assert "逾期的" in text_of(client.get("/views"))
    assert "逾期的" not in text_of(inside(small.clerk).get("/views", {"at": f"/{page}"}))


def test_a_view_is_dropped_by_its_owner_alone(inside, small):
    client = inside(small.officer)
    keep(client, "/selfeval")
    from wenxiao.orgs.models import SavedView

    row = SavedView.objects.get()
    inside(small.clerk).post("/views", {"forget": row.pk})
    assert SavedView.objects.exists()
    client = inside(small.officer)
    client.post("/views", {"forget": row.pk})
    assert not SavedView.objects.exists()
    assert "还没有存过视图" in text_of(client.get("/views"))


def test_a_view_leads_to_no_strange_place_and_needs_a_name(inside, small):
    client = inside(small.officer)
    assert keep(client, "//example.org/x").status_code == 404
    assert keep(client, "nowhere/at/all").status_code == 404
    assert client.get("/views", {"at": ""}).status_code == 404
    from wenxiao.orgs.models import SavedView

    keep(client, "/selfeval", name="  ")
    assert not SavedView.objects.exists()
    assert "请给视图起个名字" in text_of(client.get("/selfeval"))


def test_a_look_is_taken_in_its_known_parts_alone():
    assert look_of("no json") == ""
    assert look_of("[1]") == ""
    assert look_of(json.dumps({"hidden": "单位", "script": 1})) == ""
    assert json.loads(look_of(json.dumps({"hidden": ["单位"], "x": 1}))) == {"hidden": ["单位"]}
    assert look_of(json.dumps({"hidden": ["长" * 2000]})) == ""


@pytest.mark.parametrize(
    ("page", "query"),
    [("findings", "state=candidate&rule=JK-01"), ("library", "state=published&level=产出指标")],
)
def test_a_list_without_a_table_s_head_keeps_its_conditions_too(inside, small, page, query):
    """Candidates stand beside one open case, a short list has no head: the box stands above."""
    from wenxiao.targets.services import LibraryEntry, import_library

    entry = LibraryEntry("产出指标", "数量指标", "合成指标")
    import_library(division=small.division, entries=[(2, entry)], source="合成", by=None)
    client = inside(small.officer)
    assert "存为我的视图" not in text_of(client.get(f"/{page}"))
    shown = text_of(client.get(f"/{page}?{query}&case=3"))
    form = shown.partition("存为我的视图")[2]
    asked = form.partition('name="query" value="')[2].partition('"')[0].replace("&amp;", "&")
    kept = client.post("/views", {"page": page, "name": "只看这些", "query": asked})
    assert kept.url.startswith(f"/{page}?state=")
    assert "case=" not in kept.url
    again = text_of(client.get(kept.url))
    assert "只看这些" in again
    assert "存为我的视图" in again
