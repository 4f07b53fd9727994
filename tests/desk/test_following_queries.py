"""Lists about results and what follows cost as many queries for fifty rows as for one."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

pytestmark = [pytest.mark.db, pytest.mark.django_db]
LISTS = (
    "evaluations",
    "findings",
    "findings?state=candidate",
    "catalogue",
    "common",
    "matrix",
    "heat",
    "rectifications",
    "board",
    "handover",
    "feedback",
    "uses",
)


def follow(small, many):
    """An ordered mending, a candidate, a told notice and a proposed use for
    many dossiers of the first year.
    """
    from wenxiao.followup.models import Finding, Rectification, Use
    from wenxiao.records.models import Notice
    from wenxiao.reviews.models import Review

    for number, review in enumerate(
        Review.objects.filter(kind="finance_evaluation").order_by("pk")[:many]
    ):
        unit = review.dossier.unit
        found = review.findings.filter(state="confirmed").first()
        found.severity = "serious"
        found.save()
        told = Notice.objects.create(
            division=small.division,
            kind="feedback",
            unit=unit,
            target_type="reviews.Review",
            target_id=review.pk,
            issued_on=date(2021, 11, 1),
            synthetic=True,
        )
        Rectification.objects.create(
            finding=found,
            unit=unit,
            notice=told,
            deadline=date(2021, 12, 1 + number % 28),
            synthetic=True,
        )
        Use.objects.create(
            dossier=review.dossier, review=review, kind="strict", basis="得分较低", synthetic=True
        )
        Finding.objects.create(
            dossier=review.dossier, review=review, text="疑点", state="candidate", synthetic=True
        )


def cost(client, name):
    route, _, query = name.partition("?")
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(f"{reverse('desk:' + route)}?year=2021&{query}")
    assert answer.status_code == 200
    return len(seen)


@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_fifty_costs_as_many_queries_as_one_of_one(name, planted, inside):
    from django.db import transaction

    costs = []
    for many in (1, 50):
        with transaction.atomic():
            small = planted(64 if many > 1 else 4)
            follow(small, many)
            client = inside(small.officer)
            cost(client, name)
            costs.append(cost(client, name))
            transaction.set_rollback(True)
    assert costs[1] <= costs[0]
    assert costs[1] < 45
