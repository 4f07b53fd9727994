"""The database refuses to change, remove or forge the trail; past that,
heads and anchors show it.
"""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from wenxiao.records import chain, selectors, services
from wenxiao.records import trail as trail_module
from wenxiao.records.apps import GUARDS
from wenxiao.records.models import ChainHead, Entry
from wenxiao.records.trail import fields_of
from wenxiao.store.guards import aside, missing, stand_aside

pytestmark = [pytest.mark.db, pytest.mark.engine, pytest.mark.django_db]


@pytest.fixture
def days(division, clerk, monkeypatch):
    """Three days of three entries each."""
    today = timezone.localdate()
    with aside(GUARDS):
        Entry.objects.all().delete()
        ChainHead.objects.all().delete()
    for day in range(3):
        monkeypatch.setattr(
            trail_module.timezone, "localdate", lambda day=day: today + timedelta(days=day)
        )
        for n in range(3):
            services.record(division=division, by=clerk, act="试记", why=f"{day}-{n}")
    return division


def faults(division, anchors=()):
    return chain.verify(
        selectors.export_entries(division=division),
        selectors.export_heads(division=division),
        anchors=anchors,
    )


PLAIN = [
    "UPDATE records_entry SET why = 'x'",
    "UPDATE records_entry SET hash = hash",
    "DELETE FROM records_entry",
    "DELETE FROM records_chainhead",
    "UPDATE records_chainhead SET number = number - 1",
    "UPDATE records_chainhead SET hash = 'x'",
    "UPDATE records_chainhead SET number = number + 1",
]


@pytest.mark.parametrize("statement", PLAIN)
def test_a_plain_statement_is_refused_and_changes_nothing(days, statement):
    before = list(Entry.objects.order_by("pk").values())
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert list(Entry.objects.order_by("pk").values()) == before
    assert faults(days) == []


def forged(last, **changed):
    """An entry that follows ``last`` by the rules of the chain, made past the service."""
    fields = {f.name: getattr(last, f.name) for f in Entry._meta.concrete_fields if f.name != "id"}
    entry = Entry(**{**fields, "number": last.number + 1, "previous": last.hash, **changed})
    entry.hash = chain.link(entry.previous, fields_of(entry))
    return entry


@pytest.mark.parametrize(
    "changed", [{"number": 9}, {"previous": chain.GENESIS}, {"number": 2, "previous": "x"}]
)
def test_an_entry_that_does_not_follow_the_head_is_refused(days, changed):
    entry = forged(Entry.objects.order_by("-pk").first(), **changed)
    with pytest.raises(DatabaseError), transaction.atomic():
        entry.save(force_insert=True)
    assert faults(days) == []


def test_an_entry_forged_after_the_head_is_found(days):
    """The guard lets through what follows the head; the head left behind tells."""
    forged(Entry.objects.order_by("-pk").first()).save(force_insert=True)
    assert ["链头只记到第 3 条" in fault.text for fault in faults(days)] == [True]


def gone(days, *numbers):
    found = sorted(set(Entry.objects.values_list("day", flat=True)))
    return [found[n] for n in numbers]


def tampered(what, division):
    """Rows altered by somebody who took the guards away."""
    if what == "the first day":
        first = gone(division, 0)
        Entry.objects.filter(day__in=first).delete()
        ChainHead.objects.filter(day__in=first).delete()
    elif what == "a head":
        ChainHead.objects.filter(day__in=gone(division, 1)).delete()
    elif what == "the tail":
        Entry.objects.order_by("-pk").first().delete()
    elif what == "the tail and its head":
        Entry.objects.order_by("-pk").first().delete()
        last = Entry.objects.order_by("-pk").first()
        ChainHead.objects.filter(day=last.day).update(number=last.number, hash=last.hash)
    elif what == "all of it recomputed":
        previous = chain.GENESIS
        for entry in Entry.objects.order_by("day", "number"):
            entry.why, entry.previous = "改写", previous
            entry.hash = previous = chain.link(previous, fields_of(entry))
            entry.save()
            ChainHead.objects.filter(day=entry.day).update(number=entry.number, hash=entry.hash)
    else:
        Entry.objects.all().delete()
        ChainHead.objects.all().delete()


@pytest.mark.parametrize(
    ("what", "by_itself"),
    [
        ("the first day", True),
        ("a head", True),
        ("the tail", True),
        ("the tail and its head", False),
        ("all of it recomputed", False),
        ("everything", False),
    ],
)
def test_past_the_guards_heads_and_anchors_tell(days, what, by_itself):
    anchors = selectors.export_heads(division=days)
    assert faults(days, anchors) == []
    with aside(GUARDS):
        tampered(what, days)
    assert bool(faults(days)) is by_itself
    assert faults(days, anchors)


def test_guards_taken_away_are_missed(division):
    assert missing(GUARDS) == []
    stand_aside(GUARDS)
    assert len(missing(GUARDS)) == len(GUARDS)
