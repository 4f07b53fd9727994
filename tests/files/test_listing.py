"""Lists of objects, one a row."""

from __future__ import annotations

import json
from pathlib import Path

from wenxiao.files.cells.workbooks import read_xlsx
from wenxiao.files.forms.checking import problems_of
from wenxiao.files.forms.evaluation import read_evaluation
from wenxiao.files.forms.forms import form_json, typed
from wenxiao.files.forms.listing import looks_like_list, mark_summary, read_list

HERE = Path(__file__).parent


def sample(number: str):
    path = next((HERE / "pass").glob(f"{number}_*"))
    return read_xlsx(path), json.loads(
        (HERE / "expected" / f"{path.stem}.json").read_text(encoding="utf-8")
    )


def test_a_list_of_twenty_projects_with_uncached_totals():
    book, expected = sample("41")
    (form,) = map(form_json, read_list(book))
    (wanted,) = expected["forms"]
    assert form["columns"] == wanted["columns"]
    assert (form["header_row"], form["money_unit"], form["unit_cell"]) == (3, "万元", "J2")
    assert len(form["rows"]) == 20
    for want, got in zip(wanted["rows"], form["rows"], strict=True):
        for key, cell in want.items():
            if isinstance(cell, dict):
                for name in {"cell", "value", "yuan", "raw"} & set(cell):
                    assert str(got[key][name]) == str(cell[name]), (want["row"], key, name)
    assert form["total_row"] == 24
    for key, cell in wanted["totals"].items():
        assert form["totals"][key]["computed"] == cell["computed"]
        assert form["totals"][key]["yuan"] == cell["yuan"]
        assert form["totals"][key]["raw"] is None


def test_the_summary_page_repeats_its_score_sheets():
    book, expected = sample("65")
    lists, sheets = read_list(book), read_evaluation(book)
    mark_summary(lists, sheets)
    lists, sheets = [*map(form_json, lists)], [*map(form_json, sheets)]
    wanted = expected["forms"][0]
    assert [form.get("role") for form in lists] == ["summary"]
    for want, got in zip(wanted["rows"], lists[0]["rows"], strict=True):
        assert {key: got[key] for key in want} == want


def test_score_sheets_and_working_papers_are_no_lists():
    for number in ("61", "62", "63", "66"):
        book, _ = sample(number)
        assert [sheet.name for sheet in book.sheets if looks_like_list(sheet)] == []


def summary_problems(form, sheets):
    found = problems_of([typed(form), *map(typed, sheets)])
    return [problem for problem in found if problem.code == "PJ-19"]


def test_a_summary_that_differs_from_its_sheet_is_named():
    book, _ = sample("65")
    lists, sheets = read_list(book), read_evaluation(book)
    mark_summary(lists, sheets)
    lists, sheets = [*map(form_json, lists)], [*map(form_json, sheets)]
    assert summary_problems(lists[0], sheets) == []
    assert problems_of([typed(lists[0])]) == []
    lists[0]["rows"][1]["score"]["value"] = "70.9"
    lists[0]["rows"][2]["audited_used"]["yuan"] = "1"
    assert [(problem.code, problem.cell) for problem in summary_problems(lists[0], sheets)] == [
        ("PJ-19", "F5"),
        ("PJ-19", "E6"),
    ]


def test_the_list_of_twenty_adds_up():
    book, _ = sample("41")
    told = [
        (problem.code, problem.cell, problem.expected)
        for problem in problems_of(read_list(book)[:1])
    ]
    assert told == [("ZJ-10", "I17", "31.08%")]  # the public table itself prints 31.00%
