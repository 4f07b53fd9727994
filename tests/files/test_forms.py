"""Self-evaluation and monitoring forms as public units filled them in,
against what a person reads in them.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from wenxiao.files.forms.reading import read_file

HERE = Path(__file__).parent
SAMPLES = sorted(
    path.name for path in (HERE / "expected").glob("[0-5]*.json") if not path.name.startswith("4")
)
ABOUT_THE_SAMPLE = {
    "case_id",
    "published_check",
    "case_quirks",
    "not_obtained_in_source",
    "note_row",
    "signature_row",
    "last_row",
    "stored",
    "number_format",
    "note",
    "cached",
    "dashes",
    "indicator_columns",
    "first_row",
}


def differences(expected, got, place=""):
    if isinstance(expected, dict):
        if not isinstance(got, dict):
            return [(place, expected, got)]
        if str(expected.get("stored", "")).startswith("=") and got.get("computed") is not None:
            # a formula without cached value: the value is null, what it yields stands beside it
            expected = {
                key: value for key, value in expected.items() if key not in {"value", "published"}
            }
        return [
            line
            for key, value in expected.items()
            if key not in ABOUT_THE_SAMPLE
            for line in differences(value, got.get(key, "missing"), f"{place}.{key}")
        ]
    if isinstance(expected, list):
        if not isinstance(got, list) or len(expected) != len(got):
            return [(place, expected, got)]
        return [
            line
            for at, value in enumerate(expected)
            for line in differences(value, got[at], f"{place}[{at}]")
        ]
    return [] if expected == got else [(place, expected, got)]


@pytest.mark.parametrize("name", SAMPLES)
def test_a_public_form_is_read_as_a_person_reads_it(name):
    expected = json.loads((HERE / "expected" / name).read_text(encoding="utf-8"))
    found = read_file(HERE / "pass" / expected["file"])
    assert found["kind"] == expected["kind"]
    assert differences(expected["forms"], found["forms"]) == []
    assert not [problem for problem in found["problems"] if problem["level"] == "阻断"]


def test_a_total_formula_without_saved_result_is_computed():
    total = read_file(HERE / "pass" / "02_SE025_空值满分.xlsx")["forms"][0]["total"]["score"]
    assert (total["value"], total["computed"], total["cell"]) == (None, "100", "H22")


@pytest.mark.parametrize(
    "name", ["02_SE025_空值满分", "04_SE011_丽江式_元", "07_SE018_隐藏行与空行"]
)
def test_an_old_xls_reads_like_its_xlsx(name):
    new = read_file(HERE / "pass" / f"{name}.xlsx")["forms"]
    old = read_file(HERE / "pass" / f"{name}.xls")["forms"]
    for form in new:
        form["total"] = form["funds"][0]["rate"] = None  # .xls keeps saved results of formulas
    assert [
        line for line in differences(new, old) if ".total" not in line[0] and ".rate" not in line[0]
    ] == []
