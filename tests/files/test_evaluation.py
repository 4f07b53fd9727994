"""The agencies' score sheets as they come, against what a person reads in them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from wenxiao.files.cells.documents import read_docx
from wenxiao.files.cells.workbooks import read_xlsx
from wenxiao.files.forms.evaluation import looks_like_evaluation, read_evaluation
from wenxiao.files.forms.forms import form_json

HERE = Path(__file__).parent
SAMPLES = sorted(path.stem for path in (HERE / "expected").glob("6*.json"))
DESCRIPTIVE = {"planted", "sheet_of", "problems_paragraphs", "suggestions_paragraphs"}


def book_of(path: Path):
    if path.suffix == ".docx":
        return read_docx(path)
    return read_xlsx(path)


def differences(expected, got, path=""):
    if isinstance(expected, dict):
        if not isinstance(got, dict):
            return [f"{path}: {expected!r} != {got!r}"]
        if "stored" in expected and "cached" in expected and isinstance(got, dict):
            expected = expected | {"value": None, "computed": expected["value"]}
        return [
            line
            for key, value in expected.items()
            if key not in DESCRIPTIVE
            for line in differences(value, got.get(key), f"{path}.{key}")
        ]
    if isinstance(expected, list):
        if not isinstance(got, list) or len(expected) != len(got):
            return [f"{path}: {expected!r} != {got!r}"]
        return [
            line
            for at, value in enumerate(expected)
            for line in differences(value, got[at], f"{path}[{at}]")
        ]
    if path.endswith("year.raw"):
        return [] if str(expected) == str(got) else [f"{path}: {expected!r} != {got!r}"]
    return [] if expected == got else [f"{path}: {expected!r} != {got!r}"]


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_is_read_as_a_person_reads_it(name):
    path = next((HERE / "pass").glob(f"{name}.*"))
    expected = json.loads((HERE / "expected" / f"{name}.json").read_text(encoding="utf-8"))
    wanted = [form for form in expected["forms"] if form["kind"] == "evaluation"]
    forms = [*map(form_json, read_evaluation(book_of(path)))]
    assert len(forms) == len(wanted)
    found = [
        line for want, got in zip(wanted, forms, strict=True) for line in differences(want, got)
    ]
    assert found == []


def test_working_papers_and_summaries_are_no_score_sheets():
    for name, sheets in (("66", ["评分表"]), ("65", ["评分表1", "评分表2", "评分表3"]), ("41", [])):
        book = read_xlsx(next((HERE / "pass").glob(f"{name}_*")))
        assert [sheet.name for sheet in book.sheets if looks_like_evaluation(sheet)] == sheets


def faults(form):
    from wenxiao.files.forms.checking import problems_of
    from wenxiao.files.forms.forms import typed

    return [(problem.code, problem.cell) for problem in problems_of([typed(form)])]


def test_the_planted_half_point_is_named_and_nothing_else():
    for path in sorted((HERE / "pass").glob("6*.xlsx")):
        found = [
            fault
            for form in map(form_json, read_evaluation(read_xlsx(path)))
            for fault in faults(form)
        ]
        assert found == ([("PJ-03", "I28")] if path.name.startswith("63") else []), path.name
