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


def word_report(path, total):
    import docx

    document = docx.Document()
    for text in (
        "2022年度示例渠道修复项目绩效评价报告",
        "三、评价结论",
        f"经综合评价，示例渠道修复项目得分{total}分，评价等级为“优”。审定预算400万元，执行率90.63%。",
        "六、存在的问题",
        "评价发现一个方面的问题：",
        "1.论证不够充分。前期调查少",
    ):
        document.add_paragraph(text)
    document.save(path)
    return str(path)


def score_workbook(path):
    import openpyxl

    book = openpyxl.Workbook()
    rows = [
        ["项目支出绩效评价评分表"],
        ["（2022年度）"],
        ["项目名称", "示例渠道修复项目", None, None, "项目单位", "示例区水务局"],
        ["审定预算（万元）", 400, None, None, "实际支出（万元）", 362.5],
        ["一级指标", "二级指标", "三级指标", "分值", "得分", "评分依据"],
        ["决策", "立项", "立项规范性", 20, 18, "论证不足，扣2分。"],
        ["过程", "资金", "资金合规性", 20, 19.5, None],
        ["产出", "数量", "修复渠道", 35, 33, None],
        ["效益", "满意", "群众满意度", 25, 22.5, None],
        ["合计", None, None, 100, 93, "评价等级：优"],
    ]
    for row in rows:
        book.active.append(row)
    problems = book.create_sheet("问题清单")
    for row in (["序号", "存在的问题"], [1, "论证不够充分"]):
        problems.append(row)
    book.save(path)
    return str(path)


@pytest.mark.parametrize(("total", "code"), [("93.00", 0), ("92.00", 1)])
def test_reconcile_reads_both_files_and_exits_by_what_contradicts(
    tmp_path, capfdbinary, total, code
):
    report = word_report(tmp_path / "报告.docx", total)
    sheet = score_workbook(tmp_path / "评分表.xlsx")
    assert main(["reconcile", report, sheet, "--json"]) == code
    answer = json.loads(capfdbinary.readouterr().out)
    said = [(one["code"], one["report"], one["sheet"]) for one in answer["differences"]]
    assert said == ([("BG-11", "92.00分", "93分")] if code else [])
    assert {one["report"] for one in answer["bound"]} >= {"400万元", "90.63%", "论证不够充分", "优"}


def test_reconcile_refuses_what_is_no_report_and_no_score_sheet(tmp_path, capfdbinary):
    report = word_report(tmp_path / "报告.docx", "93.00")
    sheet = score_workbook(tmp_path / "评分表.xlsx")
    assert main(["reconcile", sheet, sheet]) == 2
    assert ".docx" in capfdbinary.readouterr().err.decode()
    assert main(["reconcile", report, report]) == 2
    assert "没有评分表" in capfdbinary.readouterr().err.decode()
    broken = tmp_path / "坏.docx"
    broken.write_bytes(b"no zip")
    assert main(["reconcile", str(broken), sheet]) == 2
    assert "不能读取" in capfdbinary.readouterr().err.decode()


def target_workbook(path, target="有效提升"):
    import openpyxl

    book = openpyxl.Workbook()
    rows = [
        ["项目支出绩效目标申报表"],
        ["（2023年度）"],
        ["项目名称", None, "服务站建设", None, "年度资金总额（万元）", 240],
        ["一级指标", "二级指标", "三级指标", "指标值", "计量单位", "分值"],
        ["产出指标", "数量指标", "新建服务站", "=8", "个", 50],
        ["效益指标", "社会效益指标", "老年人获得感", target, None, 30],
        ["满意度指标", "服务对象满意度指标", "居民满意度", "≥90", "%", 10],
    ]
    for row in rows:
        book.active.append(row)
    book.save(path)
    return str(path)


def test_check_reads_a_workbook_and_says_the_cell(tmp_path, capfdbinary):
    assert main(["check", "--file", target_workbook(tmp_path / "表.xlsx"), "--json"]) == 1
    answer = json.loads(capfdbinary.readouterr().out)
    assert [(one["sheet"], one["form"]) for one in answer] == [("Sheet", 1)]
    problem = next(one for one in answer[0]["problems"] if one["code"] == "MB-29")
    assert (problem["row"], problem["cell"], problem["field"]) == (1, "D6", "target")
    assert (problem["ground"], problem["standing"], problem["level"]) == ("惯例", "未核", "警告")
    # the form has no column for sources, so nobody is blamed for leaving it empty
    assert "MB-04" not in {one["code"] for one in answer[0]["problems"]}


def test_check_refuses_a_workbook_without_a_target_table(tmp_path, capfdbinary):
    assert main(["check", "--file", score_workbook(tmp_path / "评分表.xlsx")]) == 2
    assert "没有绩效目标表" in capfdbinary.readouterr().err.decode()
