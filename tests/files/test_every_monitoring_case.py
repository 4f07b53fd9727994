"""Every monitoring case drawn on the official form, as a workbook and in
Word, read back and compared.
"""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from files.builders import paper
from files.builders.monitoring import draw

from wenxiao.files.forms.reading import read_file

CASES = json.loads((Path(__file__).parents[1] / "cases" / "monitoring.json").read_text("utf-8"))[
    "cases"
]
MONEY = [case for case in CASES if case["budget"] and case["executed"]]
ADVICE = ["加快支付进度。", "规范资金使用。"]


def yuan(amount):
    text = format(Decimal(str(amount)) * 10_000, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def check(found, case, *, advice=None):
    (form,) = found["forms"]
    assert (found["kind"], form["kind"], form["period"]) == ("monitor", "monitor", case["period"])
    assert (form["year"]["value"], form["project_name"]["value"]) == (case["year"], case["project"])
    assert (form["dept"]["value"], form["unit"]["value"]) == (case["dept"], case["unit"])
    total = form["funds"][0]
    assert (total["initial"]["yuan"], total["executed"]["yuan"]) == (
        yuan(case["budget"]),
        yuan(case["executed"]),
    )
    exact = Decimal(str(case["executed"])) * 100 / Decimal(str(case["budget"]))
    assert abs(Decimal(total["rate"]["computed_percent"]) - exact) <= Decimal("0.00005")
    assert total["expected_full_year"]["yuan"] is None
    rows = [
        (
            row["level1"],
            row["level2"],
            row["level3"],
            row["target_text"],
            row["actual"]["value"],
            row["possibility"]["value"],
        )
        for row in form["indicators"]
    ]
    assert rows == [
        (
            item["level1"],
            item["level2"],
            item["name"],
            item["target"],
            item["progress"],
            item["possibility"],
        )
        for item in case["indicators"]
    ]
    assert form.get("suggestions", {}).get("value") == (
        advice and [f"{n}.{text}" for n, text in enumerate(advice, 1)]
    )
    return form


@pytest.mark.parametrize("rate", ["empty", "text", "formula", "fraction"])
@pytest.mark.parametrize("case", MONEY, ids=lambda case: case["id"])
def test_as_a_workbook(case, rate, tmp_path):
    drawn, _ = draw(case, rate=rate, suggestions=ADVICE)
    cover = paper.Paper()
    cover.put(0, 0, f"{case['year']}年度{case['period']}绩效运行监控")
    form = check(
        read_file(paper.workbook(tmp_path / "表.xlsx", {"封面": cover, "监控表": drawn})),
        case,
        advice=ADVICE,
    )
    percent = form["funds"][0]["rate"]["percent"]
    assert (percent is None) == (rate == "empty")
    if percent is not None:
        assert abs(
            Decimal(percent) - Decimal(form["funds"][0]["rate"]["computed_percent"])
        ) <= Decimal("0.005")


@pytest.mark.parametrize("case", MONEY, ids=lambda case: case["id"])
def test_without_merges(case, tmp_path):
    drawn, _ = draw(case, rate="text")
    check(read_file(paper.workbook(tmp_path / "表.xlsx", {"Sheet1": drawn.unmerged()})), case)


@pytest.mark.parametrize("case", MONEY, ids=lambda case: case["id"])
def test_in_word_whole_and_with_its_head_apart(case, tmp_path):
    drawn, block = draw(case, rate="text", suggestions=ADVICE)
    check(read_file(paper.word(tmp_path / "一.docx", [drawn])), case, advice=ADVICE)
    apart = [drawn.part(0, block), drawn.part(block, drawn.bottom)]
    check(read_file(paper.word(tmp_path / "二.docx", apart)), case, advice=ADVICE)
