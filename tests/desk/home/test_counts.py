"""To-dos count what is still open, and name whose work they are: the words
of the day they were made go stale.
"""

from datetime import timedelta

import pytest

from wenxiao.budget.services import open_round
from wenxiao.records.models import Todo
from wenxiao.reviews.models import Review
from wenxiao.store.clock import today

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def test_a_unit_s_to_do_says_how_many_are_still_open(small, inside):
    row = open_round(
        division=small.division,
        kind="selfeval",
        name="2020年度补充自评",
        work_year=2021,
        fiscal_year=2020,
        deadline=today() + timedelta(days=10),
        by=small.officer,
    )
    todo = Todo.objects.get(target_id=row.pk, unit=small.clerk.unit)
    due = int(todo.title.partition("应报")[2].partition("项")[0])
    client = inside(small.clerk)
    page = client.get("/?year=2021").content.decode()
    assert f"2020年度补充自评（应报{due}项，还有{due}项没有报）" in page
    dossier = small.dossiers[0]
    assert dossier.unit == small.clerk.unit
    Review.objects.create(round=row, dossier=dossier, kind="selfeval", state="submitted")
    page = client.get("/?year=2021").content.decode()
    left = f"还有{due - 1}项没有报" if due > 1 else "都已报送"
    assert f"2020年度补充自评（应报{due}项，{left}）" in page


def test_what_waits_for_verification_is_not_told_as_the_unit_s_work(small, inside):
    Todo.objects.create(
        division=small.division,
        kind="核验",
        title="示例项目：资金拨付慢",
        role="performance",
        target_type="followup.Rectification",
        target_id=1,
    )
    page = inside(small.officer).get("/?year=2021").content.decode()
    task = page[page.index("示例项目：资金拨付慢") - 300 :][:900]
    assert ">核验</a>" in " ".join(task.split()).replace("> ", ">").replace(" <", "<")
    assert "去办" not in task
