"""一体化表样: registered by its table, mapped with codes, read by it, and filled
on export exactly as it is.
"""

from __future__ import annotations

import io
from decimal import Decimal

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from wenxiao.intake.unattended import import_file
from wenxiao.records.models import Entry
from wenxiao.records.services import store_file
from wenxiao.store.moves import NotAllowed
from wenxiao.targets.models import Layout, Target
from wenxiao.targets.services import add_sample, map_layout, register_layout, retire_layout

pytestmark = [pytest.mark.db, pytest.mark.django_db]
HEADINGS = [
    "PRJ",
    "PRJ_NM",
    "AGY",
    "YR",
    "AMT",
    "K1",
    "K2",
    "K3",
    "SGN",
    "VAL",
    "UNT",
    "WGT",
    "MEMO",
]
KEYS = [
    "project_code",
    "project_name",
    "unit_name",
    "year",
    "money",
    "level1",
    "level2",
    "level3",
    "nature",
    "target",
    "unit",
    "weight",
    "",
]
CODES = {"level1": {"01": "产出指标", "02": "效益指标"}, "nature": {"1": "≥", "2": "≤"}}


def book(rows=()):
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = "导出"
    sheet.append(["某一体化系统导出"])
    sheet.append(HEADINGS)
    for row in rows:
        sheet.append(row)
    sheet.column_dimensions["H"].width = 47
    kept = io.BytesIO()
    made.save(kept)
    return kept.getvalue()


FILLED = [
    [
        "P001",
        "水旱灾害防御经费",
        "天长市水利局",
        2022,
        880,
        "01",
        "数量指标",
        "巡查堤防里程",
        "1",
        "100",
        "公里",
        50,
        "",
    ],
    [
        "P001",
        "水旱灾害防御经费",
        "天长市水利局",
        2022,
        880,
        "02",
        "社会效益指标",
        "险情处置时间",
        "2",
        "2",
        "小时",
        40,
        "甲",
    ],
]


@pytest.fixture
def finance(bureau, client):
    type(bureau.finance).objects.filter(pk=bureau.finance.pk).update(must_change_password=False)
    client.force_login(bureau.finance)
    return client


def test_registered_mapped_read_and_filled_back(bureau, finance, tmp_path):
    path = tmp_path / "导出.xlsx"
    path.write_bytes(book(FILLED))
    before = import_file(path, division=bureau.division, by=bureau.finance, dry_run=True)
    assert before.source_rows == 0
    upload = SimpleUploadedFile("空表.xlsx", book())
    page = reverse("desk:target_layouts")
    assert finance.post(page, {"name": "某系统导出", "file": upload}).status_code == 302
    first = Layout.objects.get()
    assert (first.sheet, first.heading_row, len(first.columns)) == ("导出", 2, 13)
    posted = {f"key-{at}": key for at, key in enumerate(KEYS, start=1)}
    posted |= {"codes-6": "01=产出指标\n02=效益指标", "codes-9": "1=≥\n2=≤", "money_unit": "万元"}
    answer = finance.post(reverse("desk:target_layout", args=[first.pk]), posted)
    assert answer.status_code == 302
    second = Layout.objects.get(retired=False)
    assert (second.number, second.codes) == (2, CODES)
    assert Entry.objects.filter(act="对应一体化表样的列").exists()
    done = import_file(path, division=bureau.division, by=bureau.finance)
    assert done.accepted == 1
    rows = list(Target.objects.get().indicators.values_list("level1", "expression", "weight"))
    assert rows == [("产出指标", "≥100公里", Decimal(50)), ("效益指标", "≤2小时", Decimal(40))]
    assert Target.objects.get().amounts.get().amount == Decimal(8800000)
    out = finance.get(reverse("desk:target_export", args=[second.pk]), {"fy": 2022})
    sheet = openpyxl.load_workbook(io.BytesIO(out.content))["导出"]
    told = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=1)]
    assert told[0][0] == "某一体化系统导出"
    assert told[1] == HEADINGS
    assert [row[:12] for row in told[2:]] == [row[:12] for row in FILLED]
    assert sheet.column_dimensions["H"].width == 47


def test_the_sample_is_marked_and_reads_what_it_exports(bureau, finance, tmp_path):
    made = add_sample(division=bureau.division, by=bureau.finance)
    assert made.synthetic
    page = finance.get(reverse("desk:target_layouts")).content.decode()
    assert "示例表样（合成）" in page
    nothing = finance.get(reverse("desk:target_export", args=[made.pk]), {"fy": 2022})
    assert nothing.status_code == 409
    assert "还没有批复的目标" in nothing.content.decode()


def test_a_mapping_that_cannot_be_read_is_refused(bureau):
    made = add_sample(division=bureau.division, by=bureau.finance)
    keys = {one["column"]: one["key"] for one in made.columns}

    def refused(keys, unit="元"):
        with pytest.raises(NotAllowed) as refusal:
            map_layout(layout=made, keys=keys, codes={}, money_unit=unit, by=bureau.finance)
        return str(refusal.value)

    assert "选了两列" in refused({**keys, 13: "level3"})
    assert "三级指标" in refused({**keys, 8: ""})
    assert "没有“bogus”" in refused({**keys, 13: "bogus"})
    assert "金额单位" in refused(keys, "两")
    with pytest.raises(NotAllowed, match="理由"):
        retire_layout(layout=made, by=bureau.finance, why=" ")
    retire_layout(layout=made, by=bureau.finance, why="换了系统")
    assert "停用" in refused(keys)
    with pytest.raises(NotAllowed, match="已经停用"):
        retire_layout(layout=made, by=bureau.finance, why="再停一次")


def test_what_is_no_table_or_no_xlsx_is_refused(bureau, finance):
    page = reverse("desk:target_layouts")
    none = finance.post(page, {"name": "甲"})
    assert "请选择一张" in none.content.decode()
    bad = finance.post(page, {"name": "甲", "file": SimpleUploadedFile("甲.xlsx", b"PK nothing")})
    assert bad.status_code == 409
    assert not Layout.objects.exists()
    codes = {"codes-6": "01产出", "key-6": "level1"}
    made = add_sample(division=bureau.division, by=bureau.finance)
    told = finance.post(reverse("desk:target_layout", args=[made.pk]), codes)
    assert "一行一个" in told.content.decode()


def test_a_clerk_does_not_see_the_layouts(bureau, client):
    type(bureau.clerk).objects.filter(pk=bureau.clerk.pk).update(must_change_password=False)
    client.force_login(bureau.clerk)
    assert client.get(reverse("desk:target_layouts")).status_code == 403


@pytest.mark.parametrize(
    ("name", "file", "told"), [(" ", "甲.xlsx", "取一个名称"), ("甲", "甲.xls", "须是 .xlsx")]
)
def test_a_layout_has_a_name_and_is_an_xlsx(bureau, name, file, told):
    stored = store_file(division=bureau.division, by=bureau.finance, name=file, content=b"PK")
    with pytest.raises(NotAllowed, match=told):
        register_layout(
            division=bureau.division,
            name=name,
            file=stored,
            sheet="表1",
            heading_row=1,
            headings=[(1, "项目代码")],
            by=bureau.finance,
        )
    assert not Layout.objects.exists()
