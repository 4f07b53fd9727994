"""串稿: a target copied from another unit is shown beside it, as far as the
person asking may see both.
"""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from wenxiao.budget.services import ensure_subject, open_dossier
from wenxiao.targets.models import Target
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


@pytest.fixture
def beside(bureau, client):
    """The part beside a target: who says nearly the same, as a user sees it."""

    def part(user, target):
        type(user).objects.filter(pk=user.pk).update(must_change_password=False)
        client.force_login(user)
        answer = client.get(reverse("desk:target_alike", args=[target.pk]))
        return answer.status_code, " ".join(answer.content.decode().split())

    return part


def test_beside_its_own_target_a_unit_learns_of_the_copy_and_not_what_the_other_says(
    bureau, copied, beside
):
    own = Target.objects.get(dossier=bureau.dossier)
    Target.objects.filter(pk=own.pk).update(text="修好堤防险段，群众安心度汛。")
    other = Target.objects.get(dossier__subject__name="防汛能力提升")
    Target.objects.filter(pk=other.pk).update(text="修好河道险段，群众安心度汛。")
    own.refresh_from_db()
    _, page = beside(bureau.clerk, own)
    assert "别的单位 2022 年批复的一份" in page
    assert "总体目标 14 字里 12 字一样" in page
    assert "<mark>堤防</mark>" in page
    assert [word for word in ("防汛能力提升", "河道", "≥170") if word in page] == []
    _, page = beside(bureau.finance, own)
    assert "防汛能力提升" in page
    assert "<mark>河道</mark>" in page
    assert beside(bureau.clerk, other)[0] == 404


def test_another_units_draft_says_nothing_to_a_unit(bureau, copied, beside):
    own = Target.objects.get(dossier=bureau.dossier)
    Target.objects.exclude(pk=own.pk).update(state="draft", filing=True)
    _, page = beside(bureau.clerk, own)
    assert "没有写得相同或相近的目标" in page
