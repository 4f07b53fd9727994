"""The year shown is the person's choice; work of any open year stays in
sight, and nobody is moved by others' acts.
"""

from datetime import date, timedelta

import pytest

from wenxiao.budget.models import Round
from wenxiao.budget.services import open_round
from wenxiao.followup.watch.sentences import _to_begin
from wenxiao.store.clock import standing_at, today

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def shown(client, address="/"):
    page = client.get(address).content.decode()
    return page.split("<b>", 1)[1].split("<span", 1)[0].strip() if "工作年度" in page else ""


def opened(small, year, **more):
    return open_round(
        division=small.division,
        kind="selfeval",
        name="别年的自评",
        work_year=year,
        fiscal_year=2020,
        by=small.officer,
        **more,
    )


def test_a_round_of_another_year_moves_nobody(small, inside):
    client = inside(small.officer)
    before = shown(client)
    assert before == "2021"
    row = opened(small, today().year + 1)
    assert shown(client) == before
    assert shown(client, f"/rounds/{row.pk}") == str(today().year + 1)
    assert shown(client) == before


def test_a_link_into_another_year_changes_that_page_alone(small, inside):
    client = inside(small.officer)
    assert shown(client, "/selfeval?year=2019") == "2019"
    assert shown(client) == "2021"
    assert client.get(f"/dossiers/{small.dossiers[0].pk}?year=2019").status_code == 200
    assert shown(client) == "2021"


def test_the_arrows_choose_and_the_choice_stays(small, inside):
    client = inside(small.officer)
    page = client.get("/").content.decode()
    assert "year=2020&amp;choose=1" in page
    client.get("/?year=2020&choose=1")
    assert shown(client) == "2020"
    assert shown(client, "/selfeval") == "2020"


def test_late_work_of_another_year_stays_with_its_year(small, inside):
    row = opened(small, 2019, deadline=today() - timedelta(days=3), todos=False)
    client = inside(small.officer)
    page = client.get("/").content.decode()
    assert "2019 工作年度 别年的自评" in page
    Round.objects.filter(pk=row.pk).update(state="closed")
    assert "2019 工作年度 别年的自评" not in client.get("/").content.decode()


def test_a_window_that_has_not_begun_says_so():
    row = Round(kind="monitoring", fiscal_year=2022, from_month=1, through_month=7)
    with standing_at(date(2021, 11, 22)):
        assert "1-7月还没有开始" in _to_begin(row)
    with standing_at(date(2022, 2, 1)):
        assert _to_begin(row) == ""
