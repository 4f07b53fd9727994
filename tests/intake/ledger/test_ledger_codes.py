"""The codes of ledgers that no other test shows: each by one line that earns it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.intake.ledger.test_ledger import HEAD, projects, take, told  # noqa: F401 - fixtures used by name

from wenxiao.budget.models import Dossier
from wenxiao.budget.money import money
from wenxiao.intake.ledger.plan import LedgerAnswers

pytestmark = [pytest.mark.db, pytest.mark.django_db]
OWN = "360191000000000000001"
BUDGET = "单位名称,项目代码,项目名称,年度,指标类型,资金性质,金额"


def all_told(outcome):
    return {(p.code, p.level) for p in outcome.problems}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"教体局,{OWN},校园安保,2021-01-15,V001,一般公共预算,", ("DR-60", "阻断")),
        (f"教体局,{OWN},校园安保,2021-01-15,V001,天上来的钱,100", ("DR-63", "警告")),
        (f"卫健委,{OWN},校园安保,2021-01-15,V001,一般公共预算,100", ("DR-64", "警告")),
        (f"教体局,{OWN},校园安保,,V001,一般公共预算,100", ("DR-67", "阻断")),
    ],
)
def test_payment_lines(take, projects, line, expected):
    assert expected in all_told(take([line], year=2021))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"教体局,{OWN},校园安保,2021,借来的,一般公共预算,100", ("DR-69", "阻断")),
        (f"教体局,{OWN},校园安保,2021,追加,一般公共预算,-100", ("ZJ-21", "提示")),
        (f"教体局,{OWN},校园安保,2021,年初预算,一般公共预算,-100", ("ZJ-22", "阻断")),
    ],
)
def test_budget_lines(take, projects, line, expected):
    assert expected in all_told(take([line], head=BUDGET, kind="budget"))


def test_two_budget_lines_of_one_project_are_named(take, projects):
    """new-bureau B5: the second budget of a code and year silently counted in with the first."""
    one = f"教体局,{OWN},校园安保,2021,年初预算,一般公共预算,"
    outcome = take([one + "1234.5", one + "7"], head=BUDGET, kind="budget")
    (problem,) = [p for p in outcome.problems if p.code == "DR-89"]
    assert (problem.level, problem.line) == ("警告", 2)
    assert "有 2 行（第 2、3 行），已相加为 1,241.50 元" in problem.text
    other = f"教体局,{OWN},校园安保,2021,年初预算,政府性基金预算,7"
    outcome = take([one + "1234.5", other], head=BUDGET, kind="budget")
    assert "DR-89" not in {p.code for p in outcome.problems}


def test_each_line_of_a_spoilt_code_is_named(take, projects):
    lines = ["教体局,3.60191E+20,校园安保,2021,年初预算,一般公共预算,5"]
    lines += ["教体局,3.60191E+20,校园安保,2021,追加,一般公共预算,6"]
    outcome = take(lines, head=BUDGET, kind="budget")
    (problem,) = [p for p in outcome.problems if p.code == "DR-81"]
    assert "（2 行：第 2、3 行）" in problem.text


def test_a_ledger_without_a_year_asks_for_it(take, projects):
    outcome = take(
        [f"教体局,{OWN},校园安保,年初预算,一般公共预算,100"],
        head="单位名称,项目代码,项目名称,指标类型,资金性质,金额",
        kind="budget",
    )
    assert "DR-72" in [code for code, _ in told(outcome)]


def test_a_problem_names_its_line_and_its_cell(take, projects):
    rows = [
        f"教体局,{OWN},校园安保,2021-13-01,V001,一般公共预算,100",
        f"教体局,{OWN},校园安保,2021-01-15,V002,一般公共预算,二百",
        f"新设局,{OWN},校园安保,2021-01-15,V003,一般公共预算,300",
        "教体局,,不认识的项目,2021-01-15,V004,一般公共预算,300",
        f"教体局,{OWN},校园安保,2020-01-15,V005,一般公共预算,300",
    ]
    found = {p.code: (p.line, p.cell, p.place) for p in take(rows, year=2021).problems if p.line}
    assert found == {
        "DR-62": (2, "D2", "第 2 行 D2"),
        "ZJ-03": (3, "G3", "第 3 行 G3"),
        "DR-64": (4, "A4", "第 4 行 A4"),
        "DR-66": (5, "C5", "第 5 行 C5"),
        "DR-68": (6, "D6", "第 6 行 D6"),
    }


def own_level(division, code, level):
    rule = {"rule": "codes", "from": "2021-01-01", "document": "示例区办法", "clause": "三"}
    division.rules = [{**rule, "standing": "未核", "content": {"codes": {code: {"level": level}}}}]
    division.save(update_fields=["rules"])


LINES = [
    f"教体局,{OWN},校园安保,2021-01-15,V001,天上来的钱,100",
    f"教体局,{OWN},校园安保,2021-01-16,V002,一般公共预算,200",
]


def test_a_code_made_blocking_leaves_its_line_out(take, projects, division):
    """资金性质无法识别 only warns; raised, the ledger waits, and left out is its line alone."""
    assert take(LINES, year=2021, dry_run=True).accepted == 2
    own_level(division, "DR-63", "阻断")
    held = take(LINES, year=2021)
    assert ("DR-63", "阻断") in all_told(held)
    assert (held.stored, held.accepted, held.left_out) == (False, 1, 1)
    rest = take(LINES, year=2021, choices=LedgerAnswers(leave_out=True))
    assert (rest.stored, rest.accepted) == (True, 1)


def test_a_missing_unit_of_money_stops_the_ledger_where_the_division_says_so(
    take, projects, division
):
    own_level(division, "ZJ-09", "阻断")
    held = take(LINES, year=2021, choices=LedgerAnswers(leave_out=True))
    assert ("ZJ-09", "阻断") in all_told(held)
    assert not held.stored


def test_a_year_that_does_not_add_up_with_what_is_stored_is_said(take, projects):
    """A cut alone, imported after the year's budget, left 年初, 收回 and 全年
    that contradict each other.
    """
    head = "单位名称,项目代码,项目名称,年度,资金性质,年初预算,收回,全年预算"
    line = f"教体局,{OWN},校园安保,2021,一般公共预算"
    assert take([f"{line},8507000,,8507000"], head=head, kind="budget").stored
    cut = take([f"{line},8507000,8404916,"], head=head, kind="budget")
    (problem,) = [one for one in cut.problems if one.code == "ZJ-25"]
    assert "年初预算 850.7 - 收回 840.4916 = 10.2084 万元，全年预算是 850.7 万元" in problem.text
    assert (problem.level, cut.stored) == ("警告", True)
    dossier = Dossier.objects.get(subject=projects[0])
    assert money(dossier).unexplained == Decimal(8404916)
    mended = take([f"{line},8507000,8404916,102084"], head=head, kind="budget")
    assert "ZJ-25" not in [code for code, _ in all_told(mended)]
    assert not money(dossier).unexplained


@pytest.mark.parametrize(("sign", "told_lost"), [("", True), ("'", False)])
def test_a_code_ending_in_zeros_is_believed_behind_an_apostrophe(take, projects, sign, told_lost):
    line = f"教体局,{sign}360191000000000000000,校园安保,2021-01-15,V001,一般公共预算,100"
    outcome = take([line], year=2021)
    assert (("DR-81", "警告") in all_told(outcome)) is told_lost
