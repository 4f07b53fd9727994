"""Rows that enter in bulk are marked by one statement on SQLite, exactly as
one by one would mark them.
"""

from decimal import Decimal

import pytest
from django.core.exceptions import FieldDoesNotExist
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from wenxiao.budget.models import Spending
from wenxiao.evidence.models import Actual
from wenxiao.followup.models import WatchMark
from wenxiao.followup.watch import inputs
from wenxiao.store.bulk import insert_rows
from wenxiao.store.triggers import MANY
from wenxiao.targets.models import Indicator, Target

pytestmark = [pytest.mark.db, pytest.mark.engine, pytest.mark.django_db]


@pytest.fixture
def marked(watched):
    """Three dossiers watched, no mark yet."""
    rows = [watched.dossier(f"项目{n}", "甲", "100") for n in range(3)]
    inputs.watch_inputs()
    WatchMark.objects.all().delete()
    return rows


def marks():
    return sorted(set(WatchMark.objects.values_list("dossier", flat=True)))


def pay(dossiers, many):
    rows = [
        (dossiers[n % len(dossiers)].pk, "treasury", 1, Decimal(n), f"x{n}") for n in range(many)
    ]
    with transaction.atomic():
        return insert_rows(Spending, ("dossier", "source", "month", "amount", "line"), rows)


@pytest.mark.parametrize("many", [MANY - 1, MANY, 10 * MANY])
def test_the_same_dossiers_are_marked_however_many_enter(marked, many):
    pay(marked[:2], many)
    assert marks() == sorted(row.pk for row in marked[:2])
    assert inputs.inputs_watched(), "the triggers stand again"
    WatchMark.objects.all().delete()
    Spending.objects.create(dossier=marked[2], month=2, amount=Decimal(1))
    assert marks() == [marked[2].pk]


def test_only_rows_that_count_mark_and_by_way_of_their_target(marked):
    target = Target.objects.create(dossier=marked[0], number=1)
    rows = [
        Indicator.objects.create(target=target, order=n, name=f"指标{n}", expression="≥1")
        for n in range(MANY)
    ]
    WatchMark.objects.all().delete()
    for stage, expected in (("selfeval", []), ("monitoring", [marked[0].pk])):
        with transaction.atomic():
            insert_rows(
                Actual,
                ("indicator", "stage", "through_month", "value"),
                [(row.pk, stage, 7, "2") for row in rows],
            )
        assert marks() == expected


def test_nothing_is_half_done_when_a_row_is_refused(marked):
    def fails():
        with transaction.atomic():
            pay(marked, MANY)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert marks() == []
    assert inputs.inputs_watched()


def test_without_watched_inputs_nothing_is_marked(marked):
    inputs.unwatch_inputs()
    pay(marked, MANY)
    assert marks() == []
    assert not inputs.inputs_watched()


def test_the_statements_do_not_grow_with_the_rows(marked):
    def statements(many):
        with CaptureQueriesContext(connection) as queries:
            pay(marked, many)
        Spending.objects.all().delete()
        return len(queries.captured_queries)

    few, lots = statements(MANY), statements(20 * MANY)
    assert few == lots


def test_an_input_names_fields_of_its_model():
    """A renamed field is found when the program starts, not by a light that stays as it was."""
    with pytest.raises(FieldDoesNotExist):
        inputs._input(Target, "dossier numero", inputs._OWN)
    with pytest.raises(FieldDoesNotExist):
        inputs._up(Indicator, "goal", Target, "dossier")
