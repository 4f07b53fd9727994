"""三员: system, security and audit administrators are three people, and none
of them does business.
"""

import os
import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.utils import timezone

from wenxiao.orgs import services
from wenxiao.orgs.models import Grant, Role, User
from wenxiao.orgs.permissions import ADMINISTRATORS, TWO_CONSENT, Refused, duty_of

pytestmark = [pytest.mark.db, pytest.mark.engine]
ROUNDS = max(8, int(os.environ.get("WENXIAO_EXAMPLES", "200")) // 20)
BUSINESS = sorted(set(Role) - ADMINISTRATORS - {Role.AGENCY, Role.EXPERT})


@pytest.mark.django_db
class TestApart:
    @pytest.mark.parametrize("second", sorted(Role))
    @pytest.mark.parametrize("first", sorted(ADMINISTRATORS))
    def test_every_pair_of_an_administrator_and_anything_else_is_refused(
        self, make_user, division, first, second
    ):
        if first == second:  # the same role again, over another period, is no clash
            user = make_user(first, first)
            assert services.grant(user=user, role=first, division=division, by=None).pk
            return
        listed = {"subjects": []} if second in {Role.AGENCY, Role.EXPERT} else {}
        for one, other in ((first, second), (second, first)):
            user = make_user(f"{one}-{other}")
            more = listed if one == second else {}
            services.grant(user=user, role=one, division=division, by=None, **more)
            more = listed if other == second else {}
            with pytest.raises(Refused, match="互不兼任"):
                services.grant(user=user, role=other, division=division, by=None, **more)
            assert set(Grant.objects.filter(user=user).values_list("role", flat=True)) == {one}

    def test_what_ended_and_what_has_not_begun_counts(self, make_user, division):
        now = timezone.now()
        for name, when in (
            ("past", {"since": now - timedelta(days=9)}),
            ("future", {"since": now + timedelta(days=8)}),
        ):
            user = make_user(name)
            given = services.grant(
                user=user, role=Role.PERFORMANCE, division=division, by=None, **when
            )
            if name == "past":
                ended = now - timedelta(days=8)
                services.end_grant(grant=given, by=None, why="调离", at=ended)
            with pytest.raises(Refused, match="已终止和将来生效的授权也算"):
                services.grant(user=user, role=Role.AUDIT, division=division, by=None)

    def test_the_database_refuses_who_goes_past_the_services(self, make_user, division):
        user, other = make_user("one"), make_user("other")
        Grant.objects.create(user=user, role=Role.SECURITY, division=division)
        for role in (Role.AUDIT, Role.SYSTEM, Role.LEADER):
            with pytest.raises(IntegrityError), transaction.atomic():
                Grant.objects.create(user=user, role=role, division=division)
        moved = Grant.objects.create(user=other, role=Role.LEADER, division=division)
        for change in ({"user": user}, {"role": Role.AUDIT}):
            row = Grant.objects.filter(pk=moved.pk)
            if "role" in change:
                Grant.objects.create(user=other, role=Role.PERFORMANCE, division=division)
            with pytest.raises(IntegrityError), transaction.atomic():
                row.update(**change)

    def test_whose_reset_needs_two_is_data(self):
        assert {
            Role.SYSTEM,
            Role.SECURITY,
            Role.AUDIT,
            Role.LEADER,
            Role.PERFORMANCE,
        } == TWO_CONSENT
        assert {duty_of(role) for role in BUSINESS} == {"business"}


def _race(division, user, roles):
    """Grant all ``roles`` to one person at the same moment, each in a
    connection of its own; what came of each.
    """
    ready, told = threading.Barrier(len(roles)), []

    def give(role):
        try:
            ready.wait(timeout=600)
            services.grant(user=User.objects.get(pk=user.pk), role=role, division=division, by=None)
            told.append("granted")
        except (Refused, IntegrityError):
            told.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=give, args=(role,)) for role in roles]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=600)
    return sorted(told)


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
class TestRaces:
    """Two security administrators at once: on PostgreSQL both once succeeded, 6 times of 8."""

    def test_property_two_at_once_make_no_double_administrator(self, division):
        wrong = []
        for number in range(ROUNDS):
            user = services.create_user(
                division=division, username=f"r{number}", name="人", by=None
            )
            pair = (Role.SYSTEM, Role.AUDIT) if number % 2 else (Role.SECURITY, Role.BUDGET)
            if _race(division, user, pair) != ["granted", "refused"]:
                wrong.append(number)
            if Grant.objects.filter(user=user).count() != 1:
                wrong.append(number)
        assert not wrong, connection.vendor

    def test_property_the_guard_alone_holds_against_raw_rows(self, division):
        """The control: even where the service's own lock is left out, the database lets one in."""
        for number in range(ROUNDS):
            user = services.create_user(
                division=division, username=f"g{number}", name="人", by=None
            )
            ready = threading.Barrier(2)

            def give(role, user=user, ready=ready):
                try:
                    ready.wait(timeout=600)
                    with transaction.atomic():
                        Grant.objects.create(user=user, role=role, division=division)
                except IntegrityError:
                    pass
                finally:
                    connections.close_all()

            threads = [
                threading.Thread(target=give, args=(role,)) for role in (Role.SYSTEM, Role.AUDIT)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(timeout=600)
            assert Grant.objects.filter(user=user).count() == 1
