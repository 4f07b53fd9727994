"""Many people act at once: the trail stays one chain, and one voucher of a race wins."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from wenxiao.orgs import services as orgs
from wenxiao.records import chain, selectors, services
from wenxiao.records.apps import GUARDS
from wenxiao.records.models import Entry, Notice
from wenxiao.store.guards import aside
from wenxiao.store.moves import NotAllowed

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True)]


def at_once(act, times, workers=8):
    def run(n):
        try:
            return act(n)
        finally:
            connection.close()

    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(run, range(times)))


@pytest.fixture
def place():
    return orgs.create_division(code="360191", name="高新区", bureau="高新区财政局", by=None)


def test_eighty_acts_make_one_chain(place):
    def act(n):
        with transaction.atomic():
            return services.record(division=place, by=None, act=f"第{n}件").number

    numbers = at_once(act, 80)
    assert len(set(numbers)) == 80
    assert Entry.objects.count() == 81
    assert chain.verify(selectors.export_entries(), selectors.export_heads()) == []


def test_the_first_acts_of_a_division_make_one_chain(place):
    from wenxiao.records.models import ChainHead

    with aside(GUARDS):
        Entry.objects.all().delete()
        ChainHead.objects.all().delete()

    def act(n):
        with transaction.atomic():
            return services.record(division=place, by=None, act=f"第{n}件").number

    assert sorted(at_once(act, 16)) == list(range(1, 17))


def test_one_receipt_of_a_race_wins(place):
    from datetime import date

    unit = orgs.add_unit(division=place, code="1", name="单位", by=None)
    day = date(2021, 5, 1)
    notice = services.send_notice(
        division=place,
        unit=unit,
        kind=Notice.Kind.FEEDBACK,
        target=None,
        text="",
        issued_on=day,
        due_on=None,
        by=None,
    )

    def act(n):
        try:
            services.receive_notice(
                notice=Notice.objects.get(pk=notice.pk), on=day, by_name=str(n), by=None
            )
        except NotAllowed:
            return 0
        return 1

    assert sum(at_once(act, 12)) == 1
