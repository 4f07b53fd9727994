"""A division may stand below another; none has to."""

import pytest

from wenxiao.orgs.services import create_division

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def test_a_division_knows_the_one_above_it(division):
    county = create_division(
        code="360192", name="示例县", bureau="示例县财政局", parent=division, by=None
    )
    assert division.parent is None
    assert county.parent == division
    assert list(division.children.all()) == [county]
