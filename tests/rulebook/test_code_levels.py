"""Codes of the way in, and the milder hits of checks: every code × every wish of a division;
stricter yes, milder never.
"""

from dataclasses import replace
from decimal import Decimal

import pytest
from tests.rulebook.test_doors import READ

from wenxiao.files.forms.checking import checked
from wenxiao.files.forms.forms import Reading
from wenxiao.rulebook import basis
from wenxiao.rulebook.checks import Table, refused_change, registry, rules_in_force
from wenxiao.rulebook.checks.registry import run
from wenxiao.rulebook.code_levels import at_own_levels, codes_in_force, raised_codes, refused_codes
from wenxiao.rulebook.grounds import LEVELS, weaker
from wenxiao.rulebook.problems import Problem

PAPER = {"from": "2021-01-01", "document": "示例区办法", "clause": "第三条"}
CODES = basis.in_force("codes").content["codes"]


def own(code, level, read, rule="codes", key="level"):
    content = {rule: {code: {key: level}}}
    entry = {**PAPER, "standing": "未核", "content": content, **(READ if read else {})}
    return {rule: [entry]}


@pytest.mark.parametrize("read", [False, True])
@pytest.mark.parametrize("code", CODES)
def test_every_code_goes_up_and_never_down(code, read):
    before = CODES[code]["level"]
    for level in LEVELS:
        now = codes_in_force(own(code, level, read), 2021)[code].level
        refused = refused_codes({"codes": {code: {"level": level}}}, 2021)
        assert not weaker(now, before)
        if CODES[code].get("notice"):
            assert now == before
            assert "只说明办理情况" in refused
            continue
        assert bool(refused) == weaker(level, before)
        if weaker(before, level) and (read or level != "阻断" or CODES[code]["ground"] != "惯例"):
            assert now == level
        assert codes_in_force(own(code, level, read), 2020)[code].level == before
    others = codes_in_force(own(code, "阻断", read), 2021)
    assert {one for one in others if others[one].level != CODES[one]["level"]} <= {code}


def test_a_raised_code_names_the_divisions_document_and_leaves_graver_ones_alone():
    rules = own("DR-23", "警告", read=True)
    hidden = Problem("DR-23", "提示", "隐藏的行", "自评表")
    told = at_own_levels([hidden, Problem("DR-49", "警告", "隐藏的表")], rules, 2021)
    assert (told[0].level, told[0].basis) == ("警告", "示例区办法 第三条")
    assert told[1].level == "警告"
    assert at_own_levels([replace(hidden, level="阻断")], rules, 2021)[0].level == "阻断"
    assert raised_codes({}, 2021) == raised_codes(None, 2021) == {}


def test_a_file_that_was_read_carries_the_divisions_levels():
    reading = Reading(
        file="", kind=None, forms=[], problems=[Problem("DR-23", "提示", "隐藏", "表")]
    )
    assert checked(reading).problems[0].level == "提示"
    assert checked(reading, own("DR-23", "阻断", read=True)).problems[0].level == "阻断"


MILD = [one for one in registry() if one.mild is not None]


def test_the_checks_with_milder_hits_are_these():
    assert {one.code for one in MILD} == {
        "DR-01",
        "DR-24",
        "MB-32",
        "PJ-02",
        "PJ-18",
        "ZJ-03",
        "ZJ-05",
    }


@pytest.mark.parametrize("read", [False, True])
@pytest.mark.parametrize("one", MILD, ids=lambda one: one.code)
def test_milder_hits_are_raised_too_and_never_lowered_where_the_ground_forbids(one, read):
    for level in LEVELS:
        rules = own(one.code, level, read, rule="checks", key="mild")
        now = {rule.code: rule for rule in rules_in_force(rules, 2021)}[one.code]
        assert now.level == one.level
        if one.can_lower:
            assert now.mild == (level if read or level != "阻断" else "警告")
        else:
            assert now.mild == (one.mild if weaker(level, one.mild) else level)
        refused = refused_change(one.code, {"mild": level}, 2021)
        assert bool(refused) == (not one.can_lower and weaker(level, one.mild))


def hits(code, rows, head=None, rules=None):
    return [
        problem.level
        for _, problem in run(Table(rows, {"year": 2021, **(head or {})}, rules), [code])
    ]


@pytest.mark.parametrize(
    ("code", "rows", "head"),
    [
        ("PJ-18", [{"level3": "立项规范性"}], {}),
        ("PJ-02", [{"level3": "立项", "weight": Decimal(5), "experts": [(Decimal(9), "F4")]}], {}),
        ("ZJ-03", [], {"kind": "evaluation", "written": {"audited_used": "若干"}}),
    ],
)
def test_a_missing_score_a_wrong_mark_and_a_wrong_amount_block_where_a_division_says_so(
    code, rows, head
):
    """The three that only warned whatever a division said."""
    assert hits(code, rows, head) == ["警告"]
    raised = own(code, "阻断", read=False, rule="checks", key="mild")
    assert hits(code, rows, head, raised) == ["阻断"]


def test_a_level_that_is_raised_lifts_the_milder_hits_with_it():
    rules = own("DR-24", "阻断", read=False, rule="checks")
    now = {rule.code: rule for rule in rules_in_force(rules, 2021)}["DR-24"]
    assert (now.level, now.mild) == ("阻断", "阻断")
