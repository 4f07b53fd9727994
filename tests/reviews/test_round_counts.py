"""How far rounds are by the kept counts is what their rows say, and a page of a round's reviews is
what sorting all of them would give.
"""

import pytest
from django.db.models import F
from plants import once
from tests.reviews.test_census import House

from wenxiao.budget.models import Dossier, Round
from wenxiao.budget.selectors import dossiers_of, seen_by, unit_counts
from wenxiao.orgs.models import Grant, Role
from wenxiao.orgs.services import grant
from wenxiao.reviews import near, round_counts
from wenxiao.reviews.census import EVERYBODY
from wenxiao.reviews.models import Review
from wenxiao.reviews.services import tallies
from wenxiao.reviews.worklists import _whole, parts_of, received, wholes_of

pytestmark = [pytest.mark.db, pytest.mark.django_db]
SCOPES = (
    {},
    {"kinds": ["project"]},
    {"tags": ["民生"]},
    {"units": "some"},
    {"units": "some", "kinds": ["project", "policy"]},
)


@once
def house():
    """A house in which much happened; every review is of its round's year."""
    one = House(11)
    grant(user=one.user, role=Role.LEADER, division=one.divisions[0], by=None)
    for _ in range(120):
        one.act()
    for _ in range(20):
        one.subject()
    selfeval = Round.objects.get(division=one.divisions[0], kind="selfeval")
    for dossier in Dossier.objects.filter(subject__division=one.divisions[0]).order_by("pk"):
        state = one.chance.choice(("filling", "confirmed"))
        values = {"kind": "selfeval", "state": state}
        Review.objects.get_or_create(dossier=dossier, round=selfeval, defaults=values)
    Review.objects.exclude(dossier__fiscal_year=F("round__fiscal_year")).delete()
    return one


def own_rounds(house):
    return list(Round.objects.filter(division=house.divisions[0]))


def scoped(house, scope):
    units = [unit.pk for unit in house.units[:7]]
    return {name: units if value == "some" else value for name, value in scope.items()}


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("renewed", [True, False])
def test_parts_by_the_kept_counts_are_those_of_the_rows(house, scope, renewed):
    if renewed:
        tallies.renew_all()
    for one in own_rounds(house):
        one.scope = scoped(house, scope)
        rows = dossiers_of(one).filter(seen_by(house.user, ""))
        counted = unit_counts(rows, one, received(one))
        by_rows = {
            row.unit: (row.in_scope, row.excused, row.received) for row in counted if row.in_scope
        }
        assert by_rows
        assert round_counts.parts_counted(house.user, one) == by_rows
        assert round_counts.parts_counted(EVERYBODY, one) == {
            row.unit: (row.in_scope, row.excused, row.received)
            for row in unit_counts(dossiers_of(one), one, received(one))
        }


@pytest.mark.parametrize("scope", SCOPES)
def test_whole_rounds_by_the_kept_counts_are_those_of_the_rows(house, scope):
    rounds = own_rounds(house)
    for one in rounds:
        one.scope = scoped(house, scope)
    assert round_counts.wholes_counted(rounds) == {one.pk: _whole(one) for one in rounds}
    rounds[0].scope = {"dossiers": list(Dossier.objects.values_list("pk", flat=True)[:9])}
    assert rounds[0].pk not in round_counts.wholes_counted(rounds)
    assert wholes_of(rounds)[rounds[0].pk] == _whole(rounds[0])


def test_who_sees_one_unit_gets_its_part_from_the_rows(house):
    review = Review.objects.filter(dossier__subject__division=house.divisions[0]).first()
    unit = review.dossier.unit
    Grant.objects.filter(user=house.user).delete()
    grant(user=house.user, role=Role.CLERK, division=house.divisions[0], unit=unit, by=None)
    for one in own_rounds(house):
        assert round_counts.parts_counted(house.user, one) is None
        assert {part.unit for part in parts_of(house.user, one)} <= {unit.pk}


@pytest.mark.parametrize("state", ["", "confirmed"])
def test_pages_by_the_counts_hold_the_rows_in_order_both_ways(house, state, monkeypatch):
    monkeypatch.setattr(near, "SIZE", 1)
    seen = Review.objects.filter(state=state) if state else Review.objects.all()
    one = max(own_rounds(house), key=lambda row: seen.filter(round=row).count())
    rows = seen.filter(round=one)
    whole = list(rows.order_by(*near.ORDER).values_list("pk", flat=True))
    assert len(whole) > 2 * near.SIZE

    def page(token):
        counted = near.reviews_of_round(house.user, one.pk)
        page, n = near.page_by_tree(rows, counted, lambda cell: state in ("", cell.state), token)
        assert n == len(whole)
        return page

    shown = page(None)
    walked = [row.pk for row in shown.rows]
    while shown.after:
        shown = page(shown.after)
        walked += [row.pk for row in shown.rows]
    assert walked == whole
    back = [row.pk for row in shown.rows]
    while shown.before:
        shown = page(shown.before)
        back = [row.pk for row in shown.rows] + back
    assert back == whole
