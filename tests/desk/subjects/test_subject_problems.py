"""Common problems counted over what the list is narrowed to."""

import pytest

from wenxiao.followup.models import CatalogueItem, Finding
from wenxiao.followup.services import set_common_problems

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def troubled(small):
    """Two dossiers with a confirmed problem, a third with a candidate."""
    Finding.objects.all().delete()
    slow = CatalogueItem.objects.create(
        division=small.division, code="ZX-91", text="预算执行率偏低"
    )
    for dossier, state in zip(
        small.dossiers[:3], ("confirmed", "confirmed", "candidate"), strict=True
    ):
        Finding.objects.create(dossier=dossier, item=slow, text="执行慢", state=state)
    return slow


def read(client, query=""):
    answer = client.get(f"/subjects/problems{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_sentence_counts_the_rows_of_the_list(inside, small, troubled):
    officer = inside(small.officer)
    assert "预算执行率偏低（涉及到2个对象）" in read(officer, "?year=2021")
    one = small.dossiers[0]
    assert "涉及到1个对象" in read(officer, f"?year=2021&q={one.subject.code}")
    assert "没有已确认的共性问题" in read(officer, "?year=2021&q=没有这个名称")


def test_printed_lines_of_the_year_come_first_and_the_catalogue_on_a_word(inside, small, troubled):
    set_common_problems(
        division=small.division,
        work_year=2021,
        lines=[("执行慢的一类", ["ZX-91"])],
        by=small.officer,
    )
    officer = inside(small.officer)
    assert "执行慢的一类（涉及到2个对象）" in read(officer, "?year=2021")
    assert "预算执行率偏低（涉及到2个对象）" in read(officer, "?year=2021&by=item")


def test_a_unit_counts_its_own_only(inside, small, troubled):
    mine = [dossier for dossier in small.dossiers[:2] if dossier.unit_id == small.clerk.unit_id]
    text = read(inside(small.clerk), "?year=2021")
    assert f"涉及到{len(mine)}个对象" in text if mine else "没有已确认的共性问题" in text


def test_the_cost_does_not_grow_with_the_rows(
    inside, small, troubled, django_assert_max_num_queries
):
    officer = inside(small.officer)
    read(officer, "?year=2021")
    with django_assert_max_num_queries(25):
        read(officer, "?year=2021")
