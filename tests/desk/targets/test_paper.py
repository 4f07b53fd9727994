"""正式表 and 离线表: what prints is read back by our own readers; a workbook goes out, is filled, and
comes back cell by cell.
"""

from __future__ import annotations

import io
from decimal import Decimal

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from plants import once
from tests.desk.targets.test_filing_pages import people  # noqa: F401 - a fixture
from tests.targets.test_rounds import MONEY, ROWS, STEPS

from wenxiao.files.forms.reading import read_file
from wenxiao.records.models import StoredFile
from wenxiao.targets.models import Target
from wenxiao.targets.services import TargetRow, begin_target, fill_target

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@once
def target(bureau):
    made = begin_target(dossier=bureau.dossier, by=bureau.clerk)
    return fill_target(
        target=made,
        rows=[(None, row) for row in ROWS],
        head={
            "text": "办好培训",
            "long_text": "三年培训一遍",
            "manager": "张三",
            "starts": "2022-01",
        },
        by=bureau.clerk,
        version=made.version,
        money=MONEY,
        steps=STEPS,
    )


def test_the_official_form_is_looked_at_printed_and_read_back(target, people, tmp_path):
    clerk = people("clerk")
    form = reverse("desk:target_form", args=[target.pk])
    shown = clerk.get(form).content.decode()
    assert "项目支出绩效目标申报表" in shown
    assert 'rowspan="2"' in shown
    assert "100人 × 1.2万元" in shown
    assert people("stranger").get(form).status_code == 404
    for kind in ("xlsx", "docx"):
        answer = people("dept").get(form, {"as": kind})
        path = tmp_path / f"表.{kind}"
        path.write_bytes(answer.content)
        forms = read_file(path)["forms"]
        assert len(forms) == 1, forms
        told = forms[0]
        assert told["kind"] == "target"
        assert [row["level3"] for row in told["indicators"]] == ["培训人数", "就业率", "学员满意度"]
        assert [row["target_text"] for row in told["indicators"]] == ["≥100人", "≥80%", "≥90%"]
        assert told["goals"] == {"long": "三年培训一遍", "year": "办好培训"}
        assert [(f["label"], Decimal(f["initial"]["yuan"])) for f in told["funds"]][:2] == [
            ("一般公共预算", Decimal(1200000)),
            ("其他资金", Decimal(50000)),
        ]
        assert [(s["step"], s["to"]) for s in told["plan"]] == [
            ("招标", "2022-03"),
            ("培训", "2022-11-15"),
        ]
        assert (told["responsible"], told["year"]["value"]) == ("张三", 2022)


# ---- the workbook --------------------------------------------------------------------------------


def taken(client, target):
    answer = client.get(reverse("desk:target_workbook", args=[target.pk]))
    assert answer.status_code == 200
    return openpyxl.load_workbook(io.BytesIO(answer.content))


def brought(client, target, book, name="离线表.xlsx"):
    kept = io.BytesIO()
    book.save(kept)
    upload = SimpleUploadedFile(name, kept.getvalue())
    return client.post(reverse("desk:target_workbook", args=[target.pk]), {"file": upload})


def filled_in(book):
    """What the unit writes into its copy: cells changed, a row emptied, a row and a step more."""
    rows = book["年度指标"]
    assert [rows.cell(row, 4).value for row in (2, 3, 4)] == ["培训人数", "就业率", "学员满意度"]
    rows["E2"] = "≥120人"
    rows["F3"] = "25"
    for col in range(1, 12):
        rows.cell(4, col).value = None
    for col, value in enumerate(
        ("满意度指标", "满意度指标", "用人单位满意度", "≥85%", "15"), start=2
    ):
        rows.cell(6, col).value = value
    book["目标"]["B1"] = "办好120人培训"
    money = book["资金和测算依据"]
    money["C2"] = "144"
    money["D2"] = "120人 × 1.2万元"
    for col in range(1, 5):
        money.cell(3, col).value = None
    book["实施进度计划"]["C2"] = "2022年4月"


def test_out_filled_elsewhere_and_back_with_a_choice_each(bureau, target, people):
    clerk = people("clerk")
    book = taken(clerk, target)
    assert book["说明"].protection.sheet
    filled_in(book)
    answer = brought(clerk, target, book)
    assert answer.status_code == 302, answer.content.decode()
    compare = answer["Location"]
    page = clerk.get(compare).content.decode()
    assert "有 8 处不同" in page
    assert "≥120人" in page
    assert "系统里又改过" not in page
    stored = StoredFile.objects.get()
    assert stored.by == bureau.clerk
    last = target.indicators.get(name="学员满意度")
    first, second = list(target.indicators.all())[:2]
    posted = {
        "version": target.version,
        "of": compare.partition("of=")[2],
        "use-h:text": "new",
        f"use-r:{first.pk}:expression": "new",
        f"use-r:{second.pk}:weight": "old",
        f"use-r-:{last.pk}": "old",
        "use-r+:6": "new",
        "use-m:2": "new",
        "use-plan": "new",
    }
    done = clerk.post(compare.partition("?")[0], posted)
    assert done.status_code == 302, done.content.decode()
    target.refresh_from_db()
    assert target.text == "办好120人培训"
    told = [(row.name, row.expression, row.weight) for row in target.indicators.all()]
    assert told == [
        ("培训人数", "≥120人", Decimal(50)),
        ("就业率", "≥80%", Decimal(30)),
        ("学员满意度", "≥90%", Decimal(10)),
        ("用人单位满意度", "≥85%", Decimal(15)),
    ]
    assert list(target.amounts.values_list("name", "amount", "content")) == [
        ("一般公共预算", Decimal(1440000), "120人 × 1.2万元"),
        ("其他资金", Decimal(50000), ""),
        ("集中培训", Decimal(1250000), "分三期"),
    ]
    assert target.plan[0]["to"] == "2022-04"
    late = clerk.post(compare.partition("?")[0], posted)
    assert late.status_code == 409


def test_an_unchanged_workbook_has_nothing_to_choose(target, people):
    clerk = people("clerk")
    page = clerk.get(brought(clerk, target, taken(clerk, target))["Location"]).content.decode()
    assert "离线表与系统里一样" in page


def test_unit_and_nature_go_out_and_come_back_with_a_choice_each(target, people):
    first, second = list(target.indicators.all())[:2]
    for row in (first, second):
        row.unit, row.nature = "人", "定量"
        row.save()
    clerk = people("clerk")
    book = taken(clerk, target)
    rows = book["年度指标"]
    assert [rows.cell(1, col).value for col in (10, 11)] == ["计量单位", "指标性质"]
    assert [rows.cell(2, col).value for col in (10, 11)] == ["人", "定量"]
    rows["J2"], rows["K2"], rows["J3"], rows["K3"] = "人次", "定性", "%", None
    for col, value in enumerate(("满意度指标", "满意度指标", "家长满意度", "≥85%"), start=2):
        rows.cell(6, col).value = value
    rows["J6"], rows["K6"] = "%", "定量"
    compare = brought(clerk, target, book)["Location"]
    page = clerk.get(compare).content.decode()
    assert "有 5 处不同" in page
    assert "第 1 行“培训人数”计量单位" in page
    assert "第 2 行“就业率”指标性质" in page
    posted = {
        "version": target.version,
        "of": compare.partition("of=")[2],
        f"use-r:{first.pk}:unit": "new",
        f"use-r:{first.pk}:nature": "old",
        f"use-r:{second.pk}:unit": "old",
        f"use-r:{second.pk}:nature": "new",
        "use-r+:6": "new",
    }
    assert clerk.post(compare.partition("?")[0], posted).status_code == 302
    assert list(target.indicators.values_list("name", "unit", "nature")) == [
        ("培训人数", "人次", "定量"),
        ("就业率", "人", ""),
        ("学员满意度", "", ""),
        ("家长满意度", "%", "定量"),
    ]


def test_a_workbook_of_before_says_nothing_of_unit_and_nature(target, people):
    row = target.indicators.first()
    row.unit, row.nature = "人", "定量"
    row.save()
    clerk = people("clerk")
    book = taken(clerk, target)
    book["年度指标"].delete_cols(10, 2)
    book["年度指标"]["E2"] = "≥120人"
    compare = brought(clerk, target, book)["Location"]
    assert "有 1 处不同" in clerk.get(compare).content.decode()
    posted = {"version": target.version, "of": compare.partition("of=")[2]}
    posted[f"use-r:{row.pk}:expression"] = "new"
    assert clerk.post(compare.partition("?")[0], posted).status_code == 302
    row.refresh_from_db()
    assert (row.expression, row.unit, row.nature) == ("≥120人", "人", "定量")


def _other_unit(book):
    book["说明"]["B5"] = "示例单位乙"


def _other_target(book):
    book["说明"]["B1"] = "999999"


def _no_sheet(book):
    del book["年度指标"]


def _no_heading(book):
    book["年度指标"]["D1"] = "名字"


def _one_later_heading(book):
    book["年度指标"]["K1"] = None


def _merged(book):
    book["年度指标"].merge_cells("B2:B3")


def _words_for_a_number(book):
    book["年度指标"]["F2"] = "五十"


def _strange_row(book):
    book["年度指标"]["A2"] = "123456"


def _row_twice(book):
    book["年度指标"]["A3"] = book["年度指标"]["A2"].value


def _too_many(book):
    for row in range(2, 2002):
        book["年度指标"].cell(row, 4).value = f"指标{row}"


def _money_without_kind(book):
    book["资金和测算依据"]["A2"] = "别的"


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (_other_unit, "“说明”页的单位应为“天长市水利局”，收到“示例单位乙”"),
        (_other_target, "不是“水旱灾害防御经费”（天长市水利局，2022）的"),
        (_no_sheet, "缺少工作表“年度指标”"),
        (_no_heading, "第 1 行缺少“三级指标”"),
        (_one_later_heading, "第 1 行缺少“指标性质”"),
        (_merged, "有合并的单元格"),
        (_words_for_a_number, "“年度指标”第 2 行分值应为数字，收到“五十”"),
        (_strange_row, "第 2 行的行号“123456”不是这份目标的"),
        (_row_twice, "重复"),
        (_too_many, "一份目标最多 200 行"),
        (_money_without_kind, "“资金和测算依据”第 2 行须写明类别"),
    ],
)
def test_a_workbook_that_cannot_be_taken_is_refused_and_nothing_stored(target, people, spoil, told):
    clerk = people("clerk")
    book = taken(clerk, target)
    spoil(book)
    answer = brought(clerk, target, book)
    assert answer.status_code == 409
    assert told in answer.content.decode()
    assert not StoredFile.objects.exists()
    target.refresh_from_db()
    assert target.version == 2


def test_a_workbook_taken_before_the_system_moved_keeps_what_is_there(bureau, target, people):
    clerk = people("clerk")
    book = taken(clerk, target)
    rows = [(row.pk, one) for row, one in zip(target.indicators.all(), ROWS, strict=True)]
    rows[0] = (rows[0][0], TargetRow(*("产出指标", "数量指标", "培训人数", "≥130人"), Decimal(50)))
    fill_target(target=target, rows=rows, head={}, by=bureau.clerk, version=target.version)
    page = clerk.get(brought(clerk, target, book)["Location"]).content.decode()
    assert "系统里又改过" in page
    assert "≥130人" in page
    assert "checked" in page.partition("留系统里的")[0].rpartition('value="old"')[2]


def test_a_workbook_is_its_own_persons_and_only_while_the_target_is_open(bureau, target, people):
    from wenxiao.targets.services import submit_target

    clerk = people("clerk")
    book = taken(clerk, target)
    compare = brought(clerk, target, book)["Location"]
    assert people("stranger").get(compare).status_code == 404
    assert people("finance").get(compare).status_code == 403
    clerk = people("clerk")
    assert clerk.get(compare + "x").status_code == 409
    submit_target(target=target, by=bureau.clerk, version=target.version)
    assert brought(clerk, target, book).status_code == 409
    assert clerk.get(reverse("desk:target_workbook", args=[target.pk])).status_code == 409


def test_money_and_plan_are_typed_in_the_page_and_a_wrong_amount_is_named(bureau, target, people):
    clerk = people("clerk")
    fill = reverse("desk:target_fill", args=[target.pk])
    page = clerk.get(fill).content.decode()
    assert 'value="100人 × 1.2万元"' in page
    own = list(target.indicators.all())
    posted = {"version": target.version, "auto": "1"}
    for at, row in enumerate(own):
        posted[f"r{at}"] = row.pk
        for name in ("level1", "level2", "name", "expression", "source"):
            posted[f"{name}{at}"] = getattr(row, name)
    posted |= {"m0": "fund", "mname0": "一般公共预算", "mamount0": "壹佰", "mcontent0": ""}
    assert "资金第 1 行金额" in clerk.post(fill, posted).json()["error"]
    posted |= {"mamount0": "130", "s0": "招标", "sfrom0": "", "sto0": "2022年5月"}
    assert "version" in clerk.post(fill, posted).json()
    target = Target.objects.get(pk=target.pk)
    assert [(a.name, a.amount) for a in target.amounts.all()] == [
        ("一般公共预算", Decimal(1300000))
    ]
    assert target.plan == [{"step": "招标", "from": "", "to": "2022-05"}]


LONG_ROW = ("产出指标", "数量指标", "三年培训人数", "≥300人")


def test_rows_of_the_whole_term_are_typed_printed_and_brought_back(bureau, target, people):
    clerk = people("clerk")
    fill = reverse("desk:target_fill", args=[target.pk])
    posted = {"version": target.version, "auto": "1", "l0": "1"}
    for at, row in enumerate(target.indicators.all()):
        posted |= {f"r{at}": row.pk, f"name{at}": row.name, f"level1{at}": row.level1}
    names = ("level1", "level2", "name", "expression")
    wrong = dict(zip((f"l{name}0" for name in names), (*LONG_ROW[:2], "", "≥300人"), strict=True))
    assert "中长期指标第 1 行须写明三级指标" in clerk.post(fill, posted | wrong).json()["error"]
    right = dict(zip((f"l{name}0" for name in names), LONG_ROW, strict=True))
    assert "version" in clerk.post(fill, posted | right).json()
    target = Target.objects.get(pk=target.pk)
    assert list(target.long_indicators.values_list(*names)) == [LONG_ROW]
    assert 'value="三年培训人数"' in clerk.get(fill).content.decode()
    form = clerk.get(reverse("desk:target_form", args=[target.pk])).content.decode()
    assert "三年培训人数" in form

    book = taken(clerk, target)
    book["中长期指标"]["D2"] = "≥360人"
    compare = brought(clerk, target, book)["Location"]
    assert "≥360人" in clerk.get(compare).content.decode()
    of = {"version": target.version, "of": compare.partition("of=")[2], "use-long": "new"}
    assert clerk.post(compare.partition("?")[0], of).status_code == 302
    assert target.long_indicators.get().expression == "≥360人"
    del book["中长期指标"]  # a workbook taken before there was such a sheet says nothing of it
    target.refresh_from_db()
    older = brought(clerk, target, book)["Location"]
    assert "一样" in clerk.get(older).content.decode()
