"""The command risk: the drawing of a file of self-evaluations as JSON."""

import json
from pathlib import Path

import pytest

from wenxiao.rulebook import basis
from wenxiao.site.command import main

PUBLISHED = Path(__file__).parent.parent / "cases" / "selfeval.json"


@pytest.fixture
def run(capfdbinary):
    def call(path, *more):
        code = main(["risk", "--file", str(path), "--json", *more])
        out, error = capfdbinary.readouterr()
        return code, json.loads(out) if out else None, error.decode()

    return call


@pytest.fixture
def written(tmp_path):
    def write(content):
        path = tmp_path / "selfevals.json"
        path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        return path

    return write


def test_published_forms_are_drawn_in_their_order_with_share_and_seed(run):
    cases = json.loads(PUBLISHED.read_text("utf-8"))["cases"]
    code, answer, said = run(PUBLISHED, "--share", "20", "--seed", "7")
    assert (code, [one["id"] for one in answer]) == (0, [one["id"] for one in cases])
    by_chance = [one for one in answer if one["drawn"] == "random"]
    assert len(by_chance) == 6  # 20 % of 28, rounded up
    assert f"随机抽取 {len(by_chance)} 份（比例 20%，种子 7）" in said
    assert {(one["share"], one["seed"]) for one in answer} == {("20", 7)}
    assert all(one["reasons"] for one in answer if one["drawn"] == "risk")
    listed = basis.in_force("recheck").content["reasons"]
    assert all(set(one["not_asked"]) <= set(listed) for one in answer)
    assert run(PUBLISHED, "--share", "20", "--seed", "7")[1] == answer
    assert [one["drawn"] for one in run(PUBLISHED, "--seed", "8")[1]] != [
        one["drawn"] for one in answer
    ]


def test_a_reason_says_code_ground_standing_and_figures(run, written):
    case = {
        "id": "A",
        "total_score": 96,
        "budget": {"full_year": 100, "executed": 45},
        "exec_weight": 10,
        "exec_score": 4.5,
        "proved_share": 80,
        "doubts": [],
    }
    _, (first,), said = run(written([case]), "--share", "0")
    assert (first["rank"], first["drawn"]) == (1, "risk")
    assert first["reasons"] == [
        {
            "code": "FH-11",
            "title": "执行率低而自评分高",
            "ground": "惯例",
            "standing": "未核",
            "text": "执行率 45.00%（低于 80%），自评 96 分（90 分以上）。",
        }
    ]
    assert first["not_asked"] == ["FH-12", "FH-13", "FH-14", "FH-16"]
    assert "低于规则的 20%" in said


@pytest.mark.parametrize(
    ("content", "more", "words"),
    [
        ([{"id": "A"}, {"id": "A"}], (), "“A”重复"),
        ([{"id": "A"}], ("--share", "120"), "0 至 100"),
        ([{"id": "A"}], ("--share", "两成"), "应是数"),
        ({"rows": []}, (), "cases"),
        ([{"id": "A", "indicators": "x"}], (), "indicators"),
    ],
)
def test_wrong_use_is_one_sentence(run, written, content, more, words):
    code, answer, error = run(written(content), *more)
    assert (code, answer) == (2, None)
    assert words in error


def test_the_help_says_how_to_draw_again(capsys):
    with pytest.raises(SystemExit):
        main(["risk", "--help"])
    told = capsys.readouterr().out
    assert "SHA-256" in told
    assert "approved_target" in told
