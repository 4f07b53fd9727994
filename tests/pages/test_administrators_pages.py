"""What administrators see names no business object, and what holds for the
whole division needs a grant over it.
"""

import pytest
from django.apps import apps
from pages.planting import plant_home

from wenxiao.followup import services as followup
from wenxiao.orgs.permissions import Refused

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def home():
    return plant_home()


@pytest.mark.parametrize("role", ["system", "security"])
def test_no_page_about_people_names_an_object(home, client, role):
    """attack.md B16: the page of an agency's account named 17 projects."""
    names = set(apps.get_model("budget.Subject").objects.values_list("name", flat=True))
    assert len(names) > 3
    client.force_login(home.people[role])
    users = apps.get_model("orgs.User").objects.values_list("pk", flat=True)
    units = apps.get_model("orgs.Unit").objects.values_list("pk", flat=True)
    addresses = ["/", "/people", "/people/users", "/people/resets", "/help"]
    addresses += [f"/people/users/{pk}" for pk in users] + [f"/people/units/{pk}" for pk in units]
    told = []
    for address in addresses:
        answer = client.get(address, follow=True)
        text = answer.content.decode()
        told += [(address, name) for name in names if name in text]
        assert answer.status_code in {200, 403}, address
    assert not told
    listed = apps.get_model("orgs.Grant").objects.filter(by_subjects=True).first()
    assert "所列 1 个对象" in client.get(f"/people/users/{listed.user_id}").content.decode()


def test_an_office_over_some_units_changes_nothing_for_all(home, client):
    """attack.md B17: any 业务科室 arranged the common problems and added to the
    catalogue of the whole division.
    """
    office = home.people["office"]
    client.force_login(office)
    sent = {"code": "WT99", "text": "某问题", "category": "其他"}
    assert client.post("/findings/catalogue/add", sent).status_code == 403
    arranged = {"year": "2021", "t0": "某问题", "o0": "1", "c0": [home.item.code]}
    assert client.post("/findings/common/arrange", arranged).status_code == 403
    change = {"text": "改写", "category": "", "seen": home.item.text, "active": "1"}
    assert client.post(f"/findings/catalogue/{home.item.pk}", change).status_code == 403
    with pytest.raises(Refused, match="全区划"):
        followup.set_common_problems(division=home.division, work_year=2021, lines=[], by=office)
    page = client.get("/findings/catalogue")
    assert "增加" not in page.content.decode() or page.status_code == 403
    client.force_login(home.people["performance"])
    assert client.post("/findings/catalogue/add", sent).status_code == 302
