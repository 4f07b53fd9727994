"""部门整体 through the pages: the bureau's table imported in the wizard, its rows with their cells,
the ratios they give, what is missing by name, the projects beside them.
"""

from __future__ import annotations

import io
import json
from decimal import Decimal

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.desk.imports.steps import look

from wenxiao.budget.models import DepartmentFigure, Subject
from wenxiao.budget.services import ensure_subject, open_dossier, set_appropriation
from wenxiao.intake.unattended import take
from wenxiao.orgs.services.tokens import make_token
from wenxiao.records.models import Intake

pytestmark = [pytest.mark.db, pytest.mark.django_db]

HEAD = [
    *("单位代码", "单位名称", "基本支出年初预算数", "基本支出调整预算数", "基本支出决算数"),
    *("项目支出年初预算数", "项目支出调整预算数", "项目支出决算数", "本年结转结余"),
    *("三公经费年初预算数", "三公经费决算数", "政府采购年初预算数", "政府采购决算数"),
    *("编制数", "在职人数", "自定一列"),
]
ROW = [
    *("101001", "天长市水利局", 1000, 1200, 1150, 900, 1500, "1,540.62", 19.8),
    *(63.46, 44.29, 0, 0, 143, 136, "x"),
]


def workbook(*rows):
    book, kept = openpyxl.Workbook(), io.BytesIO()
    book.active.title = "2022决算"
    for row in (["2022年部门决算汇总（单位：万元）"], HEAD, *rows):
        book.active.append(row)
    book.save(kept)
    return SimpleUploadedFile("部门决算.xlsx", kept.getvalue())


def handed_in(client, *rows):
    answer = client.post(
        reverse("desk:ledgers"),
        {"file": workbook(*rows), "kind": "department", "source": "treasury"},
    )
    assert answer.status_code == 302, answer.content.decode()[:1500]
    return Intake.objects.get(pk=int(answer["Location"].split("/")[-1]))


def test_a_department_from_the_bureaus_table_to_its_ratios(place, enter):
    client = enter(place.finance)
    intake = look(handed_in(client, ROW), place)
    page = client.get(reverse("desk:ledger", args=[intake.pk])).content.decode()
    assert "自定一列" in page  # a column nobody knows is named, and may be mapped by hand
    assert "“三公”经费年初" in page
    client.post(reverse("desk:ledger_import", args=[intake.pk]), {"turn": "0"})
    intake.refresh_from_db()
    batch = look(intake, place).files[0]["outcome"]["batch"]
    assert DepartmentFigure.objects.count() == 13

    whole = ensure_subject(
        division=place.division,
        unit=place.unit,
        code="B001",
        name="水利局整体支出",
        kind=Subject.Kind.DEPARTMENT,
        by=None,
    )
    open_dossier(subject=whole, fiscal_year=2022, by=None)
    set_appropriation(dossier=place.dossier, adjusted=Decimal(5_000_000), by=None)
    listed = client.get("/departments?fy=2022").content.decode()
    assert "天长市水利局" in listed
    page = client.get(f"/departments/{place.unit.pk}/2022").content.decode()
    text = " ".join(page.split())
    assert "99.65%" in text  # (1150 + 1540.62) ÷ (1200 + 1500)
    assert "95.10%" in text  # 136 ÷ 143
    assert "0.73%" in text  # 19.8 ÷ 2700
    assert "69.79%" in text  # 44.29 ÷ 63.46
    assert "未算（缺预算调整数）" in text  # never 全年 − 年初
    assert "未算（缺上年“三公”经费预算数）" in text
    assert "未算（缺各月国库支付数）" in text
    assert "不适用（分母为 0）" in text  # no procurement was budgeted
    assert "2022决算!H3" in text
    assert f"/imports/files/{batch}" in text
    assert "未核" in text
    assert "所属项目 1 个" in text
    assert "500.00" in text
    assert f"/dossiers/{whole.dossiers.get().pk}" in text
    dossier = client.get(f"/dossiers/{whole.dossiers.get().pk}").content.decode()
    assert f"/departments/{place.unit.pk}/2022" in dossier


def test_the_year_before_gives_what_this_year_lacks(place, enter):
    client = enter(place.finance)
    for year, budget in (("2021", 32), ("2022", 63.46)):
        row = [*ROW[:9], budget, *ROW[10:]]
        intake = look(handed_in(client, row), place)
        client.post(
            reverse("desk:ledger_again", args=[intake.pk]),
            {"turn": "0", "kind": "department", "source": "treasury", "year": year},
        )
        intake.refresh_from_db()
        intake = look(intake, place)
        turn = str(intake.files[0]["turn"])
        client.post(reverse("desk:ledger_import", args=[intake.pk]), {"turn": turn})
        intake.refresh_from_db()
        look(intake, place)
    page = client.get(f"/departments/{place.unit.pk}/2022").content.decode()
    assert "98.31%" in page  # (63.46 − 32) ÷ 32


def test_a_unit_sees_its_own_figures_alone(place, enter):
    client = enter(place.finance)
    other = ["102001", "示例单位甲", *ROW[2:]]
    intake = look(handed_in(client, ROW, other), place)
    client.post(reverse("desk:ledger_import", args=[intake.pk]), {"turn": "0"})
    intake.refresh_from_db()
    look(intake, place)
    clerk = enter(place.clerk)
    assert clerk.get(f"/departments/{place.unit.pk}/2022").status_code == 200
    assert clerk.get(f"/departments/{place.other.pk}/2022").status_code == 404
    assert "示例单位甲" not in clerk.get("/departments?fy=2022").content.decode()


LINES = [
    ["单位名称", "项目", "年初预算数", "调整预算数", "决算数"],
    ["天长市水利局", "基本支出", 10, 12, 11],
    ["天长市水利局", "项目支出", 9, 15, 15],
]
PROJECTS = [
    ["预算单位", "项目名称", "年初预算数", "全年预算数", "决算数"],
    ["天长市水利局", "水旱灾害防御经费", 10, 12, 11],
]


def at_every_door(client, place, tmp_path, rows, kind=""):
    """(kind, codes of what blocks) by the command, the machine's door and the page."""
    book = openpyxl.Workbook()
    book.active.title = "2022决算"
    for row in (["2022年决算（单位：万元）"], *rows):
        book.active.append(row)
    path = tmp_path / "2022决算.xlsx"
    book.save(path)
    by = {"division": place.division, "by": place.finance, "dry_run": True}
    command = take(path, kind=kind, **by)
    uploaded = SimpleUploadedFile(path.name, path.read_bytes())
    said = {"file": uploaded, "kind": kind, "source": "treasury"}
    answer = client.post(reverse("desk:ledgers"), said)
    intake = Intake.objects.get(pk=int(answer["Location"].split("/")[-1]))
    page = look(intake, place).files[0]["outcome"]
    _, token = make_token(user=place.finance, name="财政", days=9, by=None)
    texts = [["" if cell is None else str(cell) for cell in row] for row in rows]
    body = {"columns": texts[0], "rows": texts[1:], "kind": kind, "year": 2022, "unit": "万元"}
    machine = client.post(
        "/api/v1/ledgers",
        json.dumps(body | {"dry_run": True}),
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    ).json()
    return [
        (one["kind"], [p["code"] for p in one["problems"] if p["level"] == "阻断"])
        for one in (command, page, machine)
    ]


@pytest.mark.parametrize("rows", [[HEAD, ROW], LINES], ids=["wide", "lines"])
def test_final_accounts_are_known_by_themselves_at_every_door(place, enter, tmp_path, rows):
    found = at_every_door(enter(place.finance), place, tmp_path, rows)
    assert found == [("department", [])] * 3


def test_what_may_be_two_things_is_asked_at_every_door(place, enter, tmp_path):
    client = enter(place.finance)
    found = at_every_door(client, place, tmp_path, PROJECTS)
    assert [codes for _, codes in found] == [["DR-97"]] * 3
    answered = at_every_door(client, place, tmp_path, PROJECTS, kind="budget")
    assert [kind for kind, _ in answered] == ["budget"] * 3
    assert all("DR-97" not in codes for _, codes in answered)
