"""`wenxiao import` sends a file to the room that reads its kind."""

from __future__ import annotations

import pytest
from tests.bureaus import PASS, bureau, selfeval_round  # noqa: F401 - fixtures used by name

from wenxiao.budget.models import Spending
from wenxiao.intake.unattended import take
from wenxiao.reviews.models import Review
from wenxiao.store.moves import NotAllowed

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def test_a_form_is_recognised(bureau, selfeval_round):
    outcome = take(PASS / "02_SE025_空值满分.xlsx", division=bureau.division, by=bureau.finance)
    assert (outcome["accepted"], outcome["unmatched"]) == (1, [])
    assert Review.objects.count() == 1


def test_a_form_of_another_kind_than_said_is_refused(bureau, selfeval_round):
    outcome = take(
        PASS / "02_SE025_空值满分.xlsx",
        division=bureau.division,
        by=bureau.finance,
        kind="evaluation",
    )
    assert outcome["accepted"] == 0
    assert [p["text"] for p in outcome["problems"] if p["code"] == "DR-44"] == [
        "这是自评表，不是评分表。"
    ]
    assert Review.objects.count() == 0


def test_a_list_of_projects_is_read_as_budgets(bureau):
    outcome = take(
        PASS / "41_清单_万元.xlsx", division=bureau.division, by=bureau.finance, dry_run=True
    )
    assert (outcome["kind"], outcome["stored"]) == ("budget", False)
    assert outcome["accepted"] == 1  # only one of the units is known here, and nobody watches
    assert {p["code"] for p in outcome["problems"] if p["level"] == "阻断"} == {"DR-65"}


def test_a_csv_is_a_ledger(bureau, tmp_path):
    path = tmp_path / "支付.csv"
    lines = [
        "项目代码,支付日期,支付金额（元）,凭证号",
        "P001,2022-03-05,1000.50,A1",
        "P001,2022-04-05,20,A2",
    ]
    path.write_bytes("\n".join(lines).encode("gbk"))
    outcome = take(path, division=bureau.division, by=bureau.finance)
    assert (outcome["kind"], outcome["accepted"], outcome["total_yuan"]) == (
        "spending",
        2,
        "1020.50",
    )


def test_unknown_units_are_matched_or_made_by_the_command(bureau, tmp_path):
    path = tmp_path / "支付.csv"
    rows = [
        "单位名称,项目代码,项目名称,支付日期,支付金额（元）,凭证号",
        "新设局,P901,数字乡村,2022-03-05,5,A1",
        "旧局,P902,智慧农业,2022-03-05,6,A2",
    ]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    asked = take(path, division=bureau.division, by=bureau.finance)
    assert [one["choice"] for one in asked["unmatched"]] == [
        "unit:新设局",
        "unit:旧局",
        "P901",
        "P902",
    ]
    matches = {"unit:新设局": bureau.unit.code, "P901": "新建", "P902": "不导入"}
    done = take(path, division=bureau.division, by=bureau.finance, matches=matches, accounting=True)
    assert (done["stored"], done["accepted"], done["left_out"]) == (True, 1, 1)
    spent = Spending.objects.select_related("dossier__subject").get()
    assert (spent.dossier.subject.unit, spent.source) == (bureau.unit, "accounting")
    with pytest.raises(NotAllowed, match="不存在"):
        take(path, division=bureau.division, by=bureau.finance, matches={"unit:旧局": "没有的代码"})
    made = take(path, division=bureau.division, by=bureau.finance, create=True)
    assert (made["stored"], made["unmatched"]) == (True, [])
