"""结转新年度: seen before it is done, done once, taken back whole, refused by
name where work hangs on it.
"""

from datetime import date

import pytest
from django.test import Client

from wenxiao.budget.models import Dossier, OwnFiling, Round
from wenxiao.budget.services import issue_round
from wenxiao.followup import services
from wenxiao.followup.models import Finding
from wenxiao.followup.selectors.turning import turn_of
from wenxiao.records.models import Entry, ImportBatch
from wenxiao.store.clock import today
from wenxiao.store.moves import NotAllowed

pytestmark = pytest.mark.db
YEAR = 2021


@pytest.fixture
def ready(small):
    """Three projects of 2021: one recurs, one is over, of one nobody said."""
    for at, dossier in enumerate(small.dossiers[:3]):
        subject = dossier.subject
        subject.recurring = True if at == 0 else None
        subject.ends_on = date(2021, 6, 30) if at == 1 else None
        subject.save()
        Dossier.objects.create(subject=subject, unit=subject.unit, fiscal_year=YEAR)
    OwnFiling.objects.create(division=small.division, fiscal_year=YEAR, kind="policy")
    return small


def turned(small, seen=1, **more):
    return services.roll_over(
        division=small.division, year=YEAR, by=small.officer, seen=seen, **more
    )


def test_the_preview_names_what_goes_on_and_writes_nothing(ready):
    plan = turn_of(ready.division, YEAR)
    assert len(plan.carried) == 1
    assert [one.pk for one in plan.ended] == [ready.dossiers[1].subject.pk]
    assert [one.pk for one in plan.unsaid] == [ready.dossiers[2].subject.pk]
    client = Client()
    client.force_login(ready.officer)
    page = client.get("/rounds/turn?year=2021").content.decode()
    assert "1 个对象接着办" in page
    assert not Dossier.objects.filter(fiscal_year=2022).exists()


def test_it_is_done_through_the_page_and_a_round_is_issued_from_there(ready):
    client = Client()
    client.force_login(ready.officer)
    client.post("/rounds/turn/do?year=2021", {"seen": "1", "more": "1", "unsaid": "1"})
    assert Dossier.objects.filter(fiscal_year=2022).count() == 2
    drafts = Round.objects.filter(work_year=2022, state="draft")
    assert drafts.count() == Round.objects.filter(work_year=2021).count()
    assert OwnFiling.objects.filter(fiscal_year=2022).count() == 1
    assert Entry.objects.filter(act="结转新年度").count() == 1
    draft = drafts.get(kind="selfeval")
    assert draft.fiscal_year == 2021
    client.post(f"/rounds/{draft.pk}/issue", {"deadline": "2099-03-31", "version": draft.version})
    draft.refresh_from_db()
    assert draft.state == "open"


def test_twice_is_refused_and_so_is_an_old_preview(ready):
    with pytest.raises(NotAllowed, match="期间有人改动过"):
        turned(ready, seen=9)
    turned(ready)
    with pytest.raises(NotAllowed, match="不能再结转一次"):
        turned(ready)
    assert ImportBatch.objects.filter(kind="roll_over").count() == 1


def test_undoing_takes_back_only_what_it_made(ready):
    before = set(Dossier.objects.values_list("pk", flat=True))
    rounds = set(Round.objects.values_list("pk", flat=True))
    batch = turned(ready, unsaid=True, seen=2)
    services.undo_roll_over(batch=batch, by=ready.officer, why="年度选错了")
    assert set(Dossier.objects.values_list("pk", flat=True)) == before
    assert set(Round.objects.values_list("pk", flat=True)) == rounds
    assert OwnFiling.objects.count() == 1
    turned(ready)


def test_undoing_is_refused_with_the_list_of_what_was_done_since(ready):
    batch = turned(ready)
    Finding.objects.create(dossier=Dossier.objects.get(fiscal_year=2022), text="未公示")
    draft = Round.objects.filter(work_year=2022, kind="selfeval").get()
    issue_round(round=draft, deadline=today().replace(year=2099), by=ready.officer)
    with pytest.raises(NotAllowed) as refusal:
        services.undo_roll_over(batch=batch, by=ready.officer, why="重来")
    assert "档案上的问题 1 条" in str(refusal.value)
    assert f"任务“{draft}”已下达" in str(refusal.value)
    assert Dossier.objects.filter(fiscal_year=2022).count() == 1
