"""材料包 through its pages: by the division's list, what is missing named, nothing restricted,
departments' checked before.
"""

import json
from io import BytesIO
from zipfile import ZipFile

import openpyxl
import pytest
from django.test import Client

from wenxiao.files.out.form_grid import FormGrid, form_workbook
from wenxiao.orgs.services import add_document
from wenxiao.records.services import store_file
from wenxiao.reviews.models import Review
from wenxiao.rulebook.packages import SOURCES, refused_packages
from wenxiao.site.command import main
from wenxiao.targets.models import Indicator, Target

pytestmark = pytest.mark.db


def opened(user):
    client = Client()
    client.force_login(user)
    return client


def listing(small, **lists):
    small.division.rules = [
        {
            "rule": "packages",
            "from": "2019-01-01",
            "document": "示例区人大通知",
            "clause": "",
            "standing": "未核",
            "content": lists,
        }
    ]
    small.division.save(update_fields=["rules"])


def unpacked(answer):
    return ZipFile(BytesIO(answer.content))


def texts_of(content):
    book = openpyxl.load_workbook(BytesIO(content))
    return [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]


def test_without_a_list_there_is_no_package(small):
    client = opened(small.officer)
    page = client.get("/packages?year=2021").content.decode()
    assert "人大材料包：本级还没有列出清单" in page
    answer = client.get("/packages/congress.zip?year=2021")
    assert answer.status_code == 409
    assert "材料包清单" in answer.content.decode()


def test_the_list_is_packed_and_what_is_missing_is_named(small):
    stored = store_file(
        division=small.division, by=None, name="办法.txt", content="第一条 办法".encode()
    )
    add_document(
        division=small.division,
        kind="measures",
        title="示例区暂行办法",
        by=None,
        why="",
        file=stored,
    )
    listing(
        small,
        congress=["工作情况｜年度工作报告", "统计｜统计表", "办法｜制度库：暂行办法"],
        upper=["覆盖｜统计表", "培训｜培训情况表"],
    )
    client = opened(small.officer)
    page = " ".join(client.get("/packages?year=2020").content.decode().split())
    assert "人大材料包：3 项，缺 1 项" in page
    assert "年度工作报告还没有签发" in page
    archive = unpacked(client.get("/packages/congress.zip?year=2020"))
    assert archive.namelist()[0] == "目录.xlsx"
    assert archive.read("03 办法/示例区暂行办法.txt").decode() == "第一条 办法"
    listed = texts_of(archive.read("目录.xlsx"))
    assert any("还没有签发" in text for text in listed)
    assert any("示例区人大通知" in text for text in listed)
    assert "培训情况表" in page


def test_the_upper_levels_own_forms_are_filled_from_rows(small):
    """Their columns, items and table; our proofs by name, what is missing said, the rest left to fill."""
    listing(
        small,
        upper=["覆盖面｜统计表", "培训｜培训情况表"],
        upper_columns=[
            "序号｜序号",
            "考核指标｜考核内容",
            "满分｜分值",
            "标准｜评分标准",
            "自评得分｜空白",
            "佐证｜证明材料",
        ],
        upper_items=["覆盖面｜20｜应评尽评得满分", "培训｜5｜有培训得满分", "创新｜5｜有做法得分"],
        upper_statistics=[
            "对象（个）｜单位自评·应开展·个数",
            "已评（万元）｜财政评价·已开展·万元",
            "政策（个）｜绩效目标·应开展·个数·政策",
        ],
    )
    client = opened(small.officer)
    page = " ".join(client.get("/packages?year=2020").content.decode().split())
    assert "印考核评分表，3 项" in page
    archive = unpacked(client.get("/packages/upper.zip?year=2020"))
    names = archive.namelist()
    assert names[1:5] == [
        "考核评分表.xlsx",
        "考核评分表.docx",
        "上报统计表.xlsx",
        "上报统计表.docx",
    ]
    cells = texts_of(archive.read("考核评分表.xlsx"))
    assert {"自评得分", "应评尽评得满分", "没有列出证明材料"} <= set(cells)
    assert any(text.startswith("01 ") and "统计表" in text for text in cells)
    assert any("缺：2020 年没有培训计划" in text for text in cells)
    table = texts_of(archive.read("上报统计表.xlsx"))
    at = table.index("对象（个）")
    assert table[at + 2] == str(sum(one.fiscal_year == 2020 for one in small.dossiers))
    words = ZipFile(BytesIO(archive.read("上报统计表.docx"))).read("word/document.xml").decode()
    assert "已评（万元）" in words


def test_a_line_the_upper_forms_cannot_take_is_refused_by_its_number():
    said = refused_packages({"upper_statistics": ["对象｜单位自评·个数"]})
    assert said.startswith("上报统计表第 1 行")
    assert "取自" in refused_packages({"upper_columns": ["得分｜手填"]})
    assert "考核内容｜分值" in refused_packages({"upper_items": ["只有名称"]})


def test_statistics_add_up_and_hold_no_restricted_object(small):
    listing(small, upper=[f"{name}｜{name}" for name in SOURCES])
    dossier = small.dossiers[0]
    dossier.subject.name = "不该出现的对象"
    dossier.subject.restriction = "restricted"
    dossier.subject.save()
    year = dossier.fiscal_year
    archive = unpacked(opened(small.officer).get(f"/packages/upper.zip?year={year}"))
    sheets = [name for name in archive.namelist() if name.endswith(".xlsx")]
    assert any("统计表" in name for name in sheets)
    for name in sheets:
        assert "不该出现的对象" not in "".join(texts_of(archive.read(name))), name
    for name in archive.namelist():
        if name.endswith(".docx"):
            inner = ZipFile(BytesIO(archive.read(name))).read("word/document.xml").decode()
            assert "不该出现的对象" not in inner, name


def test_a_unit_makes_its_own_department_package_alone(small):
    client = opened(small.clerk)
    page = client.get("/packages?year=2021").content.decode()
    assert "示例单位甲" in page
    assert "示例单位乙" not in page
    assert "人大材料包" not in page
    assert client.get("/packages/upper.zip?year=2021").status_code == 404
    other = small.units[1].pk
    assert client.get(f"/packages/departments/{other}/budget?year=2021").status_code == 404
    assert client.get(f"/packages/departments/{small.units[0].pk}/never").status_code == 404


@pytest.fixture
def target(small):
    """An approved target of the first unit, with one row."""
    dossier = small.dossiers[0]
    dossier.unit = small.units[0]
    dossier.save()
    Target.objects.filter(dossier=dossier).update(state="draft")
    row = Target.objects.create(
        dossier=dossier, number=9, state="approved", text="新建道路三公里", scope="project"
    )
    Indicator.objects.create(
        target=row,
        order=1,
        level1="产出指标",
        level2="数量指标",
        name="新建道路里程",
        expression="≥3公里",
        weight=50,
    )
    return row


def test_targets_go_out_with_the_budget_in_four_formats(small, target):
    address = f"/packages/departments/{small.units[0].pk}/budget"
    year = target.dossier.fiscal_year
    page = opened(small.clerk).get(f"{address}?year={year}").content.decode()
    assert "1 个对象" in page
    archive = unpacked(opened(small.clerk).get(f"{address}.zip?year={year}"))
    names = archive.namelist()
    assert {"公开/说明.docx", "公开/说明.html", "审批单.docx", "公开前检查.xlsx"} <= set(names)
    assert f"公开/{year}年度绩效目标表.xlsx" in names
    assert f"公开/{year}年度绩效目标表.docx" in names
    page = archive.read(f"公开/{year}年度绩效目标表.html").decode()
    assert "<td>新建道路里程</td>" in page or ">新建道路里程</td>" in page
    assert "新建道路三公里" in archive.read("公开/说明.html").decode()
    assert "新建道路里程" in texts_of(archive.read(f"公开/{year}年度绩效目标表.xlsx"))


def test_a_department_with_several_objects_has_a_sheet_for_each(small, target):
    """Every form was named alike, so that two objects answered with an error."""
    second = small.dossiers[1]
    second.unit, second.fiscal_year = small.units[0], target.dossier.fiscal_year
    second.save()
    second.subject.name = f"{target.dossier.subject.name}[二期]/改造"
    second.subject.save()
    Target.objects.filter(dossier=second).update(state="draft")
    Target.objects.create(
        dossier=second, number=9, state="approved", text="改造道路一公里", scope="project"
    )
    address = f"/packages/departments/{small.units[0].pk}/budget"
    year = target.dossier.fiscal_year
    assert "2 个对象" in opened(small.clerk).get(f"{address}?year={year}").content.decode()
    archive = unpacked(opened(small.clerk).get(f"{address}.zip?year={year}"))
    book = openpyxl.load_workbook(BytesIO(archive.read(f"公开/{year}年度绩效目标表.xlsx")))
    name = target.dossier.subject.name
    assert set(book.sheetnames) == {name[:31], f"{name}_二期__改造"[:31]}


def test_sheets_of_one_name_are_numbered():
    forms = [
        FormGrid(name, "", (9,))
        for name in ("很长的名称" * 8, "很长的名称" * 8, "自评表", "自评表")
    ]
    book = openpyxl.load_workbook(BytesIO(form_workbook(forms)))
    long = "很长的名称" * 8
    assert book.sheetnames == [long[:31], f"{long[:29]} 2", "自评表", "自评表 2"]


def test_what_may_not_be_public_is_in_no_department_package(small, target):
    subject = target.dossier.subject
    subject.restriction = "internal"
    subject.save()
    page = opened(small.officer).get(
        f"/packages/departments/{small.units[0].pk}/budget?year={target.dossier.fiscal_year}"
    )
    assert "没有可以打包的" in page.content.decode()


def test_a_marking_stops_the_package(small, target):
    target.text = "机密★10年"
    target.save()
    address = f"/packages/departments/{small.units[0].pk}/budget"
    year = target.dossier.fiscal_year
    page = opened(small.officer).get(f"{address}?year={year}").content.decode()
    assert "处不能公开" in page
    assert "下载材料包" not in page
    answer = opened(small.officer).get(f"{address}.zip?year={year}")
    assert answer.status_code == 409
    assert "没有打包" in answer.content.decode()


def test_results_go_out_with_the_final_accounts(small, tmp_path, capsys):
    dossier = small.dossiers[0]
    review = Review.objects.filter(dossier=dossier).first()
    Review.objects.filter(pk=review.pk).update(
        kind="selfeval", state="confirmed", points="88.5", grade="良"
    )
    top = next(one for one in small.units if dossier.unit.path.startswith(one.path))
    out = tmp_path / "包.zip"
    common = ["--year", str(dossier.fiscal_year), "--out", str(out)]
    assert main(["package", "final", "--unit", top.code, *common]) in {0, 1}
    told = json.loads(capsys.readouterr().out)
    assert told["rows"] >= 1
    page = ZipFile(out).read("公开/说明.html").decode()
    assert "88.50" in page
    assert main(["package", "final", "--unit", "nothing", *common]) == 2
    listing(small, congress=["统计｜统计表", "工作情况｜年度工作报告"])
    assert main(["package", "congress", *common]) == 1
