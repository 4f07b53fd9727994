"""A division begins from its workbook: whole or not at all."""

from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from wenxiao.budget.models import Appropriation, Subject
from wenxiao.files.out.opening_template import opening_template
from wenxiao.followup.models import CatalogueItem
from wenxiao.orgs.models import Division, Grant, Unit, User
from wenxiao.site.opening import begin

pytestmark = [pytest.mark.db, pytest.mark.django_db]
EMPTY = [None, None, None]
TERM = ["王某", 5, "2028-12-31", "2026-06-30"]
WHO = {"code": "360100", "name": "某某市", "bureau": "某某市财政局"}


@pytest.fixture
def filled(tmp_path):
    """The template with a child standing above its parent, two people and
    two subjects; a function to change it.
    """

    def fill(role="绩效科", nature="特定目标类"):
        path = tmp_path / "opening.xlsx"
        path.write_bytes(opening_template())
        book = openpyxl.load_workbook(path)
        book["单位"].append(["101001", "示例一所", None, "101"])
        book["单位"].append(["101", "示例主管局"])
        book["人员"].append(["zhangsan", "张某", "101001", "单位经办人"])
        book["人员"].append(["lisi", "李某", "101", role])
        book["对象"].append(
            [
                "360100000000000000001",
                "示例修缮项目",
                "101001",
                "项目",
                nature,
                2024,
                86.5,
                "是",
                "三农",
            ]
        )
        book["对象"].append([None, "示例主管局部门整体", "101", "部门整体", None, 2024, None])
        book["对象"].append(
            ["JJ01", "示例引导基金", "101", "政府投资基金", None, 2024, *EMPTY, *TERM]
        )
        book.save(path)
        return path

    return fill


def test_units_people_subjects_and_money_arrive(filled):
    begun = begin(**WHO, source=filled())
    assert not begun.problems
    assert (begun.units, begun.subjects) == (2, 3)
    assert CatalogueItem.objects.filter(division__name=begun.division, code="WT-01").exists()
    fund = Subject.objects.get(code="JJ01")
    assert (fund.kind, fund.manager, fund.term_years) == (Subject.Kind.INVESTMENT_FUND, "王某", 5)
    assert (fund.expires_on, fund.midterm_on) == (date(2028, 12, 31), date(2026, 6, 30))
    child = Unit.objects.get(code="101001")
    assert child.parent.code == "101"
    assert Appropriation.objects.get().opening == Decimal("865000.00")
    assert Subject.objects.get(name="示例修缮项目").tags == ["三农"]
    assert Grant.objects.get(user__username="zhangsan").unit == child
    assert Grant.objects.get(user__username="lisi").unit is None
    assert User.objects.filter(must_change_password=False).count() == 0
    assert User.objects.get(username="zhangsan").check_password(begun.passwords["zhangsan"])


def test_an_unknown_role_or_class_stores_nothing_dr_45(filled):
    begun = begin(**WHO, source=filled(role="什么都管", nature="其他类"))
    assert [p.code for p in begun.problems] == ["DR-45", "DR-45"]
    assert "DR-45" in begun.problems[0].sentence()
    assert not Division.objects.exists()


def test_a_secret_name_is_named_by_its_row_and_nothing_is_stored(filled):
    path = filled()
    book = openpyxl.load_workbook(path)
    book["对象"].append([None, "某涉密信息系统", "101", "项目", "特定目标类", 2024, 1])
    book["单位"].append(["102", "机密档案所"])
    book.save(path)
    begun = begin(**WHO, source=path)
    assert [(p.code, p.level, p.sheet) for p in begun.problems] == [
        ("DR-16", "阻断", "单位"),
        ("DR-16", "阻断", "对象"),
    ]
    assert all(p.line and p.mend for p in begun.problems)
    assert not Division.objects.exists()


def test_a_division_begins_once(filled):
    begin(**WHO)
    again = begin(**WHO, source=filled())
    assert [(p.code, p.level) for p in again.problems] == [("DR-75", "阻断")]
    assert (again.passwords, Division.objects.count(), Unit.objects.count()) == ({}, 1, 0)


def test_a_file_that_is_no_workbook_stores_nothing(tmp_path):
    broken = tmp_path / "opening.xlsx"
    broken.write_bytes(b"PK\x03\x04 not really")
    assert begin(**WHO, source=broken).problems
    assert not Division.objects.exists()


def test_every_fault_is_said_at_once_with_its_cell(filled):
    """A row with one fault is still looked at for the others, and its code
    is not called unknown elsewhere.
    """
    path = filled()
    book = openpyxl.load_workbook(path)
    book["单位"].append(["103", None])
    book["人员"].append(["zhangsan", "王某", "103", "什么都管"])
    book["人员"].append(["wangwu", None, "999", "也是"])
    book["对象"].append([None, "示例项目", "103", "项目", "也许", "哪年", "许多"])
    book.save(path)
    heard = []
    begun = begin(**WHO, source=path, progress=heard.append)
    lines = {sheet: openpyxl.load_workbook(path)[sheet].max_row for sheet in book.sheetnames}
    last, people = lines["对象"], lines["人员"]
    assert {(p.sheet, p.cell) for p in begun.problems} == {
        ("单位", f"B{lines['单位']}"),
        ("人员", f"A{people - 1}"),
        ("人员", f"D{people - 1}"),
        ("人员", f"B{people}"),
        ("人员", f"C{people}"),
        ("人员", f"D{people}"),
        ("对象", f"E{last}"),
        ("对象", f"F{last}"),
        ("对象", f"G{last}"),
    }
    assert not Division.objects.exists()
    assert heard == ["正在读取 opening.xlsx……"]


def test_who_waits_hears_what_is_being_made(filled):
    heard = []
    begin(**WHO, source=filled(), progress=heard.append)
    assert heard[1:] == ["正在建立单位 2 个……", "正在建立账号 2 个……", "正在建立对象 3 个……"]


def test_every_column_of_the_template_is_used(tmp_path):
    path = tmp_path / "opening.xlsx"
    path.write_bytes(opening_template())
    book = openpyxl.load_workbook(path)
    book["单位"].append(
        ["101", "示例县教育局", "教育局", None, "教科文科", "2024-01-01", "合并新设"]
    )
    book["单位"].append(["101001", "示例县第一中学", "一中、第一中学", "101", "教科文科"])
    book["人员"].append(["zhangsan", "张某", "101001", "单位经办人", "8888"])
    book["人员"].append(["wangwu", "王某", "教科文科", "业务科室"])
    book["人员"].append(["zhuguan", "赵某", "101", "主管部门"])
    book["人员"].append(["jigou", "某机构", "101", "第三方机构", None, "2026-12-31"])
    book.save(path)
    begun = begin(**WHO, source=path)
    assert not begun.problems, [problem.sentence() for problem in begun.problems]
    school, office = Unit.objects.get(code="101001"), Unit.objects.get(kind="finance")
    assert (school.contact, school.phone, school.aliases) == ("张某", "8888", ["一中", "第一中学"])
    assert (school.office, office.name) == (office, "教科文科")
    assert Unit.objects.get(code="101").valid_from == date(2024, 1, 1)
    assert Grant.objects.get(user__username="wangwu").unit == office
    assert Grant.objects.get(user__username="zhuguan").role == "department"
    assert Grant.objects.get(user__username="jigou").until is not None
    assert begun.units == 2


def test_a_code_typed_as_text_may_end_in_zeros(filled):
    code = "360999261010000000000"
    path = filled()
    book = openpyxl.load_workbook(path)
    book["对象"].append([code, "甲项目", "101", "项目", None, 2024, 1])
    book.save(path)
    begun = begin(**WHO, source=path)
    assert not begun.problems, [problem.sentence() for problem in begun.problems]
    assert Subject.objects.filter(code=code, name="甲项目").exists()


def test_a_code_kept_as_a_number_or_told_twice_is_named(filled):
    path = filled()
    book = openpyxl.load_workbook(path)
    book["对象"].append([360999261010000000001, "甲项目", "101", "项目", None, 2024, 1])
    book["对象"].append(["360100000000000000001", "乙项目", "101", "项目", None, 2024, 7])
    book["对象"].append(["P9", "丙项目", "101", "项目", None, 2024, 7, "也许"])
    book.save(path)
    said = [problem.text for problem in begin(**WHO, source=path).problems]
    assert any("按数字存，末几位已丢失" in text for text in said), said
    assert any("与第" in text and "行重复" in text for text in said), said
    assert any("“也许”不是“是”或“否”" in text for text in said), said
    assert not Division.objects.exists()
