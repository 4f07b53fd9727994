"""Lists as bureaus draw them: other headings, heads of two rows, groups, totals, ledgers."""

from __future__ import annotations

import pytest

from wenxiao.files.cells.cells import Book, Cell, Merge, Sheet
from wenxiao.files.cells.grids import column_name
from wenxiao.files.forms.forms import form_json
from wenxiao.files.forms.listing import heading_key, looks_like_list, read_list


def sheet_of(rows, merges=(), name="清单", origin=1):
    sheet = Sheet(name, origin=origin, merges=[Merge(*merge) for merge in merges])
    for at, row in enumerate(rows, start=origin):
        for col, value in enumerate(row, start=origin):
            if value in {None, ""}:
                continue
            formula = value if isinstance(value, str) and value.startswith("=") else None
            address = f"{at},{col}" if origin == 0 else f"{column_name(col)}{at}"
            sheet.cells[at, col] = Cell(
                at,
                col,
                address,
                "" if formula else str(value),
                None if formula else str(value),
                None,
                formula,
                formula is None,
            )
    return sheet


def read(rows, merges=(), **more):
    (form,) = map(form_json, read_list(Book("xlsx", [sheet_of(rows, merges, **more)])))
    return form


@pytest.mark.parametrize(
    ("label", "key"),
    [
        ("项目名称", "project_name"),
        ("项目代码", "project_code"),
        ("预算部门", "dept"),
        ("主管\n部门", "dept"),
        ("实施单位", "unit"),
        ("评价对象", "subject_name"),
        ("预算安排资金（万元）", "budget"),
        ("经审查实际安排资金", "audited_arranged"),
        ("经审查实际使用资金（元）", "audited_used"),
        ("预算执行率(%)", "rate"),
        ("审查评分", "score"),
        ("审查评分（分）", "score"),
        ("评价等级", "grade"),
        ("存在的主要问题", "problems"),
        ("意见建议", "suggestions"),
        ("年初预算数", "initial"),
        ("全年预算数（A）", "full_year"),
        ("全年执行数", "executed"),
        ("1-7月执行数", "executed"),
        ("支付金额", "executed"),
        ("支付日期", "date"),
        ("凭证号", "voucher"),
        ("单位编码", "unit_code"),
        ("资金性质", "fund"),
        ("预算年度", "year"),
        ("备注", "note"),
        ("天气", None),
    ],
)
def test_headings_in_many_words(label, key):
    assert heading_key(label) == key


def test_a_head_of_two_rows_with_units_of_its_own():
    rows = [
        ["某区项目清单"],
        ["序号", "项目名称", "主管部门", "预算（万元）", None, "执行情况", None],
        [None, None, None, "年初预算", "全年预算", "全年执行数（元）", "执行率"],
        [1, "甲", "某局", 10, 12, 119000, "99.17%"],
        [2, "乙", "某局", None, 5, 50000, "100%"],
        ["合计", None, None, "=SUM(D4:D5)", 17, 169000],
    ]
    form = read(rows, [(2, 1, 3, 1), (2, 2, 3, 2), (2, 3, 3, 3), (2, 4, 2, 5), (2, 6, 2, 7)])
    assert form["header_row"] == 3
    assert form["rows"][0]["full_year"]["yuan"] == "120000"
    assert form["rows"][0]["executed"]["yuan"] == "119000"
    assert form["rows"][1]["initial"] == {"cell": "D5", "raw": None, "yuan": None}
    assert form["totals"]["initial"]["computed"] == "10"
    assert form["total_row"] == 6


def test_groups_with_subtotals_and_a_note_below():
    rows = [
        ["财政重点绩效评价情况表"],
        ["单位：万元"],
        ["序号", "预算部门", "评价对象", "预算安排资金", "审查评分", "评价等级", "意见建议"],
        ["一、部门整体支出", None, None, 300],
        [1, "某局", "某局", 100, 87.45, "良", "1.甲。"],
        [2, "另一局", "另一局", 200, 86.08, "良"],
        ["小计", None, None, 300],
        ["二、项目支出", None, None, 50],
        [3, "某局", "某项目", 50, 91, "优"],
        ["注：预算执行率为……"],
    ]
    form = read(rows, [(1, 1, 1, 7), (2, 1, 2, 7), (4, 1, 4, 3), (8, 1, 8, 3)])
    assert [entry["subject_name"]["value"] for entry in form["rows"]] == [
        "某局",
        "另一局",
        "某项目",
    ]
    assert form["rows"][2]["group"] == "二、项目支出"
    assert form["groups"][0]["budget"]["yuan"] == "3000000"
    assert form["groups"][0]["subtotal"]["budget"]["yuan"] == "3000000"
    assert form["totals"] == {}


def test_a_ledger_of_payments():
    rows = [
        ["单位名称", "项目代码", "项目名称", "支付日期", "资金性质", "支付金额（元）", "用途"],
        ["某局", "360000000000000000001", "甲", "2024-03-01", "一般公共预算", "1,234.56", "设备款"],
        ["合计", None, None, None, None, "1,234.56"],
    ]
    form = read(rows)
    (entry,) = form["rows"]
    assert entry["project_code"]["value"] == "360000000000000000001"
    assert entry["executed"]["yuan"] == "1234.56"
    assert entry["date"]["value"] == "2024-03-01"
    assert entry["purpose"]["value"] == "设备款"


def test_without_a_unit_no_amount_is_guessed():
    form = read([["项目名称", "主管部门", "年初预算数"], ["甲", "某局", 10]])
    assert form["rows"][0]["initial"] == {"cell": "C2", "raw": "10", "yuan": None}


def test_the_head_printed_again_is_no_row():
    head = ["项目名称", "主管部门", "年初预算（万元）"]
    assert len(read([head, ["甲", "某局", 1], head, ["乙", "某局", 2]])["rows"]) == 2


def test_a_list_in_word():
    book = Book(
        "docx",
        [sheet_of([["项目名称", "主管部门", "年初预算"], ["甲", "某局", "1.5"]], origin=0)],
        [(0, "单位：万元")],
    )
    (form,) = map(form_json, read_list(book))
    assert form["table"] == 0
    assert form["rows"][0]["initial"] == {"cell": "1,2", "raw": "1.5", "yuan": "15000"}


def test_a_note_is_no_list():
    assert not looks_like_list(sheet_of([["说明", "本表由某局填报"], ["联系人", "张三"]]))


def test_totals_and_cells_that_do_not_add_up_are_named():
    from wenxiao.files.forms.checking import problems_of
    from wenxiao.files.forms.forms import typed

    rows = [
        ["单位：万元"],
        ["项目名称", "主管部门", "年初预算", "自评得分"],
        ["一、甲类", None, 9],
        ["甲", "某局", 10, "九十"],
        ["乙", "某局", "二百万", 95],
        ["丙", "某局", "/", None],
        ["二、乙类", None, 5],
        ["丁", "某局", 5, -1],
        ["合计", None, 16],
    ]
    found = [(problem.code, problem.cell) for problem in problems_of([typed(read(rows))])]
    assert found == [("PJ-02", "D8"), ("PJ-18", "D4"), ("ZJ-03", "C5")]
    rows[4][2] = 2
    found = [(problem.code, problem.cell) for problem in problems_of([typed(read(rows))])]
    assert found == [("PJ-02", "D8"), ("PJ-18", "D4"), ("ZJ-12", "C3"), ("ZJ-13", "C9")]
    assert "ZJ-11" in {problem.code for problem in problems_of([typed(read(rows[1:]))])}
