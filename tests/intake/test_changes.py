"""What a form would change is shown before anybody confirms: old → new,
with the cell, on the page and to machines.
"""

from __future__ import annotations

import re

import openpyxl
import pytest
from django.urls import reverse
from tests.bureaus import PASS
from tests.intake.wizard import handed_in

from wenxiao.budget.models import Spending
from wenxiao.evidence.models import Actual
from wenxiao.files.forms.reading import read_file
from wenxiao.intake.unattended import import_file, take
from wenxiao.records.models import ImportBatch
from wenxiao.reviews.models import Mark, Review
from wenxiao.store.moves import NotAllowed

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
            assert set(change) >= {"row", "field", "old", "new", "cell"}
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
    assert {change["take"] for change in form["changes"]} == {"file"}
    points = next(c for c in form["changes"] if (c["row"], c["field"]) == (ROW["level3"], "得分"))
    assert {name: points[name] for name in ("row", "field", "old", "new", "cell")} == {
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
    intake = handed_in(client, bureau.finance, later)
    address = reverse("desk:import_file", args=[intake.batches.get().pk])
    page = client.get(address).content.decode()
    assert "1 格与系统不同" in page
    assert f'data-l="系统里" class="r wrap">{ROW["actual"]["value"]}<' in page
    assert 'data-l="表上" class="r wrap other">3个<' in page
    assert re.search(rf'data-l="格"[^>]*>{ROW["actual"]["cell"]}<', page)
    assert "一个完成值也没有填" not in page


def test_a_form_without_any_actual_says_so(bureau, selfeval_round, tmp_path, client):
    path = tmp_path / "空.xlsx"
    book = openpyxl.load_workbook(SELFEVAL)
    for row in read_file(SELFEVAL)["forms"][0]["indicators"]:
        book.active[row["actual"]["cell"]] = None
    book.save(path)
    intake = handed_in(client, bureau.finance, path)
    page = client.get(reverse("desk:import_file", args=[intake.batches.get().pk])).content.decode()
    assert "一个完成值也没有填" in page


# ---- cell by cell: the file's or ours ------------------------------------------------------------


def ours(path, bureau, *cells, **more):
    choices = {"0": {"cells": dict.fromkeys(cells, "ours")}}
    return take(path, division=bureau.division, by=bureau.finance, choices=choices, **more)


def stored(name):
    return Actual.objects.get(indicator__name=name).value


def test_the_stored_value_of_one_cell_stays_while_the_rest_is_written(
    bureau, selfeval_round, later
):
    import_file(SELFEVAL, division=bureau.division, by=bureau.finance)
    book = openpyxl.load_workbook(later)
    book.active[ROW["score"]["cell"]] = 8
    book.save(later)
    told_first = ours(later, bureau, ROW["actual"]["cell"], dry_run=True)["forms"][0]
    takes = {change["field"]: change["take"] for change in told_first["changes"]}
    assert (takes["完成值"], takes["得分"]) == ("ours", "file")
    done = ours(later, bureau, ROW["actual"]["cell"])
    assert done["accepted"] == 1
    assert stored(ROW["level3"]) == ROW["actual"]["value"]
    mark = Mark.objects.get(indicator__name=ROW["level3"], seat="")
    assert mark.published_points == 8
    batch = ImportBatch.objects.get(pk=done["batch"])
    assert list(batch.choices["0"]["cells"].values()) == ["ours"]


def test_without_an_answer_the_files_value_is_taken(bureau, selfeval_round, later):
    import_file(SELFEVAL, division=bureau.division, by=bureau.finance)
    take(later, division=bureau.division, by=bureau.finance)
    assert stored(ROW["level3"]) == "3个"


def test_a_sum_kept_leaves_the_money_as_it_was(bureau, selfeval_round, tmp_path):
    import_file(SELFEVAL, division=bureau.division, by=bureau.finance)
    fund = read_file(SELFEVAL)["forms"][0]["funds"][0]
    review = Review.objects.get()
    before, spent = review.executed, Spending.objects.get().amount
    path = tmp_path / "钱.xlsx"
    book = openpyxl.load_workbook(SELFEVAL)
    book.active[fund["executed"]["cell"]] = 1
    book.save(path)
    changes = told(path, bureau)["forms"][0]["changes"]
    (change,) = [c for c in changes if c["field"] == "执行数"]
    assert change["old"] != change["new"] == "10000"
    ours(path, bureau, fund["executed"]["cell"])
    review.refresh_from_db()
    assert (review.executed, Spending.objects.get().amount) == (before, spent)
    take(path, division=bureau.division, by=bureau.finance)
    review.refresh_from_db()
    assert (review.executed, Spending.objects.get().amount) == (10000, 10000)


def test_a_cell_that_is_not_there_is_a_question_and_nothing_is_stored(
    bureau, selfeval_round, later
):
    import_file(SELFEVAL, division=bureau.division, by=bureau.finance)
    outcome = ours(later, bureau, "ZZ99")
    assert outcome["accepted"] == 0
    assert [p["text"] for p in outcome["problems"] if p["code"] == "DR-38"] == [
        "这张表没有读出“ZZ99”这一格，不能为它选用哪个值。"
    ]
    with pytest.raises(NotAllowed, match="cells"):
        take(
            later,
            division=bureau.division,
            by=bureau.finance,
            choices={"0": {"cells": {"F7": "谁的"}}},
        )
    assert stored(ROW["level3"]) == ROW["actual"]["value"]


def test_the_wizard_asks_cell_by_cell_and_keeps_what_was_chosen(
    bureau, selfeval_round, later, client
):
    import_file(SELFEVAL, division=bureau.division, by=bureau.finance)
    intake = handed_in(client, bureau.finance, later)
    batch = intake.batches.get()
    address = reverse("desk:import_file", args=[batch.pk])
    page = client.get(address).content.decode()
    (name,) = set(re.findall(r'name="(cell-[^"]+)"', page))
    seen = re.search(r'name="seen" value="([^"]*)"', page)[1]
    client.post(address, {"seen": seen, "do-0": "import", name: "ours"})
    page = client.get(address).content.decode()
    assert "留系统 <b>1</b> 格" in page
    assert re.search(r'value="ours" checked', page)
    assert stored(ROW["level3"]) == ROW["actual"]["value"]
    seen = re.search(r'name="seen" value="([^"]*)"', page)[1]
    client.post(address, {"seen": seen, "do-0": "import", name: "ours", "then": "import"})
    batch.refresh_from_db()
    assert batch.state == "applied"
    assert stored(ROW["level3"]) == ROW["actual"]["value"]
