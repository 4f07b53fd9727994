"""A new clerk's half hour: from the first password to a self-evaluation handed in, by nothing but
what each page leads to.
"""

import re

import pytest
from django.test import Client

from wenxiao.budget import services as budget
from wenxiao.evidence.models import Actual
from wenxiao.orgs import services as orgs
from wenxiao.orgs.models import User
from wenxiao.reviews.models import Review

pytestmark = [pytest.mark.db, pytest.mark.django_db]
FIRST, OWN = "Kai-tou-2021", "Xin-mi-ma-2022"
REACHED = ["126", "83", "97.5%", "12月21日", "3.19", "91.2%", "已建立", "93.1%"]


@pytest.fixture
def newcomer(small):
    """An account made today with a password for once, and a form asked of its unit that nobody has
    begun.
    """
    unit = small.clerk.unit
    user = User.objects.create_user(
        "xinren", FIRST, name="经办人乙", division=small.division, unit=unit
    )
    User.objects.filter(pk=user.pk).update(must_change_password=True)
    orgs.grant(user=user, role="clerk", division=small.division, unit=unit, by=None, why="接手")
    asked = next(one for one in small.dossiers if one.unit_id == unit.pk)
    Actual.objects.filter(indicator__target__dossier=asked).delete()
    budget.open_round(
        division=small.division,
        kind="selfeval",
        name="再报一次自评",
        work_year=2022,
        fiscal_year=asked.fiscal_year,
        by=None,
        scope={"dossiers": [asked.pk]},
    )
    return user


def way_on(answer, pattern):
    """The address that the page's own text offers under this pattern; it must be there."""
    page = answer.content.decode()
    offered = re.search(pattern, page.split("<main", 1)[1])
    assert offered, f"{pattern} is not offered"
    return offered[1]


def test_from_the_first_password_to_the_form_handed_in(newcomer):
    client = Client()
    page = client.post("/login", {"username": "xinren", "password": FIRST}, follow=True)
    assert "先换成您自己的密码" in page.content.decode()
    names = re.findall(
        r'type="password"[^>]*name="(\w+)"|name="(\w+)"[^>]*type="password"', page.content.decode()
    )
    fields = [one or other for one, other in names]
    assert len(fields) == 3
    page = client.post("/password", dict(zip(fields, (FIRST, OWN, OWN), strict=True)), follow=True)
    assert page.redirect_chain[-1][0] == "/"
    page = client.get("/")
    assert "今天有 1 件事等您" in page.content.decode()

    page = client.get(way_on(page, r'href="(/selfeval/\d+)" aria-label="填报：再报一次自评'))
    begin = way_on(page, r'action="(/rounds/\d+/dossiers/\d+/begin)"')
    page = client.post(begin, follow=True)
    rows = sorted({int(pk) for pk in re.findall(r'name="a(\d+)"', page.content.decode())})
    assert len(rows) == len(REACHED)
    values = {f"a{pk}": reached for pk, reached in zip(rows, REACHED, strict=True)}
    grid = way_on(page, r'id="grid" method="post" action="([^"]+)"')
    here = page.redirect_chain[-1][0]
    assert client.post(grid, values, follow=True).status_code == 200
    page = client.get(here)
    judged = way_on(page, r'name="p(\d+)"')
    seen = way_on(page, rf'name="v{judged}" value="(\d+)"')
    typed = {f"a{judged}": "已建立", f"p{judged}": "13", f"n{judged}": "台账不全"}
    assert client.post(grid, {**typed, f"v{judged}": seen}, follow=True).status_code == 200

    page = client.get(here)
    submit = way_on(page, r'id="hand-in-form" method="post"\s*action="([^"]+)"')
    version = way_on(page, r'name="version" value="(\d+)" id="review-version"')
    page = client.post(submit, {"version": version}, follow=True)
    form = Review.objects.get(round__name="再报一次自评")
    assert (form.state, form.complete) == ("submitted", True)
    assert form.submitted_by == newcomer
    assert "件事等您" not in client.get("/").content.decode()
