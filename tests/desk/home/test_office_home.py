"""The home of a business office: what its departments and their units handed in, by subtrees."""

import pytest

from wenxiao.orgs.models import Unit
from wenxiao.orgs.services import create_user, grant

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def test_a_business_office_finds_what_its_departments_handed_in(inside, small):
    office = Unit.objects.create(
        division=small.division, code="CZ1", name="业务科", kind=Unit.Kind.FINANCE, synthetic=True
    )
    for unit in small.units[:2]:
        unit.office = office
        unit.save()
    user = create_user(
        division=small.division,
        username="office",
        name="示例业务科",
        by=None,
        unit=office,
        password="Chang-e_2021!",
        must_change_password=False,
    )
    grant(user=user, role="office", division=small.division, unit=office, by=None)
    page = inside(user).get("/?year=2021")
    assert page.status_code == 200
    assert "提示的问题 1 个待确认" in page.content.decode()
