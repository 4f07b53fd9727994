"""Every check has a case that fires and one that does not; none that is unverified blocks."""

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from wenxiao.rulebook import frameworks
from wenxiao.rulebook.checks import Table, registry, rule, run

HERE = Path(__file__).parent
CASES = yaml.safe_load((HERE.parent / "cases/checks/all.yaml").read_text(encoding="utf-8"))
NUMBERS = {
    "weight",
    "score",
    "total",
    "total_weight",
    "initial",
    "full_year",
    "executed",
    "expected_full_year",
    "audited_arranged",
    "audited_used",
    "amount",
    "paid",
    "added",
    "arranged",
    "rate",
    "rate_due",
    "execution_score",
    "execution_weight",
    "computed",
    "cut_back",
    "opening",
    "year_budget",
    "budget_yuan",
    "approved_weight",
}
AS_WRITTEN = {"places", "written", "unitless", "shared", "uncached", "raw"}
MARKS = {"experts", "expert_totals", "level_weights"}


def typed(cells):
    """A case's cells: numbers are written as text, years as
    ``year_number``, marks as pairs of number and cell.
    """
    made = {key: value(key, cell) for key, cell in cells.items()}
    if "year_number" in made:
        made["year"] = made.pop("year_number")
    return made


def value(key, cell):
    if key in AS_WRITTEN or cell is None:
        return cell
    if key in MARKS:
        return (
            {name: mark(one) for name, one in cell.items()}
            if isinstance(cell, dict)
            else [mark(one) for one in cell]
        )
    if isinstance(cell, dict):
        return typed(cell)
    if isinstance(cell, list):
        return [typed(one) if isinstance(one, dict) else one for one in cell]
    return Decimal(cell) if key in NUMBERS else cell


def mark(pair):
    return None if pair[0] is None else Decimal(pair[0]), pair[1]


def table(case):
    return Table([typed(row) for row in case.get("rows", [])], typed(case.get("head", {})))


@pytest.mark.parametrize("code", [one.code for one in registry()])
def test_every_rule_has_its_case(code):
    assert run(table(CASES[code]["fires"]), [code])
    assert run(table(CASES[code]["silent"]), [code]) == []


def test_only_law_arithmetic_and_completeness_block():
    for one in registry():
        assert one.level != "阻断" or one.ground in {"法", "算术", "完整"}, one.code
        assert one.ground != "法" or (one.standing == "原文" and one.laws), one.code
    with pytest.raises(ValueError, match="重复"):
        rule("MB-01")(lambda table: [])


def test_problem_knows_its_cell():
    row = {"weight": Decimal(0), "sheet": "目标表", "places": {"weight": "F7"}}
    ((hit, problem),) = run(Table([row]), ["MB-09"])
    assert (hit.row, problem.place, problem.level) == (0, "目标表 F7", "阻断")


def test_points_beyond_the_bands():
    assert run(Table((), {"total": Decimal(110), "grade": "优"}), ["ZP-13"])
    assert run(
        Table((), {"full_year": Decimal(100), "executed": Decimal(99), "through_month": 7}),
        ["JK-01"],
    )


def test_frameworks_have_unique_codes_and_findable_leaves():
    for name in frameworks.TREES:
        tree = frameworks.tree(name)
        codes = [one.code for top in tree.criteria for one in top.walk()]
        assert len(codes) == len(set(codes))
        assert all(tree.find(one.code) == one for one in tree.leaves())
    assert frameworks.tree("project_framework").find("Z") is None
    assert [one.name for one in frameworks.tree("project_framework").criteria] == [
        "决策",
        "过程",
        "产出",
        "效益",
    ]
    assert len(list(frameworks.tree("project_framework").leaves())) == 17


def test_the_page_of_rules_is_up_to_date():
    script = HERE.parent.parent / "scripts" / "rules_page.py"
    assert subprocess.run([sys.executable, script, "--check"], check=False).returncode == 0
