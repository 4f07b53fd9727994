"""Ledgers as treasuries print them: grouped headings, merged names, running
totals, months side by side, units by line.
"""

from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from wenxiao.budget.models import Spending, Subject
from wenxiao.budget.services import ensure_subject
from wenxiao.intake.ledger import import_ledger
from wenxiao.records.models import Entry, ImportBatch
from wenxiao.records.services import undo_batch

pytestmark = [pytest.mark.db, pytest.mark.django_db]
CODE = "360191000000000000026"


@pytest.fixture
def take(division, unit, tmp_path):
    for code, name in ((CODE, "校园安保"), ("360191000000000000031", "校舍维修")):
        ensure_subject(division=division, unit=unit, code=code, name=name, by=None)

    def run(rows, merges=(), kind="spending", **more):
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        for one in merges:
            book.active.merge_cells(one)
        path = tmp_path / "台账.xlsx"
        book.save(path)
        return import_ledger(path=path, division=division, by=None, kind=kind, **more)

    return run


def stored(outcome):
    assert outcome.stored, [problem.sentence() for problem in outcome.problems]
    return [(one.month, one.amount) for one in Spending.objects.order_by("month", "amount")]


def told(outcome):
    return [(problem.code, problem.level, problem.line) for problem in outcome.problems]


GROUPED = [
    ["单位：万元"],
    ["日期", "预算单位", None, "项目", None, "支付信息", None],
    [None, "编码", "名称", "编码", "名称", "金额", "摘要"],
]


@pytest.mark.parametrize("merges", [(), ("A2:A3", "B2:C2", "D2:E2", "F2:G2")])
def test_a_heading_on_two_rows(take, merges):
    line = ["2021-05-06", "101", "教体局", CODE, "校园安保", 300.5, "工程款"]
    outcome = take([*GROUPED, line, ["合计", None, None, None, None, 300.5]], merges)
    assert stored(outcome) == [(5, Decimal("3005000.00"))]


def test_a_heading_on_two_rows_again_on_the_next_page(take):
    first = ["2021-05-06", "101", "教体局", CODE, "校园安保", 1, "甲"]
    second = ["2021-06-06", "101", "教体局", CODE, "校园安保", 2, "乙"]
    outcome = take([*GROUPED, first, *GROUPED[1:], second])
    assert [amount for _, amount in stored(outcome)] == [10000, 20000]


def test_groups_whose_words_alone_say_nothing(take):
    rows = [
        ["单位信息", None, "项目信息", None, "支付信息", None],
        ["编码", "名称", "编码", "名称", "支付日期", "支付金额（元）"],
        ["101", "教体局", CODE, "校园安保", "2021-05-06", 100],
    ]
    assert stored(take(rows)) == [(5, Decimal(100))]


def test_a_row_that_numbers_the_columns_is_passed_over(take):
    rows = [
        ["支付日期", "单位名称", "项目名称", "支付金额（元）"],
        [1, 2, 3, 4],
        ["2021-05-06", "教体局", "校园安保", 100],
    ]
    assert stored(take(rows)) == [(5, Decimal(100))]


def test_names_merged_downward_hold_for_every_line(take):
    rows = [
        ["单位名称", "项目名称", "支付日期", "支付金额（元）"],
        ["教体局", "校园安保", "2021-05-06", 100],
        [None, None, "2021-06-07", 200],
        [None, "校舍维修", "2021-07-08", 300],
    ]
    outcome = take(rows, ("A2:A4", "B2:B3"))
    assert [amount for _, amount in stored(outcome)] == [100, 200, 300]
    names = Spending.objects.order_by("month").values_list("dossier__subject__name", flat=True)
    assert list(names) == ["校园安保", "校园安保", "校舍维修"]


def test_merged_money_is_never_multiplied(take):
    rows = [
        ["单位名称", "项目名称", "支付日期", "支付金额（元）"],
        ["教体局", "校园安保", "2021-05-06", 100],
        [None, None, "2021-06-07", None],
    ]
    outcome = take(rows, ("A2:A3", "B2:B3", "D2:D3"))
    assert not outcome.stored
    assert ("DR-60", "阻断", 3) in told(outcome)


def test_running_totals_are_no_payments(take):
    rows = [
        ["支付日期", "单位名称", "项目名称", "支付金额（元）"],
        ["2021-05-06", "教体局", "校园安保", 100],
        ["过次页", None, None, 100],
        ["承前页", None, None, 100],
        ["2021-05-07", "教体局", "校园安保", 200],
        ["本页小计", None, None, 200],
        ["本月合计", None, None, 300],
        ["本年累计", None, None, 300],
        ["支付日期", "单位名称", "项目名称", "支付金额（元）"],
        ["2021-06-06", "教体局", "校园安保", 400],
        ["本月合计", None, None, 400],
        ["累计", None, None, 700],
        ["制单：甲", None, None, "打印日期：2021-07-01"],
    ]
    outcome = take(rows)
    assert [amount for _, amount in stored(outcome)] == [100, 200, 400]
    assert "ZJ-13" not in {problem.code for problem in outcome.problems}


@pytest.mark.parametrize(
    "months",
    [("1月", "2月", "3月"), ("1月份支出", "2月份支出", "3月份支出"), ("一月", "二月", "三月")],
)
def test_months_side_by_side_are_payments_of_their_month(take, months):
    rows = [
        ["2021年预算执行进度表"],
        ["单位：万元"],
        ["单位", "项目名称", "年初预算", "调整预算", *months, "累计支出", "执行率"],
        ["教体局", "校园安保", 2475, 2475, 100, 200.5, 300, 600.5, "24.26%"],
        ["教体局", "校舍维修", 150, 150, 0, None, 20, 20, "13%"],
        ["合计", None, 2625, 2625, 100, 200.5, 320, 620.5],
    ]
    outcome = take(rows)
    due = [(1, 1000000), (2, 2005000), (3, 3000000), (3, 200000)]
    assert sorted(stored(outcome)) == sorted((month, Decimal(amount)) for month, amount in due)
    assert not [problem for problem in outcome.problems if problem.code == "ZJ-13"]


def test_months_that_do_not_make_their_sum_are_named(take):
    rows = [["单位", "项目名称", "1月", "2月", "累计支出"], ["教体局", "校园安保", 100, 200, 900]]
    outcome = take(rows, year=2021)
    assert ("ZJ-13", "警告", 2) in told(outcome)


def test_each_line_may_name_its_unit(take):
    rows = [
        ["支付日期", "单位名称", "项目名称", "支付金额", "金额单位"],
        ["2021-05-06", "教体局", "校园安保", 300.5, "万元"],
        ["2021-05-07", "教体局", "校园安保", 5000, "元"],
        ["2021-05-08", "教体局", "校园安保", "0.02亿元", None],
    ]
    amounts = [amount for _, amount in stored(take(rows))]
    assert amounts == [Decimal(5000), Decimal(2000000), Decimal(3005000)]


def test_a_unit_nobody_knows_is_asked_about(take):
    rows = [
        ["支付日期", "单位名称", "项目名称", "支付金额", "金额单位"],
        ["2021-05-06", "教体局", "校园安保", 300.5, "美元"],
    ]
    outcome = take(rows)
    assert not outcome.stored
    assert ("DR-82", "阻断", 2) in told(outcome)


@pytest.mark.parametrize(
    ("written", "month"),
    [("2021年03月", 3), ("2021.3", 3), ("202103", 3), ("2021/11", 11), ("3月", 3), ("3月5日", 3)],
)
def test_a_date_that_only_names_the_month(take, written, month):
    rows = [
        ["支付日期", "单位名称", "项目名称", "支付金额（元）"],
        [written, "教体局", "校园安保", 100],
    ]
    assert stored(take(rows, year=2021)) == [(month, Decimal(100))]


def test_a_day_counted_from_1900_is_read_and_named(take):
    rows = [
        ["支付日期", "单位名称", "项目名称", "支付金额（元）"],
        ["44260", "教体局", "校园安保", 100],
    ]
    outcome = take(rows)
    assert stored(outcome) == [(3, Decimal(100))]
    assert ("DR-83", "提示", 2) in told(outcome)


@pytest.mark.parametrize("written", ["2021-13", "13月", "99999", "去年"])
def test_what_is_no_date_is_refused(take, written):
    rows = [
        ["支付日期", "单位名称", "项目名称", "支付金额（元）"],
        [written, "教体局", "校园安保", 100],
    ]
    outcome = take(rows, year=2021)
    assert not outcome.stored
    assert ("DR-62", "阻断", 2) in told(outcome)


def test_a_sign_behind_the_number_is_a_sign(take):
    rows = [
        ["支付日期", "单位名称", "项目名称", "支付金额（元）"],
        ["2021-05-06", "教体局", "校园安保", "1,200.50"],
        ["2021-05-07", "教体局", "校园安保", "1,200.50-"],
    ]
    assert [amount for _, amount in stored(take(rows))] == [Decimal("-1200.50"), Decimal("1200.50")]


@pytest.mark.parametrize(
    ("code", "spoilt"),
    [
        (360191000000000000000, True),
        ("3.60191E+20", True),
        (f"'{CODE}", False),
        (f"{CODE} ", False),
    ],
)
def test_a_spoilt_code_is_recovered_by_name_and_said(take, code, spoilt):
    rows = [
        ["支付日期", "单位名称", "项目代码", "项目名称", "支付金额（元）"],
        ["2021-05-06", "教体局", code, "校园安保", 500],
    ]
    outcome = take(rows)
    assert stored(outcome) == [(5, Decimal(500))]
    assert ("DR-81" in {problem.code for problem in outcome.problems}) is spoilt


def test_a_code_the_workbook_stores_as_text_keeps_its_zeros(take):
    rows = [
        ["支付日期", "单位名称", "项目代码", "项目名称", "支付金额（元）"],
        ["2021-05-06", "教体局", "360191000000000000000", "新设项目", 500],
    ]
    outcome = take(rows)
    assert "DR-81" not in {problem.code for problem in outcome.problems}


def test_a_spoilt_code_without_a_known_name_names_the_true_cause(take):
    rows = [
        ["支付日期", "单位名称", "项目代码", "项目名称", "支付金额（元）"],
        ["2021-05-06", "教体局", "3.60191E+20", "不知道", 500],
    ]
    outcome = take(rows)
    assert not outcome.stored
    assert {"DR-81", "DR-66"} <= {problem.code for problem in outcome.problems}


# ---- sums up to a day (截至…) ----------------------------------------------------------------------

SUMS = [["截至2021年{month}月31日项目支出执行情况表"], ["单位：元"]]
HEADS = ["单位名称", "项目代码", "项目名称", "累计支出"]
OTHER = "360191000000000000031"


def sums(month, first, second, heads=HEADS):
    title = [[SUMS[0][0].format(month=month)], SUMS[1]]
    return [
        *title,
        list(heads),
        ["教体局", CODE, "校园安保", first],
        ["教体局", OTHER, "校舍维修", second],
    ]


def test_sums_enter_at_their_month_and_the_next_ones_by_the_difference(take):
    first = take(sums(3, 100, 50))
    assert stored(first) == [(3, Decimal(50)), (3, Decimal(100))]
    assert first.assumed == [
        "表上写明“截至2021年3月31日”，按累计数读取：2 项此前没有支出，按截至 3 月的累计记在 3 月。"
    ]
    assert ("DR-85", "提示", None) in told(first)
    second = take(sums(7, 170, 50))
    assert stored(second) == [(3, Decimal(50)), (3, Decimal(100)), (7, Decimal(70))]
    assert "2 项与此前已有的相减，差额记在 7 月" in second.assumed[0]
    again = take(sums(7, 180, 50))
    assert stored(again) == [(3, Decimal(50)), (3, Decimal(100)), (7, Decimal(80))]


def test_sums_are_held_against_single_payments_too(take):
    head = ["单位名称", "项目代码", "项目名称", "支付日期", "凭证号", "支付金额"]
    take([head, ["教体局", CODE, "校园安保", "2021-02-05", "V1", 30]])
    assert take(sums(3, 100, 50)).stored
    assert [one.amount for one in Spending.objects.order_by("amount")] == [30, 50, 70]


def test_a_sum_below_what_is_stored_is_refused(take):
    take(sums(3, 100, 50))
    outcome = take(sums(7, 90, 60))
    assert not outcome.stored
    (wrong,) = [problem for problem in outcome.problems if problem.code == "DR-86"]
    assert (wrong.level, wrong.line) == ("阻断", 4)
    assert "90" in wrong.text
    assert Spending.objects.count() == 2


@pytest.mark.parametrize(
    ("heads", "month"),
    [
        (["单位名称", "项目代码", "项目名称", "1-7月支出"], 7),
        (["单位名称", "项目代码", "项目名称", "截至7月底支出数"], 7),
        (["单位名称", "项目代码", "项目名称", "1—9月累计支付"], 9),
    ],
)
def test_the_heading_itself_says_the_month(take, heads, month):
    rows = sums(3, 100, 50, heads)[1:]
    assert stored(take([["2021年项目支出"], *rows])) == [
        (month, Decimal(50)),
        (month, Decimal(100)),
    ]


def test_of_a_month_and_a_sum_beside_it_the_sum_counts(take):
    rows = [
        ["截至2021年7月31日执行进度表"],
        ["单位名称", "项目代码", "项目名称", "本月支出", "累计支出"],
        ["教体局", CODE, "校园安保", 20, 100],
    ]
    assert stored(take(rows)) == [(7, Decimal(100))]


@pytest.mark.parametrize(
    ("heads", "why"),
    [
        (["支出数", "累计支出"], "分不清哪一列"),
        (["本月支出"], "没有截至当时的累计数"),
        (["1-6月支出"], "分不清截至哪个月"),
    ],
)
def test_what_may_be_read_in_two_ways_is_asked(take, heads, why):
    rows = [
        ["截至2021年7月31日执行进度表"],
        ["单位名称", "项目代码", "项目名称", *heads],
        ["教体局", CODE, "校园安保", *[20] * len(heads)],
    ]
    outcome = take(rows)
    assert not outcome.stored
    (asked,) = [problem for problem in outcome.problems if problem.code == "DR-71"]
    assert why in asked.text


def test_a_sum_without_its_month_is_asked(take):
    rows = [["单位名称", "项目代码", "项目名称", "累计支出"], ["教体局", CODE, "校园安保", 20]]
    (asked,) = [problem for problem in take(rows, year=2021).problems if problem.code == "DR-71"]
    assert "没有写明截至哪个月" in asked.text


# ---- words a bureau adds -------------------------------------------------------------------------


def test_words_a_bureau_adds_are_read_in_ledgers_too(take, division):
    rows = [
        ["单位：元"],
        ["用款部门", "项目标识", "办结时点", "拨给数"],
        ["教体局", CODE, "2021-05-06", 12],
    ]
    assert not take(rows).stored
    division.rules = [
        {
            "rule": "column_words",
            "from": "2021-01-01",
            "document": "本级表样说明",
            "clause": "二",
            "standing": "未核",
            "content": {
                "unit": ["用款部门"],
                "project_code": ["项目标识"],
                "date": ["办结时点"],
                "executed": ["拨给数"],
            },
        }
    ]
    division.save()
    assert stored(take(rows)) == [(5, Decimal(12))]


def test_spending_beside_budgets_is_said_not_to_be_read(take):
    rows = [
        ["截至2021年7月31日预算执行情况表"],
        ["单位名称", "项目代码", "项目名称", "年初预算数", "全年预算数", "累计支出"],
        ["教体局", CODE, "校园安保", 200, 200, 100],
    ]
    outcome = take(rows, kind="budget")
    assert outcome.kind == "budget"
    (said,) = [problem for problem in outcome.problems if problem.code == "DR-84"]
    assert "“累计支出”一列没有导入" in said.text
    assert stored(take(rows)) == [(7, Decimal(100))]


# ---- what a ledger says of its projects ----------------------------------------------------------

FACT_HEADS = [
    "单位名称",
    "项目代码",
    "项目名称",
    "年初预算数",
    "项目负责人",
    "设立年限",
    "到期日期",
    "中期评估日期",
]


def test_a_ledger_registers_who_answers_and_how_long_a_project_runs(take):
    rows = [
        ["2021年预算"],
        FACT_HEADS,
        ["教体局", CODE, "校园安保", 200, "甲", "3年", "2023-12-31", "2022年6月30日"],
    ]
    outcome = take(rows, kind="budget")
    assert outcome.stored
    subject = Subject.objects.get(code=CODE)
    assert (subject.manager, subject.term_years) == ("甲", 3)
    assert (subject.expires_on, subject.midterm_on) == (date(2023, 12, 31), date(2022, 6, 30))
    assert Entry.objects.get(act="由台账登记项目情况").data["after"][CODE]["项目负责人"] == "甲"
    undo_batch(batch=ImportBatch.objects.get(), by=None, why="导错")
    subject.refresh_from_db()
    assert (subject.manager, subject.term_years, subject.expires_on) == ("", None, None)


def test_what_contradicts_the_register_is_named_and_not_taken(take):
    Subject.objects.filter(code=CODE).update(manager="乙")
    rows = [
        ["2021年预算"],
        FACT_HEADS,
        ["教体局", CODE, "校园安保", 200, "甲", "长期", "2023年12月", None],
    ]
    outcome = take(rows, kind="budget")
    named = [problem for problem in outcome.problems if problem.code == "DR-93"]
    assert {(one.level, one.line, one.cell) for one in named} == {
        ("警告", 3, "E3"),
        ("警告", 3, "F3"),
        ("警告", 3, "G3"),
    }
    assert "登记的（或本台账前面写的）是“乙”" in named[0].text
    subject = Subject.objects.get(code=CODE)
    assert (subject.manager, subject.term_years, subject.expires_on) == ("乙", None, None)
