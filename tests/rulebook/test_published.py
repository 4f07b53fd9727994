"""Published tables recomputed: what agrees, what differs, and why."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from wenxiao.rulebook.checks import Table
from wenxiao.rulebook.published import judge_sheet, judge_table
from wenxiao.rulebook.published_marks import (
    agreement,
    grade_of,
    grade_word,
    number_in,
    rate_agreement,
)
from wenxiao.rulebook.published_tables import case_of, flattened, is_sheet

CASES = Path(__file__).parents[1] / "cases"


def _load(name):
    return json.loads((CASES / f"{name}.json").read_text("utf-8"), parse_float=Decimal)["cases"]


SELFEVAL = _load("selfeval")
BY_ID = {case["id"]: case for name in ("selfeval", "departments_overall") for case in _load(name)}


def _codes(table):
    return [difference["code"] for difference in table["differences"]]


@pytest.mark.parametrize("case", SELFEVAL, ids=lambda case: case["id"])
def test_shape_and_execution_rate(case):
    table = judge_table(case)
    assert len(table["rows"]) == len(case["indicators"])
    rate = (case.get("check") or {}).get("exec_rate_recomputed_pct")
    assert (table["execution"]["rate"] is None) == (rate is None)
    if rate is not None:
        assert Decimal(table["execution"]["rate"]) == Decimal(str(rate))


def _checked_rows():
    for case in SELFEVAL:
        table = judge_table(case)
        for row, indicator in zip(table["rows"], case["indicators"], strict=True):
            if indicator.get("rule_check"):
                yield row, indicator["rule_check"]


def test_rows_against_the_naive_comparison():
    # The naive comparison counts points rounded to whole numbers as a match; the contract calls
    # that a difference
    # with its own reason. Everything else is the same arithmetic.
    want = {
        "match": {True},
        "match_after_rounding_1dp": {True},
        "match_after_rounding_int": {False},
        "mismatch": {False},
        "qualitative_or_unparsed_full": {None},
        "qualitative_or_unparsed_deducted": {None},
    }
    for row, check in _checked_rows():
        assert row["agrees"] in want[check["status"]]
        if check["status"] == "match_after_rounding_int":
            assert row["reason"] == "rounded_to_integer"
        if check.get("expected") is not None:
            assert Decimal(row["points"]) == Decimal(str(check["expected"])).quantize(
                Decimal("0.01")
            )


def test_an_empty_total_row_gives_way_to_its_parts():
    table = judge_table(BY_ID["SE001"])
    assert table["execution"]["points"] == "10.00"
    assert table["execution"]["agrees"] is False
    assert "total_row_empty" in _codes(table)
    parts = {
        "budget": {"full_year": 0, "executed": None, "central": [100, 80, "80%"]},
        "exec_weight": 10,
    }
    table = judge_table(parts)
    assert (table["execution"]["rate"], table["execution"]["points"]) == ("80.00", "8.00")
    assert _codes(table) == ["total_row_empty"]


def test_points_without_facts():
    table = judge_table(BY_ID["SE025"])
    bare = [row for row in table["rows"] if row["status"] == "not_reported"]
    assert len(bare) == 6
    assert all(row["agrees"] is None and row["points"] is None for row in bare)
    assert _codes(table).count("points_without_facts") == 6
    assert Decimal(table["total"]["published_sum"]) == 100


def test_execution_differences():
    wrong = {
        "budget": {"full_year": "116.01", "executed": 100},
        "exec_weight": 10,
        "exec_score": 9,
        "exec_rate_text": "90%",
    }
    table = judge_table(wrong)
    assert table["execution"]["reason"] == "rounded_to_integer"
    assert _codes(table) == ["rate_differs", "rounded_to_integer"]
    full = judge_table(
        {"budget": {"full_year": 10, "executed": 10}, "exec_weight": 10, "exec_score": 9}
    )
    assert _codes(full) == ["execution_points_differ"]
    bare = judge_table({"budget": {}, "exec_weight": 10, "exec_score": 9})
    assert _codes(bare) == ["points_without_facts"]
    assert "execution_above_budget" in _codes(judge_table(BY_ID["SE050"]))
    zero = judge_table({"budget": {"full_year": 0, "executed": 0}, "exec_weight": 10})
    assert zero["execution"]["points"] is None


def _table(*rows, **more):
    keys = ("target", "actual", "weight", "score")
    indicators = [
        dict(zip(keys, row, strict=False), level1="产出指标", level2="数量指标", level3="站点数")
        for row in rows
    ]
    return {
        "id": "T",
        "year": 2022,
        "budget": {"full_year": 10, "executed": 10},
        "indicators": indicators,
        **more,
    }


def test_totals_that_add_up_and_do_not():
    rows = [("≥10个", "10个", 50, 50), ("≥10个", "9个", 40, 36)]
    head = {"exec_weight": 10, "exec_score": 10}
    good = judge_table(_table(*rows, **head, total_score=96, grade="优"))
    assert good["total"] == {
        "points": "96.00",
        "published": "96",
        "agrees": True,
        "complete": True,
        "published_sum": "96",
    }
    assert good["grade"] == {"computed": "优", "published": "优", "agrees": True}
    assert good["differences"] == []
    assert "total_not_sum" in _codes(judge_table(_table(*rows, **head, total_score=97)))
    unruly = judge_table(_table(rows[0], ("≥10个", "9个", 40, 39), **head, total_score=99))
    assert _codes(unruly) == ["points_differ", "total_differs"]
    assert unruly["total"]["agrees"] is False
    ours = judge_table(_table(*rows, **head))
    assert ours["grade"]["computed"] == "优"
    no_execution_points = judge_table(_table(*rows, exec_weight=10, total_score=96))
    assert no_execution_points["total"]["published_sum"] is None


def test_weights():
    heavy = judge_table(
        _table(
            ("≥1个", "1个", 100, 100), exec_weight=10, total_weight=100, l1_weights={"产出指标": 90}
        )
    )
    assert _codes(heavy)[:3] == ["weights_not_100", "total_weight_differs", "level_weight_differs"]
    cut = judge_table(_table(("≥1个", "1个", 100, 100), exec_weight=10, truncated="后文未取到"))
    assert cut["weights"]["agrees"] is False
    missing = judge_table(_table(("≥1个", "1个", 20, 20), exec_weight=10, total_score=90))
    assert missing["weights"]["agrees"] is None
    assert missing["total"]["agrees"] is None


def test_points_outside_the_weight():
    assert "above_weight" in _codes(judge_table(_table(("≥1个", "1个", 10, 12))))
    assert "below_zero" in _codes(judge_table(_table(("≥1个", "1个", 10, -1))))


def test_over_fulfilment():
    full, less = judge_table(_table(("≥6次", "150次", 1, 1), ("≥6次", "150次", 1, "0.9")))["rows"]
    assert (full["agrees"], full["points"]) == (True, "1.00")
    assert full["assumed"]
    assert (less["status"], less["agrees"]) == ("needs_judgement", None)


@pytest.mark.parametrize(
    ("target", "actual"),
    [
        ("≥90%", "≥90%"),
        ("≥90%", "≥93%"),
        ("≤3万元", "≤3万元"),
        ("≥90%", "90%以上"),
        ("<5天", "<5天"),
    ],
)
def test_an_actual_that_repeats_the_target_s_sign_is_a_judgement_and_says_so(target, actual):
    table = judge_table(_table((target, actual, 10, 10)))
    row = table["rows"][0]
    assert (row["status"], row["points"], row["agrees"]) == ("needs_judgement", None, None)
    assert row["assumed"] == "实际值带着目标的比较符，按照抄目标看待，不作完成值"
    assert "不是确定的数（可能照抄目标）" in row["reason"]
    assert "points_differ" not in _codes(table)


def test_another_sign_is_a_judgement_without_that_cause():
    row = judge_table(_table(("≥90%", "≤95%", 10, 10)))["rows"][0]
    assert (row["status"], row["assumed"]) == ("needs_judgement", None)


def test_a_sign_in_the_name_is_used_and_said():
    row = {
        "level1": "产出",
        "level3": "救助标准（<**元/户）",
        "target": "5300",
        "actual": "5830",
        "weight": 5,
        "score": 5,
    }
    answer = judge_table({"indicators": [row]})["rows"][0]
    assert answer["assumed"].startswith("比较符取自指标名称")
    assert answer["agrees"] is False
    odd = dict(row, target="5-9")
    assert judge_table({"indicators": [odd]})["rows"][0]["status"]
    garbled = dict(row, level3="比例（≥", target="5 400")
    assert judge_table({"indicators": [garbled]})["rows"][0]["status"] == "unreadable"
    plain = dict(row, target={"value": "5,300"}, actual=None)
    assert judge_table({"indicators": [plain]})["rows"][0]["status"] == "not_reported"


def test_a_sign_read_as_a_digit():
    table = judge_table(BY_ID["SE027"])
    assert _codes(table).count("ocr_suspected") == 3
    assert [row["status"] for row in table["rows"][1:4]] == ["unreadable"] * 3


def test_parts_of_an_indicator():
    rows = [
        {"level3": "★种植面积", "target": "29.5亩", "actual": "29.5亩", "weight": 20, "score": 20},
        {"level3": "其中桃树", "target": "1.5亩", "actual": "1.5亩"},
        {"level3": "其中苹果", "target": "27亩", "actual": "28亩"},
    ]
    table = judge_table({"indicators": rows})
    assert _codes(table).count("parts_differ") == 1
    assert [row["status"] for row in table["rows"]] == ["scored", "unweighted", "unweighted"]
    orphan = judge_table(
        {"indicators": [{"level3": "其中", "target": "无", "actual": "1亩"}, rows[1]]}
    )
    assert "parts_differ" not in _codes(orphan)
    worded = judge_table({"indicators": [dict(rows[0], target="良好"), *rows[1:]]})
    assert _codes(worded).count("parts_differ") == 0


@pytest.mark.parametrize("name", ["evaluations", "monitoring", "departments_overall"])
def test_cases_with_bare_budgets(name):
    for case in _load(name):
        table = judge_table(case)
        check = case.get("check") or {}
        rate = check.get("rate_pct", check.get("executed_over_budget_pct"))
        if rate is not None:
            # 0.01 where the case rounds a half to even.
            assert abs(Decimal(table["execution"]["rate"]) - Decimal(str(rate))) <= Decimal("0.01")
        if check.get("grade_consistent") is not None:
            assert table["grade"]["agrees"] is check["grade_consistent"]


def test_grades():
    assert judge_table(BY_ID["SE052"])["grade"] == {
        "computed": "良",
        "published": "优",
        "agrees": False,
    }
    assert [
        grade_word(word)
        for word in ("优秀", "等级为良", "评价等级：中", {"value": "差（50分）"}, "高度相关", None)
    ] == ["优", "良", "中", "差", None, None]
    assert grade_of(Decimal(110), 2022) is None
    assert grade_of(None, 2022) is None
    assert judge_table({"grade": {"value": "优"}, "total_score": 95})["grade"]["published"] == "优"


def test_amounts_and_their_parts():
    case = {
        "budget": 100,
        "executed": 60,
        "budget_parts": [50, 40],
        "executed_parts": [30, 30],
        "rate_text": "60%",
    }
    assert _codes(judge_table(case)) == ["parts_differ"]
    assert flattened({"budget": 5})["budget"]["full_year"] == 5
    gap = {"budget": 100, "executed": 60, "budget_parts": [50, None]}
    assert _codes(judge_table(gap)) == []


def test_figures_in_cells():
    assert number_in("99.55分") == Decimal("99.55")
    assert number_in({"value": "1,200"}) == 1200
    assert (
        number_in(None) is number_in(True) is number_in("无") is number_in(Decimal("NaN")) is None
    )
    assert agreement(Decimal("4.84"), Decimal(5)) == (False, "rounded_to_integer")
    assert agreement(Decimal("1.43"), Decimal("1.4")) == (True, "")
    assert agreement(Decimal("8.62"), Decimal("8.620")) == (True, "")
    assert rate_agreement(Decimal("85.75"), Decimal(86))


def _sheet(**more):
    criteria = [
        {
            "level1": "决策",
            "level2": "立项",
            "level3": "依据",
            "weight": {"value": "40"},
            "score": {"value": "35.5"},
        },
        {
            "level1": "产出",
            "level2": "数量",
            "level3": {"value": "完成率"},
            "weight": {"value": "60"},
            "score": {"value": "50"},
        },
    ]
    form = {
        "kind": "evaluation",
        "year": {"value": 2024},
        "criteria": criteria,
        "total": {"value": "85.5"},
    }
    return {
        **form,
        "total_weight": {"value": "100"},
        "grade": {"value": "良", "norm": "良"},
        **more,
    }


def test_a_sound_score_sheet():
    table = judge_sheet(_sheet())
    assert table["differences"] == []
    assert table["total"] == {
        "points": "85.50",
        "published": "85.5",
        "agrees": True,
        "complete": True,
    }
    assert table["grade"]["agrees"] is True
    assert {row["status"] for row in table["rows"]} == {"needs_judgement"}


def test_faults_of_a_score_sheet():
    form = _sheet(
        total={"value": None, "computed": "86"},
        total_weight={"value": "99"},
        grade={"value": "优"},
        level_weights={"决策": {"value": "41"}, "决策/立项": {"value": "40"}, "无": {"value": "3"}},
        subtotals=[{"level1": "决策", "weight": {"value": "40"}, "score": {"value": "36"}}],
        expert_totals=[{"value": "88"}, {"value": None}],
    )
    form["criteria"][0]["experts"] = [{"value": "35"}, {"value": "35"}]
    form["criteria"][1] = {
        **form["criteria"][1],
        "score": {"value": "61"},
        "experts": [{"value": "61"}],
    }
    codes = _codes(judge_sheet(form))
    assert sorted(set(codes)) == [
        "above_weight",
        "expert_mean_differs",
        "expert_total_differs",
        "level_weight_differs",
        "subtotal_differs",
        "total_not_sum",
        "total_weight_differs",
    ]
    light = _sheet()
    light["criteria"][1]["weight"] = {"value": "55"}
    light["grade"] = {"value": "优"}
    assert _codes(judge_sheet(light)) == [
        "weights_not_100",
        "total_weight_differs",
        "grade_differs",
    ]


def test_experts_who_add_up():
    form = _sheet(expert_totals=[{"value": "85.5"}])
    for item in form["criteria"]:
        item["experts"] = [item["score"]]
    table = judge_sheet(form)
    assert table["differences"] == []
    assert all(row["agrees"] for row in table["rows"])


def test_a_sheet_with_missing_scores():
    form = _sheet()
    form["criteria"][0]["score"] = {"value": None}
    table = judge_sheet(form, year=2024, form_id="表#1")
    assert table["id"] == "表#1"
    assert table["rows"][0]["status"] == "not_reported"
    assert table["total"]["points"] is None
    assert judge_sheet({})["total"]["complete"] is False


def test_a_score_sheet_given_as_a_case():
    case = BY_ID["DE105"]
    assert is_sheet(case)
    table = judge_table(case)
    assert len(table["rows"]) == 5
    # 21 of 25 points are shown beside a total of 90: rows are missing, nothing can be said against
    # the total.
    assert table["total"]["agrees"] is None
    assert not is_sheet({})


def _seen(**more):
    """The one table of a self-evaluation whose total row is empty while its part is not."""
    head = {"weight": Decimal(10), "rate_published": "100%", "score": Decimal(10)}
    empty = {
        "label": "年度资金总额",
        "initial": Decimal(0),
        "full_year": None,
        "executed": Decimal(0),
    }
    part = {"label": "其中：财政拨款", "initial": Decimal(90), "full_year": Decimal(80)}
    row = {
        "level1": "产出",
        "level2": "数量",
        "level3": "数",
        "target": "≥5个",
        "actual": "5",
        "weight": Decimal(90),
        "score": Decimal(90),
    }
    told = {
        "kind": "selfeval",
        "year": 2022,
        "money_unit": "元",
        "funds": [{**empty, **head}, {**part, "executed": Decimal(80)}],
        "total_weight": Decimal(100),
        "total": Decimal(100),
    }
    return Table([row], {**told, **more})


def test_a_form_as_read():
    table = judge_table(case_of(_seen(), name="表#1"))
    assert (table["id"], table["execution"]["rate"]) == ("表#1", "100.00")
    assert table["execution"]["agrees"] is True
    assert _codes(table) == ["total_row_empty"]
    assert table["total"]["agrees"] is True
    assert judge_table(case_of(_seen(total=Decimal(99)), name="x"))["total"]["published"] == "99"


def test_odd_funds():
    bare = case_of(_seen(funds=[]), name="x")
    assert bare["budget"] == {"initial": None, "full_year": None, "executed": None}
    line = {
        "label": "资金",
        "raw": {"full_year": "10"},
        "unitless": {"full_year": "10", "executed": "5"},
    }
    one = case_of(_seen(funds=[line | {"rate_published": "50%"}], money_unit=None), name="x")
    assert (one["budget"]["full_year"], one["budget"]["executed"]) == (10, 5)
    assert one["exec_rate_text"] == "50%"
    lines = [{"label": "合计", "full_year": None, "rate_published": ""}, {"label": "其他"}]
    none = case_of(_seen(funds=lines), name="x")
    assert none["budget"]["full_year"] is None
    assert none["exec_rate_text"] is None


def test_points_that_only_a_formula_yields_were_published_by_nobody():
    line = {"label": "合计", "score": Decimal(10), "uncached": {"score": ("10", None)}}
    assert case_of(_seen(funds=[line]), name="x")["exec_score"] is None


def test_profiles():
    rows = [("≥1个", "1个", 90, 90)]
    banded = judge_table(
        {**_table(*rows, exec_weight=10), "budget": {"full_year": 100, "executed": 85}},
        profile_code="P2021-NOCOST",
    )
    assert banded["execution"]["points"] == "7.00"
    assert judge_table(_table(*rows), year=2020)["profile"] == "P2020"


@pytest.mark.parametrize("actual", [None, "", "—", "/"])
def test_points_for_a_dash_are_points_without_facts(actual):
    row = {"level3": "覆盖率", "target": "≥90%", "actual": actual, "weight": 10, "score": 10}
    table = judge_table({"id": "一", "indicators": [row]})
    assert (table["rows"][0]["status"], table["rows"][0]["agrees"]) == ("not_reported", None)
    assert "points_without_facts" in _codes(table)
