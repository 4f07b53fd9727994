"""Which Word tables belong to one form: heads above, indicators going on,
and neighbours that have no part in it.
"""

from __future__ import annotations

import json
from pathlib import Path

from files.builders import paper
from files.builders.monitoring import draw as draw_monitor
from files.builders.selfeval import draw

from wenxiao.files.forms.reading import read_file

CASES = Path(__file__).parents[1] / "cases"
CASE = next(
    case
    for case in json.loads((CASES / "selfeval.json").read_text("utf-8"))["cases"]
    if case["id"] == "SE011"
)
WATCHED = json.loads((CASES / "monitoring.json").read_text("utf-8"))["cases"][0]


def table(rows):
    out = paper.Paper()
    for at, row in enumerate(rows):
        for col, value in enumerate(row):
            out.put(at, col, value)
    return out


def names(form):
    return [row["level3"] for row in form["indicators"]]


def test_a_table_behind_a_closed_form_has_no_part_in_it(tmp_path):
    contacts = table(
        [["姓名", "科室", "电话", "邮箱", "职务", "备注"], ["张三", "预算科", "1", "2", "3", "4"]]
    )
    for drawn in (draw(CASE, head=False)[0], draw(CASE, "transfer", head=False)[0]):
        found = read_file(paper.word(tmp_path / "表.docx", ["项目支出绩效自评表", drawn, contacts]))
        form = next(form for form in found["forms"] if form["kind"] == "selfeval")
        assert names(form) == [row["level3"] for row in CASE["indicators"]]
    watched, _ = draw_monitor(WATCHED)
    found = read_file(paper.word(tmp_path / "监控.docx", [watched, contacts]))
    assert names(found["forms"][0]) == [row["name"] for row in WATCHED["indicators"]]


def test_a_form_read_on_may_repeat_its_headings_and_ends_with_its_grade(tmp_path):
    drawn, block = draw(CASE, head=False)
    cut = block + 4
    first, rest = drawn.part(0, cut), drawn.part(cut, drawn.bottom)
    again = drawn.part(block, block + 1)
    for second in (rest, again.followed_by(rest, gap=0)):
        found = read_file(paper.word(tmp_path / "表.docx", ["自评表", first, second]))
        (form,) = found["forms"]
        assert names(form) == [row["level3"] for row in CASE["indicators"]]
        assert (form["total"]["score"]["value"], form["total"]["table"]) == ("96", 1)
        assert (form["grade"]["value"], form["grade"]["table"]) == ("优", 1)


def test_names_money_and_goal_each_in_a_table_of_their_own(tmp_path):
    drawn, block = draw(CASE, head=False)
    parts = [
        drawn.part(0, 2),
        drawn.part(2, 7),
        drawn.part(7, block),
        drawn.part(block, drawn.bottom),
    ]
    found = read_file(
        paper.word(tmp_path / "表.docx", ["项目支出绩效自评表", "（2022年度）", *parts])
    )
    (form,) = found["forms"]
    assert (form["project_name"]["value"], form["project_name"]["table"]) == (CASE["project"], 0)
    assert (form["funds"][0]["full_year"]["yuan"], form["funds"][0]["table"]) == ("387664.62", 1)
    assert (form["title"]["value"], form["year"]["value"], form["money_unit"]) == (
        "项目支出绩效自评表",
        2022,
        "元",
    )


def test_a_head_that_carries_the_title_is_no_form_beside_its_rows(tmp_path):
    drawn, block = draw(CASE)
    parts = [drawn.part(0, block), drawn.part(block, drawn.bottom)]
    (form,) = read_file(paper.word(tmp_path / "表.docx", parts))["forms"]
    assert (form["project_name"]["value"], len(form["indicators"])) == (CASE["project"], 9)
    assert form["goal"]["table"] == 0


def test_a_second_project_begins_a_form_of_its_own(tmp_path):
    drawn, block = draw(CASE, head=False)
    open_form = drawn.part(0, block + 4)
    for between in ([], [table([[" "]])], [table([[str(n) for n in range(20)]])]):
        found = read_file(
            paper.word(tmp_path / "表.docx", ["自评表", open_form, *between, "自评表", drawn])
        )
        assert [len(names(form)) for form in found["forms"]] == [3, 9]


def test_a_signature_table_only_closes_the_form(tmp_path):
    drawn, block = draw(CASE, head=False)
    signed = table([["填报人：张三", "联系电话：1"]])
    (form,) = read_file(
        paper.word(tmp_path / "表.docx", ["自评表", drawn.part(0, block + 4), signed])
    )["forms"]
    assert (len(names(form)), form["total"], form["grade"]) == (3, None, None)
