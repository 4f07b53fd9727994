"""The verbs without a database: what comes out on which stream, and with which exit code."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from wenxiao.site import verbs_plain
from wenxiao.site.command import parser

CASES = Path(__file__).parents[1] / "cases"


def _run(capfdbinary, *argv):
    plain = argparse.ArgumentParser()
    verbs_plain.add_parsers(plain.add_subparsers(required=True))
    args = plain.parse_args([str(part) for part in argv])
    code = args.run(args)
    out, err = capfdbinary.readouterr()
    return code, json.loads(out) if out else None, err.decode()


def _file(tmp_path, content, name="in.json"):
    path = tmp_path / name
    path.write_text(
        content if isinstance(content, str) else json.dumps(content, ensure_ascii=False), "utf-8"
    )
    return path


def _sheet(tmp_path, rows, name="表.xlsx"):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / name)
    return tmp_path / name


SELFEVAL = [
    ["项目支出绩效自评表"],
    ["（2022年度）"],
    ["项目名称", "示例项目"],
    ["项目资金（万元）", "", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"],
    ["", "年度资金总额", 10, 10, 9, 10, "90%", 9],
    [
        "一级指标",
        "二级指标",
        "三级指标",
        "年度指标值",
        "实际完成值",
        "分值",
        "得分",
        "偏差原因分析及改进措施",
    ],
    ["产出指标", "数量指标", "站点数", "≥10个", "10个", 90, 90, ""],
    ["总分", "", "", "", "", 100, 99, ""],
]
SCORES = [
    ["项目支出绩效评价评分表"],
    ["项目名称", "示例项目"],
    ["一级指标", "二级指标", "三级指标", "评分标准", "分值", "得分", "扣分原因"],
    ["决策", "项目立项", "立项依据充分性", "", 50, 45, "缺依据"],
    ["产出", "产出数量", "实际完成率", "", 50, 45, "未完成"],
    ["合计", "", "", "", 100, 91, ""],
    ["评价等级", "", "", "", "优", "", ""],
]


def test_parse(capfdbinary, tmp_path):
    asked = [{"text": "≥95%", "role": "target"}, {"text": "9月前"}]
    code, answer, err = _run(capfdbinary, "parse", "--file", _file(tmp_path, asked), "--json")
    assert (code, err) == (0, "")
    assert answer[0] == {
        "text": "≥95%",
        "kind": "number",
        "comparator": ">=",
        "low": "95",
        "high": None,
        "unit": "%",
        "date": None,
    }
    assert answer[1]["partial"] == "--08-31"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{}", "清单"),
        ("[1]", "第 1 项应是一个对象"),
        ("[{}]", "缺少文字"),
        ('[{"text": "1", "role": "x"}]', "role"),
        ("[", "不是有效的 JSON"),
    ],
)
def test_parse_used_wrongly(capfdbinary, tmp_path, content, said):
    code, answer, err = _run(capfdbinary, "parse", "--file", _file(tmp_path, content))
    assert (code, answer) == (2, None)
    assert said in err


def test_files_that_are_not_there(capfdbinary, tmp_path, monkeypatch):
    assert "找不到文件" in _run(capfdbinary, "parse", "--file", tmp_path / "无.json")[2]
    assert "是文件夹" in _run(capfdbinary, "read", tmp_path)[2]
    latin = tmp_path / "gbk.json"
    latin.write_bytes("中文".encode("gbk"))
    assert "UTF-8" in _run(capfdbinary, "parse", "--file", latin)[2]
    deep = _file(tmp_path, "[" * 100_000)
    assert _run(capfdbinary, "parse", "--file", deep)[0] == 2
    assert "不是可读的表格文件" in _run(capfdbinary, "read", deep)[2]


def test_score_of_cases(capfdbinary):
    code, answer, err = _run(capfdbinary, "score", CASES / "selfeval.json", "--json")
    assert (code, err) == (1, "")
    assert answer["tables"][0]["id"] == "SE001"
    assert set(answer["tables"][0]) >= {
        "id",
        "kind",
        "execution",
        "rows",
        "weights",
        "total",
        "grade",
        "differences",
    }


def test_score_without_differences(capfdbinary, tmp_path):
    case = {
        "id": "A",
        "year": 2022,
        "budget": {"full_year": 10, "executed": 9.5},
        "exec_weight": 10,
        "exec_score": 9.5,
    }
    code, answer, _ = _run(
        capfdbinary, "score", _file(tmp_path, [case]), "--year", "2022", "--profile", "P2020"
    )
    assert code == 0
    assert answer["tables"][0]["execution"]["agrees"] is True


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({}, "cases"),
        ([1], "应是对象"),
        ([{"indicators": [1]}], "indicators"),
        ([{"budget": []}], "形状"),
        ([{"l1_weights": [1]}], "形状"),
    ],
)
def test_score_used_wrongly(capfdbinary, tmp_path, content, said):
    code, answer, err = _run(capfdbinary, "score", _file(tmp_path, content))
    assert (code, answer) == (2, None)
    assert said in err


def test_an_unknown_profile(capfdbinary, tmp_path):
    code, _, err = _run(capfdbinary, "score", _file(tmp_path, [{}]), "--profile", "无此口径")
    assert code == 2
    assert "无此口径" in err


def test_read_and_score_of_a_self_evaluation(capfdbinary, tmp_path):
    path = _sheet(tmp_path, SELFEVAL)
    _, form, _ = _run(capfdbinary, "read", path, "--json")
    assert form["kind"] == "selfeval"
    code, answer, _ = _run(capfdbinary, "score", path)
    table = answer["tables"][0]
    assert (code, table["total"]["agrees"], table["execution"]["rate"]) == (0, True, "90.00")


def test_score_of_a_score_sheet(capfdbinary, tmp_path):
    code, answer, _ = _run(capfdbinary, "score", _sheet(tmp_path, SCORES))
    assert code == 1
    assert "total_not_sum" in [
        difference["code"] for difference in answer["tables"][0]["differences"]
    ]


def test_a_book_without_tables_to_score(capfdbinary, tmp_path):
    code, _, err = _run(capfdbinary, "score", _sheet(tmp_path, [["随便", "写写"]]))
    assert code == 2
    assert "没有可复算" in err


def test_pace(capfdbinary, tmp_path):
    asked = [
        {"budget_yuan": 2802000, "executed_yuan": "1,822,100", "through_month": 7},
        {"budget_yuan": None, "executed_yuan": None, "through_month": 7},
        {
            "budget_yuan": 100,
            "executed_yuan": 50,
            "through_month": 6,
            "milestones": [
                {"name": "开工", "due": "2021-03-31", "done": "2021-03-01"},
                {"due": "2021-06-30", "done": None},
            ],
        },
    ]
    code, answer, _ = _run(capfdbinary, "pace", "--file", _file(tmp_path, asked), "--json")
    assert code == 0
    assert (answer[0]["rate"], answer[0]["index"], answer[0]["light"], answer[0]["above_pace"]) == (
        "65.03",
        "111.5",
        "green",
        True,
    )
    assert answer[1]["light"] == "none"


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ({"budget_yuan": 1, "executed_yuan": 1}, "through_month"),
        ({"budget_yuan": 1, "executed_yuan": 1, "through_month": 13}, "第 1 项"),
        ({"budget_yuan": 1, "executed_yuan": 1, "through_month": 7.5}, "1 至 12 的整数，现为“7.5”"),
        ({"budget_yuan": "很多", "executed_yuan": 1, "through_month": 3}, "“很多”不是金额"),
        (
            {
                "budget_yuan": 1,
                "executed_yuan": 1,
                "through_month": 3,
                "milestones": [{"due": "2021-13-01"}],
            },
            "不是日期",
        ),
        (
            {"budget_yuan": 1, "executed_yuan": 1, "through_month": 3, "milestones": ["三月"]},
            "对象的清单",
        ),
        (
            {
                "budget_yuan": 1,
                "executed_yuan": 1,
                "through_month": 3,
                "milestones": [{"due": "三月"}],
            },
            "第 1 项",
        ),
    ],
)
def test_pace_used_wrongly(capfdbinary, tmp_path, item, said):
    code, _, err = _run(capfdbinary, "pace", "--file", _file(tmp_path, [item]))
    assert code == 2
    assert said in err


def test_check(capfdbinary, tmp_path):
    rows = [
        {
            "level1": "产出指标",
            "level2": "数量指标",
            "level3": "站点数",
            "target": None,
            "weight": "100",
        }
    ]
    asked = [
        {"subject": {"name": "甲", "budget_yuan": 5}, "rows": rows, "text": None},
        {"rows": []},
    ]
    code, answer, _ = _run(capfdbinary, "check", "--file", _file(tmp_path, asked), "--json")
    assert code == 1
    assert answer[0]["problems"][0].keys() == {
        "code",
        "ground",
        "standing",
        "cell",
        "level",
        "row",
        "field",
        "text",
        "basis",
        "mend",
    }
    assert answer[1] == {"problems": []}


@pytest.mark.parametrize(
    "item",
    [
        {"subject": [], "rows": []},
        {"subject": {}, "rows": {}},
        {"subject": {}, "rows": [1]},
        {"rows": [{"weight": "若干"}]},
        {"rows": [{"weight": True}]},
        {"rows": [{"level3": ["甲"]}]},
        {"subject": {"year": "二〇二四"}, "rows": []},
        {"subject": {"budget_yuan": "NaN"}, "rows": []},
        {"subject": {"start": [1]}, "rows": []},
        {"rows": [], "text": 7},
    ],
)
def test_check_refuses_what_has_not_the_shape(capfdbinary, tmp_path, item):
    code, answer, said = _run(capfdbinary, "check", "--file", _file(tmp_path, [item]), "--json")
    assert (code, answer) == (2, None)
    assert said.endswith("。\n")


def test_check_takes_numbers_as_text_and_gaps(capfdbinary, tmp_path):
    row = {"level1": "产出指标", "level3": "里程", "target": "2026年建成", "weight": "100"}
    item = {
        "subject": {"year": "2024", "start": "2023-01", "end": "2026-12"},
        "rows": [row],
        "text": None,
    }
    _, answer, _ = _run(capfdbinary, "check", "--file", _file(tmp_path, [item, {}]), "--json")
    assert [problem["code"] for problem in answer[0]["problems"]] == ["MB-05"]
    assert answer[1] == {"problems": []}


def test_check_used_wrongly(capfdbinary, tmp_path):
    code, _, err = _run(capfdbinary, "check", "--file", _file(tmp_path, [{"rows": {"a": 1}}]))
    assert code == 2
    assert "rows" in err


def test_only_text_and_exact_numbers_come_out():
    from datetime import date

    assert verbs_plain._plain(Decimal("1E+2")) == "100"
    assert verbs_plain._plain(date(2021, 1, 2)) == "2021-01-02"
    with pytest.raises(TypeError):
        verbs_plain._plain(object())


def test_an_unreadable_path(capfdbinary, tmp_path, monkeypatch):
    path = _file(tmp_path, [])

    def refuse(*_args, **_more):
        raise PermissionError

    monkeypatch.setattr(Path, "read_text", refuse)
    assert "无法读取" in _run(capfdbinary, "parse", "--file", path)[2]


def test_parse_starts_without_the_heavy_libraries(tmp_path):
    path = _file(tmp_path, [{"text": "1"}])
    code = (
        "import sys, argparse; from wenxiao.site.verbs_plain import parse_verb; "
        f"parse_verb(argparse.Namespace(file={str(path)!r})); "
        "sys.exit(any(name in sys.modules for name in ('django', 'polars', 'openpyxl', 'pandas')))"
    )
    assert (
        subprocess.run(
            [sys.executable, "-c", code], check=False, capture_output=True, timeout=600
        ).returncode
        == 0
    )


def test_other_forms_of_a_book_are_passed_over(capfdbinary):
    """A summary page is a list: the three score sheets behind it are
    judged, each under its place in the file.
    """
    book = Path(__file__).parent.parent / "files/pass/65_汇总首页_一簿三项目_合成.xlsx"
    code, answer, _ = _run(capfdbinary, "score", str(book))
    assert code == 0
    assert [table["id"].rpartition("#")[2] for table in answer["tables"]] == ["2", "3", "4"]
    assert {table["kind"] for table in answer["tables"]} == {"evaluation"}


@pytest.mark.parametrize("figure", ["NaN", "1e400", "Infinity"])
def test_figures_no_table_holds_are_refused(capfdbinary, tmp_path, figure):
    path = tmp_path / "大数.json"
    path.write_text(f'{{"cases": [{{"indicators": [{{"weight": {figure}}}]}}]}}', encoding="utf-8")
    code, _, err = _run(capfdbinary, "score", str(path))
    assert code == 2
    assert figure in err
    assert "数" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "缺少参数 命令"),
        (["parse"], "缺少参数 --file"),
        (["parse", "--file"], "后面缺少内容"),
        (["score", "a.json", "--year", "去年"], "应为整数"),
        (["score", "a.json", "--nothing"], "不认识的参数 --nothing"),
        (["nothing"], "这个取值"),
    ],
)
def test_wrong_use_is_said_in_chinese(capsys, words, said):
    with pytest.raises(SystemExit) as stopped:
        parser().parse_args(words)
    err = capsys.readouterr().err
    assert stopped.value.code == 2
    assert said in err
    for english in ("usage", "argument", "required", "invalid", "choose", "expected"):
        assert english not in err


def test_score_says_what_to_do_with_a_refused_file(capfdbinary, tmp_path):
    path = tmp_path / "表.xlsx"
    path.write_bytes(b"PK\x03\x04 cut off")
    code, _, err = _run(capfdbinary, "score", str(path))
    assert code == 2
    assert "请重新" in err or "请用" in err


def test_the_help_is_chinese(capsys):
    from wenxiao.site.command import main

    with pytest.raises(SystemExit):
        main(["init", "--help"])
    shown = capsys.readouterr().out
    assert shown.startswith("用法：wenxiao init")
    assert "显示本说明" in shown
    assert "usage" not in shown


def test_check_asks_about_a_budget_that_moved_without_its_target(tmp_path, capfdbinary):
    row = {"level1": "产出指标", "level2": "数量指标", "level3": "培训人数", "target": "≥100人"}
    same = {"rows": [row], "approved": [row], "budget_change_yuan": "1000000"}
    moved = {**same, "rows": [{**row, "target": "≥150人"}]}
    less = {**same, "approved": {"rows": [row, {**row, "level3": "场次"}]}}
    lower = {"rows": [row], "previous": [{**row, "actual": "130人"}]}
    path = _file(tmp_path, [same, moved, less, lower])
    _, answers, _ = _run(capfdbinary, "check", "--file", path)
    codes = [{one["code"] for one in item["problems"]} for item in answers]
    assert ["MB-10" in found for found in codes] == [True, False, False, False]
    assert any("130人" in one["text"] for one in answers[3]["problems"])
    wrong = _file(tmp_path, [{"rows": [row], "approved": "甲"}], "wrong.json")
    code, _, err = _run(capfdbinary, "check", "--file", wrong)
    assert (code, "指标行的清单" in err) == (2, True)
