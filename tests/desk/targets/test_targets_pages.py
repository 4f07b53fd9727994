"""Approved targets through the pages: handed over, looked at, imported,
checked, the faults sent back per unit.
"""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.target_books import ROWS, write_list

from wenxiao.intake.tasks import read
from wenxiao.records.models import Intake
from wenxiao.targets.models import Target
from wenxiao.targets.selectors import targets_visible_to

pytestmark = [pytest.mark.db, pytest.mark.django_db]
OWN = ("P001", "水旱灾害防御经费", "天长市水利局", 2022, 880)
VAGUE = [*ROWS[:3], ("效益指标", "社会效益指标", "营商环境改善", "有效提升", "", 30), ROWS[4]]


@pytest.fixture
def enter(client):
    def as_(user):
        type(user).objects.filter(pk=user.pk).update(must_change_password=False)
        client.force_login(user)
        return client

    return as_


def hand_in(client, path):
    upload = SimpleUploadedFile(path.name, path.read_bytes())
    answer = client.post(reverse("desk:imports"), {"files": [upload], "token": path.name})
    intake = Intake.objects.get(pk=int(answer["Location"].rstrip("/").split("/")[-1]))
    read.func(intake.pk)
    intake.refresh_from_db()
    return intake


def test_from_the_approved_list_to_the_faults_of_each_unit(bureau, enter, tmp_path):
    client = enter(bureau.finance)
    theirs = ("P777", "社区活动室改造", "示例单位乙", 2022, 60, VAGUE)
    intake = hand_in(client, write_list(tmp_path / "批复目标.xlsx", [OWN, theirs]))
    batch = intake.batches.get()
    assert batch.summary["standing"] == "ask"
    listed = client.get(reverse("desk:intake", args=[intake.pk])).content.decode()
    assert 'title="天长市水利局等 2 家"' in listed
    page = client.get(reverse("desk:import_file", args=[batch.pk])).content.decode()
    assert "绩效目标表" in page
    assert "社区活动室改造" in page
    assert "任务</legend>" not in page
    saved = client.post(
        reverse("desk:import_file", args=[batch.pk]),
        {
            "seen": page.split('name="seen" value="')[1].split('"')[0],
            "do-0": "import",
            "do-1": "import",
            "subject-1": "create",
            "then": "import",
        },
    )
    assert saved.status_code == 302
    assert Target.objects.filter(state="approved", origin="approval").count() == 2
    # the list of problems goes back unit by unit, though both stand on one sheet
    faults = client.get(reverse("desk:intake_faults", args=[intake.pk])).content.decode()
    assert "示例单位乙" in faults
    own = faults.split("示例单位乙")[0]
    assert "有效提升" not in own
    listed = client.get(reverse("desk:targets"), {"fy": 2022}).content.decode()
    assert "2022 预算年度有 2 份绩效目标，批复 2 份" in listed
    assert "警告 " in listed
    row = Target.objects.get(dossier__subject__name="社区活动室改造")
    shown = client.get(reverse("desk:target", args=[row.pk])).content.decode()
    assert "营商环境改善" in shown
    assert "不宜" in shown
    assert "根据：" in shown
    assert "MB-29" in shown


def test_a_unit_sees_its_own_targets_and_nobody_elses(bureau, enter, tmp_path):
    from wenxiao.intake.unattended import import_file

    path = write_list(tmp_path / "批复目标.xlsx", [OWN])
    import_file(path, division=bureau.division, by=bureau.finance)
    row = Target.objects.get()
    client = enter(bureau.clerk)
    listed = client.get(reverse("desk:targets"), {"fy": 2022}).content.decode()
    assert "水旱灾害防御经费" in listed
    assert "导入批复的目标" not in listed
    assert client.get(reverse("desk:target", args=[row.pk])).status_code == 200
    client = enter(bureau.stranger)
    assert client.get(reverse("desk:target", args=[row.pk])).status_code == 404
    assert "还没有绩效目标" in client.get(reverse("desk:targets"), {"fy": 2022}).content.decode()


def test_the_list_costs_the_same_for_one_and_for_many(
    bureau, enter, tmp_path, django_assert_max_num_queries
):
    from wenxiao.intake.unattended import import_file

    many = [(f"PX{at:03d}", f"项目{at}号", "天长市水利局", 2022, 10) for at in range(20)]
    path = write_list(tmp_path / "批复目标.xlsx", [OWN, *many])
    choices = {"*": {"subject": "create"}}
    import_file(path, division=bureau.division, by=bureau.finance, choices=choices)
    client = enter(bureau.finance)
    with django_assert_max_num_queries(25):
        assert client.get(reverse("desk:targets"), {"fy": 2022}).content.count(b"data-l") > 100


def test_a_long_list_shows_what_is_open_and_keeps_the_rest(bureau, enter, tmp_path):
    client = enter(bureau.finance)
    many = [(f"PX{at:03d}", f"项目{at}号", "天长市水利局", 2022, 10) for at in range(40)]
    intake = hand_in(client, write_list(tmp_path / "多.xlsx", [OWN, *many]))
    batch = intake.batches.get()
    page = client.get(reverse("desk:import_file", args=[batch.pk])).content.decode()
    assert "已对上的 1 张" in page
    assert page.count('aria-labelledby="t-') == 30
    seen = page.split('name="seen" value="')[1].split('"')[0]
    client.post(reverse("desk:import_file", args=[batch.pk]), {"seen": seen, "subject-1": "create"})
    batch.refresh_from_db()
    seen = (
        client.get(reverse("desk:import_file", args=[batch.pk]))
        .content.decode()
        .split('name="seen" value="')[1]
        .split('"')[0]
    )
    client.post(reverse("desk:import_file", args=[batch.pk]), {"seen": seen, "subject-2": "create"})
    batch.refresh_from_db()
    assert batch.choices["1"] == {"subject": "create"}
    assert batch.choices["2"] == {"subject": "create"}


def test_an_approved_batch_with_twenty_faults_goes_back_per_unit(bureau, enter, tmp_path):
    client = enter(bureau.finance)
    vague = ("明显提升", "有效促进", "不断增强", "效果显著", "持续向好")
    projects = []
    for at in range(10):
        unit = "天长市水利局" if at % 2 else "示例单位乙"
        rows = [
            *ROWS[:3],
            ("效益指标", "社会效益指标", f"服务水平{at}", vague[at % 5], "", 30),
            ("满意度指标", "服务对象满意度指标", f"群众意见{at}", "无投诉", "", 10),
        ]
        projects.append((f"P9{at:02}", f"错项目{at}号", unit, 2022, 60, rows))
    intake = hand_in(client, write_list(tmp_path / "批复目标.xlsx", projects))
    page = client.get(reverse("desk:intake_faults", args=[intake.pk])).content.decode()
    told = [page.count(f"服务水平{at}") and page.count(f"群众意见{at}") for at in range(10)]
    assert all(told)  # each of the twenty is named
    mine, theirs = (page.find(name) for name in ("天长市水利局", "示例单位乙"))
    own = page[mine:theirs] if mine < theirs else page[mine:]
    for at in range(10):
        assert (f"群众意见{at}" in own) is bool(at % 2), at


def test_the_list_of_targets_never_reads_the_file_they_came_from(bureau):
    """The reading of a list of 400 targets is megabytes; joined to each row it took a minute."""
    assert '"records_importbatch"' not in str(targets_visible_to(bureau.finance).query)
