"""``wenxiao rules`` lists each check and clause with its ground and
standing, without a database.
"""

import json

import pytest

from wenxiao.rulebook import basis
from wenxiao.rulebook.checks import registry
from wenxiao.site.command import main


def told(capsys, *words):
    assert main(["rules", *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_every_node_says_its_standing_and_what_was_seen(capsys):
    rows = told(capsys, "--year", "2021")
    assert all(row["standing"] in {"原文", "旁证", "未核"} for row in rows)
    secret = next(row for row in rows if row.get("code") == "MB-21")
    assert (secret["ground"], secret["level"], secret["can_lower"]) == ("法", "阻断", False)
    clause = next(row for row in rows if row.get("node") == "保密法-31-3")
    assert len(clause["seen"]["sha256"]) == 64


def test_own_rules_count_from_their_year(capsys, tmp_path):
    own = tmp_path / "own.json"
    entry = {"from": "2021-01-01", "document": "示例区办法", "clause": "三"}
    entry["content"] = {"checks": {"JK-04": {"level": "提示"}, "MB-21": {"level": "提示"}}}
    own.write_text(json.dumps({"checks": [entry]}), encoding="utf-8")
    levels = {
        row.get("code"): row["level"]
        for row in told(capsys, "--own", str(own), "--year", "2021")
        if "code" in row
    }
    assert (levels["JK-04"], levels["MB-21"]) == ("提示", "阻断")
    entry["content"] = {"codes": {"DR-23": {"level": "阻断"}, "DR-16": {"level": "提示"}}}
    own.write_text(json.dumps({"codes": [entry]}), encoding="utf-8")
    rows = told(capsys, "--own", str(own), "--year", "2021")
    levels = {row["code"]: row["level"] for row in rows if "code" in row}
    assert (levels["DR-23"], levels["DR-16"]) == ("阻断", "阻断")
    own.write_text("[]", encoding="utf-8")
    assert main(["rules", "--own", str(own), "--json"]) == 2


def test_every_code_says_at_which_doors_it_runs(capsys):
    rows = {row["code"]: row for row in told(capsys, "--year", "2021") if "code" in row}
    assert rows["PJ-01"]["runs"] == ["import"]
    assert rows["ZP-11"]["runs"] == ["import", "hand_in", "candidates"]
    assert rows["DR-01"]["runs"] == ["ledger"]
    assert rows["DR-03"]["runs"] == ["import", "materials"]
    assert rows["FH-11"]["runs"] == ["risk"]
    assert rows["DR-16"]["ground"] == "法"
    assert rows["BG-11"]["runs"] == ["reconcile"]
    idle = {code for code, row in rows.items() if not row["runs"]}
    listed = basis.in_force("checks").content["checks"]
    assert idle == set(listed) - {one.code for one in registry()}
    assert all({"ground", "standing", "level", "title"} <= set(row) for row in rows.values())
    beside = (
        basis.in_force("codes").content["codes"],
        basis.in_force("recheck").content["reasons"],
    )
    assert len(rows) == len({*listed, *beside[0], *beside[1]}) + len(
        basis.in_force("reconcile").content["checks"]
    )


def try_out(capsys, tmp_path, change, cases, *more):
    said, objects = tmp_path / "c.json", tmp_path / "cases.json"
    said.write_text(json.dumps(change), "utf-8")
    objects.write_text(json.dumps(cases), "utf-8")
    words = ["rules", "try", "--change", str(said), "--cases", str(objects), "--json", *more]
    assert main(words) == 0
    return json.loads(capsys.readouterr().out)


BANDS = [
    {"grade": "优", "at_least": 85, "below": 100, "closed": True},
    {"grade": "良", "at_least": "0", "below": "85"},
]


def test_a_change_is_tried_over_published_tables_of_the_years_in_force(capsys, tmp_path):
    """Grades of evaluations, points and grades of self-evaluations: what
    moves, what stays, and why.
    """
    change = {"rule": "grades", "from": "2021-01-01", "content": {"bands": BANDS}}
    row = {"level1": "产出", "level2": "成本指标", "level3": "单价", "target": "≤5万元"}
    cases = [
        {"id": "EV1", "year": 2021, "object": "甲", "total_score": 86.08, "grade": "良"},
        {"id": "EV2", "year": 2020, "object": "乙", "total_score": 86.08, "grade": "良"},
        {"id": "EV3", "year": 2021, "object": "丙", "total_score": 92, "grade": "优"},
        {"year": 2021, "indicators": [{**row, "actual": "10万元", "weight": 100}]},
    ]
    ledger = try_out(capsys, tmp_path, change, {"cases": cases})
    assert ledger["objects"] == 4
    moved = {one["id"]: one for one in ledger["moved"]}
    assert set(moved) == {"EV1", "3"}
    assert moved["EV1"]["before"]["grade"] == "良"
    assert moved["EV1"]["after"]["grade"] == "优"
    assert (moved["3"]["before"]["grade"], moved["3"]["after"]["grade"]) == ("差", "良")
    why = {one["id"]: one["why"] for one in ledger["untouched"]}
    assert "2020 预算年度" in why["EV2"]
    assert why["EV3"] == "按改后的规则，结果不变"


def test_a_change_of_scoring_names_the_rows_it_moves(capsys, tmp_path):
    change = [{"rule": "profiles", "from": "2020-06-01", "content": {"default": "P2020-DEDUCT"}}]
    row = {"level1": "产出", "level2": "成本指标", "level3": "单价", "target": "≤5万元"}
    case = {"id": "A", "year": 2021, "indicators": [{**row, "actual": "10万元", "weight": 100}]}
    (line,) = try_out(capsys, tmp_path, change, {"cases": [case]})["moved"]
    assert (line["before"]["points"], line["after"]["points"]) == ("50.00", "0.00")
    assert line["after"]["rows"] == {"0": "0.00"}


def test_lights_and_targets_are_tried_too(capsys, tmp_path):
    lights = {"monitoring": [{"from": "2021-01-01", "content": {"lights": {"red_below": "70"}}}]}
    money = {"budget_yuan": "1000", "executed_yuan": "400", "through_month": 7, "year": 2021}
    (line,) = try_out(capsys, tmp_path, lights, [money])["lights"]
    assert (line["before"]["light"], line["after"]["light"]) == ("yellow", "red")
    off = {
        "rule": "checks",
        "from": "2021-01-01",
        "content": {"checks": {"MB-01": {"enabled": False}}},
    }
    row = {"level1": "成本指标", "level2": "经济成本指标", "level3": "总成本", "target": "≥100万元"}
    target = {"subject": {"name": "甲", "year": 2022}, "rows": [row]}
    (moved,) = try_out(capsys, tmp_path, off, [target])["moved"]
    assert "MB-01 警告" in moved["before"]["codes"]
    assert "MB-01" not in moved["after"]["codes"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"rule": "grades"}, "改后的数值"),
        (
            {"rule": "无此规则", "from": "2021-01-01", "content": {"a": 1}},
            "没有名为“无此规则”的规则",
        ),
        ({"rule": "grades", "from": "明天", "content": {"bands": BANDS}}, "起用日期"),
        ({"rule": "grades", "from": "2021-01-01", "content": {"bands": BANDS[:1]}}, "首尾相接"),
        (
            {"rule": "disclosure", "from": "2021-01-01", "content": {"terms": []}},
            "不能由本级另行规定",
        ),
        (["grades"], "应写明改动"),
    ],
)
def test_a_change_nobody_could_compute_by_is_wrong_use(capsys, tmp_path, change, said):
    path, cases = tmp_path / "c.json", tmp_path / "cases.json"
    path.write_text(json.dumps(change), "utf-8")
    cases.write_text("[]", "utf-8")
    assert main(["rules", "try", "--change", str(path), "--cases", str(cases)]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert "c.json" in told


@pytest.mark.parametrize("year", ["2021", "2024"])
def test_whatever_is_said_to_be_read_names_the_clause_its_digest_and_when(capsys, year):
    said = [row for row in told(capsys, "--year", year) if row["standing"] == "原文"]
    assert {"MB-21", "DR-16"} <= {row.get("code") for row in said}
    for row in said:
        assert {"body", "title", "number", "date", "clause"} <= set(row["cite"]), row
        assert len(row["seen"]["sha256"]) == 64, row
        assert row["seen"]["what"], row
        assert row["seen"]["compared"], row
