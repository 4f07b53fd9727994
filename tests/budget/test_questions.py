"""Questions put together once: everybody gets the rows of their own grants, whoever asked first."""

import pytest

from wenxiao.budget.models import Dossier, Subject
from wenxiao.budget.questions import ME, rows_seen
from wenxiao.budget.selectors import dossiers_visible_to, seen_with
from wenxiao.orgs import services as orgs
from wenxiao.orgs.models import Role, User
from wenxiao.store import among

pytestmark = [pytest.mark.db, pytest.mark.django_db, pytest.mark.engine]


def dossiers_seen(sight):
    return Dossier.objects.filter(seen_with(sight, "")).order_by("pk").values_list("pk", flat=True)


def who_asks(sight, wanted):
    return User.objects.filter(pk__among=ME, is_active=wanted).values_list("pk", "is_active")


@pytest.fixture
def people():
    """A division of three units, one of them an office that serves another; what each sees."""
    division = orgs.create_division(code="360199", name="某区", bureau="某区财政局", by=None)
    other = orgs.create_division(code="360200", name="邻区", bureau="邻区财政局", by=None)
    office = orgs.add_unit(division=division, code="001", name="科室", by=None)
    school = orgs.add_unit(division=division, code="002", name="学校", by=None)
    health = orgs.add_unit(division=division, code="003", name="医院", by=None)
    below = orgs.add_unit(division=division, code="00301", name="分院", parent=health, by=None)
    health.office = office
    health.save()
    far = orgs.add_unit(division=other, code="009", name="邻区学校", by=None)
    for number, (place, unit, restriction) in enumerate(
        [
            (division, school, "open"),
            (division, school, "restricted"),
            (division, health, "open"),
            (division, below, "restricted"),
            (other, far, "open"),
        ]
    ):
        subject = Subject.objects.create(
            division=place, unit=unit, code=f"S{number}", name="项目", restriction=restriction
        )
        Dossier.objects.create(subject=subject, unit=unit, fiscal_year=2021)

    def person(name, *grants, place=division):
        user = orgs.create_user(division=place, username=name, name=name, by=None)
        for role, unit in grants:
            orgs.grant(user=user, role=role, division=place, unit=unit, by=None)
        return user

    listed = person("listed")
    grant = orgs.grant(
        user=listed,
        role=Role.EXPERT,
        division=division,
        subjects=[Subject.objects.get(code="S3")],
        by=None,
    )
    assert grant.by_subjects
    return [
        person("performance", (Role.PERFORMANCE, None)),
        person("budget", (Role.BUDGET, None)),
        person("school", (Role.CLERK, school)),
        person("health", (Role.CLERK, health)),
        person("below", (Role.HEAD, below)),
        person("office", (Role.OFFICE, office)),
        person("both", (Role.BUDGET, None), (Role.CLERK, below)),
        person("far", (Role.PERFORMANCE, None), place=other),
        listed,
        person("nobody"),
        None,
    ]


def test_everybody_gets_their_own_rows_whoever_asked_first(people):
    wanted = [
        list(dossiers_visible_to(user).order_by("pk").values_list("pk", flat=True))
        for user in people
    ]
    assert [len(rows) for rows in wanted] == [4, 2, 2, 2, 1, 2, 3, 1, 1, 0, 0]
    for users in (people, people[::-1]):
        among._texts.clear()
        got = {user: [pk for (pk,) in rows_seen(user, dossiers_seen)] for user in users}
        assert [got[user] for user in people] == wanted


def test_a_question_is_put_together_once_for_all_who_see_as_much(people):
    school, health = people[2], people[3]
    rows_seen(school, dossiers_seen)
    known = len(among._texts)
    rows_seen(health, dossiers_seen)
    assert len(among._texts) == known


def test_the_person_is_sent_and_values_come_as_django_gives_them(people):
    for user in people[:3]:
        [(pk, active)] = rows_seen(user, who_asks, True)
        assert pk == user.pk
        assert active is True
    assert rows_seen(None, who_asks, True) == []


def test_a_question_that_could_see_more_than_it_is_given_is_refused(people):
    user = people[0]
    with pytest.raises(TypeError):
        rows_seen(user, lambda sight: dossiers_seen(sight).filter(unit=user.unit_id))
