"""``wenxiao rules`` lists each check and clause with its ground and standing, without a database."""

import json

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
    own.write_text("[]", encoding="utf-8")
    assert main(["rules", "--own", str(own), "--json"]) == 2


def test_every_code_says_at_which_doors_it_runs(capsys):
    rows = {row["code"]: row for row in told(capsys, "--year", "2021") if "code" in row}
    assert rows["PJ-01"]["runs"] == ["import"]
    assert rows["ZP-11"]["runs"] == ["import", "hand_in", "candidates"]
    assert rows["DR-01"]["runs"] == ["ledger"]
    assert rows["DR-03"]["runs"] == ["import", "materials"]
    assert rows["DR-16"]["ground"] == "法"
    assert rows["BG-11"]["runs"] == ["reconcile"]
    idle = {code for code, row in rows.items() if not row["runs"]}
    listed = basis.in_force("checks").content["checks"]
    assert idle == set(listed) - {one.code for one in registry()}
    assert all({"ground", "standing", "level", "title"} <= set(row) for row in rows.values())
    assert len(rows) == len({*listed, *basis.in_force("codes").content["codes"]}) + len(
        basis.in_force("reconcile").content["checks"]
    )
