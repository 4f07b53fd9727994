"""Layouts of published tables are data: what a file says is what a
workbook, a page and a machine are given.
"""

from __future__ import annotations

import ast
from dataclasses import replace
from decimal import Decimal

import pytest

from wenxiao.files.out import summary_table
from wenxiao.files.out.summary_table import SummaryRow, summary_sheet
from wenxiao.rulebook.table_layouts import FOLDER, table_layout

NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))
SOURCE = FOLDER.parents[1]
PRINTERS = (
    "files/out/summary_table.py",
    "files/out/official_forms.py",
    "portal/sheets.py",
    "portal/open_data.py",
    "reports/summary.py",
    "desk/subjects/export.py",
)
"""The modules that print a published table."""


def row():
    money = Decimal(1_000_000)
    return SummaryRow(
        "水利局", "河道保洁", "项目支出", 2024, money, money, money, Decimal(90), "优"
    )


@pytest.mark.parametrize("name", NAMES)
def test_each_layout_is_read_whole(name):
    layout = table_layout(name)
    assert layout.columns
    assert layout.title
    fields = [column.field for column in (*layout.columns, *layout.internal)]
    assert len(fields) == len(set(fields))
    with pytest.raises(KeyError):
        layout.row({})


def test_a_layout_in_another_order_prints_in_that_order(monkeypatch):
    """The table follows its file: columns swapped and one taken away need no code."""
    layout = table_layout("evaluations")
    fewer = replace(layout, columns=(*layout.columns[5:8], layout.columns[2], layout.columns[1]))
    monkeypatch.setattr(summary_table, "table_layout", lambda name: fewer)
    sheet = summary_sheet([("一、项目支出", [row()])], title="情况表")
    assert [column.heading for column in sheet.columns] == list(fewer.labels)
    group, line = sheet.rows
    assert group.amounts == {0: Decimal(100), 1: Decimal(100), 2: Decimal(100)}
    assert line == (Decimal(100), Decimal(100), Decimal(100), "河道保洁", "水利局")


def test_no_heading_of_a_published_table_stands_in_code():
    headings = {
        column.label
        for name in NAMES
        for column in (*table_layout(name).columns, *table_layout(name).internal)
        if len(column.label) > 2
    }
    assert len(headings) > 25
    for module in PRINTERS:
        tree = ast.parse((SOURCE / module).read_text(encoding="utf-8"))
        texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
        shared = {text for text in texts if isinstance(text, str)} & headings
        assert shared == set(), module
