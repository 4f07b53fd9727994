"""Runs, prose and figures without a database."""

from decimal import Decimal

import pytest

from wenxiao.reports.figures import Addend, Figure, count, money
from wenxiao.reports.structure import (
    Issue,
    TextRun,
    UnknownPlaceError,
    as_runs,
    bind,
    joined,
    placeholders,
)
from wenxiao.rulebook.numbers import EXACT, about, rounded

TOTAL = [
    Addend("budget.Dossier:1", "甲", Decimal("5000000.01")),
    Addend("budget.Dossier:2", "乙", Decimal(20_000_000)),
]


def test_prose_takes_words_figures_and_phrases():
    number = count("n", "个数", "数一数", TOTAL)
    words = {"年": "2021", "个数": number, "句": (TextRun("甲"), TextRun("2", "n")), "空": ""}
    assert bind("{年}年有{个数}个{空}：{句}。", words) == (
        TextRun("2021"),
        TextRun("年有"),
        TextRun("2", "n"),
        TextRun("个"),
        TextRun("："),
        TextRun("甲"),
        TextRun("2", "n"),
        TextRun("。"),
    )
    assert placeholders("{年}年有{个数}个") == ("年", "个数")


def test_an_unknown_name_says_what_there_is():
    with pytest.raises(UnknownPlaceError, match=r"“\{幸福\}”.*可用的有：个数、年"):
        bind("{幸福}", {"年": "2021", "个数": "1"})


def test_money_brings_its_unit_into_prose():
    figure = money("m", "合计", "相加", TOTAL, printing=(rounded(2), "亿元"))
    assert as_runs(figure) == (TextRun("0.25", "m"), TextRun("亿元"))
    assert figure.as_data() == {
        "id": "m",
        "name": "合计",
        "text": "0.25",
        "value": "0.2500000001",
        "unit": "亿元",
        "print": "rounded(2)",
        "rule": "相加",
        "rows": ["budget.Dossier:1", "budget.Dossier:2"],
        "yuan": "25000000.01",
        "parts": [["budget.Dossier:1", "甲", "5000000.01"], ["budget.Dossier:2", "乙", "20000000"]],
    }


@pytest.mark.parametrize(
    ("rule", "unit", "text"),
    [(EXACT, "元", "25000000.01"), (EXACT, "万元", "2500.000001"), (about(1), "亿元", "约0.3")],
)
def test_a_sum_prints_by_its_rule(rule, unit, text):
    assert money("m", "合计", "相加", TOTAL, printing=(rule, unit)).text == text


def test_missing_money_is_missing_and_named():
    nobody = money("m", "合计", "相加", [Addend("a", "甲")])
    assert (nobody.text, nobody.value, nobody.yuan) == ("", None, None)
    assert as_runs(nobody) == (TextRun("（未录入）", "m"),)
    some = money("m", "合计", "相加", [*TOTAL, Addend("a", "丙")])
    assert some.rule == "相加；其中1个未录入，未计入"
    assert money("m", "合计", "相加", [Addend("a", "甲", Decimal(0))]).text == "0"


def test_a_figure_survives_being_kept():
    figure = money("m", "合计", "相加", TOTAL)
    kept = Figure.from_data(figure.as_data())
    assert (kept.text, kept.unit, kept.rows, kept.yuan) == (
        figure.text,
        figure.unit,
        figure.rows,
        figure.yuan,
    )
    assert kept.as_data() == figure.as_data()


def test_joined_puts_a_text_between():
    assert joined([(TextRun("甲"),), (TextRun("乙"),)], "、") == (
        TextRun("甲"),
        TextRun("、"),
        TextRun("乙"),
    )
    assert joined([], "、") == ()


def test_a_draft_leaves_room_for_its_number():
    assert Issue().text == "第　　期"
    assert Issue(3).text == "第3期"
