"""A typed form says what its JSON says, crosses the child's pipe unchanged,
and becomes one table with its cells.
"""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from wenxiao.files.cells.seen import Seen
from wenxiao.files.forms.dossier_forms import MonitorForm, SelfEvalForm
from wenxiao.files.forms.forms import Form, Reading, form_json, reading_json, reading_of, typed
from wenxiao.files.forms.reading import forms_of, open_book, read_forms
from wenxiao.files.forms.score_sheet import ScoreSheet
from wenxiao.files.forms.tables import table_of

SAMPLES = sorted((Path(__file__).parent / "pass").glob("*.*"))
NAMES = [path.name for path in SAMPLES]


@pytest.mark.parametrize("path", SAMPLES, ids=NAMES)
def test_a_reader_yields_the_typed_form_and_its_json_says_all_of_it(path):
    book, _ = open_book(path)
    forms = forms_of(book)
    assert forms
    for form in forms:
        assert isinstance(form, Form)
        assert typed(form_json(form)) == form


@pytest.mark.parametrize("path", SAMPLES, ids=NAMES)
def test_a_reading_crosses_the_pipe_and_comes_back_from_its_json_the_same(path):
    reading = read_forms(path)
    assert msgspec.json.decode(msgspec.json.encode(reading), type=Reading) == reading
    assert reading_of(json.loads(json.dumps(reading_json(reading)))) == reading


@pytest.mark.parametrize("path", SAMPLES, ids=NAMES)
def test_a_form_is_one_table_row_by_row_with_its_cells(path):
    for form in read_forms(path).forms:
        table = table_of(form)
        rows = (
            form.criteria
            if isinstance(form, ScoreSheet)
            else form.indicators
            if isinstance(form, SelfEvalForm | MonitorForm)
            else form.rows
        )
        assert [row["line"] for row in table.rows] == [row.row for row in rows]
        assert all(row["places"] for row in table.rows)
        assert table.head["kind"] == form.kind


def test_the_table_of_a_self_evaluation_has_numbers_texts_and_cells():
    (form,) = read_forms(
        next(path for path in SAMPLES if path.name.startswith("07_") and path.suffix == ".xlsx")
    ).forms
    table = table_of(form)
    first = table.rows[0]
    assert isinstance(first["weight"], Decimal)
    assert isinstance(first["target"], str)
    assert first["places"]["weight"].rstrip("0123456789")
    assert table.head["executed"] == form.funds[0].executed.amount
    assert table.head["places"]["executed"] == form.funds[0].executed.cell


def test_a_formula_without_saved_result_is_a_number_of_the_table_and_says_so():
    path = next(path for path in SAMPLES if path.name.startswith("17_"))
    tables = [table_of(form) for form in read_forms(path).forms]
    known = [
        key
        for table in tables
        for row in [*table.rows, table.head, *table.head["funds"]]
        for key in row["uncached"]
        if row[key] is not None
    ]
    assert known


def test_a_cell_knows_its_number_and_its_text():
    assert Seen(cell="B2", value="1,200.50分").number == Decimal("1200.50")
    assert Seen(cell="B2", value="优").number is None
    assert Seen(cell="B2", value=None, computed="12").text == "12"
    assert not Seen(cell="B2", value=None).is_uncached
    assert Seen(cell="B2", value=None, computed=None).is_uncached
