"""Cells in which a tester found a figure that was not there: what is not
certain is not taken as a number.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from wenxiao.files.cells.seen import Rate, Seen, Year
from wenxiao.files.forms.dossier_forms import SelfEvalForm, YearGoal
from wenxiao.files.forms.fund_lines import FundLine
from wenxiao.files.forms.tables import table_of
from wenxiao.rulebook.checks import Table
from wenxiao.rulebook.expressions import parse
from wenxiao.rulebook.profiles import profile
from wenxiao.rulebook.published import judge_table
from wenxiao.rulebook.published_tables import case_of
from wenxiao.rulebook.rows import Row
from wenxiao.rulebook.scoring import execution, score_one


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        *(
            (text, "unreadable")
            for text in (
                "2E+05",
                "1.2E4",
                "1.2E4元",
                "≥1e3",
                "2022年2月30日",
                "6月31日",
                "2022年13月",
                "2021年6月31日前",
                "2021-13-01",
                "13月底前",
                "10%-5%",
                "二〇二一年六月三十一日前",
            )
        ),
        *(
            (text, "text")
            for text in (
                "两三次",
                "三五个",
                "七八十人",
                "百分之七八",
                "次年6月底前",
                "30日前",
                "30日前完成",
                "一站式服务",
                "一户一策",
                "1+X",
                "≠0",
                "不等于0",
                "不早于6月30日",
                "11月-次年2月",
            )
        ),
    ],
)
def test_no_figure_is_made_up(text, kind):
    for role in ("target", "actual"):
        assert parse(text, role).kind == kind


@pytest.mark.parametrize(
    ("text", "comparator", "low", "high", "unit"),
    [
        ("负3%", None, "-3", "-3", "%"),
        ("同比-3%", None, "-3", "-3", "%"),
        ("百分百", None, "100", "100", "%"),
        ("下降5个点", None, "5", "5", "个点"),
        ("5个点位", None, "5", "5", "个"),
        ("≥1次/季", ">=", "1", None, "次/季"),
        ("≥2场/季", ">=", "2", None, "场/季"),
        ("1次/旬", None, "1", "1", "次/旬"),
        ("12元/(人·天)", None, "12", "12", "元/(人·天)"),
        ("100<X<200", "between", "100", "200", None),
        ("5≤x≤10", "between", "5", "10", None),
        ("200>X>100", "between", "100", "200", None),
        (".5", None, "0.5", "0.5", None),
        ("￥500", None, "500", "500", "元"),
        ("¥5.5万", None, "5.5", "5.5", "万元"),
        ("100+", ">=", "100", None, None),
        ("90+", ">=", "90", None, None),
        ("30日内", "<=", None, "30", "日"),
    ],
)
def test_figures_read_exactly(text, comparator, low, high, unit):
    read = parse(text, "target").as_json()
    assert (read["kind"], read["comparator"], read["low"], read["high"], read["unit"]) == (
        "number",
        comparator,
        low,
        high,
        unit,
    )


def test_deadlines_with_words_and_hours():
    for hour in ("24时", "17:00", "24:00"):
        assert parse(f"2022年12月31日{hour}前", "target").as_json()["date"] == "2022-12-31"
    assert parse("不晚于6月30日", "target").date == "--06-30"
    early = parse("早于6月30日", "target")
    assert (early.comparator, early.date, early.partial) == ("<", "--06-30", True)
    assert parse("6月1日-7月15日", "target").date == "--06-01/--07-15"
    assert parse("1-12月", "target").date == "--01/--12"


@pytest.mark.parametrize(
    ("target", "actual", "status", "said"),
    [
        ("增长5%", "下降2%", "needs_judgement", "方向不同"),
        ("12次", "每月1次", "needs_judgement", "口径不同"),
        ("每季度1次", "4次", "needs_judgement", "口径不同"),
        ("每季度1次", "每季度1次", "scored", "达到"),
        ("下降5%", "下降5%", "scored", "达到"),
        ("10%-5%", "7%", "unreadable", "无法识别"),
        ("1-12月", "12月", "scored", "按期"),
        ("1-12月", "2021.1.1-12.31", "scored", "按期"),
        ("第四季度", "11月", "scored", "按期"),
        ("上半年", "6月", "scored", "按期"),
        ("上半年", "7月15日", "needs_judgement", "逾期 15 天"),
        ("6月1日-7月15日", "7月20日", "needs_judgement", "逾期 5 天"),
        ("年底前", "全年", "scored", "按期"),
        ("6月底前", "7月", "needs_judgement", "1 个月"),
        ("早于6月30日", "6月30日", "needs_judgement", "不含当日"),
        ("早于6月30日", "6月29日", "scored", "按期"),
        ("100%", "已完成100%", "scored", "达到"),
        ("≥95%", "已完成100%", "scored", "达到"),
        ("20个", "已完成100%", "needs_judgement", "完成率"),
        ("100000次", "99999次", "scored", "不足 100%"),
    ],
)
def test_rows(target, actual, status, said):
    row = Row(
        Decimal(10),
        level2="数量指标",
        name="开展工作",
        target=parse(target, "target"),
        actual=parse(actual, "actual"),
        year=2021,
    )
    outcome = score_one(row, profile())
    assert outcome.status == status
    assert said in outcome.reason
    assert (outcome.points is not None) == (status == "scored")


def test_a_strict_bound_read_loosely_is_said():
    row = Row(
        Decimal(10),
        name="投诉",
        target=parse("<5", "target"),
        actual=parse("5", "actual"),
        year=2021,
    )
    assert "“<”按“≤”计" in (score_one(row, profile()).assumed or "")


def _table(published):
    fund = {
        "label": "年度资金总额",
        "full_year": Decimal(1000),
        "executed": Decimal("942.345"),
        "rate_published": published,
        "weight": Decimal(10),
        "score": Decimal("9.42"),
    }
    return Table((), {"kind": "selfeval", "year": 2021, "money_unit": "元", "funds": [fund]})


@pytest.mark.parametrize(
    ("published", "differs"),
    [
        (None, False),
        ("94.2345%", False),
        ("94%", False),
        ("0.94", False),
        ("94.2346%", True),
        ("94.24%", True),
    ],
)
def test_only_a_published_rate_is_compared_at_its_digits(published, differs):
    table = judge_table(case_of(_table(published), name="表#1"))
    assert ("rate_differs" in {found["code"] for found in table["differences"]}) is differs


@pytest.mark.parametrize(
    "rate",
    [
        Rate(cell="G6", published=None, percent=None, computed="0.942345"),
        Rate(cell="G6", published=None, percent=None, computed=None),
    ],
)
def test_a_rate_whose_formula_has_no_saved_result_was_published_by_nobody(rate):
    line = FundLine(label="年度资金总额", row=6, label_cell="A6", rate=rate)
    nothing = Seen(cell=None, value=None)
    form = SelfEvalForm(
        sheet="表",
        first_row=1,
        last_row=9,
        title=nothing,
        year=Year(cell=None, value=2021),
        project_name=nothing,
        dept=nothing,
        unit=nothing,
        money_label=nothing,
        money_unit="元",
        hidden_rows=[],
        funds=[line],
        goal=YearGoal(expected=nothing, actual=nothing),
        indicators=[],
        total=None,
        grade=None,
    )
    assert case_of(table_of(form), name="表#1")["exec_rate_text"] is None


def test_words_where_a_number_belongs_are_named():
    row = {"level3": "覆盖率", "target": "≥90%", "actual": "95%", "weight": "十", "score": 10}
    table = judge_table(
        {"budget": {"full_year": "abc", "executed": 5}, "exec_weight": 10, "indicators": [row]}
    )
    assert (table["rows"][0]["status"], table["rows"][0]["points"]) == ("unreadable", None)
    assert "“十”不是数" in table["rows"][0]["reason"]
    assert "“abc”不是数" in table["execution"]["reason"]
    assert [found["code"] for found in table["differences"]].count("not_a_number") == 2


def test_a_negative_budget_is_called_negative():
    judged = execution(Decimal(-5), None, Decimal(1), profile())
    assert (judged.points, judged.status) == (None, "needs_judgement")
    assert "负数" in judged.reason
