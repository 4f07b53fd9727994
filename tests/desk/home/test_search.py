"""查找: groups, pinyin, codes by any part, slips; the list while typing; the
last five; never beyond what one may see.
"""

import json
import re

import pytest

from wenxiao.records.models import Todo
from wenxiao.records.trail import record

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def listed(client, typed):
    response = client.get("/search/list", {"q": typed})
    assert response.status_code == 200
    text = response.content.decode()
    return re.findall(r'role="group" aria-label="([^"]+)"', text), text


def test_the_list_has_the_groups_of_the_palette(inside, small):
    client = inside(small.officer)
    groups, text = listed(client, "农村公路")
    assert "对象" in groups
    assert "农村公路日常养护" in text
    assert listed(client, "整改")[0][:1] == ["去哪里"]
    assert "办什么" in listed(client, "下达")[0]
    assert "文件与条款" in listed(client, "财预〔2020〕10号")[0]


@pytest.mark.parametrize("typed", ["ncgl", "nongcungonglu", "农存公路", "农村，公路", "农村 养护"])
def test_names_are_found_by_sound_by_slip_and_by_parts(inside, small, typed):
    groups, text = listed(inside(small.officer), typed)
    assert "对象" in groups, typed
    assert "农村公路日常养护" in text


def test_a_code_is_found_by_any_of_its_parts(inside, small):
    subject = small.dossiers[0].subject
    subject.code = "360191210000000012345"
    subject.save()
    client = inside(small.officer)
    for typed in ("360191210000000012345", "12345", "360191 2345"):
        assert subject.name in listed(client, typed)[1], typed


def test_pages_are_found_by_their_near_words_and_only_open_ones(inside, small):
    client = inside(small.officer)
    assert 'href="/imports"' in listed(client, "shangchuan")[1]
    assert 'href="/rounds/new"' in listed(client, "xiada")[1]
    assert 'href="/trail"' not in listed(client, "留痕")[1]
    assert 'href="/rounds/new"' not in listed(inside(small.clerk), "xiada")[1]


def test_nobody_finds_what_they_may_not_see(inside, small):
    own = listed(inside(small.clerk), "ncgl")[1]
    assert any(not one.unit.path.startswith(small.clerk.unit.path) for one in small.dossiers)
    for dossier in small.dossiers:
        if not dossier.unit.path.startswith(small.clerk.unit.path):
            assert f'href="/dossiers/{dossier.pk}"' not in own


def test_the_last_five_opened_are_listed_before_anything_is_typed(inside, small):
    client = inside(small.officer)
    assert "打项目、单位" in listed(client, "")[1]
    for number in range(7):
        client.post("/search/opened", {"href": f"/subjects?unit={number}", "word": f"单位{number}"})
    client.post("/search/opened", {"href": "//elsewhere.example/", "word": "别处"})
    client.post("/search/opened", {"href": "/nowhere-at-all", "word": "没有"})
    text = listed(client, "")[1]
    assert re.findall(r'data-hit="([^"]+)"', text) == [f"单位{n}" for n in (6, 5, 4, 3, 2)]


def test_long_boxes_ask_how_their_names_are_typed(inside, small):
    client = inside(small.officer)
    answer = client.post("/search/letters", {"names": json.dumps(["示例单位甲", "A局"])})
    assert answer.json() == {"letters": ["sldwj shilidanweijia", "aj aju"]}
    assert client.post("/search/letters", {"names": "{broken"}).json() == {"letters": []}
    assert client.post("/search/letters", {"names": '{"a": 1}'}).json() == {"letters": []}


def test_the_page_without_script_finds_the_same(inside, small):
    text = inside(small.officer).get("/search", {"q": "ncgl"}).content.decode()
    assert "农村公路日常养护" in text
    assert "没有找到" in inside(small.officer).get("/search", {"q": "不会有的词"}).content.decode()
    assert 'id="palette"' in text


def test_who_sees_no_objects_is_told_so(inside, small):
    from wenxiao.orgs.models import User

    nobody = User.objects.create_user(
        "nobody", "Demo-pass-2021", name="无授权", division=small.division
    )
    client = inside(nobody)
    assert "对象" not in listed(client, "农村公路")[0]
    assert "您的授权不含对象资料" in client.get("/search", {"q": "农村公路"}).content.decode()


def test_what_waits_is_counted_anew_once_somebody_acts(
    inside, small, django_assert_max_num_queries
):
    client, division = inside(small.officer), small.division
    record(division=division, by=small.officer, act="修改密码")
    listed(client, "yan")
    with django_assert_max_num_queries(20):
        listed(client, "yang")
    todo = {"target_type": "followup.Rectification", "target_id": 1, "user": small.officer}
    Todo.objects.create(division=division, kind="整改", title="渠道清淤的整改", **todo)
    assert "渠道清淤的整改" not in listed(client, "qudao")[1]
    record(division=division, by=small.officer, act="下达整改")
    assert "渠道清淤的整改" in listed(client, "qudao")[1]
