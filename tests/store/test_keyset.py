"""Pages by key: forwards and back every row comes once, in order, whatever the ties."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reach import examples, reach, reaches

from wenxiao.orgs.models import Division, Unit
from wenxiao.store.keyset import page

pytestmark = [pytest.mark.db, pytest.mark.engine, pytest.mark.django_db]
LETTERS = st.sampled_from(["甲", "乙", "丙", "a", ""])


def walk(rows, order, size):
    """All pages forwards, then all pages backwards from the last."""
    forwards, token = [], None
    while True:
        found = page(rows, order, size=size, token=token)
        forwards.append([row.pk for row in found.rows])
        if found.after is None:
            break
        token = found.after
    backwards = [forwards[-1]]
    while found.before is not None:
        found = page(rows, order, size=size, token=found.before)
        backwards.append([row.pk for row in found.rows])
    return forwards, backwards[::-1]


@reaches(several_pages=0.3, equal_keys=0.3)
@settings(
    max_examples=examples(40, most=2_000),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    names=st.lists(st.tuples(LETTERS, st.integers(1, 3)), max_size=12),
    size=st.integers(1, 5),
    order=st.sampled_from(
        [["name", "pk"], ["-name", "pk"], ["name", "-version", "pk"], ["-version", "-pk"]]
    ),
)
def test_each_row_once_both_ways(names, size, order):
    Unit.objects.all().delete()
    division, _ = Division.objects.get_or_create(code="1", defaults={"name": "区", "bureau": "局"})
    Unit.objects.bulk_create(
        [
            Unit(division=division, code=str(n), name=name, version=version)
            for n, (name, version) in enumerate(names)
        ]
    )
    rows = Unit.objects.all()
    expected = [row.pk for row in rows.order_by(*order)]
    forwards, backwards = walk(rows, order, size)
    assert [pk for part in forwards for pk in part] == expected
    assert [pk for part in backwards for pk in part] == expected
    reach(several_pages=len(forwards) > 1, equal_keys=len(set(names)) < len(names))


@pytest.mark.parametrize("token", ["", "forged", "x:y:z"])
def test_a_forged_token_gives_the_first_page(token):
    division = Division.objects.create(code="1", name="区", bureau="局")
    Unit.objects.create(division=division, code="1", name="单位")
    assert len(page(Unit.objects.all(), ["pk"], token=token).rows) == 1


def test_a_token_of_another_list_gives_the_first_page():
    division = Division.objects.create(code="1", name="区", bureau="局")
    Unit.objects.bulk_create([Unit(division=division, code=str(n), name="单位") for n in range(3)])
    token = page(Unit.objects.all(), ["pk"], size=1).after
    assert page(Unit.objects.all(), ["name", "pk"], size=1, token=token).before is None
