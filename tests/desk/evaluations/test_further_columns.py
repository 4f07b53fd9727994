"""A column more in the layout of a score sheet or a target form, and nowhere else: the page asks
for it or shows it, the service stores it, the printed form has it.
"""

from dataclasses import astuple

import pytest
import yaml
from django.urls import reverse
from tests.desk.evaluations.test_evaluations import grid_of, open_sheet  # noqa: F401 - a fixture

from wenxiao.desk.evaluations.forms import form_of
from wenxiao.desk.targets.paper import paper_of
from wenxiao.desk.targets.typed import COLUMNS
from wenxiao.reviews.services import record_mark
from wenxiao.rulebook import table_layouts

pytestmark = [pytest.mark.db, pytest.mark.django_db]
WORD = "佐证说明"


@pytest.fixture
def one_more(monkeypatch, tmp_path):
    """The layouts with a column more, held by a text the row has already."""
    more = {"score_sheet": ("cell", True), "target": ("note", False)}
    for path in table_layouts.FOLDER.glob("*.yaml"):
        layout = yaml.safe_load(path.read_text(encoding="utf-8"))
        if path.stem in more:
            field, typed = more[path.stem]
            layout["columns"].append({"label": WORD, "field": field, "typed": typed})
        (tmp_path / path.name).write_text(yaml.safe_dump(layout), encoding="utf-8")
    table_layouts.table_layout.cache_clear()
    monkeypatch.setattr(table_layouts, "FOLDER", tmp_path)
    yield
    table_layouts.table_layout.cache_clear()


def test_a_column_of_a_score_sheet_is_asked_for_stored_shown_and_printed(
    one_more, open_sheet, small, inside
):
    client, row = inside(small.officer), open_sheet.criteria.first()
    page, name = reverse("desk:review", args=[open_sheet.pk]), f"cell-{row.pk}"
    assert f'name="{name}"' in client.get(page).content.decode()
    marks = reverse("desk:review_marks", args=[open_sheet.pk])
    assert client.post(marks, grid_of(open_sheet, **{name: "纪要二号"})).status_code == 302
    assert row.marks.get().cell == "纪要二号"
    assert 'value="纪要二号"' in client.get(page).content.decode()
    printed = form_of(open_sheet)
    assert WORD in str(astuple(printed))
    assert "纪要二号" in printed.cells.values()
    type(open_sheet).objects.filter(pk=open_sheet.pk).update(state="confirmed")
    shown = client.get(page).content.decode()
    assert "纪要二号" in shown
    assert name not in shown


def test_what_a_save_does_not_name_stays_and_too_long_is_refused(
    one_more, open_sheet, small, inside
):
    client, row = inside(small.officer), open_sheet.criteria.first()
    marks = reverse("desk:review_marks", args=[open_sheet.pk])
    row.marks.update(cell="纪要二号")
    changed = {f"p{row.pk}": "5", f"n{row.pk}": "缺批复", f"w{row.pk}": "缺批复"}
    assert client.post(marks, grid_of(open_sheet, **changed)).status_code == 302
    assert row.marks.get().cell == "纪要二号"
    answer = client.post(marks, grid_of(open_sheet, **{f"cell-{row.pk}": "长" * 61}))
    assert answer.status_code == 422
    assert "超过 60 字" in answer.content.decode()


def test_a_column_no_layout_asks_for_is_no_part_of_a_mark(open_sheet, small):
    row = open_sheet.criteria.first()
    with pytest.raises(TypeError):
        record_mark(review=open_sheet, row=row, by=small.officer, points=row.weight, cell="x")


def test_a_column_of_a_target_form_is_shown_and_printed(one_more, small, inside):
    target = small.self_review.target
    target.indicators.filter(pk=target.indicators.first().pk).update(note="省文件三号")
    paper = paper_of(target)
    assert {WORD, "省文件三号"} <= set(paper.cells.values())
    shown = inside(small.officer).get(reverse("desk:target", args=[target.pk])).content.decode()
    assert WORD in shown
    assert "省文件三号" in shown


def test_the_page_of_a_target_form_has_the_columns_of_its_layout():
    layout = table_layouts.table_layout("target")
    assert [(one.field, one.label) for one in layout.columns] == list(COLUMNS)
