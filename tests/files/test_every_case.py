"""Every public case drawn in every layout, as a workbook and in Word, read
back and compared with its facts.
"""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from files.builders import paper
from files.builders.selfeval import LAYOUTS, draw, split_target
from reach import SOAK

from wenxiao.files.forms.reading import read_file

CASES = Path(__file__).parents[1] / "cases"
DEPARTMENTS = json.loads((CASES / "departments_overall.json").read_text("utf-8"))["cases"]
SELFEVAL = json.loads((CASES / "selfeval.json").read_text("utf-8"))["cases"] + [
    case for case in DEPARTMENTS if case["id"].startswith("SE")
]
FACTOR = {"元": 1, "万元": 10_000, "亿元": 100_000_000}


def plain(value):
    """A value of a case as a cell shows it."""
    if value is None or value == "":
        return None
    if isinstance(value, int | float):
        text = format(Decimal(str(value)), "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return value.strip()


def unit_of(case):
    return case["money_unit"][:2].rstrip("(") if case["money_unit"] else "万元"


def facts(case, layout):
    """What a person reads on the drawn form."""
    budget, factor = case["budget"], FACTOR[unit_of(case)]
    rows = []
    for item in case["indicators"]:
        row = {
            key: plain(item.get(key))
            for key in ("level1", "level2", "level3", "actual", "deviation")
        }
        text = plain(item.get("target"))
        row["target"] = text
        row["target_text"] = text
        if layout == "lijiang":
            sign, value, unit = split_target(item.get("target"))
            row["target"] = plain(value)
            row["target_text"] = (
                "".join("".join(part or "" for part in (sign, plain(value), unit)).split()) or None
            )
        row |= (
            {key: plain(item.get(key)) for key in ("weight", "score")}
            if layout != "transfer"
            else {}
        )
        rows.append(row)
    money = {}
    for key in ("initial", "full_year", "executed"):
        amount = budget.get(key)
        money[key] = None if amount is None else plain(float(Decimal(str(amount)) * factor))
    out = {
        "year": case.get("year"),
        "project_name": plain(case.get("project")),
        "dept": plain(case.get("dept")),
        "unit": plain(case.get("unit")),
        "money_unit": unit_of(case),
        "money": money,
        "rows": rows,
        "rate": case.get("exec_rate_text"),
        "grade": plain(case.get("grade")),
    }
    if layout != "transfer":
        out |= {
            "exec_weight": plain(case.get("exec_weight")),
            "exec_score": plain(case.get("exec_score")),
            "total": plain(case.get("total_score")),
            "total_weight": plain(case.get("total_weight")),
        }
    return out


def value_of(item):
    return None if item is None else item.get("value")


def seen(form, layout):
    """The same facts from what was read."""
    first = form["funds"][0]
    rows = []
    for item in form["indicators"]:
        row = {key: item[key] for key in ("level1", "level2", "level3")}
        row |= {key: value_of(item[key]) for key in ("actual", "deviation", "target")}
        row["target_text"] = item["target_text"]
        if layout != "transfer":
            row |= {key: value_of(item[key]) for key in ("weight", "score")}
        rows.append(row)
    out = {
        "year": form["year"]["value"],
        "project_name": form["project_name"]["value"],
        "dept": form["dept"]["value"],
        "unit": form["unit"]["value"],
        "money_unit": form["money_unit"],
        "money": {key: first[key]["yuan"] for key in ("initial", "full_year", "executed")},
        "rows": rows,
        "rate": first["rate"].get("text"),
        "grade": value_of(form["grade"]),
    }
    if layout != "transfer":
        total = form["total"]
        out |= {
            "exec_weight": value_of(first["weight"]),
            "exec_score": value_of(first["score"]),
            "total": value_of(total["score"]),
            "total_weight": value_of(total["weight"]),
        }
    return out


def drawable(case):
    return {**case, "money_unit": unit_of(case), "year": case.get("year")}


def check(found, case, layout):
    assert [form["kind"] for form in found["forms"]] == ["selfeval"], found["problems"]
    expected, got = facts(case, layout), seen(found["forms"][0], layout)
    assert got == expected


IDS = [case["id"] for case in SELFEVAL]


def in_turn(first):
    """Every case in one layout, beginning with which; in all of them in make soak."""
    chosen = [
        (case, layout)
        for at, case in enumerate(SELFEVAL)
        for to, layout in enumerate(LAYOUTS)
        if SOAK or (at + first) % len(LAYOUTS) == to
    ]
    ids = [f"{case['id']}-{layout}" for case, layout in chosen]

    def decorate(test):
        return pytest.mark.soak(pytest.mark.parametrize(("case", "layout"), chosen, ids=ids)(test))

    return decorate


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("case", SELFEVAL, ids=IDS)
def test_as_a_workbook(case, layout, tmp_path):
    drawn, _ = draw(drawable(case), layout)
    cover, notes = paper.Paper(), paper.Paper()
    cover.put(3, 1, "2025年度绩效自评材料")
    notes.put(0, 0, "备注")
    notes.put(1, 0, "本表由经办人填写，得分保留两位小数。")
    found = read_file(
        paper.workbook(
            tmp_path / "表.xlsx", {"封面": cover, "自评表": drawn, "备注": notes}, offset=1
        )
    )
    check(found, case, layout)


@in_turn(3)
def test_without_merges(case, layout, tmp_path):
    drawn, _ = draw(drawable(case), layout)
    check(
        read_file(paper.workbook(tmp_path / "表.xlsx", {"Sheet1": drawn.unmerged()})), case, layout
    )


@in_turn(0)
def test_in_word(case, layout, tmp_path):
    drawn, _ = draw(drawable(case), layout, head=False)
    above = ["附件1", "项目支出绩效自评表", f"（{case['year']}年度）" if case.get("year") else ""]
    check(read_file(paper.word(tmp_path / "表.docx", [*above, drawn])), case, layout)


@in_turn(1)
def test_in_word_with_the_head_in_a_table_of_its_own(case, layout, tmp_path):
    drawn, block = draw(drawable(case), layout, head=False)
    parts = [drawn.part(0, block), drawn.part(block, drawn.bottom)]
    above = ["项目支出绩效自评表", f"（{case['year']}年度）" if case.get("year") else ""]
    check(read_file(paper.word(tmp_path / "表.docx", [*above, *parts])), case, layout)


@in_turn(2)
def test_in_word_over_three_tables(case, layout, tmp_path):
    # a page break cut the indicators: the last table repeats no heading
    drawn, block = draw(drawable(case), layout, head=False)
    cut = block + 1 + len(case["indicators"]) // 2
    parts = [drawn.part(0, block), drawn.part(block, cut), drawn.part(cut, drawn.bottom)]
    above = ["项目支出绩效自评表", f"（{case['year']}年度）" if case.get("year") else ""]
    found = read_file(paper.word(tmp_path / "表.docx", [*above, *parts]))
    check(found, case, layout)
    tables = [row.get("table", 1) for row in found["forms"][0]["indicators"]]
    assert tables == [1] * (cut - block - 1) + [2] * (len(case["indicators"]) - (cut - block - 1))


@in_turn(2)
def test_in_full_width_digits_without_a_unit(case, layout, tmp_path):
    drawn, _ = draw(drawable(case), layout, wide=True, unit=False)
    found = read_file(paper.workbook(tmp_path / "表.xlsx", {"Sheet1": drawn}))
    form = found["forms"][0]
    assert form["money_unit"] is None
    assert form["funds"][0]["full_year"]["yuan"] is None
    paid = any(case["budget"].get(key) is not None for key in ("initial", "full_year", "executed"))
    assert ("ZJ-11" in {problem["code"] for problem in found["problems"]}) == paid
    assert [row["level3"] for row in form["indicators"]] == [
        plain(row["level3"]) for row in case["indicators"]
    ]


@pytest.mark.parametrize(
    "case", [one for one in SELFEVAL if one["budget"]["executed"]], ids=lambda case: case["id"]
)
def test_a_unit_above_the_word_table_counts(case, tmp_path):
    drawn, _ = draw(drawable(case), head=False, unit=False)
    above = ["项目支出绩效自评表", f"（{case['year']}年度）", f"单位：{unit_of(case)}"]
    form = read_file(paper.word(tmp_path / "表.docx", [*above, drawn]))["forms"][0]
    assert (form["money_unit"], form["funds"][0]["executed"]["yuan"]) == (
        unit_of(case),
        facts(case, "national")["money"]["executed"],
    )


def test_two_cases_on_one_sheet_and_in_one_word_file(tmp_path):
    first, second = SELFEVAL[2], SELFEVAL[5]
    one, _ = draw(drawable(first))
    two, _ = draw(drawable(second))
    both = one.followed_by(two, gap=2)
    for found in (
        read_file(paper.workbook(tmp_path / "表.xlsx", {"Sheet1": both})),
        read_file(paper.word(tmp_path / "表.docx", ["自评表", one, "自评表", two])),
    ):
        assert len(found["forms"]) == 2
        for form, case in zip(found["forms"], (first, second), strict=True):
            assert seen(form, "national") == facts(case, "national")
