"""The columns of a form are listed once, in its form pack: the page that is filled and the printed
form follow that list, and what a save doesn't name stays as it stands.
"""

from dataclasses import astuple, replace

import pytest

from wenxiao.desk.evaluations.forms import form_of
from wenxiao.evidence.models import Actual
from wenxiao.reviews.services import record_actual
from wenxiao.rulebook import form_packs
from wenxiao.rulebook.form_packs import NATIONAL, IndicatorsBlock, PageColumn, PrintedCell

pytestmark = [pytest.mark.db, pytest.mark.django_db]
WORD = "完成把握"


@pytest.fixture
def open_review(small):
    """The self-evaluation of the first dossier, being filled."""
    small.self_review.state = "filling"
    small.self_review.save()
    return small.self_review


@pytest.fixture
def one_more(monkeypatch):
    """A column more in the pack of the self-evaluation, and nowhere else."""
    known = dict(form_packs.all_packs())
    pack = known[NATIONAL]
    blocks = tuple(
        replace(block, columns=(*block.columns, PrintedCell(WORD, "possibility")))
        if isinstance(block, IndicatorsBlock)
        else block
        for block in pack.blocks
    )
    known[NATIONAL] = replace(
        pack,
        widths=(*pack.widths, 10),
        blocks=blocks,
        page=(*pack.page, PageColumn(WORD, "possibility", longest=20)),
    )
    monkeypatch.setattr(form_packs, "all_packs", lambda: known)


def first(review):
    return Actual.objects.filter(indicator__target=review.target, stage="selfeval").earliest("pk")


def posted(actual, **changed):
    key = actual.indicator_id
    row = {f"a{key}": actual.value, f"n{key}": actual.note, f"v{key}": actual.version, "row": key}
    return row | changed


def test_a_column_of_the_pack_is_asked_for_stored_and_printed(one_more, inside, small, open_review):
    actual, client = first(open_review), inside(small.clerk)
    page = f"/filling/{open_review.pk}"
    assert WORD in client.get(page).content.decode()
    name = f"possibility-{actual.indicator_id}"
    answer = client.post(f"{page}/rows", posted(actual, **{name: "八成"}))
    assert answer.status_code == 302
    assert first(open_review).possibility == "八成"
    assert f'name="{name}"' in client.get(page).content.decode()
    printed = str(astuple(form_of(open_review)))
    assert WORD in printed
    assert "八成" in printed


def test_without_it_page_and_print_have_no_such_column(inside, small, open_review):
    actual = first(open_review)
    Actual.objects.filter(pk=actual.pk).update(possibility="八成")
    text = inside(small.clerk).get(f"/filling/{open_review.pk}").content.decode()
    assert "possibility" not in text
    assert "八成" not in text + str(astuple(form_of(open_review)))


def test_too_long_for_its_column_is_refused_by_the_column(one_more, inside, small, open_review):
    actual = first(open_review)
    name = f"possibility-{actual.indicator_id}"
    answer = inside(small.clerk).post(
        f"/filling/{open_review.pk}/rows", posted(actual, **{name: "很" * 21})
    )
    assert answer.status_code == 409
    assert first(open_review).possibility == ""


def test_what_a_save_does_not_name_stays_as_it_stands(small, open_review):
    actual = first(open_review)
    beside = {"forecast": "100公里", "causes": ["经费保障", "人员保障"], "possibility": "有可能"}
    Actual.objects.filter(pk=actual.pk).update(**beside)
    record_actual(
        review=open_review,
        indicator=actual.indicator,
        by=small.clerk,
        value="7公里",
        version=actual.version,
    )
    after = first(open_review)
    assert after.value == "7公里"
    assert {name: getattr(after, name) for name in beside} == beside
    with pytest.raises(TypeError):
        record_actual(
            review=open_review, indicator=actual.indicator, by=small.clerk, value="7", unknown="1"
        )
