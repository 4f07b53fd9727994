"""Targets and actuals as people type them, judged by hand: what isn't
certain is no number and no date.
"""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from wenxiao.rulebook.expressions import parse
from wenxiao.rulebook.expressions.normal import chinese_number

with Path(__file__).with_name("expressions_in_use.csv").open(encoding="utf-8", newline="") as table:
    KEY = [
        (row["text"], role, row)
        for row in csv.DictReader(table)
        for role in (("target", "actual") if row["role"] == "both" else (row["role"],))
    ]


@pytest.mark.parametrize(
    ("text", "role", "due"), KEY, ids=[f"{text}-{role}" for text, role, _ in KEY]
)
def test_a_cell_is_read_as_a_person_reads_it(text, role, due):
    found = parse(text, role).as_json()
    read = {name: found[name] or "" for name in ("kind", "comparator", "low", "high", "unit")}
    assert read | {"date": found["date"] or found.get("partial") or ""} == {
        name: due[name] for name in [*read, "date"]
    }


@pytest.mark.parametrize("text", ["[1,200]", "[1,200)"])
def test_square_brackets_are_an_interval_and_round_ones_a_negative_number(text):
    assert parse(text).comparator == "between"
    assert str(parse("(1,200)").low) == "-1200"


@pytest.mark.parametrize("text", ["完成目标的120%", "已完成年初目标的95%", "完成年度任务的98.5%"])
def test_a_share_of_the_plan_done_is_no_value_of_the_indicator(text):
    read = parse(text, "actual")
    assert read.note == "是完成率，与目标的量纲无关"
    assert [one.kind for one in read.alt] == ["text"]


@pytest.mark.parametrize(
    ("word", "number"),
    [
        ("一亿二千万", 120_000_000),
        ("三万零五十", 30_050),
        ("二〇二一", 2021),
        ("一" * 20, None),
        ("", None),
        ("一楼", None),
    ],
)
def test_chinese_numerals(word, number):
    assert chinese_number(word) == number


@pytest.mark.parametrize("text", ["底", "末前", "实际", "半"])
def test_words_alone_are_no_date(text):
    assert parse(text).kind in {"text", "unreadable"}


def test_a_year_told_of_an_actual_is_no_value():
    assert parse("始建于2018年的老楼3栋改造", "actual").kind != "number"
    assert parse("存在18岁以下人员", "actual").kind == "text"


@pytest.mark.parametrize(
    ("text", "low", "unit"),
    [("(20)", "-20", None), ("（1,200.50）", "-1200.50", None), ("1,200.50-", "-1200.50", None)],
)
def test_a_negative_number_as_accountants_write_it(text, low, unit):
    found = parse(text, "actual")
    assert (found.kind, found.low, found.high, found.unit) == (
        "number",
        Decimal(low),
        Decimal(low),
        unit,
    )
