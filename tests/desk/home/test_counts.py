"""To-dos count what is still open, and name whose work they are: the words
of the day they were made go stale.
"""

import importlib
import re
from datetime import timedelta

import pytest
from django.apps import apps
from django.urls import reverse

from wenxiao.budget.models import Round
from wenxiao.budget.services import open_round
from wenxiao.followup.services.reminding import remind_units
from wenxiao.followup.watch.overview import overdue
from wenxiao.records.models import Todo
from wenxiao.reviews.models import Review
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed

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


@pytest.fixture
def registered(small, inside):
    """A round of work that was done, registered through the page 102 days after its deadline."""
    answer = inside(small.officer).post(
        "/rounds/new",
        {
            "kind": "selfeval",
            "name": "补录的自评",
            "work_year": "2021",
            "fiscal_year": "2020",
            "deadline": (today() - timedelta(days=102)).isoformat(),
            "past": "1",
            "sure": "1",
            "act": "open",
        },
    )
    assert answer.status_code == 302, answer.content.decode()
    return Round.objects.get(name="补录的自评")


def test_a_registered_round_chases_nobody(small, inside, registered):
    page = inside(small.officer).get("/?year=2021").content.decode()
    task = re.search(r"<li>((?:(?!</li>).)*补录的自评.*?)</li>", page, re.DOTALL)[1]
    assert '<span class="tag">补录</span>' in task
    assert "项待登记" in task
    assert "催办" not in task
    assert "逾期" not in task
    assert reverse("desk:received", args=[registered.pk]) in task
    assert all(row.matter != "补录的自评" for row in overdue(small.officer, on=today())[0])
    page = inside(small.officer).get(f"/rounds/{registered.pk}").content.decode()
    assert "补录，不催办" in page
    assert 'data-dialog="remind"' not in page
    with pytest.raises(NotAllowed, match="是补录，没有向单位派待办，不催办"):
        remind_units(round=registered, units=[small.clerk.unit_id], by=small.officer)


def test_a_round_that_asked_its_units_still_chases_them(small, inside, registered):
    Round.objects.filter(pk=registered.pk).update(past=False)
    page = inside(small.officer).get("/?year=2021").content.decode()
    task = re.search(r"<li>((?:(?!</li>).)*补录的自评.*?)</li>", page, re.DOTALL)[1]
    assert '<span class="tag">催办</span>' in task
    assert "逾期 102 天" in task


def test_rounds_registered_before_are_known_by_having_asked_nobody(small, registered):
    asked = open_round(
        division=small.division,
        kind="selfeval",
        name="下达过的自评",
        work_year=2021,
        fiscal_year=2020,
        deadline=today() + timedelta(days=10),
        by=small.officer,
    )
    Round.objects.update(past=False)
    importlib.import_module("wenxiao.budget.migrations.0012_past_rounds").mark_past(apps, None)
    asked.refresh_from_db()
    registered.refresh_from_db()
    assert (registered.past, asked.past) == (True, False)
