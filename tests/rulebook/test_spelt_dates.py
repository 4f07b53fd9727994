"""Dates in words, dates with gaps, and targets that only mean something
beside last year's figure.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from wenxiao.rulebook.expressions import parse
from wenxiao.rulebook.profiles import profile
from wenxiao.rulebook.rows import Row
from wenxiao.rulebook.scoring import score_one


@pytest.mark.parametrize(
    ("text", "kind", "comparator", "says"),
    [
        ("二〇二一年十二月底前", "date", "<=", "2021-12-31"),
        ("二〇二二年六月三十日前", "date", "<=", "2022-06-30"),
        ("2021 年 12 月 底", "date", "<=", "2021-12-31"),
        ("2021年度内", "date", "<=", "2021-12-31"),
        ("十月底前", "date", "<=", "--10-31"),
        ("十二月三十一日前", "date", "<=", "--12-31"),
        ("2021年Q3", "date", "between", "2021-07"),
        ("二〇二一年", "date", "between", "2021-01"),
        ("2021年12月20日至31日", "date", "between", "2021-12-20"),
        ("每季度末", "text", None, None),
        ("次年1月底前", "text", None, None),
        ("1e3", "unreadable", None, None),
        ("3000+", "number", ">=", "3000"),
        ("逾期率5%", "number", None, "5"),
        ("逾20万人", "number", ">=", "20"),
    ],
)
def test_as_a_person_reads_it(text, kind, comparator, says):
    read = parse(text, "target").as_json()
    assert (read["kind"], read["comparator"]) == (kind, comparator)
    assert says in {read["date"], read.get("partial"), read["low"]}


@pytest.mark.parametrize("text", ["不低于上年的95%", "达到上年水平的100%", "≥去年同期的90%"])
def test_a_share_of_last_year_is_no_figure_of_its_own(text):
    read = parse(text, "target")
    assert (read.kind, read.unit, read.ambiguous) == ("number", "%", True)
    assert [other.kind for other in read.alt] == ["text"]
    row = Row(
        Decimal(10),
        level2="数量指标",
        name="接诊人次",
        target=read,
        actual=parse("96%", "actual"),
        year=2021,
    )
    outcome = score_one(row, profile())
    assert (outcome.status, outcome.points) == ("needs_judgement", None)
    assert "上年" in outcome.reason
