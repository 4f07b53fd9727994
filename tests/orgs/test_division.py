"""A division may stand below another; none has to."""

import pytest

from wenxiao.budget.models import Dossier, Round, Subject
from wenxiao.budget.selectors import (
    dossiers_visible_to,
    rounds_visible_to,
    seen_by,
    subjects_visible_to,
)
from wenxiao.budget.services import ensure_subject, open_dossier
from wenxiao.orgs.models import Role
from wenxiao.orgs.permissions import Refused, grants_kept, holdings, require
from wenxiao.orgs.selectors import sight_of, units_visible_to
from wenxiao.orgs.services import add_unit, create_division, create_user, grant
from wenxiao.reviews.models import Review

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def test_a_division_knows_the_one_above_it(division):
    county = create_division(
        code="360192", name="示例县", bureau="示例县财政局", parent=division, by=None
    )
    assert division.parent is None
    assert county.parent == division
    assert list(division.children.all()) == [county]


@pytest.fixture
def tree(division):
    """A city, two counties under it, a district under one, and a city next
    door: two dossiers each, one 限制知悉.
    """
    rows = {"city": division}
    for name, code, above in (
        ("county", "360192", "city"),
        ("other", "360193", "city"),
        ("district", "360194", "county"),
        ("foreign", "370000", None),
    ):
        rows[name] = create_division(
            code=code, name=name, bureau=f"{name}财政局", parent=rows.get(above), by=None
        )
    for name, row in rows.items():
        unit = add_unit(division=row, code="101", name=f"{name}单位", by=None)
        for code, restriction in (("open", "open"), ("secret", "restricted")):
            subject = ensure_subject(
                division=row,
                unit=unit,
                code=f"{name}-{code}",
                name=f"{name}项目",
                by=None,
                restriction=restriction,
            )
            open_dossier(subject=subject, fiscal_year=2021, by=None)
    return rows


@pytest.fixture
def open_round():
    return lambda division: Round.objects.get_or_create(
        division=division,
        kind="selfeval",
        name="自评",
        work_year=2021,
        fiscal_year=2021,
        state="open",
    )[0]


def officer(division, role=Role.PERFORMANCE, unit=None):
    user = create_user(division=division, username=f"u{division.code}{role}", name="某人", by=None)
    grant(user=user, role=role, division=division, unit=unit, by=None)
    return user


def codes(user):
    """What the user sees, the same by every way of asking."""
    subjects = set(subjects_visible_to(user).values_list("code", flat=True))
    assert subjects == set(dossiers_visible_to(user).values_list("subject__code", flat=True))
    held = holdings(user)
    assert subjects == {
        row.code
        for row in Subject.objects.select_related("unit")
        if held.can("see_unit", subject=row)
    }
    units = {row.name.removesuffix("单位") for row in units_visible_to(user)}
    assert units == {code.split("-")[0] for code in subjects}
    return subjects


def test_who_sees_a_whole_division_sees_all_below_it_without_what_is_restricted_there(tree):
    below = {"county-open", "other-open", "district-open"}
    assert codes(officer(tree["city"])) == below | {"city-open", "city-secret"}


def test_nobody_sees_beside_or_above(tree):
    assert codes(officer(tree["county"])) == {"county-open", "county-secret", "district-open"}
    assert codes(officer(tree["other"])) == {"other-open", "other-secret"}
    assert codes(officer(tree["district"], Role.BUDGET)) == {"district-open"}


def test_a_grant_over_units_reaches_no_other_division(tree):
    unit = units_visible_to(officer(tree["city"])).get(division=tree["city"])
    assert codes(officer(tree["city"], Role.CLERK, unit)) == {"city-open", "city-secret"}


def test_below_one_looks_and_does_nothing(tree):
    user = officer(tree["city"])
    mine, theirs = (Subject.objects.get(code=f"{name}-open") for name in ("city", "county"))
    for power in ("confirm_finding", "manage_round", "import", "evaluate", "confirm"):
        assert holdings(user).can(power, subject=mine)
        with pytest.raises(Refused):
            require(user, power, subject=theirs)
    assert not holdings(user).can("manage_round", division=tree["county"].pk)


def test_rows_that_hang_on_dossiers_follow_and_no_row_is_asked_by_itself(tree, open_round):
    for row in Dossier.objects.select_related("subject__division"):
        work = open_round(row.subject.division)
        Review.objects.create(dossier=row, round=work, kind="selfeval", state="draft")
    for name in ("city", "county", "foreign"):
        user = officer(tree[name])
        rows = Review.objects.filter(seen_by(user))
        assert set(rows.values_list("dossier__subject__code", flat=True)) == codes(user)
        assert "EXISTS" not in str(rows.query)
        assert {one.division_id for one in rounds_visible_to(user)} == set(sight_of(user).whole)


def test_who_sees_everything_kept_here_is_asked_nothing(division, tree):
    assert not sight_of(officer(tree["city"])).everything
    assert not sight_of(officer(tree["foreign"])).everything


def test_the_only_division_is_seen_whole_without_a_condition(division):
    leader, budget = officer(division, Role.LEADER), officer(division, Role.BUDGET)
    assert sight_of(leader).everything
    assert not sight_of(budget).everything, "限制知悉 subjects are not theirs"
    assert "division" not in str(Review.objects.filter(seen_by(leader)).query)


def test_a_look_resolves_it_once(tree, django_assert_num_queries):
    user = officer(tree["city"])
    with django_assert_num_queries(2), grants_kept(user):
        for _ in range(3):
            sight_of(user)
