"""The commands ratios and similar: JSON out, a Chinese sentence and exit 2 for wrong use."""

import json

import pytest

from wenxiao.site.command import main


@pytest.fixture
def run(tmp_path, capfdbinary):
    def call(verb, content, *more):
        path = tmp_path / f"{verb}.json"
        path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        code = main([verb, "--file", str(path), "--json", *more])
        out, error = capfdbinary.readouterr()
        return code, json.loads(out) if out else None, error.decode()

    return call


def test_ratios_answers_every_department_in_order(run):
    figures = {
        "id": "D1",
        "staff_quota": "60",
        "staff_actual": "57",
        "budget": "100",
        "executed": "90",
    }
    code, answer, _ = run("ratios", [figures, {"staff_quota": "1"}])
    assert (code, [one["id"] for one in answer]) == (0, ["D1", "1"])
    first = {one["code"]: one for one in answer[0]["ratios"]}
    assert first["E1201"]["value"] == "95.00"
    assert first["E1201"]["inputs"] == {"staff_actual": "57", "staff_quota": "60"}
    assert first["E1201"]["standing"] == "旁证"
    assert first["E2101"]["assumed"]
    assert first["E2104"]["missing"] == ["carry_over", "final_budget"]


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ({"staff_quota": "六十"}, "staff_quota"),
        ({"treasury_months": ["1", ""]}, "没有支付的月份请填 0"),
        ({"year": "去年"}, "year"),
    ],
)
def test_ratios_says_which_figure_cannot_be_used(run, item, said):
    code, answer, error = run("ratios", [item])
    assert (code, answer) == (2, None)
    assert said in error
    assert "第 1 项" in error


def test_similar_names_the_pair_and_its_rows(run, tmp_path):
    rows = [
        {"level3": "改造路内泊位", "target": "≥3"},
        {"level3": "接入平台停车场", "target": "≥4"},
    ]
    plain = tmp_path / "plain.json"
    plain.write_text('["改造路内泊位", "接入平台停车场"]', encoding="utf-8")
    tables = [{"id": "A", "rows": rows}, {"id": "B", "rows": rows[::-1]}]
    code, answer, _ = run("similar", tables)
    assert (code, answer) == (
        0,
        [{"a": "A", "b": "B", "score": answer[0]["score"], "same_rows": [[0, 1], [1, 0]]}],
    )
    assert run("similar", tables, "--plain", str(plain))[1] == []


@pytest.mark.parametrize("tables", [[{"rows": "x"}], [{"rows": [1]}], [{"subject": "x"}]])
def test_similar_refuses_what_is_no_table(run, tables):
    code, answer, error = run("similar", tables)
    assert (code, answer) == (2, None)
    assert "第 1 项" in error
