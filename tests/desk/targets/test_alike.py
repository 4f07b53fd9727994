"""串稿: a target copied from another unit is shown beside it, as far as the person asking may see both."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from wenxiao.budget.services import ensure_subject, open_dossier
from wenxiao.targets.services import TargetRow, approve_target

pytestmark = [pytest.mark.db, pytest.mark.django_db]
OWN = [
    "堤防险工险段巡查里程",
    "山洪灾害预警广播覆盖村数",
    "水毁灌渠修复工程完成量",
    "防汛沙石储备到位数量",
]
OTHER = ["校舍屋面防水改造面积", "课桌椅更新套数", "食堂排烟设备检修台数", "操场塑胶跑道翻修长度"]


def promises(names, number):
    return [
        TargetRow("产出指标", "数量指标", name, f"≥{number + at}个", Decimal(10))
        for at, name in enumerate(names)
    ]


@pytest.fixture
def copied(bureau, client):
    approve_target(dossier=bureau.dossier, rows=promises(OWN, 120), by=None, why="批复")
    for code, name, rows in (
        ("P2", "防汛能力提升", promises(OWN, 170)),
        ("P3", "校园维修", promises(OTHER, 33)),
    ):
        subject = ensure_subject(
            division=bureau.division, unit=bureau.other, code=code, name=name, by=None
        )
        dossier = open_dossier(subject=subject, fiscal_year=2022, by=None)
        approve_target(dossier=dossier, rows=rows, by=None, why="批复")

    def page(user):
        type(user).objects.filter(pk=user.pk).update(must_change_password=False)
        client.force_login(user)
        answer = client.get(reverse("desk:targets_alike"), {"fy": 2022})
        return " ".join(answer.content.decode().split())

    return page


def test_the_copy_stands_beside_its_original_with_the_other_words_marked(bureau, copied):
    page = copied(bureau.finance)
    assert "1 对目标写得相同或相近" in page
    assert "防汛能力提升" in page
    assert "校园维修" not in page
    assert "<mark>7</mark>" in page


def test_a_unit_does_not_see_another_units_target_this_way(bureau, copied):
    page = copied(bureau.clerk)
    assert "没有写得相同的目标" in page
    assert "防汛能力提升" not in page
