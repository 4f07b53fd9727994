"""The library as one table: shown, saved, refused and answered to the grid."""

from __future__ import annotations

import pytest
from django.urls import reverse
from tests.desk.targets.test_filing_pages import people  # noqa: F401 - a fixture

from wenxiao.targets.models import LibraryRow
from wenxiao.targets.services import LibraryEntry, import_library

pytestmark = [pytest.mark.db, pytest.mark.django_db]
JSON = {"headers": {"accept": "application/json"}}


@pytest.fixture
def rows(bureau):
    texts = (("培训人数", "参加的人\r\n不含工作人员"), ("新建<b>泵站</b>", ""))
    entries = [
        (at, LibraryEntry("产出指标", "数量指标", name, said))
        for at, (name, said) in enumerate(texts)
    ]
    import_library(division=bureau.division, entries=entries, source="库.xlsx", by=bureau.finance)
    return list(LibraryRow.objects.order_by("pk"))


def posted(rows, changes, why="补计量单位"):
    """The whole form as a browser sends it, with what was typed."""
    data = {"row": [], "line": [], "why": why}
    for at, row in enumerate(rows, 1):
        data["row"].append(row.pk)
        data["line"].append(at)
        data |= {
            f"{name}-{row.pk}": getattr(row, name) for name in LibraryEntry.__dataclass_fields__
        }
    return data | changes


def test_the_plain_form_saves_the_rows_that_changed(rows, people):
    finance, where = people("finance"), reverse("desk:library_table")
    shown = finance.get(where).content.decode()
    assert "新建&lt;b&gt;泵站&lt;/b&gt;" in shown
    assert "整表修改：2 行已发布的指标" in shown
    first, second = rows
    assert finance.post(where, posted(rows, {})).status_code == 302
    assert LibraryRow.objects.count() == 2, "line ends of the browser are no change"
    answer = finance.post(where, posted(rows, {f"unit-{second.pk}": " 座 "}), follow=True)
    assert "改了 1 行" in answer.content.decode()
    assert LibraryRow.objects.get(replaces=second).unit == "座"
    first.refresh_from_db()
    assert first.state == "published"


def test_what_is_refused_stands_in_its_place_with_what_was_typed(rows, people):
    finance, where = people("finance"), reverse("desk:library_table")
    first, second = rows
    typed = {f"unit-{first.pk}": "人", f"name-{second.pk}": "", f"unit-{second.pk}": "座"}
    answer = finance.post(where, posted(rows, typed))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "第 2 行：三级指标空着，请填写。" in page
    assert ">\n人</textarea>" in page
    assert ">\n座</textarea>" in page
    assert page.count('class="at-fault"') == 1
    assert not LibraryRow.objects.exclude(unit="").exists()
    told = finance.post(where, posted(rows, typed), **JSON)
    assert told.status_code == 409
    assert told.json()["faults"] == [
        {"row": second.pk, "column": "name", "sentence": "三级指标空着，请填写。"}
    ]
    nothing = finance.post(where, posted(rows, typed, why=""), **JSON)
    assert "请写明为什么改" in nothing.json()["error"]


def test_the_grid_is_told_what_now_stands(rows, people):
    finance, where = people("finance"), reverse("desk:library_table")
    second = rows[1]
    told = finance.post(where, posted([second], {f"unit-{second.pk}": " 座"}), **JSON).json()
    now = LibraryRow.objects.get(replaces=second)
    row = told["rows"][str(second.pk)]
    assert (row["pk"], row["cells"]["unit"]) == (now.pk, "座")
    assert row["address"] == reverse("desk:library_row", args=[now.pk])
    short = posted([now], {})
    del short[f"unit-{now.pk}"]
    assert finance.post(where, short, **JSON).json()["rows"] == {}, "a row sent in part is left"
    clerk = people("clerk")
    assert clerk.get(where).status_code == 403
    assert clerk.post(where, posted([now], {f"unit-{now.pk}": "x"}), **JSON).status_code == 403


def test_narrowed_by_level_and_field(rows, people):
    finance = people("finance")
    answer = finance.get(reverse("desk:library_table"), {"level": "效益指标"})
    assert "没有已发布的指标" in answer.content.decode()
