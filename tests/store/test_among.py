"""A question put together once answers every list of ids as Django's own does."""

from decimal import Decimal

import pytest

from wenxiao.budget.models import Dossier, Subject
from wenxiao.orgs.models import Unit
from wenxiao.orgs.services import create_division
from wenxiao.store.among import IDS, answered, exact, prepared
from wenxiao.store.bulk import insert_rows

pytestmark = [pytest.mark.db, pytest.mark.engine, pytest.mark.django_db]


@pytest.fixture
def dossiers():
    division = create_division(code="990000", name="某区", bureau="某区财政局", by=None)
    unit = Unit.objects.create(division=division, code="001", name="某单位", kind="department")
    names = ("division", "unit", "code", "name", "kind")
    rows = [(division.pk, unit.pk, f"{n:021}", f"第{n}项", "project") for n in range(1200)]
    insert_rows(Subject, names, rows)
    subjects = Subject.objects.order_by("pk").values_list("pk", flat=True)
    insert_rows(
        Dossier, ("subject", "unit", "fiscal_year"), [(pk, unit.pk, 2021) for pk in subjects]
    )
    return list(Dossier.objects.order_by("pk").values_list("pk", flat=True))


def asked(ids):
    def question():
        return Dossier.objects.filter(pk__among=IDS).order_by("pk").values_list("pk", "fiscal_year")

    return prepared("test of prepared questions", question, ids)


def test_the_same_text_answers_none_one_and_more_ids_than_a_statement_has_places(dossiers):
    assert asked([]) == []
    assert asked(dossiers[3:4]) == [(dossiers[3], 2021)]
    assert asked(iter(dossiers)) == [(pk, 2021) for pk in dossiers]


def test_among_is_in_and_stands_for_foreign_keys_too(dossiers, django_assert_num_queries):
    few = dossiers[::7]
    rows = Dossier.objects.filter(pk__among=few, subject__among=[0])
    assert not rows.exists()
    with django_assert_num_queries(1):
        listed = set(Dossier.objects.filter(pk__among=few).values_list("pk", flat=True))
    assert listed == set(few)


def test_hundredths_come_as_exact_numbers_and_nothing_as_nothing():
    assert exact(12345) == Decimal("123.45")
    assert exact(None) is None
    assert answered(Dossier.objects.none().values_list("pk")) == []
