"""The trail read, verified and taken out; one dossier's material that stands alone."""

import io
import json
import subprocess
import sys
import zipfile

import pytest

from wenxiao.desk.office.trail import told
from wenxiao.orgs.models import Grant, Role, User
from wenxiao.records.apps import GUARDS
from wenxiao.records.chain import verify_export
from wenxiao.records.models import ChainHead, Entry
from wenxiao.records.services import record, store_file
from wenxiao.store.guards import aside

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def person(small, role):
    user = User.objects.create_user(
        role, "Demo-pass-2021", name=f"示例{role}", division=small.division
    )
    Grant.objects.create(user=user, role=role, division=small.division)
    return user


@pytest.fixture
def auditor(small, inside):
    return inside(person(small, Role.AUDITOR))


def acts(small, count=3):
    for number in range(count):
        record(
            division=small.division,
            by=small.officer,
            act="单位更名",
            target=small.units[0],
            why=f"第{number}次",
            data={"before": {"name": "旧"}, "after": {"name": "新"}},
        )


def test_before_and_after_stand_side_by_side():
    assert told(
        {"before": {"contact": "甲", "phone": "1"}, "after": {"contact": "乙", "phone": "1"}}
    ) == [("联系人", "甲", "乙")]
    assert told({"before": "良", "after": None}) == [("改动", "良", "—")]
    assert told({"count": 3, "units": [1, 2]}) == [("数量", "3", None), ("单位", "1、2", None)]
    assert told([]) == []


def test_the_trail_is_narrowed_by_person_act_target_and_day(auditor, small):
    acts(small)
    assert "第2次" in auditor.get("/trail?who=示例科员&act=更名&what=示例单位甲").content.decode()
    assert "没有符合条件" in auditor.get("/trail?who=没有这个人").content.decode()
    assert "没有符合条件" in auditor.get("/trail?till=2001-01-01").content.decode()
    assert auditor.get("/trail?since=胡写").status_code == 200


def test_an_intact_chain_is_told_and_a_broken_one_named(auditor, small):
    acts(small)
    assert "前后相接" in auditor.post("/trail/verify").content.decode()
    with aside(GUARDS):
        Entry.objects.filter(why="第1次").update(why="改过")
    text = auditor.post("/trail/verify", {"since": ""}).content.decode()
    assert "内容与校验值不符" in text


def test_links_noted_down_elsewhere_tell_a_trail_computed_anew(auditor, small):
    acts(small)
    noted = Entry.objects.order_by("-pk").first().hash
    form = {"anchors": f"抄于三月：{noted.upper()}", "since": "2099-01-01"}
    assert "1 条另存的校验值都在链上" in auditor.post("/trail/verify", form).content.decode()
    with aside(GUARDS):
        last = Entry.objects.order_by("-pk").first()
        Entry.objects.filter(pk=last.pk).delete()
        ChainHead.objects.filter(day=last.day).update(number=last.number - 1, hash=last.previous)
    assert "前后相接" in auditor.post("/trail/verify").content.decode()
    assert f"{noted[:12]}… 不在链上" in auditor.post("/trail/verify", form).content.decode()


def test_an_export_from_a_day_on_says_that_it_is_no_whole_one(auditor, small):
    acts(small)
    content = b"".join(
        auditor.post("/trail/export.json", {"since": "2001-01-01"}).streaming_content
    )
    assert (json.loads(content)["whole"], verify_export(content)) == (False, [])


def test_too_much_at_once_is_sent_to_the_command(auditor, small, monkeypatch):
    from wenxiao.desk.office import trail

    monkeypatch.setattr(trail, "MOST_VERIFIED", 0)
    response = auditor.post("/trail/verify")
    assert response.status_code == 409
    assert "wenxiao trail verify" in response.content.decode()


def test_the_export_verifies_elsewhere_and_is_itself_on_record(auditor, small):
    acts(small)
    content = b"".join(auditor.post("/trail/export.json").streaming_content)
    assert verify_export(content) == []
    assert len(json.loads(content)["entries"]) == Entry.objects.count()
    assert Entry.objects.filter(act="导出留痕").exists()


def test_a_dossier_s_package_holds_everything_and_needs_nothing(auditor, small, tmp_path):
    first = small.dossiers[0]
    small.self_review.file = store_file(
        division=small.division, by=None, name="自评表.xlsx", content=b"as received"
    )
    small.self_review.save()
    response = auditor.post(f"/trail/packages/{first.pk}.zip")
    with zipfile.ZipFile(io.BytesIO(response.content)) as package:
        names = package.namelist()
        original = next(name for name in names if name.endswith("自评表.xlsx"))
        assert package.read(original) == b"as received"
        for name in (
            "说明.txt",
            "数据/档案.csv",
            "数据/评审.csv",
            "数据/评分.csv",
            "数据/绩效指标.csv",
            "规则/评价等级分值区间.txt",
        ):
            assert name in names or name == "数据/绩效指标.csv"
        rules = package.read("规则/评价等级分值区间.txt").decode()
        assert "优 | 90 | 100" in rules
        assert "4860000.00" in package.read("数据/预算安排.csv").decode("utf-8-sig")
        package.extractall(tmp_path)
    folder = tmp_path / "留痕"
    run = subprocess.run(
        [sys.executable, "核验.py", "留痕.json"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    assert "0 条不符" in run.stdout
    assert Entry.objects.filter(act="导出档案材料", target_id=first.pk).exists()


def test_a_cell_that_looks_like_a_formula_stays_text(auditor, small):
    first = small.dossiers[0]
    first.subject.name = "=1+1"
    first.subject.save()
    content = auditor.post(f"/trail/packages/{first.pk}.zip").content
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert "'=1+1" in package.read("数据/对象.csv").decode("utf-8-sig")


def test_the_audit_administrator_watches_and_sees_no_dossier(small, inside):
    client = inside(person(small, Role.AUDIT))
    assert client.get("/trail").status_code == 200
    assert "审计管理员只看留痕" in client.get("/trail/packages").content.decode()
    assert client.post(f"/trail/packages/{small.dossiers[0].pk}.zip").status_code == 404


def test_nobody_else_sees_the_trail(small, inside):
    refused = inside(small.officer).get("/trail")
    assert refused.status_code == 403
    assert "审计管理员" in refused.content.decode()


def test_the_trail_costs_the_same_for_one_and_for_fifty(auditor, small):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for more in (1, 49):
        acts(small, more)
        with CaptureQueriesContext(connection) as seen:
            auditor.get("/trail")
        counts.append(len(seen))
    assert counts[0] == counts[1]
