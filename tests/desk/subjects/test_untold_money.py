"""The unit reads audited amounts once the conclusion is settled, in no list before."""

import pytest
from django.urls import reverse

from wenxiao.budget.models import Dossier, Spending
from wenxiao.desk.subjects.order import keys_by_shown
from wenxiao.reviews.models import Review

pytestmark = [pytest.mark.db, pytest.mark.django_db]
AUDITED = "480.12"


def pages(client, dossier):
    year = {"year": dossier.fiscal_year + 1, "fy": dossier.fiscal_year}
    return [
        client.get(reverse("desk:dossier", args=[dossier.pk])).content.decode(),
        client.get(reverse("desk:subjects"), year).content.decode(),
    ]


def test_audited_amounts_stay_out_of_the_units_pages_until_settled(inside, small):
    dossier = small.evaluation.dossier
    assert any(AUDITED in text for text in pages(inside(small.clerk), dossier))
    Review.objects.filter(pk=small.evaluation.pk).update(state="checked")
    assert not any(AUDITED in text for text in pages(inside(small.clerk), dossier))
    assert any(AUDITED in text for text in pages(inside(small.officer), dossier))


def test_the_order_by_rate_tells_a_unit_no_audited_amount(small):
    pk = small.evaluation.dossier_id
    Spending.objects.filter(dossier=pk).delete()  # what an evaluation audited is all that is known
    found = Dossier.objects.filter(unit=small.evaluation.dossier.unit)

    def key_for(user):
        return next(key for key in keys_by_shown(found, "-rate", user) if key[2] == pk)

    assert key_for(small.clerk) == key_for(small.officer)
    Review.objects.filter(pk=small.evaluation.pk).update(state="checked")
    assert key_for(small.clerk) != key_for(small.officer)
