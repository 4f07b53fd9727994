"""What a form would change is shown before anybody confirms: old → new, with the cell, on the page and to machines."""

from __future__ import annotations

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.bureaus import PASS

from wenxiao.files.forms.reading import read_file
from wenxiao.intake.tasks import read
from wenxiao.intake.unattended import import_file, take
from wenxiao.records.models import Intake
from wenxiao.reviews.models import Review

pytestmark = [pytest.mark.db, pytest.mark.django_db]

SELFEVAL = PASS / "02_SE025_空值满分.xlsx"
SHEET = PASS / "61_财政重点评价评分表_标准式_合成.xlsx"
ROW = read_file(SELFEVAL)["forms"][0]["indicators"][0]


@pytest.fixture
def later(tmp_path):
    """The same form with another actual value and another sum spent."""
    path = tmp_path / "改.xlsx"
    book = openpyxl.load_workbook(SELFEVAL)
    book.active[ROW["actual"]["cell"]] = "3个"
    book.save(path)
    return path


def told(path, bureau, **more):
    return take(path, division=bureau.division, by=bureau.finance, dry_run=True, **more)


FORM = {"sheet", "kind", "unit", "subject", "standing", "received", "changes", "problems"}
FORMS = sorted(path.name for path in PASS.iterdir() if not path.name.startswith("41_"))


@pytest.mark.parametrize("name", FORMS)
def test_every_form_is_told_in_the_shape_that_is_promised(bureau, name):
    forms = told(PASS / name, bureau)["forms"]
    assert forms
    for form in forms:
        assert set(form) >= FORM
        assert set(form["unit"]) == {"text", "matched", "near"}
        assert isinstance(form["subject"], str)
        assert form["standing"] in {"accept", "ask", "refuse"}
        assert form["received"] is (form["standing"] == "accept")
        for change in form["changes"]:
            assert set(change) == {"row", "field", "old", "new", "cell"}
            assert change["old"] is None
            assert change["new"]
            assert change["cell"]


def test_a_ledger_has_no_forms_and_an_unreadable_file_none(bureau, tmp_path):
    assert told(PASS / "41_清单_万元.xlsx", bureau)["forms"] == []
    empty = tmp_path / "空.xlsx"
    empty.write_bytes(b"")
    assert told(empty, bureau)["forms"] == []


def test_a_first_form_shows_every_value_as_new(bureau, selfeval_round):
    form = told(SELFEVAL, bureau)["forms"][0]
    assert set(form) >= {"sheet", "kind", "unit", "subject", "standing", "received", "changes"}
    assert form["unit"] == {"text": "天长市水利局", "matched": "天长市水利局", "near": []}
    assert (form["subject"], form["standing"]) == ("水旱灾害防御经费", "accept")
    assert form["subject_match"]["matched"] == form["subject"]
    assert form["received"] is True
    assert {change["old"] for change in form["changes"]} == {None}
    points = next(c for c in form["changes"] if (c["row"], c["field"]) == (ROW["level3"], "得分"))
    assert points == {
        "row": ROW["level3"],
        "field": "得分",
        "old": None,
        "new": "10",
        "cell": f"{form['sheet']}!{ROW['score']['cell']}",
    }
    total = next(c for c in form["changes"] if c["field"] == "自评总分")
    assert (total["new"], total["cell"].startswith(f"{form['sheet']}!")) == ("100", True)
    assert not Review.objects.exists()


def test_the_same_form_again_changes_nothing_and_another_value_alone_is_named(
    bureau, selfeval_round, later
):
    import_file(SELFEVAL, division=bureau.division, by=bureau.finance)
    assert told(SELFEVAL, bureau)["forms"][0]["changes"] == []
    (change,) = told(later, bureau)["forms"][0]["changes"]
    assert (change["row"], change["field"]) == (ROW["level3"], "完成值")
    assert (change["old"], change["new"]) == (ROW["actual"]["value"], "3个")
    assert change["cell"].endswith(f"!{ROW['actual']['cell']}")


def test_score_sheets_are_held_against_the_stored_ones_too(bureau, evaluation_round, tmp_path):
    import_file(SHEET, division=bureau.division, by=bureau.finance, create=True)
    assert told(SHEET, bureau)["forms"][0]["changes"] == []
    item = read_file(SHEET)["forms"][0]["criteria"][0]
    path = tmp_path / "评.xlsx"
    book = openpyxl.load_workbook(SHEET)
    book.active[item["score"]["cell"]] = 0.5
    book.save(path)
    changes = told(path, bureau)["forms"][0]["changes"]
    assert [(c["row"], c["field"], c["new"]) for c in changes] == [(item["level3"], "得分", "0.5")]


def test_a_question_and_a_refusal_have_their_standing(bureau, evaluation_round):
    asked = told(SHEET, bureau)["forms"][0]
    assert (asked["standing"], asked["received"]) == ("ask", False)
    assert asked["choices"]["skip"] == [True]
    refused = take(SHEET, division=bureau.division, by=bureau.clerk, dry_run=True)["forms"][0]
    assert (refused["standing"], refused["received"]) == ("refuse", False)
    assert "DR-37" in [problem["code"] for problem in refused["problems"]]


def test_the_page_shows_old_and_new_beside_each_other(bureau, selfeval_round, later, client):
    import_file(SELFEVAL, division=bureau.division, by=bureau.finance)
    type(bureau.finance).objects.update(must_change_password=False)
    client.force_login(bureau.finance)
    upload = SimpleUploadedFile(later.name, later.read_bytes())
    answer = client.post(reverse("desk:imports"), {"files": [upload]})
    intake = Intake.objects.get(pk=int(answer["Location"].split("/")[-1]))
    read.func(intake.pk)
    address = reverse("desk:import_file", args=[intake.batches.get().pk])
    page = client.get(address).content.decode()
    assert "其中改动 1 格" in page
    assert f'data-label="系统里">{ROW["actual"]["value"]}<' in page
    assert 'data-label="表上">3个<' in page
    assert f"!{ROW['actual']['cell']}<" in page
    assert "一个完成值也没有填" not in page


def test_a_form_without_any_actual_says_so(bureau, selfeval_round, tmp_path, client):
    path = tmp_path / "空.xlsx"
    book = openpyxl.load_workbook(SELFEVAL)
    for row in read_file(SELFEVAL)["forms"][0]["indicators"]:
        book.active[row["actual"]["cell"]] = None
    book.save(path)
    type(bureau.finance).objects.update(must_change_password=False)
    client.force_login(bureau.finance)
    upload = SimpleUploadedFile(path.name, path.read_bytes())
    answer = client.post(reverse("desk:imports"), {"files": [upload]})
    intake = Intake.objects.get(pk=int(answer["Location"].split("/")[-1]))
    read.func(intake.pk)
    page = client.get(reverse("desk:import_file", args=[intake.batches.get().pk])).content.decode()
    assert "一个完成值也没有填" in page
