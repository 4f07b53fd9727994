"""Every node's standing against what was really checked: a list kept here by hand, so that no mark
grows by itself.

Checked 2026-11-28 against public texts. 原文 are the clauses of law whose words were compared, and
four sentences of the bureau's own report; no clause or figure of 10号, 88号, 101号, 136号 was found in
an official text.
"""

import re

import pytest

from wenxiao.rulebook import basis, frameworks
from wenxiao.rulebook.basis import CITED, SEEN, BasisError
from wenxiao.rulebook.checks import registry
from wenxiao.rulebook.grounds import READ, STANDINGS
from wenxiao.rulebook.laws import clauses, named
from wenxiao.rulebook.profiles import profile

LAWS = {
    "预算法-14": ("第十四条", "2018-12-29", "705415c9aae81255"),
    "预算法-32-1": ("第三十二条第一款", "2018-12-29", "e72282bc9c32690b"),
    "预算法-32-3": ("第三十二条第三款", "2018-12-29", "e72282bc9c32690b"),
    "预算法-57-3": ("第五十七条第三款", "2018-12-29", "09d4f7ea985b9c25"),
    "预算法-79-2": ("第七十九条第（二）项", "2018-12-29", "c31a8fd027c2973c"),
    "预算法-92-3": ("第九十二条第（三）项", "2018-12-29", "c43154696fdb9178"),
    "实施条例-6": ("第六条", "2020-10-01", "f8ba62fcaae0009f"),
    "实施条例-10-2": ("第十条第二款", "2020-10-01", "5e30185aba4fabdd"),
    "实施条例-20-1": ("第二十条第一款", "2020-10-01", "22cbe6c1ee45eebd"),
    "实施条例-20-2": ("第二十条第二款", "2020-10-01", "22cbe6c1ee45eebd"),
    "实施条例-51-8": ("第五十一条第（八）项", "2020-10-01", "e58444201594026b"),
    "实施条例-53-2": ("第五十三条第（二）、（四）项", "2020-10-01", "e5f960ae91862c4e"),
    "实施条例-73": ("第七十三条", "2020-10-01", "672bdd950d86e83d"),
    "采购法-41": ("第四十一条", "2014-08-31", "b05ee28a5923fb89"),
    "采购法-42": ("第四十二条", "2014-08-31", "b2cfab3f9daaa206"),
    "采购条例-45": ("第四十五条", "2015-01-30", "4d4d517bd8b90f5f"),
    "保密法-31-3": ("第三十一条第（三）项", "2024-02-27", "762bd75c612780aa"),
    "保密法-35": ("第三十五条", "2024-02-27", "2845aec97a2f0afc"),
    "公开条例-26": ("第二十六条", "2019-04-03", "367b0d2e7a08eca8"),
    "投资条例-26": ("第二十六条", "2019-04-14", "293559fd7e2904d8"),
    "投资条例-31": ("第三十一条", "2019-04-14", "3d30a6d382b5f8d9"),
}
"""Clause → where, from when, how the digest of its words begins."""
CARRIED = {
    "results_application": {"预算法-32-1", "实施条例-20-2", "实施条例-10-2", "预算法-79-2"},
    "profiles": {"预算法-57-3", "实施条例-53-2"},
    "project_framework": {"预算法-57-3", "实施条例-20-1", "投资条例-26", "投资条例-31"},
    "target_review": {"预算法-32-3"},
    "monitoring": {"实施条例-51-8", "实施条例-53-2", "实施条例-73"},
    "disclosure": {"预算法-14", "实施条例-6", "公开条例-26", "保密法-35", "预算法-92-3"},
    "materials": {"采购法-42"},
}
"""Rule → the clauses it carries out."""
SENTENCES = {"WT-01", "WT-02", "WT-03", "WT-04"}
"""The bureau's own sentences, read in its report: the only nodes of the rules that stand as 原文."""


def nodes():
    """(rule, path, mapping) of everything in the rule files that says a
    standing, and of each dated value.
    """
    for name in basis.names():
        path = basis.FOLDER / f"{name}.yaml"
        data = basis.yaml.load(path.read_text("utf-8"), Loader=basis._LOADER)
        yield from walked(name, data["values"])


def walked(path, item):
    if isinstance(item, list):
        for at, one in enumerate(item):
            yield from walked(f"{path}/{one.get('code', at) if isinstance(one, dict) else at}", one)
    elif isinstance(item, dict):
        if "standing" in item:
            yield path, item
        for key, one in item.items():
            yield from walked(f"{path}/{key}", one)


NODES = list(nodes())


def test_only_what_was_read_stands_as_read():
    assert len(NODES) > 200
    assert {node["standing"] for _, node in NODES} <= set(STANDINGS)
    read = {node.get("code", path) for path, node in NODES if node["standing"] == READ}
    assert read == SENTENCES


@pytest.mark.parametrize("code", LAWS)
def test_a_clause_of_law_stands_on_words_that_were_compared(code):
    clause = clauses()[code]
    where, start, digest = LAWS[code]
    assert (clause.standing, clause.cite["clause"]) == (READ, where)
    assert clause.start.isoformat() == start
    assert clause.seen["sha256"].startswith(digest)
    assert len(clause.seen["sha256"]) == 64
    assert set(clause.cite) >= CITED
    assert set(clause.seen) >= SEEN


def test_the_clauses_are_these_and_each_carries_a_rule():
    assert set(clauses()) == set(LAWS)
    carried = set().union(*CARRIED.values())
    for rule, expected in CARRIED.items():
        assert set(basis.in_force(rule).laws) >= expected, rule
    for node in (node for _, node in NODES):
        carried |= set(node.get("laws", ()))
    for one in registry():
        carried |= set(one.laws)
    for entry in basis.in_force("codes").content["codes"].values():
        carried |= set(entry.get("laws", ()))
    assert carried == set(LAWS)
    assert [one.code for one in named(("采购法-41",))] == ["采购法-41"]


@pytest.mark.parametrize(
    ("rule", "standing"),
    [
        ("grades", "旁证"),
        ("profiles", "未核"),
        ("scoring_rules", "未核"),
        ("project_framework", "未核"),
        ("department_framework", "旁证"),
        ("department_dimensions", "旁证"),
        ("government_framework", "旁证"),
        ("ex_ante", "旁证"),
        ("target_review", "未核"),
        ("monitoring", "未核"),
        ("rectification", "旁证"),
        ("results_application", "未核"),
        ("problem_catalogue", "未核"),
        ("disclosure", "旁证"),
        ("disclosure_tables", "未核"),
        ("ratios", "旁证"),
        ("department_accounts", "未核"),
        ("unit_costs", "未核"),
        ("recheck", "未核"),
        ("checks", "未核"),
        ("codes", "未核"),
        ("materials", "未核"),
        ("reverse_names", "未核"),
    ],
)
def test_a_rule_stands_as_it_was_checked(rule, standing):
    value = basis.in_force(rule)
    assert value.standing == standing
    assert not value.seen


def test_scoring_rules_stand_on_forms_and_systems_or_nothing():
    rules = basis.in_force("scoring_rules").content["rules"]
    beside = {code for code, item in rules.items() if item["standing"] == "旁证"}
    assert beside == {"POS", "EQ", "NEG-A", "NEG-B", "TIER"}
    assert {item["standing"] for item in rules.values()} == {"旁证", "未核"}


def test_profiles_of_forms_are_corroborated_and_those_of_101_are_not():
    listed = basis.in_force("profiles").content
    standing = {code: one["standing"] for code, one in listed["profiles"].items()}
    assert {code for code in standing if standing[code] == "旁证"} == {
        "P2020",
        "P2020-DEDUCT",
        "P2017-50",
        "HB-20",
        "SC-10-90",
    }
    assert {one["standing"] for one in listed["tiers"].values()} == {"旁证"}
    assert listed["satisfaction"]["satisfaction_101"]["standing"] == "未核"


def test_hubei_and_sichuan_have_their_own_weights():
    assert profile("HB-20", 2021).execution_weight == 20
    assert profile("SC-10-90", 2023).execution_weight == 10
    free = basis.in_force("profiles").content["profiles"]
    assert {code for code, one in free.items() if one.get("shares") == "free"} == {
        "HB-20",
        "SC-10-90",
    }


def test_frameworks_say_of_each_row_how_far_it_was_seen():
    department = frameworks.tree("department_framework")
    beside = {
        one.code for top in department.criteria for one in top.walk() if one.standing == "旁证"
    }
    assert {"E1", "E11", "E12"} <= beside
    assert department.find("E4").standing == "未核"
    assert frameworks.tree("government_framework").find("G201").standing == "旁证"
    assert frameworks.tree("government_framework").find("G1").standing == "未核"
    review = frameworks.tree("target_review")
    assert [one.standing for one in review.criteria] == ["旁证"] * 4
    assert {leaf.standing for leaf in review.leaves()} == {"未核"}


def test_a_project_before_2020_is_judged_by_the_framework_of_2013_as_far_as_seen():
    before, after = (frameworks.tree("project_framework", year) for year in (2019, 2020))
    assert [one.name for one in before.criteria] == ["投入", "过程", "产出", "效果"]
    first = [leaf.name for leaf in before.leaves()][:5]
    assert first == [
        "项目立项规范性",
        "绩效目标合理性",
        "绩效指标明确性",
        "资金到位率",
        "到位及时率",
    ]
    assert {one.standing for top in before.criteria for one in top.walk()} == {"旁证"}
    assert [one.name for one in after.criteria] == ["决策", "过程", "产出", "效益"]
    assert "没有列入" in basis.in_force("project_framework", 2019).note


def test_special_bonds_and_six_dimensions_stand_under_their_own_papers():
    assert "special_bond_items" not in basis.in_force("ex_ante", 2020).content
    bonds = basis.in_force("ex_ante", 2021)
    assert (bonds.start.isoformat(), bonds.document[:9]) == ("2021-06-10", "财预〔2021〕61号"[:9])
    assert len(bonds.content["special_bond_items"]) == 8
    assert "newer_six_dimensions" not in basis.in_force("department_framework").content
    six = basis.in_force("department_dimensions")
    assert len(six.content["dimensions"]) == 6
    assert "起用日期未核" in six.note


def test_secrecy_stands_on_the_law_of_secrets():
    checks = {one.code: one for one in registry()}
    assert (checks["MB-21"].ground, checks["MB-21"].document) == (
        "法",
        "中华人民共和国保守国家秘密法",
    )
    assert basis.in_force("codes").content["codes"]["DR-16"]["laws"] == ["保密法-31-3", "保密法-35"]


ENGLISH = re.compile(r"[A-Za-z]{3,}(?:\s+[A-Za-z]{2,})+|recalled|confidence")
LISTED = ("document", "clause", "note", "explanation", "name", "title", "points", "fact")


def test_no_page_shows_english_or_a_clause_number_somebody_remembered():
    for path, node in NODES:
        for key in LISTED:
            said = str(node.get(key, ""))
            assert not ENGLISH.search(said), (path, key, said)
            assert "条号待核" not in said, (path, key)


def test_nothing_can_be_marked_read_without_citation_and_digest():
    with pytest.raises(BasisError, match="须写明出处和所见的原文"):
        basis.standing_of({"standing": READ, "document": "某法"})
    for _, node in NODES:
        if node["standing"] == READ:
            assert set(node["cite"]) >= CITED
            assert len(node["seen"]["sha256"]) == 64
