"""A text that does not fit comes back whole, with its field's name, and nothing is written."""

import pytest
from django.urls import reverse

from wenxiao.records.models import Entry

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def test_a_long_reason_comes_back_whole(inside, small):
    before = Entry.objects.count()
    text = "因故延期，" * 200
    response = inside(small.officer).post(
        reverse("desk:round_act", args=[small.selfeval.pk, "extend"]),
        {"deadline": "2021-12-01", "why": text, "version": small.selfeval.version},
        headers={"referer": "http://testserver/rounds"},
    )
    page = response.content.decode()
    assert response.status_code == 409
    assert "“理由”最多" in page
    assert text in page
    assert 'href="http://testserver/rounds"' in page
    assert Entry.objects.count() == before


def test_a_long_name_of_a_new_round_is_told_on_the_page(inside, small):
    response = inside(small.officer).post(
        reverse("desk:round_new"), {"name": "长" * 401, "kind": "selfeval"}
    )
    assert "“名称”最多 400 字，收到 401 字" in response.content.decode()
