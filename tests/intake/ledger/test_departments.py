"""部门决算数据 from the bureau's own tables: one line a unit, or one line an item; every cell with its
address, nothing guessed.
"""

from decimal import Decimal

import openpyxl
import pytest

from wenxiao.budget.models import DepartmentFigure
from wenxiao.intake.ledger import LedgerAnswers, import_ledger
from wenxiao.intake.unattended import take as take_file
from wenxiao.orgs import services as orgs
from wenxiao.orgs.models import Unit
from wenxiao.records.models import ImportBatch
from wenxiao.records.services import undo_batch
from wenxiao.store.moves import NotAllowed

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def take(division, unit, tmp_path):
    orgs.add_unit(division=division, code="102", name="文旅局", kind="department", by=None)

    def run(rows, name="决算.xlsx", **more):
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.title = "部门决算"
        for row in rows:
            sheet.append(row)
        path = tmp_path / name
        book.save(path)
        return import_ledger(path=path, division=division, by=None, **more)

    return run


def stored():
    return {
        (row.unit.name, row.item, row.stage): (row.amount, row.people, row.cell)
        for row in DepartmentFigure.objects.select_related("unit")
    }


WIDE = [
    ["2021年度部门决算基础数据表（单位：万元）"],
    [
        "单位代码",
        "单位名称",
        "基本支出年初预算数",
        "基本支出决算数",
        "“三公”经费年初预算数",
        "在职人员数（人）",
    ],
    ["101", "教体局", 100.5, 90, "", 136],
    ["102", "文旅局", 20, 18.123456, 0, 32],
    ["", "合计", 120.5, 108.123456, 0, 168],
]


def test_a_unit_a_line_with_the_address_of_each_cell(take):
    outcome = take(WIDE)
    assert outcome.stored, outcome.problems
    assert (outcome.kind, outcome.year, outcome.accepted) == ("department", 2021, 2)
    rows = stored()
    assert rows["教体局", "basic", "opening"] == (Decimal(1005000), None, "部门决算!C3")
    assert rows["教体局", "basic", "final"] == (Decimal(900000), None, "部门决算!D3")
    assert rows["文旅局", "staff_actual", "count"] == (None, 32, "部门决算!F4")
    assert rows["文旅局", "three_public", "opening"] == (Decimal(0), None, "部门决算!E4")
    # an empty cell is missing, never 0
    assert ("教体局", "three_public", "opening") not in rows
    assert outcome.total_fen == 108123456


def test_groups_over_their_columns_are_one_heading(take):
    outcome = take(
        [
            ["2021年部门决算表", "", "", "", "单位：元"],
            ["单位名称", "基本支出", "", "", "项目支出", "", ""],
            ["", "年初预算数", "调整预算数", "决算数", "年初预算数", "调整预算数", "决算数"],
            ["教体局", 1, 2, 3, 4, 5, 6],
        ]
    )
    assert outcome.stored, outcome.problems
    assert {(item, stage): amount for (_, item, stage), (amount, _, _) in stored().items()} == {
        ("basic", "opening"): 1,
        ("basic", "adjusted"): 2,
        ("basic", "final"): 3,
        ("project", "opening"): 4,
        ("project", "adjusted"): 5,
        ("project", "final"): 6,
    }


LONG = [
    ["2021年部门决算（单位：元）"],
    ["单位名称", "项目", "年初预算数", "调整预算数", "决算数"],
    ["教体局", "基本支出", 10, 11, 9],
    ["教体局", "三公经费合计", 6, "", 5],
    ["教体局", "其中：因公出国（境）费", 1, "", 1],
    ["教体局", "公务用车购置及运行维护费", 2, "", 2],
    ["教体局", "公务接待费", 3, "", 1],
    ["教体局", "编制数", "", "", 143],
    ["教体局", "会议费", 1, 1, 1],
]


def test_an_item_a_line_names_what_it_does_not_know_and_what_does_not_add_up(take):
    outcome = take(LONG)
    assert outcome.stored, outcome.problems
    rows = stored()
    assert rows["教体局", "three_public", "final"] == (Decimal(5), None, "部门决算!E4")
    assert rows["教体局", "staff_quota", "count"] == (None, 143, "部门决算!E8")
    assert ("教体局", "basic", "adjusted") in rows
    codes = {problem.code: problem.text for problem in outcome.problems}
    assert "会议费" in codes["DR-95"]
    assert "分项之和 4.00 元不符" in codes["DR-96"]  # 1 + 2 + 1 against 5
    assert outcome.left_out == 1


def test_one_cell_with_two_numbers_stops_and_no_number_of_people_too(take):
    twice = [*LONG[:3], ["教体局", "基本支出", 12, 11, 9]]
    outcome = take(twice)
    assert not outcome.stored
    assert outcome.blocked
    assert [problem.code for problem in outcome.problems if "两个不同的数" in problem.text] == [
        "DR-94"
    ]
    outcome = take([WIDE[0], WIDE[1], ["101", "教体局", 1, 1, 1, "约百人"]])
    assert not outcome.stored
    assert any("不是人数" in problem.text and problem.cell == "F3" for problem in outcome.problems)
    assert not stored()


def test_the_same_again_changes_nothing_and_another_number_is_a_change(take):
    first = take(WIDE)
    assert take(WIDE).accepted == 2
    assert len(stored()) == 7
    changed = [*WIDE[:2], ["101", "教体局", 100.5, 91, "", 136]]
    outcome = take(changed, name="更正.xlsx")
    assert outcome.difference["changed"] == 1, outcome.difference
    assert outcome.difference["changes"][0]["column"] == "基本支出决算"
    assert stored()["教体局", "basic", "final"][0] == 910000
    undo_batch(batch=ImportBatch.objects.get(pk=outcome.batch), by=None, why="录错")
    assert stored()["教体局", "basic", "final"][0] == 900000
    undo_batch(batch=ImportBatch.objects.get(pk=first.batch), by=None, why="录错")
    assert not stored()


def test_unknown_units_are_asked_and_a_total_that_is_wrong_is_said(take):
    rows = [*WIDE[:2], ["", "旅游局", 1, 1, 1, 1], ["", "合计", 9, 1, 1, 1]]
    outcome = take(rows)
    assert [one.name for one in outcome.unmatched] == ["旅游局"]
    assert not outcome.stored
    assert "ZJ-13" in {problem.code for problem in outcome.problems}
    with pytest.raises(NotAllowed):
        take(rows, choices=LedgerAnswers(matches={"unit:旅游局": 10**9}, leave_out=True))
    known = Unit.objects.get(code="102").pk
    chosen = take(rows, choices=LedgerAnswers(matches={"unit:旅游局": known}, leave_out=True))
    assert chosen.stored
    assert {name for name, _, _ in stored()} == {"文旅局"}


def test_the_command_takes_it_as_its_kind(division, unit, tmp_path):
    path = tmp_path / "决算.csv"
    path.write_text(
        "单位名称,年度,基本支出决算数,备注一栏\n教体局,2021年,5.00,x\n", encoding="utf-8"
    )
    outcome = take_file(path, division=division, by=None, kind="department")
    assert outcome["stored"], outcome["problems"]
    assert (outcome["kind"], outcome["year"]) == ("department", 2021)
    assert DepartmentFigure.objects.get().cell == "C2"
    assert any("备注一栏" in one["text"] for one in outcome["problems"])
