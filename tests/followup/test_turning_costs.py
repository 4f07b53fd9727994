"""What a roll-over asks the database: the same for 160 subjects as for 60."""

import pytest
from benchmarks.house import statements
from benchmarks.turning import acts, plant

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def test_preview_and_roll_over_ask_as_much_for_many_subjects_as_for_few():
    asked = []
    for at, size in enumerate((60, 160)):
        steps = acts(plant(size, f"99000{at}"))
        asked.append([statements(steps[step]) for step in ("preview", "turn")])
    assert asked[0] == asked[1]
    assert asked[1][1] <= 70
