"""A prepared read gives what its queryset gives, for every key, with one statement."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from wenxiao.orgs import permissions
from wenxiao.orgs.models import Division, Grant, Role, Unit, User
from wenxiao.store.prepared import PreparedRead, PreparedReads

pytestmark = [pytest.mark.db, pytest.mark.engine, pytest.mark.django_db]


@pytest.fixture
def people():
    """Two persons of two divisions, one with a grant that ended."""
    above = Division.objects.create(code="360000", name="示例市", bureau="示例市财政局")
    below = Division.objects.create(
        code="360100", name="示例县", bureau="示例县财政局", parent=above
    )
    unit = Unit.objects.create(division=below, code="1", name="示例局")
    first = User.objects.create_user("first", "x", name="甲", division=above)
    second = User.objects.create_user("second", "x", name="乙", division=below)
    ended = timezone.now() - timedelta(days=1)
    Grant.objects.create(user=first, role=Role.LEADER, division=above)
    Grant.objects.create(user=first, role=Role.CLERK, division=below, unit=unit)
    Grant.objects.create(user=second, role=Role.CLERK, division=below, unit=unit)
    Grant.objects.create(
        user=second, role=Role.HEAD, division=below, since=ended - timedelta(days=9), until=ended
    )
    return first, second


def looked(rows):
    """All a row holds, its relations and annotations, without asking the database again."""
    plain = ("pk", "role", "since", "alone", "above")
    return [
        (*(getattr(row, name) for name in plain), row.division.name, row.unit and row.unit.name)
        for row in rows
    ]


def test_it_gives_what_the_queryset_gives_for_each_key(people):
    for person in (*people, *people):
        with CaptureQueriesContext(connection) as asked:
            rows = looked(permissions._GRANTS.rows(person.pk))
        assert rows == looked(permissions._read(person.pk))
        assert len(asked) == 1
    assert permissions._GRANTS.rows(people[0].pk + 10_000) == []


def test_what_changed_in_between_is_read(people):
    first, _ = people
    before = len(permissions._GRANTS.rows(first.pk))
    Grant.objects.filter(user=first, role=Role.CLERK).delete()
    assert len(permissions._GRANTS.rows(first.pk)) == before - 1
    assert permissions.entering(first.pk).division.name == "示例市"


def test_a_read_of_many_keys_gives_the_rows_of_all(people):
    read = PreparedRead(lambda users: Grant.objects.filter(user__among=users), many=True)
    keys = [person.pk for person in people]
    assert {row.user_id for row in read.rows(keys)} == set(keys)
    assert {row.user_id for row in read.rows(keys[:1])} == set(keys[:1])
    assert read.rows([]) == []


def test_reads_of_different_shapes_never_answer_for_each_other(people):
    reads, key = PreparedReads(), people[0].pk

    def held_as(*roles):
        rows = reads.rows(roles, key, lambda user: Grant.objects.filter(user=user, role__in=roles))
        return {row.role for row in rows}

    every = {row.role for row in Grant.objects.filter(user=key)}
    for _ in range(2):
        assert held_as(*every) == every
        assert held_as(Role.CLERK) == every & {Role.CLERK}
        assert held_as() == set()


def test_a_read_without_its_key_is_refused():
    with pytest.raises(AssertionError, match="no value"):
        PreparedRead(lambda _key: Grant.objects.all()).rows(1)
